"""A small file system in RAM that a test may fill, enlarge and write-protect without rights on the machine."""

import os
import subprocess

from support.program import Running


class SmallDisk:
    """A tmpfs in a mount namespace of its own; programs reach it through enter()."""

    def __init__(self, path, mebibytes):
        self.path = path
        as_user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
        # The shell's last act keeps the namespace alive until close().
        script = f"mount -t tmpfs -o size={mebibytes}m,mode=755 tmpfs '{path}' && echo mounted && exec sleep infinity"
        self._holder = Running(["unshare", *as_user, "--mount", "sh", "-c", script], env=dict(os.environ), cwd="/")
        try:
            self._holder.wait_for_line("mounted", "out")
        except AssertionError as error:
            self._holder.close()
            raise PermissionError(f"a tmpfs cannot be mounted here: {error}") from None

    def enter(self):
        """What to put before a command that shall see the disk."""
        as_user = [] if os.geteuid() == 0 else ["--user", "--preserve-credentials"]
        return ["nsenter", "--target", str(self._holder.pid), *as_user, "--mount", "--"]

    def run(self, *command):
        done = subprocess.run([*self.enter(), *map(str, command)], check=True, capture_output=True, text=True)
        return done.stdout

    def remount(self, options):
        # With source and type, mount adds no options of its own, some of which a user may not give.
        self.run("mount", "-t", "tmpfs", "-o", f"remount,{options}", "tmpfs", self.path)

    def close(self):
        self._holder.close()
