"""Shares that come from more peers than their owner."""

import json
import os
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.files import differences
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

    def album(self):
        """A folder of several small files and one of several pieces."""
        root = self.folder("files") / "album"
        (root / "inner").mkdir(parents=True)
        for number in range(20):
            (root / f"small{number}.txt").write_bytes(os.urandom(1000 + number))
        (root / "inner" / "film.bin").write_bytes(os.urandom(3_000_000))
        return root

    def seed_of(self, peer, transfer):
        return json.loads(peer.ok("transfers", transfer, "--json")).get("seed")

    def get_as_seed(self, bob, ticket):
        """Bob's transfer, once it is stored that he serves it on."""
        bob.ok("get", ticket)
        transfer = json.loads(bob.ok("transfers", "--json").splitlines()[0])["id"]
        self.eventually("bob serves it on", lambda: (self.seed_of(bob, transfer) or {}).get("state") == "serving")
        return transfer

    def meet_bob(self, carol, bob, ticket):
        """Carol's transfer, once the owner has told her of bob."""
        bobs = json.loads(bob.ok("id", "--json"))["peer_id"]
        transfer = carol.ok("get", "--detach", ticket).strip()
        explained = lambda: json.loads(carol.ok("explain", transfer, "--json"))
        self.eventually("carol hears of bob", lambda: bobs in [source["peer_id"] for source in explained()["sources"]])
        return transfer

    def test_a_finished_download_is_served_on_after_a_restart_and_a_kill(self):
        root = self.album()
        alice, bob, carol = (self.peer(name) for name in ("alice", "bob", "carol"))
        ticket = alice.ok("ticket", alice.ok("share", str(root)).strip()).strip()
        transfer = self.get_as_seed(bob, ticket)
        for end in ("interrupt", "kill"):
            with self.subTest(end=end):
                getattr(bob.daemon, end)()
                bob.start()
                self.assertEqual(self.seed_of(bob, transfer)["state"], "serving")
                # Alice tells of bob, and gives next to nothing herself.
                alice.ok("limits", "--up", "1K")
                fetched = self.meet_bob(carol, bob, ticket)
                alice.daemon.interrupt()
                carol.ok("transfers", fetched, "--watch")
                self.assertEqual(differences(root, carol.downloads / "album"), [])
                carol.ok("remove", fetched, "--delete-files")
                alice.start()

    def test_a_member_fetches_a_folder_from_one_whose_daemon_was_restarted(self):
        _, link = self.start_tracker()
        root = self.album()
        alice, bob, carol = (self.peer(name, link) for name in ("alice", "bob", "carol"))
        share = alice.ok("share", str(root), "--access", "open").strip()
        self.eventually("bob finds it", lambda: bob.finds("album") == [share])
        self.get_as_seed(bob, share)
        alice.daemon.interrupt()
        bob.daemon.kill()
        bob.start()
        carol.ok("get", share)
        self.assertEqual(differences(root, carol.downloads / "album"), [])

    def test_a_changed_file_is_not_served_on_and_that_is_said(self):
        _, link = self.start_tracker()
        root = self.album()
        alice, bob, carol = (self.peer(name, link) for name in ("alice", "bob", "carol"))
        share = alice.ok("share", str(root), "--access", "open").strip()
        self.eventually("bob finds it", lambda: bob.finds("album") == [share])
        transfer = self.get_as_seed(bob, share)
        alice.daemon.interrupt()
        bob.restart()
        (bob.downloads / "album" / "small7.txt").write_bytes(b"mine now")
        fetched = carol.ok("get", "--detach", share).strip()
        self.eventually("bob notices", lambda: self.seed_of(bob, transfer)["state"] == "ended")
        self.assertIn("small7.txt has changed", bob.run("transfers", transfer).err)
        self.assertFalse((carol.downloads / "album").exists())
        self.assertNotEqual(json.loads(carol.ok("transfers", fetched, "--json"))["state"], "complete")
        self.assertIn("to come back", carol.ok("transfers", fetched, "--json"))

    def test_seeding_is_switched_off_and_on(self):
        root = self.album()
        alice, bob = self.peer("alice"), self.peer("bob")
        ticket = alice.ok("ticket", alice.ok("share", str(root)).strip()).strip()
        transfer = self.get_as_seed(bob, ticket)
        self.assertIn("handed on", bob.run("transfers", transfer).err)
        self.assertIn("not served on", bob.run("set", transfer, "--seed", "off").err)
        self.assertEqual(self.seed_of(bob, transfer)["state"], "off")
        bob.restart()
        self.assertEqual(self.seed_of(bob, transfer)["state"], "off")
        bob.ok("set", transfer, "--seed", "on")
        self.assertEqual(self.seed_of(bob, transfer)["state"], "serving")
        (bob.home / "config.toml").write_text("[get]\nseed = false\n")
        other = bob.ok("get", "--detach", ticket, "-o", str(self.folder("other"))).strip()
        bob.ok("transfers", other, "--watch")
        self.eventually("it is off from the start", lambda: (self.seed_of(bob, other) or {}).get("state") == "off")


if __name__ == "__main__":
    unittest.main()
