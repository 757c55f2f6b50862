"""scp and rsync over ssh with aes128-gcm, against an sshd of our own on loopback."""

import getpass
import os
import pathlib
import shutil
import socket
import subprocess
import time

from peers.process import Outcome, Process, descendants, free_port, wait_until

CIPHER = "aes128-gcm@openssh.com"


class OverSsh:
    """Keys and configuration are made once; each copy gets a fresh sshd, so that its cost can be read off."""


    def __init__(self, build, scratch):
        self.home = scratch / f"ssh-{self.name}"

    def missing(self):
        for program in self.programs:
            if not find(program):
                return f"{program} is not installed (scripts/setup --bench)"
        return None

    def copy(self, source, into, room):
        port = free_port()
        config = self.configure(port)
        server_command = [find("sshd"), "-D", "-e", "-f", config["server"]]
        with Process(server_command, room / "sshd.log") as server:
            wait_until(lambda: listens(port), "sshd's start", 20)
            ready = time.monotonic()
            command = self.command(config["client"], port, source, into)
            with Process(command, room / f"{self.name}.log") as client:
                client.finish()
            wait_until(lambda: len(descendants(server.child.pid)) == 1, "the end of sshd's session", 20)
        return Outcome(ready - server.began, client.ended - client.began, server.usage, client.usage)

    def configure(self, port):
        if not self.home.exists():
            self.home.mkdir(mode=0o700)
            for key in ("host", "user"):
                subprocess.run(
                    [find("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-f", self.home / key], check=True
                )
            if os.geteuid() == 0:
                pathlib.Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # sshd insists when it runs as root
        host_key = (self.home / "host.pub").read_text().split()
        (self.home / "known").write_text(f"[127.0.0.1]:{port} {host_key[0]} {host_key[1]}\n")
        server, client = self.home / "sshd_config", self.home / "ssh_config"
        server.write_text(
            f"ListenAddress 127.0.0.1:{port}\nHostKey {self.home}/host\nPidFile none\nCiphers {CIPHER}\n"
            f"AuthorizedKeysFile {self.home}/user.pub\nStrictModes no\nUsePAM no\nPasswordAuthentication no\n"
            "KbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\nCompression no\nUseDNS no\n"
            "PrintMotd no\nPrintLastLog no\nSubsystem sftp internal-sftp\n"
        )
        client.write_text(
            f"Host *\n  IdentityFile {self.home}/user\n  IdentitiesOnly yes\n  UserKnownHostsFile {self.home}/known\n"
            f"  GlobalKnownHostsFile none\n  StrictHostKeyChecking yes\n  Ciphers {CIPHER}\n  Compression no\n"
            "  BatchMode yes\n"
        )
        return {"server": server, "client": client}


class Scp(OverSsh):
    name = "scp"
    programs = ("sshd", "scp", "ssh", "ssh-keygen")

    def command(self, config, port, source, into):
        remote = f"{getpass.getuser()}@127.0.0.1:{source}"
        return [find("scp"), "-q", "-r", "-F", config, "-P", port, remote, into]


class Rsync(OverSsh):
    name = "rsync"
    programs = ("sshd", "rsync", "ssh", "ssh-keygen")

    def command(self, config, port, source, into):
        # Whole files and in place: nothing to compare with, so its delta algorithm would only cost time.
        shell = f"{find('ssh')} -F {config} -p {port}"
        remote = f"{getpass.getuser()}@127.0.0.1:{source}"
        return [find("rsync"), "-a", "--whole-file", "--inplace", "-e", shell, remote, f"{into}/"]


def find(program):
    return shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/local/sbin:/sbin")


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
