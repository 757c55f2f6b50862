"""A network for tests: a tracker that runs, and peers with daemons that have joined it."""

import os
import time
from pathlib import Path

from support.case import CoveyTest, free_port
from support.program import Running, patience


def tracker_path():
    path = os.environ.get("COVEY_TRACKER")
    if not path:
        raise RuntimeError("set COVEY_TRACKER to the built program, for example build/release/src/covey-tracker/covey-tracker")
    return str(Path(path).resolve())


class Peer:
    """A daemon with a home of its own."""

    def __init__(self, test, name, prefix=(), init=()):
        self.test, self.name, self.port, self.prefix = test, name, free_port(), prefix
        self.home = test.new_peer(f"home-{name}", *init)
        self.files = test.folder(f"files-{name}")
        self.downloads = test.folder(f"downloads-{name}")
        self.start()

    def start(self):
        self.daemon = self.test.start_daemon(self.home, self.port, prefix=self.prefix)

    def restart(self):
        self.daemon.interrupt()
        self.start()

    def run(self, *arguments, **options):
        return self.test.covey(*arguments, home=self.home, cwd=self.downloads, **options)

    def ok(self, *arguments, **options):
        """What it prints on success."""
        return self.test.expect(0, self.run(*arguments, **options)).out

    def fails(self, code, words, *arguments, **options):
        finished = self.test.expect(code, self.run(*arguments, **options))
        self.test.assertIn(words, finished.err, finished)
        return finished

    def share(self, name, content=b"hello", *options):
        """The share's id."""
        path = self.files / name
        path.write_bytes(content)
        return self.ok("share", str(path), *options).strip()

    def finds(self, words):
        """The ids of the shares that a search shows."""
        finished = self.run("search", *words.split())
        self.test.assertIn(finished.code, (0, 4), finished)
        return [line.split("\t")[0] for line in finished.out.splitlines()]


# Tests ask faster than people.
PATIENT = "--peer-rate 10000:10000 --address-rate 10000:10000 --login-rate 1000:1000 --handshake-rate 1000:1000".split()


class NetworkTest(CoveyTest):
    def start_tracker(self, *options, home="tracker", port=None, db=None):
        """A tracker that serves, and its link."""
        port = port or free_port()
        command = [tracker_path(), "--home", str(self.folder(home)), "--listen", f"127.0.0.1:{port}"]
        command += ["--address", f"127.0.0.1:{port}", *PATIENT, *options]
        environment = self.environment(**({"COVEY_TRACKER_DB": db} if db else {}))
        running = Running(command, env=environment, cwd=self.scratch)
        self.addCleanup(running.close)
        running.port = port
        return running, running.wait_for_line("covey-network:", "out")

    def admin(self, *arguments, home="tracker"):
        running = Running([tracker_path(), "--home", str(self.folder(home)), "admin", *arguments], env=self.environment(), cwd=self.scratch)
        self.addCleanup(running.close)
        return self.expect(0, running.finish()).out

    def peer(self, name, link=None, **options):
        peer = Peer(self, name, **options)
        if link:
            peer.ok("join", link, "--name", name)
        return peer

    def eventually(self, what, holds):
        """Asks again and again; every question is a command that takes its time."""
        deadline = time.monotonic() + patience()
        while True:
            value = holds()
            if value:
                return value
            if time.monotonic() > deadline:
                self.fail(f"it does not come about that {what}")
