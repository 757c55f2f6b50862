"""Networks as people meet them: joining, finding, fetching, and being kept out."""

import json
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.network import NetworkTest

FAILED, WRONG_USAGE, REFUSED, NOT_FOUND, NOT_VERIFIED = 1, 2, 3, 4, 5


class Network(NetworkTest):
    def setUp(self):
        super().setUp()
        self.tracker, self.link = self.start_tracker()

    def two_peers(self):
        return self.peer("alice", self.link), self.peer("bob", self.link)

    def test_a_share_is_found_and_fetched_by_name(self):
        alice, bob = self.two_peers()
        content = bytes(range(256)) * 4000
        share = alice.share("Holiday photos.bin", content, "--access", "open", "--tag", "Summer")
        for words in ("holiday", "PHOTO", "summer holi", ""):
            with self.subTest(words):
                self.eventually(f"'{words}' is found", lambda: bob.finds(words) == [share])
        self.assertEqual(bob.finds("winter"), [])
        view = json.loads(bob.ok("search", "holiday", "--json"))
        self.assertEqual((view["owner_name"], view["bytes"], view["access"]), ("alice", len(content), "open"))
        bob.ok("get", "Holiday photos.bin")
        self.assertEqual((bob.downloads / "Holiday photos.bin").read_bytes(), content)
        bob.ok("get", share, "--rename")
        self.assertEqual((bob.downloads / "Holiday photos (2).bin").read_bytes(), content)

    def test_members_see_who_is_online_until_it_ends(self):
        alice, bob = self.two_peers()
        names = lambda: {line.split("\t")[0] for line in bob.ok("peers").splitlines()}
        self.eventually("both are there", lambda: names() == {"alice", "bob"})
        alice.daemon.interrupt()
        self.eventually("alice is gone", lambda: names() == {"bob"})

    def test_a_peer_that_vanishes_is_gone_within_a_minute(self):
        alice, bob = self.two_peers()
        self.eventually("bob sees alice", lambda: "alice" in bob.ok("peers"))
        alice.daemon.kill()
        began = time.monotonic()
        self.eventually("alice is gone", lambda: "alice" not in bob.ok("peers"))
        self.assertLess(time.monotonic() - began, 60)

    def test_a_stranger_is_refused_and_a_ticket_lets_him_in(self):
        alice = self.peer("alice", self.link)
        share = alice.share("secret.bin", b"x", "--access", "open")
        stranger = self.peer("stranger")
        stranger.fails(NOT_FOUND, "in no network yet", "search", "secret")
        stranger.fails(NOT_FOUND, "in no network yet", "get", share)
        ticket = alice.ok("ticket", share).strip()
        stranger.ok("get", ticket)
        self.assertEqual((stranger.downloads / "secret.bin").read_bytes(), b"x")

    def test_a_listed_share_exists_for_those_named_alone(self):
        alice, bob = self.two_peers()
        carol = self.peer("carol", self.link)
        share = alice.share("for bob.bin", b"x", "--visibility", "listed", "--access", "listed", "--to", "bob")
        self.eventually("bob finds it", lambda: bob.finds("") == [share])
        self.assertEqual(carol.finds(""), [])
        hidden = carol.fails(NOT_FOUND, "knows this share", "get", share)
        missing = carol.fails(NOT_FOUND, "knows this share", "get", "a" * 26)
        self.assertEqual(hidden.err, missing.err)
        bob.ok("get", "for bob.bin")

    def test_access_rules_hold_at_the_owner(self):
        alice, bob = self.two_peers()
        carol = self.peer("carol", self.link)
        asked = alice.share("asked.bin", b"x")
        named = alice.share("named.bin", b"x", "--access", "listed", "--to", "bob")
        self.eventually("both are found", lambda: set(carol.finds("")) == {asked, named})
        carol.fails(REFUSED, "has to approve it", "get", asked)
        carol.fails(REFUSED, "has to approve it", "get", named)
        self.eventually("bob finds it", lambda: named in bob.finds("named"))
        bob.ok("get", named)

    def test_an_unlisted_share_is_announced_nowhere(self):
        alice, bob = self.two_peers()
        alice.share("unlisted.bin", b"x", "--visibility", "unlisted", "--access", "open")
        listed = alice.share("listed.bin", b"x")
        self.eventually("the other is found", lambda: listed in bob.finds(""))
        self.assertEqual(bob.finds(""), [listed])

    def test_what_is_no_longer_shared_is_no_longer_found(self):
        alice, bob = self.two_peers()
        share = alice.share("gone.bin", b"x", "--access", "open")
        self.eventually("it is found", lambda: bob.finds("gone") == [share])
        alice.ok("unshare", share)
        self.eventually("it is gone", lambda: bob.finds("gone") == [])

    def test_shares_are_found_again_after_a_restart_and_a_kill(self):
        alice, bob = self.two_peers()
        share = alice.share("lasting.bin", b"x", "--access", "open")
        self.eventually("it is found", lambda: bob.finds("lasting") == [share])
        alice.daemon.kill()
        alice.start()
        self.eventually("alice is online", lambda: "\tonline\t" in bob.run("search", "lasting").out)
        bob.ok("get", share)
        view = json.loads(alice.ok("networks", "--json"))
        self.assertEqual((view["name"], view["state"]), ("alice", "online"))

    def test_what_was_unshared_while_the_tracker_was_away_is_withdrawn_later(self):
        alice, bob = self.two_peers()
        share = alice.share("orphan.bin", b"x", "--access", "open")
        self.eventually("it is found", lambda: bob.finds("orphan") == [share])
        self.tracker.kill()
        alice.ok("unshare", share)
        alice.daemon.kill()
        self.tracker, _ = self.start_tracker(port=self.tracker.port)
        alice.start()
        self.eventually("it is gone", lambda: bob.run("search", "orphan").code == NOT_FOUND)

    def test_without_the_tracker_tickets_work_and_it_is_found_again(self):
        alice, bob = self.two_peers()
        share = alice.share("here.bin", b"x", "--access", "open")
        ticket = alice.ok("ticket", share).strip()
        self.eventually("it is found", lambda: bob.finds("here") == [share])
        self.tracker.kill()
        bob.fails(NOT_FOUND, "cannot be reached", "search", "here")
        bob.ok("get", ticket)
        view = self.eventually("it is noticed", lambda: json.loads(bob.ok("networks", "--json"))["problem"])
        self.assertIn("next try in", view)
        self.tracker, _ = self.start_tracker(port=self.tracker.port)
        self.eventually("all is well again", lambda: bob.run("search", "here").code == 0)

    def test_leaving_takes_shares_along_and_keeps_tickets(self):
        alice, bob = self.two_peers()
        share = alice.share("mine.bin", b"x", "--access", "open")
        ticket = alice.ok("ticket", share).strip()
        self.eventually("it is found", lambda: bob.finds("mine") == [share])
        alice.ok("leave", "alice")
        self.assertEqual(bob.finds("mine"), [])
        self.assertEqual(alice.ok("networks"), "")
        bob.ok("get", ticket)

    def test_names_are_unique_and_not_mistakable(self):
        self.peer("alice", self.link)
        other = self.peer("other")
        for name in ("alice", "a1ice", "al.ice", "admin", "covey"):
            with self.subTest(name):
                finished = other.run("join", self.link, "--name", name)
                self.assertIn(finished.code, (FAILED, WRONG_USAGE, REFUSED), finished)
                self.assertEqual(other.ok("networks"), "")
        for name in ("Al", "a", "x" * 33, "a b", "söme"):
            other.fails(WRONG_USAGE, "name", "join", self.link, "--name", name)
        other.ok("join", self.link, "--name", "robert")
        nobody, otter = self.peer("nobody"), self.peer("otter", init=("--name", "otter"))
        nobody.fails(WRONG_USAGE, "--name", "join", self.link)
        self.assertEqual(json.loads(otter.ok("join", self.link, "--json"))["name"], "otter")

    def test_a_link_that_was_mistyped_is_told_from_a_tracker_that_is_away(self):
        peer = self.peer("peer")
        peer.fails(WRONG_USAGE, "cut short or mistyped", "join", self.link[:-1], "--name", "peer")
        peer.fails(WRONG_USAGE, "begins with 'covey-network:'", "join", "https://tracker.example", "--name", "peer")
        self.tracker.kill()
        peer.fails(NOT_FOUND, "cannot be reached", "join", self.link, "--name", "peer")

    def test_another_server_on_the_trackers_port_is_not_talked_to(self):
        alice = self.peer("alice", self.link)
        self.tracker.kill()
        self.start_tracker(home="impostor", port=self.tracker.port)
        alice.fails(NOT_VERIFIED, "not the tracker of this network", "search", "x")

    def test_joining_twice_is_said(self):
        alice = self.peer("alice", self.link)
        alice.fails(FAILED, "already, as alice", "join", self.link, "--name", "alice2")

    def test_a_name_that_changes_hands_is_not_believed(self):
        alice, bob = self.two_peers()
        self.eventually("bob meets alice", lambda: "alice" in bob.ok("peers"))
        alice.daemon.interrupt()
        self.admin("remove", "alice")
        mallory = self.peer("mallory")
        mallory.ok("join", self.link, "--name", "alice")
        share = mallory.share("bait.bin", b"x", "--access", "open")
        self.eventually("the bait is there", lambda: bob.finds("bait") == [share])
        view = json.loads(bob.ok("search", "bait", "--json"))
        self.assertEqual(view["owner_name"], "")
        alert = bob.ok("alerts")
        self.assertIn("impersonation", alert)
        self.assertIn("alice", alert)
        bob.restart()
        self.assertIn("impersonation", bob.ok("alerts"))
        # Whoever is named means the peer that was known.
        bob.ok("share", str(self.written(bob, "gift.bin")), "--access", "listed", "--to", "alice")
        named = json.loads(bob.ok("shares", "--json"))
        self.assertNotIn(json.loads(mallory.ok("id", "--json"))["peer_id"], named["named"])

    def written(self, peer, name):
        path = peer.files / name
        path.write_bytes(b"x")
        return path

    def test_rules_that_contradict_each_other_are_refused(self):
        alice = self.peer("alice", self.link)
        path = str(self.written(alice, "a.bin"))
        alice.fails(WRONG_USAGE, "--to", "share", path, "--visibility", "listed")
        alice.fails(WRONG_USAGE, "--to", "share", path, "--to", "alice")
        alice.fails(NOT_FOUND, "nobody", "share", path, "--access", "listed", "--to", "nobody")
        self.assertEqual(alice.ok("shares"), "")
        loner = self.peer("loner")
        loner.fails(WRONG_USAGE, "in no network", "share", str(self.written(loner, "a.bin")), "--visibility", "network")

    def test_a_banned_member_is_out(self):
        alice, bob = self.two_peers()
        share = bob.share("b.bin", b"x", "--access", "open")
        self.eventually("it is found", lambda: alice.finds("b") == [share])
        self.admin("ban", "bob")
        self.eventually("it is gone", lambda: alice.finds("b") == [])
        self.eventually("bob is told", lambda: "banned" in bob.run("networks").out + bob.run("search", "x").err)


class ClosedNetwork(NetworkTest):
    def test_an_invite_lets_in_as_many_as_it_says(self):
        _, link = self.start_tracker("--registration", "invite")
        code = self.admin("invite", "--uses", "1").split()[0]
        alice, bob = self.peer("alice"), self.peer("bob")
        alice.fails(REFUSED, "by invitation", "join", link, "--name", "alice")
        alice.ok("join", link, "--name", "alice", env={"COVEY_INVITE": code})
        bob.fails(REFUSED, "invit", "join", link, "--name", "bob", env={"COVEY_INVITE": code})

    def test_the_operator_approves(self):
        _, link = self.start_tracker("--registration", "approval")
        alice = self.peer("alice")
        finished = self.expect(0, alice.run("join", link, "--name", "alice"))
        self.assertIn("has to approve", finished.err)
        self.assertEqual(json.loads(alice.ok("networks", "--json"))["state"], "waiting")
        self.admin("approve", "alice")
        self.eventually("alice is in", lambda: json.loads(alice.ok("networks", "--json"))["state"] == "online")


if __name__ == "__main__":
    unittest.main()
