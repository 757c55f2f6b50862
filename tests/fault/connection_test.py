"""The network in between fails: cut, closed, half gone, or slow; and peers that come and go."""

import os
import signal
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.case import CoveyTest
from support.files import MIB, differences, random_file
from support.proxy import Proxy
from support.tickets import Ticket, through

SIZE = 96 * MIB


class Connection(CoveyTest):
    in_memory = True

    def setUp(self):
        super().setUp()
        self.path = random_file(self.source / "data.bin", SIZE)
        self.sender, ticket = self.send(str(self.path))
        self.proxy = Proxy(Ticket(ticket).addresses[0])
        self.addCleanup(self.proxy.close)
        self.ticket = through(ticket, self.proxy.address)

    def start_halted(self, *arguments, after=24 * MIB):
        self.proxy.hold_after(after)
        receiver = self.start("receive", self.ticket, *arguments)
        self.proxy.wait_until_forwarded(after)
        return receiver

    def assert_arrived(self, receiver):
        finished = self.expect(0, receiver.finish())
        self.assertEqual(differences(self.path, self.destination / "data.bin"), [])
        self.assertEqual(os.listdir(self.destination), ["data.bin"])
        return finished

    def test_a_cut_connection_is_made_again_and_nothing_much_fetched_twice(self):
        receiver = self.start_halted("--json")
        self.proxy.cut()
        self.proxy.release()
        last = self.assert_arrived(receiver).last_transfer()
        self.assertEqual(last["state"], "complete")
        self.assertLess(self.proxy.forwarded, SIZE + 48 * MIB)

    def test_while_the_sender_is_away_it_says_what_it_waits_for(self):
        receiver = self.start_halted()
        self.proxy.shut()
        self.proxy.cut()
        self.proxy.release()
        line = receiver.wait_for_line("waiting for the sender at")
        self.assertIn(f"{self.proxy.address[0]}:{self.proxy.address[1]}", line)
        self.assertIn("next try in", line)
        self.proxy.open()
        self.assert_arrived(receiver)

    def test_many_cuts_in_one_transfer(self):
        receiver = self.start_halted(after=4 * MIB)
        for round_number in range(2, 7):
            accepted = self.proxy.accepted
            self.proxy.hold_after(round_number * 6 * MIB)
            self.proxy.cut()
            self.proxy.wait_until_accepted(accepted + 1)
            self.proxy.wait_until_forwarded(round_number * 6 * MIB)
        self.proxy.release()
        self.assert_arrived(receiver)

    def test_a_sender_that_stays_away_ends_it_with_what_came_kept(self):
        receiver = self.start_halted("--wait", "2s")
        self.proxy.shut()
        self.proxy.cut()
        self.proxy.release()
        failed = self.expect(1, receiver.finish())
        self.assertIn(str(self.proxy.address[1]), failed.err)
        self.proxy.open()
        again = self.expect(0, self.receive(self.ticket, "--json"))
        self.assertGreater(again.last_transfer()["bytes_resumed"], 0)
        self.assertEqual(differences(self.path, self.destination / "data.bin"), [])

    def test_a_sender_that_was_suspended_goes_on(self):
        receiver = self.start_halted()
        self.sender.send_signal(signal.SIGSTOP)
        self.proxy.release()
        self.sender.send_signal(signal.SIGCONT)
        self.assert_arrived(receiver)

    def test_a_new_sender_of_the_same_file_continues_what_the_old_one_began(self):
        receiver = self.start_halted()
        receiver.kill()
        self.sender.kill()
        _, ticket = self.send(str(self.path))
        again = self.expect(0, self.receive(ticket, "--json"))
        self.assertGreater(again.last_transfer()["bytes_resumed"], 0)
        self.assertEqual(differences(self.path, self.destination / "data.bin"), [])

    def test_once_does_not_end_before_the_receiver_that_came_back_has_everything(self):
        self.sender.interrupt()
        sender, ticket = self.send("--once", str(self.path))
        self.proxy.close()
        self.proxy = Proxy(Ticket(ticket).addresses[0])
        self.addCleanup(self.proxy.close)
        self.ticket = through(ticket, self.proxy.address)
        receiver = self.start_halted()
        receiver.kill()
        self.proxy.cut()
        self.proxy.release()
        self.assertTrue(sender.is_running(), sender)
        self.expect(0, self.receive(self.ticket))
        self.expect(0, sender.finish())


class Eavesdropper(CoveyTest):
    def test_neither_names_nor_content_can_be_read_on_the_wire(self):
        canary = "canary-7f3a91c2d8"
        tree = self.folder(f"source/{canary}-folder")
        (tree / f"{canary}-name.txt").write_text(f"{canary}-content " * 1000)
        _, ticket = self.send(str(tree))
        proxy = Proxy(Ticket(ticket).addresses[0], keeps_traffic=True)
        self.addCleanup(proxy.close)
        self.expect(0, self.receive(through(ticket, proxy.address)))
        self.assertEqual(differences(tree, self.destination / tree.name), [])
        self.assertGreater(len(proxy.traffic), 16_000)
        for secret in (canary.encode(), Ticket(ticket).secret, Ticket(ticket).owner):
            self.assertEqual(proxy.traffic.find(secret), -1, secret)


if __name__ == "__main__":
    unittest.main()
