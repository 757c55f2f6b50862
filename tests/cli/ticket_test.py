"""Tickets as people handle them: pasted, broken, mistyped, expired, used up, or leading to somebody else."""

import os
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.case import CoveyTest
from support.files import MIB, differences, random_file
from support.program import patience
from support.tickets import Ticket, through

WRONG_USAGE, REFUSED, NOT_FOUND, NOT_VERIFIED = 2, 3, 4, 5


class Tickets(CoveyTest):
    def setUp(self):
        super().setUp()
        self.path = random_file(self.source / "data.bin", MIB)

    def assert_received(self, finished):
        self.expect(0, finished)
        self.assertEqual(differences(self.path, self.destination / "data.bin"), [])
        (self.destination / "data.bin").unlink()

    def test_it_is_taken_as_people_paste_it(self):
        _, ticket = self.send(str(self.path))
        self.assertLessEqual(len(ticket), 110)
        broken = "\n".join(ticket[at : at + 30] for at in range(0, len(ticket), 30))
        forms = {
            "in two cases": ticket.upper(),
            "broken into lines": broken,
            "quoted with blanks": f"  {ticket}\n",
            "as a web link": f"https://covey.example/get#{ticket}",
        }
        for name, text in forms.items():
            with self.subTest(name):
                self.assert_received(self.receive(text))
        for name, text in forms.items():
            with self.subTest(f"{name}, on stdin"):
                self.assert_received(self.receive("-", stdin=text))

    def test_what_is_no_ticket_is_wrong_usage(self):
        _, ticket = self.send(str(self.path))
        middle = len(ticket) // 2
        other = "a" if ticket[middle] != "a" else "b"
        swapped = next(at for at in range(20, len(ticket)) if ticket[at] != ticket[at + 1])
        wrong = {
            "nothing": "",
            "words": "hello",
            "only its beginning": "covey:",
            "truncated": ticket[:-1],
            "half": ticket[:middle],
            "one character mistyped": ticket[:middle] + other + ticket[middle + 1 :],
            "two characters swapped": ticket[:swapped] + ticket[swapped + 1] + ticket[swapped] + ticket[swapped + 2 :],
            "one character more": ticket + "a",
            "a foreign character": ticket[:middle] + "1" + ticket[middle + 1 :],
            "no scheme": ticket.removeprefix("covey:"),
            "very long": "covey:" + "a" * 100_000,
            "control characters": "covey:\x1b[31m\x07",
        }
        for name, text in wrong.items():
            with self.subTest(name):
                answer = self.expect(WRONG_USAGE, self.receive(text))
                self.assertIn("ticket", answer.err)
                self.assertNotIn("\x1b", answer.err)
                self.assertEqual(os.listdir(self.destination), [])
        answer = self.expect(WRONG_USAGE, self.receive("-", stdin=""))
        self.assertIn("standard input", answer.err)

    def test_a_ticket_of_a_newer_version_says_so(self):
        _, ticket = self.send(str(self.path))
        newer = Ticket(ticket)
        newer.version = 2
        answer = self.receive(newer.text())
        self.assertNotEqual(answer.code, 0)
        self.assertIn("newer version", answer.err)

    def test_an_expired_ticket_is_refused(self):
        _, ticket = self.send("--expires", "1s", str(self.path))
        deadline = time.monotonic() + patience()
        answer = self.receive(ticket, "--overwrite")
        while answer.code == 0 and time.monotonic() < deadline:
            answer = self.receive(ticket, "--overwrite")
        self.expect(REFUSED, answer)
        self.assertIn("expired", answer.err)
        self.assertIn("fresh one", answer.err)

    def test_a_ticket_lets_in_as_many_as_it_says(self):
        _, ticket = self.send("--uses", "2", str(self.path))
        for place in ("first", "second"):
            folder = self.folder(place)
            self.expect(0, self.receive(ticket, "-o", str(folder)))
            self.assertEqual(differences(self.path, folder / "data.bin"), [])
        answer = self.expect(REFUSED, self.receive(ticket))
        self.assertIn("used up", answer.err)
        self.assertEqual(os.listdir(self.destination), [])

    def test_who_comes_back_to_the_same_folder_needs_no_further_use(self):
        _, ticket = self.send("--uses", "1", str(self.path))
        for _ in range(2):
            self.assert_received(self.receive(ticket))

    def test_a_right_owner_with_a_wrong_secret_is_not_let_in(self):
        _, ticket = self.send(str(self.path))
        guessed = Ticket(ticket)
        guessed.secret = bytes(16)
        answer = self.receive(guessed.text())
        self.assertIn(answer.code, (REFUSED, NOT_FOUND), answer)
        self.assertIn("does not know this ticket", answer.err)

    def test_the_secret_of_another_share_opens_that_share_alone(self):
        other = random_file(self.source / "other.bin", 1000)
        _, ticket = self.send(str(self.path))
        _, other_ticket = self.send(str(other))
        mixed = Ticket(ticket)
        mixed.secret = Ticket(other_ticket).secret
        self.assertIn(self.receive(mixed.text()).code, (REFUSED, NOT_FOUND))

    def test_whoever_answers_in_the_owners_place_is_refused(self):
        _, ticket = self.send(str(self.path))
        _, impostor = self.send(str(self.path))
        answer = self.expect(NOT_VERIFIED, self.receive(through(ticket, Ticket(impostor).addresses[0])))
        self.assertIn("another peer answers", answer.err)
        self.assertEqual(os.listdir(self.destination), [])

    def test_an_unreachable_sender_ends_with_4_after_the_wait(self):
        sender, ticket = self.send(str(self.path))
        sender.interrupt()
        answer = self.expect(NOT_FOUND, self.receive(ticket, "--wait", "1s"))
        self.assertIn("127.0.0.1", answer.err)

    def test_a_ticket_without_addresses_says_so(self):
        _, ticket = self.send(str(self.path))
        bare = Ticket(ticket)
        bare.addresses = []
        answer = self.expect(NOT_FOUND, self.receive(bare.text(), "--wait", "1s"))
        self.assertIn("address", answer.err)

    def test_a_receiver_that_comes_first_waits_for_its_sender(self):
        sender, ticket = self.send(str(self.path))
        address = Ticket(ticket).addresses[0]
        sender.interrupt()
        receiver = self.start("receive", ticket)
        receiver.wait_for_line("waiting for the sender at")
        # Nobody can bring that very sender back: its identity went with it. Whoever takes its place is refused.
        self.send(str(self.path), listen=f"{address[0]}:{address[1]}")
        self.expect(NOT_VERIFIED, receiver.finish())


if __name__ == "__main__":
    unittest.main()
