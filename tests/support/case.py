"""The base of all tests here: a scratch folder, two users with homes of their own, and no process left behind."""

import os
import random
import shutil
import socket
import tempfile
import unittest
from pathlib import Path

from support.program import Running, covey_path, patience

LOOPBACK = "127.0.0.1:0"
MEMORY = Path("/dev/shm")


def has_room_in_memory():
    """Containers often have a tiny one."""
    return os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > 4 << 30


def free_port():
    """A port that a daemon can be started on again and again; nobody holds it at this moment.

    It lies below those that the kernel gives to outgoing connections and to whoever asks for any port, so that no
    other program gets it by chance before it is used.
    """
    lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    while True:
        port = random.randrange(10_000, max(lowest, 20_000))
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


class CoveyTest(unittest.TestCase):
    in_memory = False  # whether the scratch folder belongs into RAM, for what is large

    def setUp(self):
        in_ram = self.in_memory and has_room_in_memory()
        self.scratch = Path(tempfile.mkdtemp(prefix="covey-test-", dir=MEMORY if in_ram else None))
        self.addCleanup(shutil.rmtree, self.scratch, ignore_errors=True)
        self.home = self.folder("home")
        self.source = self.folder("source")
        self.destination = self.folder("destination")

    def folder(self, name):
        path = self.scratch / name
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(0o700)
        return path

    def environment(self, home=None, **more):
        kept = {name: value for name, value in os.environ.items() if not name.startswith("COVEY_")}
        kept.update(COVEY_HOME=str(home or self.home), HOME=str(self.scratch), LC_ALL="C.UTF-8", COVEY_UI_ADDRESS=LOOPBACK)
        kept.update(more)
        return kept

    def start(self, *arguments, home=None, env=None, stdin=None, cwd=None, prefix=(), **options):
        """Starts covey; it is gone at the end of the test at the latest."""
        running = Running(
            [*prefix, covey_path(), *arguments],
            env=self.environment(home, **(env or {})),
            cwd=cwd or self.destination,
            stdin=stdin,
            **options,
        )
        self.addCleanup(running.close)
        return running

    def covey(self, *arguments, seconds=None, **options):
        """Runs covey to its end."""
        return self.start(*arguments, **options).finish(seconds or patience())

    def expect(self, code, finished):
        """Checks the exit code, showing everything when it is another."""
        self.assertEqual(finished.code, code, f"\n{finished}")
        return finished

    def send(self, *arguments, listen=LOOPBACK, **options):
        """A sender that is ready, and its ticket."""
        sender = self.start("send", "--listen", listen, *arguments, **options)
        if "--json" in arguments:
            return sender, sender.wait_for_event(lambda event: event["event"] == "ticket")["ticket"]
        return sender, sender.wait_for_line(lambda _: True, "out")

    def receive(self, ticket, *arguments, **options):
        """Receives to the end, into self.destination unless -o says otherwise."""
        return self.covey("receive", ticket, *arguments, **options)

    def start_daemon(self, home, port, **options):
        """A daemon that is ready."""
        daemon = self.start("daemon", "--listen", f"127.0.0.1:{port}", home=home, **options)
        daemon.wait_for_line("ready;")
        return daemon

    def new_peer(self, name, *options):
        """The home of a peer that has an identity."""
        home = self.folder(name)
        self.expect(0, self.covey("init", *options, home=home))
        return home
