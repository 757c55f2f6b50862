"""What a daemon keeps when it is restarted or killed: shares, tickets, transfers, and downloads that go on."""

import json
import os
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.case import CoveyTest, free_port
from support.files import MIB, differences, random_file
from support.proxy import Proxy
from support.tickets import Ticket, through


class Restart(CoveyTest):
    def setUp(self):
        super().setUp()
        self.path = random_file(self.source / "data.bin", 96 * MIB)
        self.owner, self.owner_port = self.new_peer("owner"), free_port()
        self.reader, self.reader_port = self.new_peer("reader"), free_port()
        self.owner_daemon = self.start_daemon(self.owner, self.owner_port)
        self.reader_daemon = self.start_daemon(self.reader, self.reader_port)
        share = self.ok("share", str(self.path), home=self.owner).strip()
        self.ticket = self.ok("ticket", share, home=self.owner).strip()

    def ok(self, *arguments, home):
        return self.expect(0, self.covey(*arguments, home=home)).out

    def halted_download(self):
        self.proxy = Proxy(Ticket(self.ticket).addresses[0])
        self.addCleanup(self.proxy.close)
        self.proxy.hold_after(32 * MIB)
        ticket = through(self.ticket, self.proxy.address)
        name = self.ok("get", "--detach", ticket, "-o", str(self.destination), home=self.reader).strip()
        self.proxy.wait_until_forwarded(32 * MIB)
        return name

    def assert_completes(self, name):
        """The transfer's last state."""
        self.ok("transfers", name, "--watch", home=self.reader)
        self.assertEqual(differences(self.path, self.destination / "data.bin"), [])
        self.assertEqual(os.listdir(self.destination), ["data.bin"])
        done = json.loads(self.ok("transfers", name, "--json", home=self.reader))
        self.assertEqual(done["state"], "complete")
        return done

    def test_shares_and_tickets_survive_a_restart_and_a_kill(self):
        before = json.loads(self.ok("shares", "--json", home=self.owner))
        for end in ("interrupt", "kill"):
            with self.subTest(end=end):
                getattr(self.owner_daemon, end)()
                self.owner_daemon = self.start_daemon(self.owner, self.owner_port)
                got = self.ok("get", self.ticket, "-o", str(self.destination), home=self.reader)
                self.assertEqual(differences(self.path, Path(got.strip())), [])
                after = json.loads(self.ok("shares", "--json", home=self.owner))
                for key in ("id", "title", "content_id", "bytes", "state", "created_at"):
                    self.assertEqual(after[key], before[key], key)
                Path(got.strip()).unlink()

    def test_a_download_goes_on_by_itself_after_its_daemon_was_restarted(self):
        name = self.halted_download()
        self.expect(0, self.reader_daemon.interrupt())
        self.proxy.release()
        self.start_daemon(self.reader, self.reader_port)
        self.assertGreater(self.assert_completes(name)["bytes_resumed"], 0)

    def test_a_download_goes_on_by_itself_after_its_daemon_was_killed(self):
        name = self.halted_download()
        self.reader_daemon.kill()
        self.proxy.release()
        self.start_daemon(self.reader, self.reader_port)
        self.assertGreater(self.assert_completes(name)["bytes_resumed"], 0)

    def test_a_download_goes_on_after_the_owners_daemon_was_killed(self):
        name = self.halted_download()
        self.owner_daemon.kill()
        self.proxy.release()
        self.start_daemon(self.owner, self.owner_port)
        self.assert_completes(name)

    def test_a_paused_download_stays_paused_and_a_finished_one_listed(self):
        done = self.folder("done")
        self.ok("get", self.ticket, "-o", str(done), home=self.reader)
        name = self.halted_download()
        self.ok("pause", name, home=self.reader)
        self.reader_daemon.kill()
        self.proxy.release()
        self.start_daemon(self.reader, self.reader_port)
        listed = [json.loads(line) for line in self.ok("transfers", "--json", home=self.reader).splitlines()]
        states = {view["id"]: view["state"] for view in listed}
        self.assertEqual(states.pop(name), "paused")
        self.assertEqual(list(states.values()), ["complete"])
        self.ok("resume", name, home=self.reader)
        self.assert_completes(name)

    def test_what_was_unshared_stays_so_after_a_kill(self):
        self.ok("unshare", "data.bin", home=self.owner)
        self.owner_daemon.kill()
        self.start_daemon(self.owner, self.owner_port)
        self.assertEqual(self.ok("shares", home=self.owner), "")

    def test_uses_of_a_ticket_are_counted_across_a_kill(self):
        ticket = self.ok("ticket", "data.bin", "--uses", "1", home=self.owner).strip()
        self.expect(0, self.receive(ticket))
        self.owner_daemon.kill()
        self.start_daemon(self.owner, self.owner_port)
        self.expect(3, self.receive(ticket, "-o", str(self.folder("elsewhere"))))

    def test_a_share_whose_file_is_gone_is_said_to_be_broken(self):
        self.owner_daemon.interrupt()
        self.path.rename(self.source / "moved.bin")
        self.start_daemon(self.owner, self.owner_port)
        view = json.loads(self.ok("shares", "--json", home=self.owner))
        while view["state"] == "hashing":
            view = json.loads(self.ok("shares", "--json", home=self.owner))
        self.assertEqual(view["state"], "broken")
        self.assertIn("data.bin", view["problem"])


if __name__ == "__main__":
    unittest.main()
