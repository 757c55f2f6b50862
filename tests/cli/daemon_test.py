"""The daemon: shares, tickets and downloads through it, and what it says about them."""

import json
import os
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.case import CoveyTest, free_port
from support.files import MIB, b3sum, differences, random_file
from support.proxy import Proxy
from support.tickets import Ticket, through

USAGE, REFUSED, NOT_FOUND = 2, 3, 4


class Daemon(CoveyTest):
    def setUp(self):
        super().setUp()
        self.path = random_file(self.source / "data.bin", 96 * MIB)
        self.owner = self.new_peer("owner")
        self.reader = self.new_peer("reader")
        self.daemon = self.start_daemon(self.owner, free_port())

    def ok(self, *arguments, home):
        return self.expect(0, self.covey(*arguments, home=home)).out

    def share_and_ticket(self, path=None):
        share = self.ok("share", str(path or self.path), home=self.owner).strip()
        return share, self.ok("ticket", share, home=self.owner).strip()

    def transfer(self, name, home):
        return json.loads(self.ok("transfers", name, "--json", home=home))

    def halted_download(self):
        """A download of the reader's daemon that has begun and cannot end before the proxy is released."""
        _, ticket = self.share_and_ticket()
        proxy = Proxy(Ticket(ticket).addresses[0])
        self.addCleanup(proxy.close)
        proxy.hold_after(24 * MIB)
        name = self.ok("get", "--detach", through(ticket, proxy.address), "-o", str(self.destination), home=self.reader)
        proxy.wait_until_forwarded(24 * MIB)
        return name.strip(), proxy

    def test_a_share_is_listed_with_the_id_that_b3sum_prints(self):
        share, _ = self.share_and_ticket()
        view = json.loads(self.ok("shares", "--json", home=self.owner))
        self.assertEqual((view["id"], view["state"], view["kind"]), (share, "ready", "file"))
        self.assertEqual(view["content_id"], b3sum(self.path))
        self.assertEqual((view["bytes"], view["path"]), (96 * MIB, str(self.path)))
        self.assertIn(share, self.ok("shares", home=self.owner))

    def test_get_into_another_daemon(self):
        self.start_daemon(self.reader, free_port())
        _, ticket = self.share_and_ticket()
        got = self.ok("get", ticket, "-o", str(self.destination), home=self.reader)
        self.assertEqual(got, f"{self.destination / 'data.bin'}\n")
        self.assertEqual(differences(self.path, self.destination / "data.bin"), [])
        listed = json.loads(self.ok("transfers", "--json", home=self.reader))
        self.assertEqual((listed["direction"], listed["state"]), ("download", "complete"))
        uploaded = json.loads(self.ok("transfers", "--json", home=self.owner))
        self.assertEqual((uploaded["direction"], uploaded["bytes_done"]), ("upload", 96 * MIB))
        peer = self.ok("id", home=self.reader).splitlines()[0]
        self.assertEqual(uploaded["peers"][0]["peer_id"], peer)

    def test_get_and_receive_work_without_a_daemon_here(self):
        _, ticket = self.share_and_ticket()
        got = self.expect(0, self.covey("get", ticket, home=self.reader))
        self.assertIn("no daemon is running here", got.err)
        self.expect(0, self.receive(ticket, "--rename"))
        self.assertEqual(sorted(os.listdir(self.destination)), ["data (2).bin", "data.bin"])

    def test_a_folder_is_shared_and_selected_from(self):
        self.start_daemon(self.reader, free_port())
        for name in ("a.jpg", "b.txt"):
            random_file(self.folder("source/tree") / name, 1000)
        _, ticket = self.share_and_ticket(self.source / "tree")
        self.ok("get", ticket, "-o", str(self.destination), "--select", "*.jpg", home=self.reader)
        self.assertEqual(os.listdir(self.destination / "tree"), ["a.jpg"])

    def test_status_and_doctor_tell_that_it_runs(self):
        status = json.loads(self.ok("status", "--json", home=self.owner))
        self.assertEqual(status["peer_id"], self.ok("id", home=self.owner).splitlines()[0])
        self.assertEqual(status["home"], str(self.owner))
        self.assertIn(status["listening"][0], self.ok("status", home=self.owner))
        self.assertIn("the daemon runs", self.ok("doctor", home=self.owner))

    def test_pause_halts_and_resume_goes_on(self):
        self.start_daemon(self.reader, free_port())
        name, proxy = self.halted_download()
        self.ok("pause", name, home=self.reader)
        paused = self.transfer(name, self.reader)
        self.assertEqual(paused["state"], "paused")
        self.assertGreater(paused["bytes_done"], 0)
        proxy.release()
        self.assertEqual(self.transfer(name, self.reader)["bytes_done"], paused["bytes_done"])
        self.ok("resume", name, home=self.reader)
        self.ok("transfers", name, "--watch", home=self.reader)
        done = self.transfer(name, self.reader)
        self.assertEqual((done["state"], done["bytes_resumed"]), ("complete", paused["bytes_done"]))
        self.assertEqual(differences(self.path, self.destination / "data.bin"), [])

    def test_cancel_keeps_or_deletes_what_has_arrived(self):
        self.start_daemon(self.reader, free_port())
        for option, left in ((["--delete"], []), ([], ["data.bin.covey-part"])):
            with self.subTest(option=option):
                name, _ = self.halted_download()
                self.ok("cancel", name, *option, home=self.reader)
                self.assertEqual(self.transfer(name, self.reader)["state"], "cancelled")
                self.assertEqual(os.listdir(self.destination), left)

    def test_a_cancelled_download_does_not_come_back(self):
        self.start_daemon(self.reader, free_port())
        name, _ = self.halted_download()
        self.ok("cancel", name, home=self.reader)
        answer = self.covey("resume", name, home=self.reader)
        self.assertNotEqual(answer.code, 0, answer)
        self.assertIn("covey get", answer.err)

    def test_unshare_ends_the_share_and_its_tickets_but_no_file(self):
        share, ticket = self.share_and_ticket()
        self.ok("unshare", share, home=self.owner)
        self.assertEqual(self.ok("shares", home=self.owner), "")
        answer = self.receive(ticket)
        self.assertIn(answer.code, (REFUSED, NOT_FOUND), answer)
        self.assertIn("fresh one", answer.err)
        self.assertTrue(self.path.exists())

    def test_unshare_stops_a_running_upload(self):
        share, ticket = self.share_and_ticket()
        proxy = Proxy(Ticket(ticket).addresses[0])
        self.addCleanup(proxy.close)
        proxy.hold_after(8 * MIB)
        receiver = self.start("receive", through(ticket, proxy.address))
        proxy.wait_until_forwarded(8 * MIB)
        self.ok("unshare", share, home=self.owner)
        proxy.release()
        answer = receiver.finish()
        self.assertIn(answer.code, (REFUSED, NOT_FOUND), answer)
        self.assertFalse((self.destination / "data.bin").exists())

    def test_names_that_lead_nowhere_are_said_to(self):
        for arguments in (["ticket", "nothing"], ["unshare", "nothing"], ["transfers", "nothing"], ["pause", "nothing"],
                          ["resume", "nothing"], ["cancel", "nothing"], ["share", str(self.source / "missing")]):
            with self.subTest(arguments=arguments):
                answer = self.expect(NOT_FOUND, self.covey(*arguments, home=self.owner))
                self.assertIn(arguments[1].rsplit("/", 1)[-1], answer.err)

    def test_a_share_goes_by_its_id_its_beginning_or_its_title(self):
        share, _ = self.share_and_ticket()
        for name in (share, share[:10], "data.bin"):
            self.assertTrue(self.ok("ticket", name, home=self.owner).startswith("covey:"))

    def test_a_title_that_cannot_travel_is_refused_and_leaves_no_share(self):
        for title in ("a/b", "..", "photo\u202egpj.exe"):
            with self.subTest(title=title):
                answer = self.expect(USAGE, self.covey("share", str(self.path), "--title", title, home=self.owner))
                self.assertIn("--title", answer.err)
        self.assertEqual(self.ok("shares", "--json", home=self.owner), "")

    def test_two_daemons_on_one_home_are_refused(self):
        answer = self.expect(1, self.covey("daemon", "--listen", "127.0.0.1:0", home=self.owner))
        self.assertIn(str(self.owner), answer.err)
        self.ok("status", home=self.owner)

    def test_stop_and_ctrl_c_end_it_in_order(self):
        self.ok("daemon", "--stop", home=self.owner)
        self.expect(0, self.daemon.finish())
        again = self.start_daemon(self.owner, free_port())
        self.expect(0, again.interrupt())

    def test_share_verify_checks_before_it_is_ready(self):
        self.ok("share", "--verify", str(self.path), home=self.owner)
        self.assertEqual(json.loads(self.ok("shares", "--json", home=self.owner))["state"], "ready")

    def test_a_share_that_expires_is_refused_afterwards(self):
        share = self.ok("share", "--expires", "1s", str(self.path), home=self.owner).strip()
        ticket = self.ok("ticket", share, home=self.owner).strip()
        answer = self.receive(ticket, "--overwrite")
        while answer.code == 0:
            answer = self.receive(ticket, "--overwrite")
        self.expect(REFUSED, answer)
        self.assertIn("expired", answer.err)


if __name__ == "__main__":
    unittest.main()
