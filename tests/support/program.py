"""Running covey as a user does: processes whose output is read as it comes, and waits that end with an event.

Nothing here sleeps: a wait ends with a line of output, with an exit, or with a deadline that fails the test and shows
everything the program said.
"""

import json
import os
import signal
import subprocess
import threading
import time
from pathlib import Path

INTERRUPTED = 130


def covey_path():
    path = os.environ.get("COVEY")
    if not path:
        raise RuntimeError("set COVEY to the built program, for example build/release/src/covey/covey")
    return str(Path(path).resolve())


def is_sanitized():
    """Whether the program carries AddressSanitizer or ThreadSanitizer: slower, and larger in memory."""
    if not hasattr(is_sanitized, "answer"):
        content = Path(covey_path()).read_bytes()
        is_sanitized.answer = b"__asan_init" in content or b"__tsan_init" in content
    return is_sanitized.answer


def patience():
    """Seconds until a wait for something that must happen gives up."""
    return 240 if is_sanitized() else 60


class Finished:
    """How a command ended. `out` and `err` are texts."""

    def __init__(self, command, code, out, err):
        self.command, self.code, self.out, self.err = command, code, out, err

    def events(self):
        """The JSON events; a line that a killed program did not finish is left out."""
        return [json.loads(line) for line in self.out.splitlines(keepends=True) if line.endswith("\n")]

    def last_transfer(self):
        return [event for event in self.events() if event.get("event") == "transfer"][-1]

    def __str__(self):
        return f"$ {' '.join(self.command)}\n-> {self.code}\n-- out\n{self.out}\n-- err\n{self.err}"


class Running:
    """A started program. wait_for_*() returns the first line that fits, however early it came."""

    def __init__(self, command, env, cwd, stdin=None, **popen_options):
        self.command = [str(part) for part in command]
        self._process = subprocess.Popen(
            self.command,
            env=env,
            cwd=cwd,
            stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **popen_options,
        )
        self._changed = threading.Condition()
        self._lines = {"out": [], "err": []}
        self._open = {"out", "err"}
        self._threads = [
            threading.Thread(target=self._read, args=(name, pipe), daemon=True)
            for name, pipe in (("out", self._process.stdout), ("err", self._process.stderr))
        ]
        for thread in self._threads:
            thread.start()
        if stdin is not None:
            self._process.stdin.write(stdin if isinstance(stdin, bytes) else stdin.encode())
            self._process.stdin.close()

    def _read(self, name, pipe):
        for line in pipe:
            with self._changed:
                self._lines[name].append(line.decode(errors="replace"))
                self._changed.notify_all()
        with self._changed:
            self._open.discard(name)
            self._changed.notify_all()

    @property
    def pid(self):
        return self._process.pid

    def is_running(self):
        return self._process.poll() is None

    def text(self, name):
        with self._changed:
            return "".join(self._lines[name])

    def __str__(self):
        return str(Finished(self.command, self._process.poll(), self.text("out"), self.text("err")))

    def wait_for_line(self, fits, stream="err", seconds=None):
        """The first line of the stream for which fits(line), a function or a text that it contains."""
        wanted = fits if callable(fits) else lambda line: fits in line
        deadline = time.monotonic() + (seconds or patience())
        seen = 0
        with self._changed:
            while True:
                lines = self._lines[stream]
                while seen < len(lines):
                    seen += 1
                    if wanted(lines[seen - 1]):
                        return lines[seen - 1].rstrip("\n")
                left = deadline - time.monotonic()
                if stream not in self._open or left <= 0:
                    why = "it never came" if stream in self._open else "the program ended first"
                    raise AssertionError(f"waiting for {fits!r} on {stream}: {why}\n{self}")
                self._changed.wait(left)

    def wait_for_event(self, fits, seconds=None):
        """The first JSON event on stdout for which fits(event)."""
        line = self.wait_for_line(lambda text: text.endswith("\n") and fits(json.loads(text)), "out", seconds)
        return json.loads(line)

    def events(self):
        """The events so far; a line that is still being written is left out."""
        with self._changed:
            return [json.loads(line) for line in self._lines["out"] if line.endswith("\n")]

    def send_signal(self, number):
        self._process.send_signal(number)

    def exits_within(self, seconds):
        """Whether it ended by itself in this time; waits no longer than that."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def finish(self, seconds=None):
        """Waits for the end."""
        if not self.exits_within(seconds or patience()):
            raise AssertionError(f"it does not end\n{self}")
        for thread in self._threads:
            thread.join()
        return Finished(self.command, self._process.returncode, self.text("out"), self.text("err"))

    def interrupt(self):
        """Ctrl-C, and the end."""
        self.send_signal(signal.SIGINT)
        return self.finish()

    def kill(self):
        """kill -9, and the end."""
        self._process.kill()
        return self.finish()

    def close(self):
        """Whatever state it is in, it is gone afterwards, and so are its pipes."""
        if self.is_running():
            self._process.kill()
        self._process.wait()
        for thread in self._threads:
            thread.join()
        self._process.stdout.close()
        self._process.stderr.close()

    def finish_with_peak_memory(self, seconds=None):
        """Waits for the end, which is successful; its largest resident memory in KiB. (What the system says about ended
        children counts the memory of whoever started them, too.)"""
        peak = 0
        while self.is_running():
            try:
                peak = max(peak, self.peak_memory_kib())
            except (AssertionError, OSError):
                pass  # it has just ended
            self.exits_within(0.02)
        finished = self.finish(seconds)
        if finished.code != 0:
            raise AssertionError(finished)
        return peak

    def peak_memory_kib(self):
        """The largest resident memory so far, of a program that still runs."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
        raise AssertionError(f"no VmHWM for {self.pid}")
