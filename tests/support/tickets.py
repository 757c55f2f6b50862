"""Tickets taken apart and put together again (docs/spec/ticket.md), to make those that no Covey would make."""

import base64
import ipaddress
import subprocess

SCHEME = "covey:"


def check_bytes(content):
    done = subprocess.run(["b3sum", "--no-names"], input=content, check=True, capture_output=True)
    return bytes.fromhex(done.stdout.decode().strip())[:3]


class Ticket:
    def __init__(self, text):
        body = text.removeprefix(SCHEME).upper()
        content = base64.b32decode(body + "=" * (-len(body) % 8))
        if check_bytes(content[:-3]) != content[-3:]:
            raise ValueError("the ticket does not check")
        self.version, self.owner, self.secret = content[0], content[1:33], content[33:49]
        self.addresses = []
        at = 50
        for _ in range(content[49]):
            width = 4 if content[at] == 4 else 16
            ip = ipaddress.ip_address(content[at + 1 : at + 1 + width])
            port = int.from_bytes(content[at + 1 + width : at + 3 + width], "big")
            self.addresses.append((str(ip), port))
            at += 3 + width
        if at != len(content) - 3:
            raise ValueError("the ticket is longer than it says")

    def text(self):
        content = bytes([self.version]) + self.owner + self.secret + bytes([len(self.addresses)])
        for host, port in self.addresses:
            ip = ipaddress.ip_address(host)
            content += bytes([ip.version]) + ip.packed + port.to_bytes(2, "big")
        content += check_bytes(content)
        return SCHEME + base64.b32encode(content).decode().rstrip("=").lower()


def through(ticket, address):
    """The same ticket, but for the address at which its owner is said to be."""
    changed = Ticket(ticket)
    changed.addresses = [address]
    return changed.text()
