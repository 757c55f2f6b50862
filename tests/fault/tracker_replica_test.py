"""Two trackers over one PostgreSQL serve one network; one of them is killed while members use it."""

import json
import shutil
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.case import free_port
from support.network import NetworkTest
from support.postgres import Postgres


class Replicas(NetworkTest):
    def setUp(self):
        super().setUp()
        # Its own folder: the scratch folder is for one user's eyes only.
        place = Path(tempfile.mkdtemp(prefix="covey-postgres-"))
        place.chmod(0o755)
        self.addCleanup(shutil.rmtree, place, ignore_errors=True)
        self.postgres = Postgres(place / "cluster")
        self.addCleanup(self.postgres.stop)
        ports = free_port(), free_port()
        both = [f"--address=127.0.0.1:{ports[1]}"]
        self.first, self.link = self.start_tracker(*both, home="keys", port=ports[0], db=self.postgres.url)
        shutil.copytree(self.scratch / "keys", self.scratch / "copied keys")
        self.second, _ = self.start_tracker(home="copied keys", port=ports[1], db=self.postgres.url)

    def test_members_go_on_with_the_one_that_is_left(self):
        alice, bob = self.peer("alice", self.link), self.peer("bob", self.link)
        share = alice.share("lasting.bin", b"x" * 1000, "--access", "open")
        self.eventually("it is found", lambda: bob.finds("lasting") == [share])
        for number in range(40):
            if number == 10:
                self.first.kill()
            self.assertEqual(bob.finds("lasting"), [share], f"search {number}")
        late = alice.share("late.bin", b"y", "--access", "open")
        self.eventually("news are told to the other", lambda: bob.finds("late") == [late])
        bob.ok("get", late)
        for peer in (alice, bob):
            self.eventually("it is well", lambda: json.loads(peer.ok("networks", "--json"))["state"] == "online")
        # The first comes back, and knows what happened meanwhile.
        self.first, _ = self.start_tracker(home="keys", port=self.first.port, db=self.postgres.url)
        self.second.kill()
        self.assertEqual(set(bob.finds("")), {share, late})


if __name__ == "__main__":
    unittest.main()
