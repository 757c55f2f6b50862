"""Shares that come from more peers than their owner."""

import json
import os
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.network import NetworkTest

NOT_FOUND = 4


class Swarm(NetworkTest):
    def test_a_member_fetches_from_another_while_the_owner_is_offline(self):
        _, link = self.start_tracker()
        alice, bob, carol = (self.peer(name, link) for name in ("alice", "bob", "carol"))
        content = os.urandom(3_000_000)
        share = alice.share("film.bin", content, "--access", "open")
        self.eventually("bob finds it", lambda: bob.finds("film") == [share])
        bob.ok("get", share)
        alice.daemon.interrupt()
        # The tracker still knows the share, and that bob serves it.
        carol.ok("get", share)
        self.assertEqual((carol.downloads / "film.bin").read_bytes(), content)
        view = json.loads(carol.ok("transfers", "--json").splitlines()[0])
        bobs = json.loads(bob.ok("id", "--json"))["peer_id"]
        self.assertEqual([peer["peer_id"] for peer in view["peers"]] or [bobs], [bobs])

    def test_what_is_listed_is_handed_on_by_nobody(self):
        _, link = self.start_tracker()
        alice, bob, carol = (self.peer(name, link) for name in ("alice", "bob", "carol"))
        share = alice.share("plan.bin", b"secret", "--access", "listed", "--to", "bob", "--to", "carol")
        self.eventually("bob finds it", lambda: bob.finds("plan") == [share])
        bob.ok("get", share)
        alice.daemon.interrupt()
        transfer = carol.ok("get", "--detach", share).strip()
        self.eventually("carol waits for alice", lambda: "online" in carol.ok("transfers", transfer, "--json"))
        self.assertFalse((carol.downloads / "plan.bin").exists())

    def test_receivers_of_one_ticket_help_one_another(self):
        content = os.urandom(8_000_000)
        path = self.folder("files") / "film.bin"
        path.write_bytes(content)
        sender, ticket = self.send(str(path), "--limit-up", "2M")
        first = self.start("receive", ticket, "-o", str(self.folder("first")), "--serve")
        first.wait_for_line("received film.bin")
        finished = self.receive(ticket, "-o", str(self.folder("second")), "--json")
        self.expect(0, finished)
        self.assertEqual((self.folder("second") / "film.bin").read_bytes(), content)
        last = json.loads(finished.out.splitlines()[-1])
        self.assertEqual(len(last["peers"]), 2, last)
        self.assertGreater(max(peer["bytes"] for peer in last["peers"]), len(content) // 2)
        first.interrupt()
        sender.interrupt()

    def test_explain_says_whose_limit_it_is(self):
        path = self.folder("files") / "film.bin"
        path.write_bytes(os.urandom(20_000_000))
        _, ticket = self.send(str(path), "--limit-up", "1M")
        reader = self.peer("reader")
        transfer = reader.ok("get", "--detach", ticket).strip()
        explained = lambda: json.loads(reader.ok("explain", transfer, "--json"))
        self.eventually("the sender's limit is named", lambda: explained()["bottleneck"] == "peer_limit")
        source = explained()["sources"][0]
        self.assertEqual((source["found_by"], source["holds"], source["useful"]), ("owner", 1, True))
        self.assertGreater(source["round_trip_ms"], 0)
        reader.ok("set", transfer, "--limit-down", "200K")
        self.eventually("the own limit is named", lambda: explained()["bottleneck"] == "own_limit")
        self.assertIn(f"covey set {transfer}", explained()["reason"])
        self.assertIn("covey limits", reader.run("explain", transfer).err)
        reader.fails(NOT_FOUND, "no transfer", "explain", "nothing")


if __name__ == "__main__":
    unittest.main()
