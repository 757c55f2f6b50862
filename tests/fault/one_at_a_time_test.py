"""Commands that meet each other, and a disk that refuses: nothing half done counts, and the daemon goes on."""

import sqlite3
import sys
import threading
import unittest
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from cli.consent_test import ConsentTest

FAILED, REFUSED = 1, 3


@contextmanager
def refusing(peer, table):
    """The peer's disk takes no change of this table."""
    database = sqlite3.connect(next(peer.home.glob("*.db")), timeout=30, isolation_level=None)
    changes = ("INSERT", "UPDATE", "DELETE")
    try:
        for change in changes:
            database.execute(f"CREATE TRIGGER refuse_{change} BEFORE {change} ON {table} "
                             "BEGIN SELECT RAISE(ABORT, 'the disk refuses'); END")
        yield
    finally:
        for change in changes:
            database.execute(f"DROP TRIGGER IF EXISTS refuse_{change}")
        database.close()


def at_once(*actions):
    """Runs them at the same time; what each gives back."""
    results = [None] * len(actions)

    def run(place, action):
        results[place] = action()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


class DiskRefuses(ConsentTest):
    def test_an_approval_that_was_not_written_down_is_none(self):
        alice, bob = self.members("alice", "bob")
        share = self.shared(alice, [bob], "report.bin")
        transfer = self.ask(bob, share)
        request = self.asked(alice, bob)["id"]
        with refusing(alice, "request"):
            alice.fails(FAILED, "refuses", "approve", request)
            self.assertEqual([r["id"] for r in self.requests(alice, "waiting")], [request])
            self.assertEqual(self.lines(alice, "grants"), [])
            alice.fails(FAILED, "refuses", "deny", request)
            self.assertEqual([r["id"] for r in self.requests(alice, "waiting")], [request])
        self.assertEqual(self.transfer(bob, transfer)["state"], "waiting_approval")
        alice.ok("approve", request)
        self.reaches(bob, transfer, "complete")

    def test_a_request_that_was_not_written_down_can_be_made_again(self):
        alice, bob = self.members("alice", "bob")
        share = self.shared(alice, [bob], "report.bin")
        with refusing(bob, "request"):
            bob.fails(FAILED, "refuses", "get", share)
        self.assertEqual(self.requests(bob), [])
        self.ask(bob, share)
        self.asked(alice, bob)

    def test_a_ticket_that_was_not_written_down_is_none(self):
        alice = self.peer("alice")
        share = alice.share("report.bin")
        with refusing(alice, "ticket"):
            alice.fails(FAILED, "refuses", "ticket", share)
        self.assertEqual(self.lines(alice, "tickets", share), [])

    def test_a_ticket_is_taken_back_even_so_and_the_owner_is_told_what_is_missing(self):
        alice, bob = self.peer("alice"), self.peer("bob")
        share = alice.share("report.bin")
        ticket = alice.ok("ticket", share).strip()
        id = self.lines(alice, "tickets", share)[0]["id"]
        with refusing(alice, "ticket"):
            alice.fails(FAILED, "take it back again", "revoke", id)
            self.assertNotEqual(bob.run("receive", ticket).code, 0)
        alice.ok("revoke", id)
        alice.restart()
        self.assertNotEqual(bob.run("receive", ticket).code, 0)

    def test_a_network_that_could_not_be_left_goes_on(self):
        alice, bob = self.members("alice", "bob")
        with refusing(alice, "network"):
            alice.fails(FAILED, "refuses", "leave", self.lines(alice, "networks")[0]["network"])
        self.shared(alice, [bob], "report.bin")
        alice.ok("leave", self.lines(alice, "networks")[0]["network"])
        self.assertEqual(self.lines(alice, "networks"), [])

    def test_rules_that_were_not_written_down_are_none(self):
        alice = self.peer("alice", self.link)
        share = alice.share("report.bin")
        before = self.lines(alice, "shares")
        with refusing(alice, "share"):
            alice.fails(FAILED, "refuses", "rules", share, "--access", "open")
        self.assertEqual(self.lines(alice, "shares"), before)


class Meeting(ConsentTest):
    def test_several_requests_of_a_peer_for_a_share_end_nothing(self):
        alice, bob = self.members("alice", "bob")
        share = self.shared(alice, [bob], "report.bin")
        alice.daemon.interrupt()
        for _ in range(5):
            bob.fails(REFUSED, "", "get", share)
        for _ in range(2):
            alice.start()
            self.eventually("one request waits", lambda: len(self.requests(alice, "waiting")) == 1)
            alice.daemon.interrupt()
        alice.start()
        self.assertEqual(len(self.requests(alice, "waiting")), 1)

    def test_an_ended_share_stays_ended_whatever_is_done_with_it_meanwhile(self):
        alice = self.peer("alice", self.link)
        shares = [alice.share(f"{number}.bin") for number in range(12)]
        for number, share in enumerate(shares):
            access = ("open", "ask")[number % 2]
            ended = at_once(lambda: alice.run("rules", share, "--access", access), lambda: alice.run("unshare", share))
            self.expect(0, ended[1])
        alice.restart()
        self.assertEqual(self.lines(alice, "shares"), [])

    def test_a_resume_beside_a_removal_stops_no_other_download(self):
        alice, bob = self.members("alice", "bob")
        share = self.shared(alice, [bob], "report.bin", b"hello" * 1000, "--access", "open")
        alice.daemon.interrupt()
        for _ in range(8):
            transfer = bob.ok("get", "-d", share).strip()
            bob.ok("pause", transfer)
            _, removed = at_once(lambda: bob.run("resume", transfer), lambda: bob.run("remove", transfer))
            self.expect(0, removed)
        self.assertEqual(self.lines(bob, "transfers"), [])
        alice.start()
        self.reaches(bob, bob.ok("get", "-d", share).strip(), "complete")


if __name__ == "__main__":
    unittest.main()
