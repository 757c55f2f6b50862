"""Conversations as people have them: with a tracker and without one, ticks, attachments, blocks, restarts, and a terminal."""

import json
import os
import pty
import select
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.network import NetworkTest
from support.program import covey_path, patience

FAILED, REFUSED, NOT_FOUND = 1, 3, 4
CANARY = "canary in a coal mine"


class ChatTest(NetworkTest):
    """Helpers for peers that talk."""

    def lines(self, peer, *command):
        return [json.loads(line) for line in peer.ok(*command, "--json").splitlines()]

    def id(self, peer):
        return json.loads(peer.ok("id", "--json"))["peer_id"]

    def messages(self, peer, other):
        """The oldest first. Unlike a person's look, it leaves nothing unread."""
        finished = peer.run("chat", other, "--json")
        return [json.loads(line) for line in finished.out.splitlines()] if finished.code == 0 else []

    def texts(self, peer, other):
        return [message["text"] for message in self.messages(peer, other)]

    def hears(self, peer, other, text):
        """The message with this text, once it is there."""
        found = lambda: [m for m in self.messages(peer, other) if m["text"] == text]
        return self.eventually(f"{peer.name} hears {text!r}", found)[0]

    def fares(self, peer, other, text, state):
        self.eventually(f"{text!r} is {state}", lambda: [m for m in self.messages(peer, other) if m["text"] == text and m["state"] == state])

    def met_by_ticket(self):
        """Alice, and Bob who has fetched something with her ticket; neither has a tracker."""
        alice, bob = self.peer("alice"), self.peer("bob")
        share = alice.share("first.txt", b"first", "--visibility", "unlisted")
        bob.ok("get", alice.ok("ticket", share, "--uses", "1").strip())
        return alice, bob


class WithTracker(ChatTest):
    def setUp(self):
        super().setUp()
        self.tracker, self.link = self.start_tracker()

    def test_a_message_waits_for_a_peer_that_is_away_and_is_ticked(self):
        alice, bob = self.peer("alice", self.link), self.peer("bob", self.link)
        bob.daemon.interrupt()
        sent = json.loads(alice.ok("chat", "bob", CANARY, "--json"))
        self.assertIn(sent["state"], ("waiting", "in_mailbox"))
        self.fares(alice, "bob", CANARY, "in_mailbox")
        alice.restart()
        self.fares(alice, "bob", CANARY, "in_mailbox")
        bob.start()
        heard = self.hears(bob, "alice", CANARY)
        self.assertEqual((heard["id"], heard["direction"], heard["state"]), (sent["id"], "in", "delivered"))
        self.fares(alice, "bob", CANARY, "delivered")
        said = bob.run("chat", "alice", "-", stdin="two\nlines\n")
        self.assertEqual(said.code, 0, said)
        self.hears(alice, "bob", "two\nlines")
        chat = self.lines(alice, "chat")[0]
        self.assertEqual((chat["peer_name"], chat["last"]["text"], chat["online"]), ("bob", "two\nlines", True))
        # Nothing of it is to be read in what lies on either disk.
        for peer in (alice, bob):
            peer.daemon.interrupt()
            files = [path for path in peer.home.rglob("*") if path.is_file()]
            self.assertTrue(any(path.suffix == ".db" for path in files), files)
            for path in files:
                self.assertNotIn(CANARY.encode(), path.read_bytes(), path)

    def test_both_online_is_at_once(self):
        alice, bob = self.peer("alice", self.link), self.peer("bob", self.link)
        finished = alice.run("chat", "bob", "hello", "--wait")
        self.assertEqual(finished.code, 0, finished)
        self.assertIn("delivered to bob", finished.err)
        unread = self.lines(bob, "chat")[0]
        self.assertEqual((unread["peer_name"], unread["unread"]), ("alice", 1))
        # A row for scripts; what was shown is read.
        self.assertIn("\tin\tdelivered\thello\t", bob.ok("chat", "alice"))
        self.assertEqual(self.lines(bob, "chat")[0]["unread"], 0)

    def test_a_kill_loses_and_doubles_nothing(self):
        alice, bob = self.peer("alice", self.link), self.peer("bob", self.link)
        for number in range(4):
            text = f"number {number}"
            alice.ok("chat", "bob", text)
            (alice if number % 2 else bob).daemon.kill()
            (alice if number % 2 else bob).start()
        for number in range(4):
            self.fares(alice, "bob", f"number {number}", "delivered")
        self.assertEqual(self.texts(bob, "alice"), [f"number {number}" for number in range(4)])

    def test_who_is_blocked_is_not_heard(self):
        alice, bob = self.peer("alice", self.link), self.peer("bob", self.link)
        alice.ok("chat", "bob", "hello", "--wait")
        alice.ok("block", "bob")
        bob.ok("chat", "alice", "do you hear me?")
        alice.fails(2, "blocked", "chat", "bob", "no")
        # What comes from others shows that there was time enough.
        carol = self.peer("carol", self.link)
        carol.ok("chat", "alice", "I am not blocked", "--wait")
        self.assertEqual(self.texts(alice, "bob"), ["hello"])
        self.assertNotEqual(self.messages(bob, "alice")[-1]["state"], "delivered")
        self.assertTrue(next(c for c in self.lines(alice, "chat") if c["peer_name"] == "bob")["blocked"])
        alice.ok("unblock", "bob")
        self.hears(alice, "bob", "do you hear me?")

    def test_following_shows_what_comes(self):
        alice, bob = self.peer("alice", self.link), self.peer("bob", self.link)
        alice.ok("chat", "bob", "before", "--wait")
        watching = self.start("chat", "alice", "--follow", "--json", home=bob.home)
        watching.wait_for_line("before", "out")
        alice.ok("chat", "bob", "now")
        event = json.loads(watching.wait_for_line("now", "out"))
        self.assertEqual((event["event"], event["text"]), ("chat_message", "now"))
        watching.interrupt()

    def test_forgetting_is_for_this_side(self):
        alice, bob = self.peer("alice", self.link), self.peer("bob", self.link)
        alice.ok("chat", "bob", "hello", "--wait")
        bob.ok("chat", "alice", "--forget")
        self.assertEqual(self.lines(bob, "chat"), [])
        self.assertEqual(self.texts(alice, "bob"), ["hello"])
        alice.ok("chat", "bob", "again", "--wait")
        self.assertEqual(self.texts(bob, "alice"), ["again"])

    def test_a_conversation_on_a_terminal(self):
        alice, bob = self.peer("alice", self.link), self.peer("bob", self.link)
        alice.ok("chat", "bob", "are you there?", "--wait")
        screen, terminal = pty.openpty()
        self.addCleanup(os.close, screen)
        environment = self.environment(bob.home, TERM="xterm")
        talk = subprocess.Popen([covey_path(), "chat", "alice"], stdin=terminal, stdout=terminal, stderr=terminal, env=environment)
        os.close(terminal)
        self.addCleanup(talk.wait)
        self.addCleanup(talk.kill)
        self.assertIn("are you there?", self.shown(screen, "> "))
        os.write(screen, "yes, sch\xf6n\r".encode())
        self.hears(alice, "bob", "yes, sch\xf6n")
        self.shown(screen, "delivered")
        alice.ok("chat", "bob", "goodbye", "--wait")
        self.shown(screen, "goodbye")
        os.write(screen, b"\x04")
        self.assertEqual(talk.wait(patience()), 0)

    def shown(self, screen, words):
        """What a terminal shows until these words have come."""
        text = b""
        while words.encode() not in text:
            self.assertTrue(select.select([screen], [], [], patience())[0], f"{words!r} does not come: {text}")
            text += os.read(screen, 4096)
        return text.decode(errors="replace")


class WithoutTracker(ChatTest):
    def test_two_who_met_by_a_ticket_talk(self):
        alice, bob = self.met_by_ticket()
        self.assertEqual(bob.run("chat", self.id(alice), "thank you", "--wait").code, 0)
        self.assertEqual(self.texts(alice, self.id(bob)), ["thank you"])
        # Alice knows where Bob is from his message, and both from then on.
        self.assertEqual(alice.run("chat", self.id(bob), "welcome", "--wait").code, 0)
        alice.restart()
        bob.daemon.interrupt()
        alice.ok("chat", self.id(bob)[:7], "are you there?")
        bob.start()
        self.hears(bob, self.id(alice), "are you there?")
        self.fares(alice, self.id(bob), "are you there?", "delivered")

    def test_who_met_by_a_ticket_sees_what_the_other_calls_itself(self):
        alice, bob = self.peer("alice"), self.peer("bob", init=("--name", "otter"))
        share = alice.share("first.txt", b"first", "--visibility", "unlisted")
        bob.ok("get", alice.ok("ticket", share, "--uses", "1").strip())
        self.assertEqual(bob.run("chat", self.id(alice), "thank you", "--wait").code, 0)
        name = lambda: self.lines(alice, "chat")[0]["peer_name"]
        self.assertEqual(name(), "~otter")
        alice.restart()
        self.assertEqual(name(), "~otter")
        self.assertEqual(self.texts(alice, "~otter"), ["thank you"])
        alice.fails(NOT_FOUND, "", "chat", "otter", "it is nobody's name in a network")
        alice.ok("chat", "~otter", "welcome", "--wait")
        self.assertEqual(self.lines(bob, "chat")[0]["peer_name"], "", "she has not said who she is")

    def test_an_owner_may_write_first_to_who_serves_its_share_on(self):
        alice, bob = self.peer("alice"), self.peer("bob")
        share = alice.share("first.txt", b"first", "--visibility", "unlisted")
        bob.ok("get", alice.ok("ticket", share).strip())
        self.assertEqual(alice.run("chat", self.id(bob), "do you like it?", "--wait").code, 0)
        self.assertEqual(self.texts(bob, self.id(alice)), ["do you like it?"])

    def test_a_stranger_is_refused_and_told_why(self):
        alice, bob = self.met_by_ticket()
        share = alice.share("second.txt", b"second", "--visibility", "unlisted")
        used = alice.ok("ticket", share, "--uses", "1").strip()
        bob.ok("get", used)
        eve = self.peer("eve")
        eve.run("get", used)
        finished = eve.run("chat", self.id(alice), "let me in", "--wait")
        self.assertEqual(finished.code, FAILED, finished)
        self.assertIn("takes no messages from this peer", finished.err)
        self.assertEqual([c["peer_id"] for c in self.lines(alice, "chat")], [])

    def test_what_is_attached_is_for_the_receiver_alone(self):
        alice, bob = self.met_by_ticket()
        (alice.files / "Holiday").mkdir()
        (alice.files / "Holiday" / "a.jpg").write_bytes(b"picture" * 1000)
        (alice.files / "Holiday" / "b.jpg").write_bytes(b"another")
        bob.ok("chat", self.id(alice), "send me the pictures", "--wait")
        finished = alice.run("chat", self.id(bob), "here", "--attach", str(alice.files / "Holiday"), "--wait")
        self.assertEqual(finished.code, 0, finished)
        attached = self.hears(bob, self.id(alice), "here")["attachment"]
        self.assertEqual((attached["title"], attached["kind"], attached["bytes"], attached["files"]), ("Holiday", "folder", 7007, 2))
        bob.ok("get", attached["ticket"])
        self.assertEqual((bob.downloads / "Holiday" / "a.jpg").read_bytes(), b"picture" * 1000)
        carol = self.peer("carol")
        carol.fails(REFUSED, "", "get", attached["ticket"])
        # Also after a restart, and no more once its owner closes it.
        alice.restart()
        carol.fails(REFUSED, "", "get", attached["ticket"])
        bob.ok("get", attached["ticket"], "--rename")
        mine = self.messages(alice, self.id(bob))[-1]["attachment"]
        rules = next(s for s in self.lines(alice, "shares") if s["id"] == mine["share_id"])
        self.assertEqual((rules["visibility"], rules["access"], rules["named"]), ("unlisted", "listed", [self.id(bob)]))
        alice.ok("unshare", mine["share_id"])
        self.assertNotEqual(bob.run("get", attached["ticket"], "--rename").code, 0)

    def test_a_share_that_there_is_can_be_attached(self):
        alice, bob = self.met_by_ticket()
        bob.ok("chat", self.id(alice), "hello", "--wait")
        share = alice.share("book.txt", b"a book", "--visibility", "unlisted")
        alice.ok("chat", self.id(bob), "--attach", share, "--wait")
        message = self.eventually("it is there", lambda: [m for m in self.messages(bob, self.id(alice)) if "attachment" in m])[0]
        self.assertEqual((message["text"], message["attachment"]["title"]), ("", "book.txt"))
        bob.ok("get", message["attachment"]["ticket"])
        self.assertEqual((bob.downloads / "book.txt").read_bytes(), b"a book")
        alice.fails(NOT_FOUND, "", "chat", self.id(bob), "--attach", "no such thing")
        # Whoever is blocked gets nothing with it.
        alice.ok("block", self.id(bob))
        self.assertNotEqual(bob.run("get", message["attachment"]["ticket"], "--rename").code, 0)

    def test_what_cannot_be_sent_is_said(self):
        alice, bob = self.met_by_ticket()
        bob.fails(NOT_FOUND, "", "chat", "nobody", "hello")
        self.assertNotEqual(bob.run("chat", self.id(alice), "x" * 20000).code, 0)
        self.assertNotEqual(bob.run("chat", self.id(alice), "\x1b[2J").code, 0)
        self.assertEqual(self.lines(bob, "chat"), [])


if __name__ == "__main__":
    unittest.main()
