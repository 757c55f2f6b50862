"""A PostgreSQL of a test's own: a fresh cluster in the scratch folder, on a Unix socket there, gone afterwards."""

import glob
import os
import pwd
import shutil
import subprocess
from pathlib import Path


def programs():
    """The newest that Debian's postgresql package has brought."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[4]))
    if not found:
        raise RuntimeError("there is no PostgreSQL; scripts/setup installs it")
    return Path(found[-1])


class Postgres:
    def __init__(self, folder, durable=False):
        self.folder, self.data = Path(folder), Path(folder) / "data"
        self.folder.mkdir(parents=True)
        # PostgreSQL does not run as root.
        self.user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        if os.geteuid() == 0:
            shutil.chown(self.folder, self.user)
            for parent in self.folder.parents:
                if parent.stat().st_uid == 0 and str(parent) not in ("/", "/tmp", "/dev/shm", "/dev"):
                    parent.chmod(parent.stat().st_mode | 0o011)
        initdb = [programs() / "initdb", "-D", self.data, "-A", "trust", "-U", "covey", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"]
        self._run(*initdb)
        options = f"-c listen_addresses='' -c unix_socket_directories={self.folder} "
        options += "" if durable else "-c fsync=off"
        self._run(programs() / "pg_ctl", "-D", self.data, "-w", "-l", self.folder / "log", "-o", options, "start")
        self._run(programs() / "createdb", "-h", self.folder, "-U", "covey", "covey")
        self.url = f"postgresql:///covey?host={self.folder}&user=covey"

    def _run(self, *command):
        prefix = ["runuser", "-u", self.user, "--"] if os.geteuid() == 0 else []
        subprocess.run([*prefix, *map(str, command)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd="/")

    def stop(self):
        self._run(programs() / "pg_ctl", "-D", self.data, "-m", "immediate", "stop")
