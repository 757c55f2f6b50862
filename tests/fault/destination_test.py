"""The receiving side's disk: full, read-only, occupied, contested, or attacked while the download runs."""

import os
import subprocess
import sys
import threading
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.case import CoveyTest
from support.files import KIB, MIB, differences, part_folder, random_file
from support.program import Running
from support.proxy import Proxy
from support.tickets import Ticket, through

FAILED = 1
NOBODY = 65534


class SmallDisk:
    """A tmpfs that only processes in its own mount namespace see."""

    def __init__(self, test, mebibytes):
        self._test = test
        self.path = test.folder("small")
        user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
        script = f"mount -t tmpfs -o size={mebibytes}m,mode=700 tmpfs '{self.path}' && echo mounted && exec cat"
        self._holder = Running(
            ["unshare", *user, "--mount", "sh", "-c", script], env=os.environ, cwd="/", stdin=None
        )
        test.addCleanup(self._holder.close)

    def enter(self):
        enter_user = [] if os.geteuid() == 0 else ["--user", "--preserve-credentials"]
        return ["nsenter", "--target", str(self._holder.pid), *enter_user, "--mount"]

    def run(self, *command):
        return subprocess.run([*self.enter(), *map(str, command)], check=True, capture_output=True, text=True).stdout


def small_disk(test, mebibytes):
    # The holder waits for input that never comes; /dev/null would end it at once.
    reading, writing = os.pipe()
    test.addCleanup(os.close, writing)
    disk = SmallDisk.__new__(SmallDisk)
    disk._test = test
    disk.path = test.folder("small")
    return disk, reading


if __name__ == "__main__":
    unittest.main()
