"""Consent as people meet it: asking, saying yes and no, taking back, keeping out; and what is written down about it."""

import json
import socket
import ssl
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.network import NetworkTest
from support.tickets import Ticket

FAILED, REFUSED, NOT_FOUND = 1, 3, 4
MIB = 1 << 20


class ConsentTest(NetworkTest):
    """Helpers for peers that ask and answer."""

    def setUp(self):
        super().setUp()
        self.tracker, self.link = self.start_tracker()

    def members(self, *names):
        return [self.peer(name, self.link) for name in names]

    def lines(self, peer, *command):
        return [json.loads(line) for line in peer.ok(*command, "--json").splitlines()]

    def requests(self, peer, state=None):
        return [r for r in self.lines(peer, "requests", "--all") if state in (None, r["state"])]

    def shared(self, owner, others, name, content=b"hello", *options):
        """A share that the others find; its id."""
        share = owner.share(name, content, *options)
        for other in others:
            self.eventually(f"{other.name} finds {name}", lambda: share in other.finds(""))
        return share

    def ask(self, peer, share, *options):
        """Asks for it; the transfer's id."""
        peer.fails(REFUSED, "has to approve it", "get", share, *options)
        return next(r["transfer_id"] for r in self.requests(peer) if r["share_id"] == share and r["state"] == "waiting")

    def asked(self, owner, asker):
        """The request of this asker that waits at the owner."""
        mine = lambda: [r for r in self.requests(owner, "waiting") if r["peer_name"] == asker.name]
        return self.eventually(f"{asker.name}'s request is there", mine)[0]

    def transfer(self, peer, id):
        return next(t for t in self.lines(peer, "transfers") if t["id"] == id)

    def reaches(self, peer, transfer, state):
        self.eventually(f"{transfer} is {state}", lambda: self.transfer(peer, transfer)["state"] == state)
        return self.transfer(peer, transfer)

    def audit(self, peer, **wanted):
        """Lines of the log that say all of this."""
        found = self.lines(peer, "audit", "-n", "1000")
        return [line for line in found if all(line[key] == value for key, value in wanted.items())]


class Asking(ConsentTest):
    def test_a_download_waits_for_its_owner_and_begins_by_itself(self):
        alice, bob = self.members("alice", "bob")
        content = bytes(range(256)) * 4000
        share = self.shared(alice, [bob], "report.bin", content)
        transfer = self.ask(bob, share, "--reason", "for the minutes")
        self.assertEqual(self.transfer(bob, transfer)["state"], "waiting_approval")
        request = self.asked(alice, bob)
        self.assertEqual((request["title"], request["bytes"], request["reason"]), ("report.bin", len(content), "for the minutes"))
        self.assertEqual(request["safety_words"], json.loads(bob.ok("id", "--json"))["safety_words"].split())
        alice.ok("approve", request["id"][:8])
        self.reaches(bob, transfer, "complete")
        self.assertEqual((bob.downloads / "report.bin").read_bytes(), content)
        self.assertEqual([r["state"] for r in self.requests(bob)], ["approved"])
        grant = self.lines(alice, "grants")[0]
        self.assertEqual((grant["peer_name"], grant["share_id"], grant["holds"]), ("bob", share, True))
        # The same peer is let in again, without a question.
        bob.run("get", share, "--rename")
        self.eventually("it came again", lambda: (bob.downloads / "report (2).bin").exists())
        self.assertEqual(self.requests(alice, "waiting"), [])
        for action in ("request_received", "request_approved", "opened", "served"):
            self.assertTrue(self.audit(alice, action=action, share_id=share, peer_name="bob"), action)
        self.assertIn("as it was written", alice.run("audit", "verify").err)

    def test_a_no_comes_with_its_reason_and_a_pause(self):
        alice, bob = self.members("alice", "bob")
        share = self.shared(alice, [bob], "diary.txt")
        transfer = self.ask(bob, share)
        alice.ok("deny", self.asked(alice, bob)["id"], "--reason", "not this one")
        denied = self.reaches(bob, transfer, "failed")
        self.assertIn("not this one", denied["error"]["message"])
        self.assertFalse((bob.downloads / "diary.txt").exists())
        bob.fails(REFUSED, "again", "resume", transfer)
        self.assertEqual(self.requests(alice, "waiting"), [])
        self.assertTrue(self.audit(alice, action="request_denied", peer_name="bob", outcome="refused"))

    def test_a_request_waits_for_an_owner_that_is_away_and_survives_restarts(self):
        alice, bob = self.members("alice", "bob")
        share = self.shared(alice, [bob], "later.bin", b"x" * 5000)
        alice.daemon.interrupt()
        transfer = self.ask(bob, share)
        bob.daemon.kill()
        bob.start()
        self.assertEqual(self.transfer(bob, transfer)["state"], "waiting_approval")
        alice.start()
        request = self.asked(alice, bob)
        bob.daemon.kill()
        alice.ok("approve", request["id"])
        # The yes is on its way when the owner ends without a word.
        alice.daemon.kill()
        alice.start()
        bob.start()
        self.reaches(bob, transfer, "complete")
        self.assertEqual((bob.downloads / "later.bin").read_bytes(), b"x" * 5000)

    def test_withdrawing_ends_it_on_both_sides(self):
        alice, bob = self.members("alice", "bob")
        share = self.shared(alice, [bob], "never.bin")
        transfer = self.ask(bob, share)
        request = self.asked(alice, bob)
        bob.ok("withdraw", self.requests(bob)[0]["id"])
        self.reaches(bob, transfer, "cancelled")
        self.eventually("the owner hears of it", lambda: self.requests(alice, "withdrawn"))
        alice.fails(NOT_FOUND, "", "approve", request["id"])

    def test_cancelling_the_download_withdraws_the_request(self):
        alice, bob = self.members("alice", "bob")
        share = self.shared(alice, [bob], "never.bin")
        transfer = self.ask(bob, share)
        self.asked(alice, bob)
        bob.ok("cancel", transfer, "--keep")
        self.eventually("the owner hears of it", lambda: self.requests(alice, "withdrawn"))

    def test_trust_answers_by_itself(self):
        alice, bob = self.members("alice", "bob")
        share = self.shared(alice, [bob], "open book.txt")
        alice.ok("trust", "bob", "--share", share)
        bob.run("get", share)  # it need not have the answer yet
        self.eventually("it comes", lambda: (bob.downloads / "open book.txt").exists())
        other = self.shared(alice, [bob], "other.txt")
        self.ask(bob, other)
        self.asked(alice, bob)
        self.assertTrue(self.audit(alice, action="request_approved", share_id=share))

    def test_the_users_own_command_hears_of_a_request(self):
        alice, bob = self.members("alice", "bob")
        heard = self.scratch / "heard"
        alice.daemon.interrupt()
        (alice.home / "config.toml").write_text(f"[daemon]\non_request = 'echo \"$COVEY_REQUEST_NAME $COVEY_REQUEST_REASON\" > {heard}'\n")
        alice.start()
        share = self.shared(alice, [bob], "bell.txt")
        self.ask(bob, share, "--reason", "$(touch broken) `touch broken`")
        self.eventually("it was run", lambda: heard.exists() and heard.read_text())
        self.assertEqual(heard.read_text(), "bob $(touch broken) `touch broken`\n")


class TakingBack(ConsentTest):
    def running_download(self, alice, bob):
        """Something that bob was let into and that comes slowly; the transfer's id."""
        alice.ok("limits", "--up", "400K")
        share = self.shared(alice, [bob], "long.bin", bytes(8 * MIB))
        transfer = self.ask(bob, share)
        alice.ok("approve", self.asked(alice, bob)["id"])
        self.eventually("it comes", lambda: self.transfer(bob, transfer)["bytes_done"] > 0)
        return share, transfer

    def test_revoking_ends_what_runs(self):
        alice, bob = self.members("alice", "bob")
        share, transfer = self.running_download(alice, bob)
        alice.ok("revoke", self.lines(alice, "grants")[0]["id"])
        failed = self.reaches(bob, transfer, "failed")
        self.assertIn("taken the approval back", failed["error"]["message"])
        self.assertFalse((bob.downloads / "long.bin").exists())
        self.assertEqual(self.lines(alice, "grants"), [])
        # Nothing is lost: once there is a new yes, it goes on.
        alice.ok("limits", "--up", "none")
        bob.run("resume", transfer)
        self.reaches(bob, transfer, "waiting_approval")
        alice.ok("approve", self.asked(alice, bob)["id"])
        self.reaches(bob, transfer, "complete")
        self.assertTrue(self.audit(alice, action="grant_revoked", peer_name="bob"))

    def test_blocking_ends_what_runs_and_silences(self):
        alice, bob = self.members("alice", "bob")
        share, transfer = self.running_download(alice, bob)
        other = self.shared(alice, [bob], "other.bin", b"x", "--access", "open")
        alice.ok("block", "bob", "--reason", "enough")
        self.eventually("nobody fetches", lambda: not [t for t in self.lines(alice, "transfers") if t["state"] == "running"])
        before = len(self.requests(alice))
        self.ask(bob, self.shared(alice, [bob], "third.bin"))
        hidden = bob.fails(NOT_FOUND, "", "get", other)
        self.eventually("it is written down", lambda: self.audit(alice, code="blocked", peer_name="bob"))
        self.assertNotIn("block", hidden.err)
        self.assertEqual(len(self.requests(alice)), before)
        alice.ok("unblock", "bob")
        bob.ok("get", other)

    def test_a_revoked_ticket_opens_nothing(self):
        alice, bob = self.members("alice", "bob")
        share = alice.share("handed.bin", b"x", "--visibility", "unlisted")
        ticket = alice.ok("ticket", share).strip()
        again = alice.ok("ticket", share).strip()
        bob.ok("get", ticket)
        issued = next(t for t in self.lines(alice, "tickets", share) if t["ticket"] == ticket)
        alice.ok("revoke", issued["id"])
        bob.fails(REFUSED, "taken this ticket back", "get", ticket, "--rename")
        alice.restart()
        bob.fails(REFUSED, "taken this ticket back", "get", ticket, "--rename")
        bob.ok("get", again, "--rename")
        self.assertTrue(self.audit(alice, code="ticket_revoked"))

    def test_rules_can_be_changed(self):
        alice, bob = self.members("alice", "bob")
        share = self.shared(alice, [bob], "plan.txt")
        alice.ok("rules", share, "--access", "open")
        bob.run("get", share)
        self.eventually("it comes", lambda: (bob.downloads / "plan.txt").exists())
        self.assertEqual(self.requests(alice, "waiting"), [])
        alice.ok("rules", share, "--visibility", "unlisted")
        self.eventually("it is found no more", lambda: bob.finds("") == [])
        bob.fails(NOT_FOUND, "", "get", share, "--rename")


class Seeds(ConsentTest):
    """A peer that is not the owner serves what it has, and obeys the owner's word."""

    def approved_while_away(self, owner, asker, share):
        """The yes lies in the mailbox, nothing has been fetched."""
        transfer = self.ask(asker, share)
        request = self.asked(owner, asker)
        asker.daemon.interrupt()
        owner.ok("approve", request["id"])
        self.eventually("the yes is out", lambda: next(r for r in self.requests(owner) if r["id"] == request["id"])["delivered"])
        return transfer

    def with_a_seed(self):
        alice, bob, carol = self.members("alice", "bob", "carol")
        content = bytes(range(256)) * 8000
        share = self.shared(alice, [bob, carol], "common.bin", content)
        transfer = self.ask(bob, share)
        alice.ok("approve", self.asked(alice, bob)["id"])
        self.reaches(bob, transfer, "complete")
        return alice, bob, carol, share, content

    def test_a_seed_lets_in_whom_the_owner_has_approved_and_nobody_else(self):
        alice, bob, carol, share, content = self.with_a_seed()
        dave = self.peer("dave", self.link)
        transfer = self.approved_while_away(alice, carol, share)
        alice.daemon.interrupt()
        carol.start()
        self.reaches(carol, transfer, "complete")
        self.assertEqual((carol.downloads / "common.bin").read_bytes(), content)
        self.assertTrue(self.audit(bob, action="opened", outcome="allowed", right="grant", share_id=share))
        asked = self.ask(dave, share)
        dave.run("pause", asked)
        self.assertFalse((dave.downloads / "common.bin").exists())

    def test_a_seed_refuses_whom_the_owner_has_turned_away_again(self):
        alice, bob, carol, share, content = self.with_a_seed()
        transfer = self.approved_while_away(alice, carol, share)
        grant = next(g for g in self.lines(alice, "grants") if g["peer_name"] == "carol")
        alice.ok("revoke", grant["id"])
        self.eventually("it was told", lambda: self.audit(alice, action="revocations_published"))
        self.eventually("the seed has heard of it", lambda: "has taken approvals back" in (bob.home / "daemon.log").read_text())
        alice.daemon.interrupt()
        bob.daemon.kill()
        bob.start()
        carol.start()
        self.eventually("the seed refuses", lambda: self.audit(bob, action="opened", outcome="refused", code="grant_revoked"))
        self.assertFalse((carol.downloads / "common.bin").exists())
        self.assertNotEqual(self.transfer(carol, transfer)["state"], "complete")


class Written(ConsentTest):
    def test_a_changed_log_is_found_out(self):
        alice, bob = self.members("alice", "bob")
        share = self.shared(alice, [bob], "x.bin", b"x", "--access", "open")
        bob.ok("get", share)
        self.eventually("it is written", lambda: self.audit(alice, action="served"))
        exported = self.scratch / "log.jsonl"
        alice.ok("audit", "export", str(exported))
        self.assertTrue(any(json.loads(line).get("action") == "served" for line in exported.read_text().splitlines()))
        alice.fails(FAILED, "exists", "audit", "export", str(exported))
        alice.daemon.interrupt()
        log = next((alice.home / "audit").glob("*.jsonl"))
        text = log.read_text()
        self.assertIn('"served"', text)
        log.write_text("".join(line for line in text.splitlines(keepends=True) if '"served"' not in line))
        alice.start()
        alice.fails(5, "line", "audit", "verify")

    def test_who_shows_no_certificate_is_turned_away_and_written_down_once(self):
        alice = self.peer("alice")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.set_alpn_protocols(["covey/1"])
        for _ in range(5):
            with socket.create_connection(("127.0.0.1", alice.port)) as connection:
                with self.assertRaises(OSError), context.wrap_socket(connection) as stream:
                    if not stream.recv(1):
                        raise ConnectionResetError
        refused = lambda: self.audit(alice, action="connection_refused", outcome="refused", code="not_authenticated")
        lines = self.eventually("it is written down", refused)
        self.assertEqual([line["address"] for line in lines], ["127.0.0.1"])

    def test_guessing_tickets_gets_one_blocked_for_a_while(self):
        alice = self.peer("alice")
        mallory = self.peer("mallory")
        ticket = Ticket(alice.ok("ticket", alice.share("secret.bin")).strip())
        real = ticket.text()
        for guess in range(8):
            ticket.secret = bytes([guess]) * 16
            mallory.run("get", ticket.text())
        alerts = self.eventually("an alert is raised", lambda: self.lines(alice, "alerts"))
        self.assertEqual(alerts[-1]["kind"], "ticket_guessing")
        mallory.fails(NOT_FOUND, "", "get", real)
        person = next(p for p in self.lines(alice, "people") if p["blocked"])
        self.assertTrue(person["blocked_by_itself"])
        alice.ok("alerts", "--undo", str(alerts[-1]["id"]))
        mallory.ok("get", real)


if __name__ == "__main__":
    unittest.main()
