"""Processes under measurement: started in a session of their own, watched, and always stopped by their id."""

import os
import pathlib
import selectors
import signal
import socket
import subprocess
import threading
import time
from dataclasses import dataclass

DEADLINE = 600.0  # seconds that any single step may take
SAMPLE_EVERY = 0.05


class Failure(Exception):
    """A peer did not do what it was asked to; the message says what and shows its last words."""


@dataclass
class Usage:
    """What one side cost: the peak of resident memory, children included, and processor time."""

    peak_bytes: int
    cpu_seconds: float


@dataclass
class Outcome:
    prepare: float  # seconds until the sender was ready to serve
    transfer: float  # seconds until the receiver had everything
    sender: Usage
    receiver: Usage


class Process:
    """A child with its descendants. Output goes to a log file; read_line() follows its standard output."""

    def __init__(self, command, log, environment=None):
        self.command = [str(word) for word in command]
        self.log = pathlib.Path(log)
        self.began = time.monotonic()
        self.usage = None
        self.exit_code = None
        self.ended = None
        self._own_rss = _high_water(os.getpid())
        self._peak = 0
        self._over = threading.Event()
        self._buffer = b""
        with open(self.log, "wb") as errors:
            self.child = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                env={**os.environ, **(environment or {})},
                start_new_session=True,
            )
        self._sampler = threading.Thread(target=self._sample, daemon=True)
        self._sampler.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def read_line(self, deadline=DEADLINE):
        """The next line of standard output."""
        until = time.monotonic() + deadline
        with selectors.DefaultSelector() as selector:
            selector.register(self.child.stdout, selectors.EVENT_READ)
            while b"\n" not in self._buffer:
                if not selector.select(max(0.0, until - time.monotonic())):
                    raise Failure(f"{self.command[0]} said nothing for {deadline:.0f} s{self.last_words()}")
                chunk = os.read(self.child.stdout.fileno(), 65536)
                if not chunk:
                    raise Failure(f"{self.command[0]} ended early{self.last_words()}")
                self._buffer += chunk
        line, self._buffer = self._buffer.split(b"\n", 1)
        return line.decode()

    def wait(self, deadline=DEADLINE):
        """Waits for the end, reading what is still said; returns the rest of standard output."""
        until = time.monotonic() + deadline
        reader = threading.Thread(target=self._drain, daemon=True)
        reader.start()
        while not self._reap(os.WNOHANG):
            if time.monotonic() > until:
                self.stop()
                raise Failure(f"{self.command[0]} was not done after {deadline:.0f} s{self.last_words()}")
            time.sleep(0.002)
        reader.join(5)
        return self._buffer.decode()

    def finish(self, deadline=DEADLINE):
        """Like wait(), and anything but success is a Failure."""
        output = self.wait(deadline)
        if self.exit_code != 0:
            raise Failure(f"{' '.join(self.command)} failed with {self.exit_code}{self.last_words()}")
        return output

    def is_over(self):
        return self._reap(os.WNOHANG)

    def ask_to_stop(self):
        """Does not wait; stop() does."""
        if self.usage is None:
            os.kill(self.child.pid, signal.SIGTERM)

    def stop(self):
        """Asks it to end, then insists, first on its process group and at last on the child itself."""
        for sent in (signal.SIGTERM, signal.SIGKILL):
            if self.usage is not None:
                break
            try:
                os.kill(self.child.pid, sent)
            except ProcessLookupError:
                pass
            until = time.monotonic() + 10
            while not self._reap(os.WNOHANG) and time.monotonic() < until:
                time.sleep(0.005)
        try:
            os.killpg(self.child.pid, signal.SIGKILL)  # whatever it left behind in its session
        except (ProcessLookupError, PermissionError):
            pass
        self.child.stdout.close()

    def last_words(self):
        text = self.log.read_text(errors="replace").strip().splitlines()[-8:]
        return ":\n    " + "\n    ".join(text) if text else ""

    def _drain(self):
        try:
            while chunk := os.read(self.child.stdout.fileno(), 65536):
                self._buffer += chunk
        except (OSError, ValueError):
            pass

    def _reap(self, options):
        if self.usage is not None:
            return True
        pid, status, usage = os.wait4(self.child.pid, options)
        if pid == 0:
            return False
        self.ended = time.monotonic()
        self._over.set()
        self.exit_code = os.waitstatus_to_exitcode(status)
        self.child.returncode = self.exit_code
        self._sampler.join()
        # A child inherits the figure of the process that forked it, so it counts only where it is larger.
        reaped = usage.ru_maxrss * 1024
        peak = max(self._peak, reaped if reaped > self._own_rss * 1.1 else 0)
        self.usage = Usage(peak, usage.ru_utime + usage.ru_stime)
        return True

    def _sample(self):
        while not self._over.is_set():
            self._peak = max(self._peak, sum(_high_water(pid) for pid in descendants(self.child.pid)))
            self._over.wait(SAMPLE_EVERY)


def descendants(pid):
    """The process and all below it, as they are now."""
    found, waiting = [], [pid]
    while waiting:
        current = waiting.pop()
        found.append(current)
        try:
            for task in os.listdir(f"/proc/{current}/task"):
                with open(f"/proc/{current}/task/{task}/children", encoding="ascii") as children:
                    waiting.extend(int(child) for child in children.read().split())
        except OSError:
            pass
    return found


def _high_water(pid):
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def free_port():
    """A TCP port on 127.0.0.1 that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, what, deadline=DEADLINE, every=0.02):
    until = time.monotonic() + deadline
    while not condition():
        if time.monotonic() > until:
            raise Failure(f"{what} did not happen within {deadline:.0f} s")
        time.sleep(every)
