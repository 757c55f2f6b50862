"""What send and receive print, where, and how they end."""

import json
import os
import pty
import re
import signal
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.case import CoveyTest
from support.files import MIB, differences, random_file
from support.program import INTERRUPTED
from support.proxy import Proxy
from support.tickets import Ticket, through


class Output(CoveyTest):
    def setUp(self):
        super().setUp()
        self.path = random_file(self.source / "data.bin", 40 * MIB)

    def test_results_go_to_stdout_and_all_else_to_stderr(self):
        sender, ticket = self.send("--once", str(self.path))
        received = self.expect(0, self.receive(ticket))
        sent = self.expect(0, sender.finish())
        self.assertEqual(sent.out, ticket + "\n")
        self.assertRegex(ticket, r"^covey:[a-z2-7]+$")
        self.assertEqual(received.out, f"{self.destination / 'data.bin'}\n")
        self.assertIn(f"covey receive {ticket}", sent.err)

    def test_lines_are_plain_when_stderr_is_no_terminal(self):
        sender, ticket = self.send("--once", str(self.path))
        received = self.expect(0, self.receive(ticket))
        sent = sender.finish()
        for finished in (sent, received):
            self.assertNotRegex(finished.err, r"[\x00-\x09\x0b-\x1f]", finished)
            self.assertTrue(finished.err.endswith("\n"), finished)
        self.assertIn("received data.bin", received.err)
        self.assertIn("sent data.bin", sent.err)

    def test_a_terminal_gets_a_live_bar(self):
        _, ticket = self.send(str(self.path))
        screen, terminal = pty.openpty()
        self.addCleanup(os.close, screen)
        receiver = self.start("receive", ticket, env={"TERM": "xterm"}, preexec_fn=lambda: os.dup2(terminal, 2))
        os.close(terminal)
        shown = b""
        try:
            while block := os.read(screen, 65536):
                shown += block
        except OSError:
            pass  # the other end is closed
        self.expect(0, receiver.finish())
        text = shown.decode()
        self.assertRegex(text, "[█░]", "no bar was drawn")
        self.assertIn("received data.bin", re.sub("\x1b\\[[0-9;]*[A-Za-z]", "", text))

    def test_json_is_an_event_a_line_and_ends_with_complete(self):
        sender, ticket = self.send("--once", "--json", str(self.path))
        received = self.expect(0, self.receive(ticket, "--json"))
        sent = self.expect(0, sender.finish())
        for finished in (received, sent):
            self.assertEqual(finished.err, "")
            self.assertTrue(all("event" in event for event in finished.events()), finished)
            last = finished.events()[-1]
            self.assertEqual((last["event"], last["state"]), ("transfer", "complete"), finished)
            self.assertEqual((last["bytes_done"], last["bytes_total"]), (40 * MIB, 40 * MIB), finished)
        last = received.last_transfer()
        self.assertEqual(last["destination"], str(self.destination / "data.bin"))
        self.assertEqual((last["pieces_done"], last["pieces_total"]), (160, 160))
        self.assertEqual(last["bytes_resumed"], 0)
        done = [event["bytes_done"] for event in received.events()]
        self.assertEqual(done, sorted(done), "progress went backwards")

    def test_json_tells_why_it_failed(self):
        _, ticket = self.send(str(self.path))
        (self.destination / "data.bin").write_text("in the way")
        answer = self.expect(1, self.receive(ticket, "--json"))
        self.assertEqual(answer.events()[-1]["error"]["code"], "already_exists")

    def test_quiet_leaves_results_and_errors(self):
        sender, ticket = self.send("--once", "-q", str(self.path))
        received = self.expect(0, self.receive(ticket, "-q"))
        sent = self.expect(0, sender.finish())
        self.assertEqual((sent.out, sent.err), (ticket + "\n", ""))
        self.assertEqual((received.out, received.err), (f"{self.destination / 'data.bin'}\n", ""))
        self.assertNotEqual(self.receive("covey:nonsense", "-q").err, "")

    def test_qr_shows_the_ticket_as_a_picture(self):
        sender, _ = self.send("--qr", str(self.path))
        sender.wait_for_line("serving until")
        lines = sender.interrupt().out.splitlines()
        self.assertGreater(len(lines), 20)
        self.assertGreater(len({len(line) for line in lines[1:]}), 0)

    def test_a_missing_path_is_named(self):
        answer = self.covey("send", str(self.source / "no such file"))
        self.assertEqual(answer.code, 4, answer)
        self.assertIn("no such file", answer.err)


class Interrupted(CoveyTest):
    def setUp(self):
        super().setUp()
        self.path = random_file(self.source / "data.bin", 96 * MIB)
        self.sender, ticket = self.send(str(self.path))
        self.proxy = Proxy(Ticket(ticket).addresses[0])
        self.addCleanup(self.proxy.close)
        self.ticket = through(ticket, self.proxy.address)

    def test_ctrl_c_ends_with_130_and_the_next_run_says_how_much_was_resumed(self):
        self.proxy.hold_after(32 * MIB)
        receiver = self.start("receive", self.ticket)
        self.proxy.wait_until_forwarded(32 * MIB)
        stopped = self.expect(INTERRUPTED, receiver.interrupt())
        self.assertIn("run the same command again to resume", stopped.err)
        self.assertEqual(os.listdir(self.destination), ["data.bin.covey-part"])
        self.proxy.release()
        received = self.expect(0, self.receive(self.ticket))
        resumed = re.search(r"; ([0-9.]+ [KMG]i?B) of it resumed", received.err)
        self.assertIsNotNone(resumed, received)
        self.assertEqual(differences(self.path, self.destination / "data.bin"), [])
        self.assertEqual(os.listdir(self.destination), ["data.bin"])

    def test_a_sender_stopped_by_ctrl_c_or_sigterm_ends_with_130(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            sender, _ = self.send(str(self.path))
            sender.send_signal(number)
            stopped = self.expect(INTERRUPTED, sender.finish())
            self.assertIn("stopped serving", stopped.err)

    def test_what_it_waits_for_is_said_in_json(self):
        self.proxy.hold_after(8 * MIB)
        receiver = self.start("receive", self.ticket, "--json")
        self.proxy.wait_until_forwarded(8 * MIB)
        self.proxy.shut()
        self.proxy.cut()
        event = receiver.wait_for_event(lambda event: event.get("waiting_for"))
        self.assertIn("the sender at", event["waiting_for"])
        self.expect(INTERRUPTED, receiver.interrupt())


if __name__ == "__main__":
    unittest.main()
