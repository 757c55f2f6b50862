"""Strangers at the port of a sender: garbage, old TLS, no certificate, and many who say nothing.

An honest transfer goes on all the while and completes.
"""

import errno
import random
import socket
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.case import CoveyTest
from support.files import MIB, differences, random_file
from support.program import patience
from support.proxy import Proxy
from support.tickets import Ticket, through

HALF_OPEN = 300
STRANGERS = "127.0.0.2"
CLIENT_HELLO_BEGINNING = bytes.fromhex("16030100f8010000f40303")


class HostilePeer(CoveyTest):
    in_memory = True

    def setUp(self):
        super().setUp()
        self.path = random_file(self.source / "data.bin", 64 * MIB)
        self.sender, ticket = self.send(str(self.path))
        self.address = Ticket(ticket).addresses[0]
        self.proxy = Proxy(self.address)
        self.addCleanup(self.proxy.close)
        self.proxy.hold_after(16 * MIB)
        self.ticket = ticket
        self.receiver = self.start("receive", through(ticket, self.proxy.address))
        self.proxy.wait_until_forwarded(16 * MIB)

    def assert_honest_transfers_complete(self):
        """The one that was on its way, and one that begins now."""
        elsewhere = self.folder("elsewhere")
        self.expect(0, self.receive(self.ticket, "-o", str(elsewhere)))
        self.proxy.release()
        self.expect(0, self.receiver.finish())
        for folder in (self.destination, elsewhere):
            self.assertEqual(differences(self.path, folder / "data.bin"), [])
        self.assertTrue(self.sender.is_running(), self.sender)

    def dial(self):
        """From another address than the honest ones: the crowd at one address is bounded by itself."""
        stranger = socket.create_connection(self.address, timeout=patience(), source_address=(STRANGERS, 0))
        self.addCleanup(stranger.close)
        return stranger

    def assert_thrown_out(self, stranger):
        """The other side ends the connection; what it says before is an alert at most."""
        said = b""
        try:
            while block := stranger.recv(65536):
                said += block
                self.assertLess(len(said), 4096, "a stranger was answered at length")
        except ConnectionError:
            pass

    def openssl(self, *options):
        """How an independent TLS client fares that talks at once."""
        return subprocess.run(
            ["openssl", "s_client", "-connect", f"{self.address[0]}:{self.address[1]}", *options],
            input="hello\n" * 100,
            capture_output=True,
            text=True,
            timeout=patience(),
            check=False,
        )

    def test_garbage(self):
        seed = random.SystemRandom().randrange(1 << 32)
        print(f"seed {seed}", flush=True)
        chance = random.Random(seed)
        openings = [
            b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
            b"SSH-2.0-OpenSSH_9.2\r\n",
            b"\x00" * 4096,
            b"\xff" * 4096,
            b"\x16\x03\x01\xff\xff" + b"\x01" * 70_000,
            b"\x16\x03\x03\x00\x00" * 1000,
        ]
        openings += [chance.randbytes(chance.randrange(1, 20_000)) for _ in range(30)]
        openings += [CLIENT_HELLO_BEGINNING + chance.randbytes(500) for _ in range(10)]
        for opening in openings:
            stranger = self.dial()
            try:
                stranger.sendall(opening)
                stranger.shutdown(socket.SHUT_WR)
            except ConnectionError:
                pass  # thrown out already
            except OSError as refusal:
                # Between the two calls; Python has no ConnectionError for it.
                self.assertEqual(refusal.errno, errno.ENOTCONN, refusal)
            self.assert_thrown_out(stranger)
        self.assert_honest_transfers_complete()

    def test_tls_1_2_is_refused(self):
        answer = self.openssl("-tls1_2")
        self.assertNotEqual(answer.returncode, 0, answer)
        self.assertIn("alert", answer.stdout + answer.stderr)
        self.assertNotIn("BEGIN CERTIFICATE", answer.stdout)
        self.assert_honest_transfers_complete()

    def test_a_client_without_a_certificate_is_refused(self):
        answer = self.openssl("-tls1_3", "-alpn", "covey/1", "-quiet")
        self.assertIn("alert", answer.stdout + answer.stderr, answer)
        self.assert_honest_transfers_complete()

    def test_a_certificate_of_ones_own_making_is_refused(self):
        key, certificate = self.scratch / "key.pem", self.scratch / "certificate.pem"
        make = "openssl req -x509 -newkey ed25519 -nodes -subj /CN=covey -days 1".split()
        subprocess.run([*make, "-keyout", key, "-out", certificate], check=True, capture_output=True)
        own = ["-cert", str(certificate), "-key", str(key)]
        answer = self.openssl("-tls1_3", "-alpn", "covey/1", "-quiet", *own)
        self.assertIn("alert", answer.stdout + answer.stderr, answer)
        self.assert_honest_transfers_complete()

    def test_many_half_open_connections(self):
        silent = [self.dial() for _ in range(HALF_OPEN // 2)]
        for _ in range(HALF_OPEN - len(silent)):
            stranger = self.dial()
            try:
                stranger.sendall(CLIENT_HELLO_BEGINNING)
            except ConnectionError:
                pass  # refusing the crowd is a right answer, too
        self.assert_honest_transfers_complete()
        self.assertLess(self.sender.peak_memory_kib(), 512 << 10)


if __name__ == "__main__":
    unittest.main()
