"""covey-tracker as a process: it prints its link, keeps its keys, ends in order, and says what is wrong with a start."""

import http.client
import json
import os
import signal
import socket
import ssl
import stat
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.case import free_port

PATIENCE = 60


def program():
    path = os.environ.get("COVEY_TRACKER")
    if not path:
        raise RuntimeError("set COVEY_TRACKER to the built program, for example build/check/src/covey-tracker/covey-tracker")
    return str(Path(path).resolve())


class Tracker:
    """A running tracker on a port of its own."""

    def __init__(self, environment, *options):
        self.process = subprocess.Popen([program(), "--listen", "127.0.0.1:0", *options], env=environment, text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.link = self.process.stdout.readline().strip()

    def end(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
        _, log = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, log


class TrackerProgram(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="covey-tracker-")
        self.addCleanup(scratch.cleanup)
        self.home = Path(scratch.name) / "home"
        self.environment = {"PATH": os.environ["PATH"], "COVEY_TRACKER_HOME": str(self.home)}

    def start(self, *options):
        tracker = Tracker(self.environment, *options)
        self.addCleanup(tracker.end)
        self.assertTrue(tracker.link.startswith("covey-network:"), tracker.link or tracker.end())
        return tracker

    def run_once(self, *arguments):
        return subprocess.run([program(), *arguments], env=self.environment, text=True, capture_output=True,
                              timeout=PATIENCE, check=False)

    def ask(self, port, path):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        connection = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=PATIENCE)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def test_it_serves_and_ends_in_order(self):
        for how in (signal.SIGTERM, signal.SIGINT):
            port = free_port()
            tracker = self.start("--listen", f"127.0.0.1:{port}")
            self.assertEqual(self.ask(port, "/health")[1]["status"], "ok")
            status, network = self.ask(port, "/api/v1/network")
            self.assertEqual((status, network["link"]), (200, tracker.link))
            code, log = tracker.end(how)
            self.assertEqual(code, 0, log)

    def test_the_network_stays_over_restarts(self):
        address = ("--address", "tracker.example.org:7443")
        first = self.start(*address)
        first.end()
        again = self.start(*address)
        self.assertEqual(again.link, first.link)
        again.end()
        for name in ("network.key", "token.key", "tls.key", "tls.crt"):
            self.assertEqual(stat.S_IMODE((self.home / name).stat().st_mode), 0o600, name)
        self.assertEqual(stat.S_IMODE(self.home.stat().st_mode), 0o700)

    def test_admin_works_beside_a_running_tracker(self):
        port = free_port()
        self.start("--listen", f"127.0.0.1:{port}", "--registration", "approval")
        self.assertEqual(self.ask(port, "/api/v1/network")[1]["registration"], "approval")
        made = self.run_once("admin", "registration", "invite", "--json")
        self.assertEqual((made.returncode, json.loads(made.stdout)), (0, {"registration": "invite"}), made.stderr)
        self.assertEqual(self.ask(port, "/api/v1/network")[1]["registration"], "invite")
        code = self.run_once("admin", "invite", "--uses", "2").stdout.strip()
        self.assertRegex(code, r"^([a-z2-7]{4}-){3}[a-z2-7]{4}$")
        database = (self.home / "tracker.db").read_bytes() + (self.home / "tracker.db-wal").read_bytes()
        self.assertNotIn(code.encode(), database)
        self.assertNotIn(code.replace("-", "").encode(), database)

    def test_a_wrong_start_says_what_to_do(self):
        tracker = self.start()
        tracker.end()
        taken = socket.socket()
        self.addCleanup(taken.close)
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        refused = self.run_once("--listen", f"127.0.0.1:{taken.getsockname()[1]}")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("cannot listen", refused.stderr)
        second = self.run_once("--listen", "127.0.0.1:0", "--listen", f"127.0.0.1:{taken.getsockname()[1]}")
        self.assertEqual((second.returncode, second.stdout), (1, ""), second.stderr)
        database = f"sqlite:{self.home / 'tracker.db'}"
        self.environment["COVEY_TRACKER_HOME"] = str(self.home.parent / "other")
        other = self.run_once("--listen", "127.0.0.1:0", "--db", database)
        self.assertEqual((other.returncode, other.stdout), (1, ""))
        self.assertIn("another network's", other.stderr)
        self.environment["COVEY_TRACKER_HOME"] = str(self.home.parent / "never made")
        self.assertEqual(self.run_once("--listen", "nonsense").returncode, 2)
        self.assertEqual(self.run_once("--address", "no port").returncode, 2)
        self.assertFalse((self.home.parent / "never made").exists())
        self.assertEqual(self.run_once("--db", "mysql://x").returncode, 2)

    def test_a_password_in_the_database_url_is_not_repeated(self):
        self.environment["COVEY_TRACKER_DB"] = "postgresql://covey:hunter2secret@127.0.0.1:1/covey"
        refused = self.run_once("--listen", "127.0.0.1:0")
        self.assertEqual(refused.returncode, 1)
        self.assertNotIn("hunter2secret", refused.stderr + refused.stdout)


if __name__ == "__main__":
    unittest.main()
