"""Managed downloads: the queue, priorities, limits, checks, moves and removals, and what a kill -9 leaves of them."""

import json
import os
import pty
import shutil
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.case import MEMORY, CoveyTest, free_port, has_room_in_memory
from support.files import KIB, MIB, differences, part_folder, random_file
from support.program import INTERRUPTED
from support.proxy import Proxy
from support.tickets import Ticket, through

URGENT = {"priority": "high", "piece_order": "sequential", "limit_up": 1_000_000, "seed": True}
USAGE, NOT_FOUND, NOT_VERIFIED = 2, 4, 5


class Managed(CoveyTest):
    def setUp(self):
        super().setUp()
        self.owner, self.owner_port = self.new_peer("owner"), free_port()
        self.reader, self.reader_port = self.new_peer("reader"), free_port()
        self.owner_daemon = self.start_daemon(self.owner, self.owner_port)
        self.start_reader()

    def start_reader(self):
        self.reader_daemon = self.start_daemon(self.reader, self.reader_port)

    def kill_reader(self):
        self.reader_daemon.kill()
        self.start_reader()

    def ok(self, *arguments, home=None):
        return self.expect(0, self.covey(*arguments, home=home or self.reader)).out

    def ticket(self, path):
        share = self.ok("share", str(path), home=self.owner).strip()
        return self.ok("ticket", share, home=self.owner).strip()

    def get(self, ticket, *arguments, into=None):
        return self.ok("get", "--detach", ticket, "-o", str(into or self.destination), *arguments).strip()

    def transfer(self, name):
        return json.loads(self.ok("transfers", name, "--json"))

    def transfers(self):
        """By id, in the order of the list."""
        views = [json.loads(line) for line in self.ok("transfers", "--json").splitlines()]
        return {view["id"]: view for view in views}

    def halted_download(self, path, *arguments, after=8 * MIB, into=None):
        """A download that has begun and cannot end before the proxy is released."""
        ticket = self.ticket(path)
        proxy = Proxy(Ticket(ticket).addresses[0])
        self.addCleanup(proxy.close)
        proxy.hold_after(after)
        name = self.get(through(ticket, proxy.address), *arguments, into=into)
        proxy.wait_until_forwarded(after)
        return name, proxy

    def complete_download(self, path, into=None):
        name = self.get(self.ticket(path), into=into)
        self.watch(name)
        return name

    def watch(self, name):
        self.ok("transfers", name, "--watch")
        # What a check had to leave out is checked once it is whole.
        return self.wait_for(name, lambda view: view["state"] == "complete")

    def files(self, count, size=64 * KIB):
        return [random_file(self.source / f"file{i}.bin", size) for i in range(count)]

    def wait_for(self, name, fits):
        view = self.transfer(name)
        while not fits(view):
            self.assertNotEqual(view["state"], "failed", view)
            view = self.transfer(name)
        return view

    # the queue

    def queue_of_four(self):
        """One that is halted, and three that wait for it: the last one first, then in order."""
        self.ok("limits", "--active", "1", "--down", "50M", "--limit-between", "03:00-03:01=1M")
        first, proxy = self.halted_download(random_file(self.source / "first.bin", 32 * MIB))
        names = [self.get(self.ticket(path)) for path in self.files(3)]
        self.ok("set", names[2], "--priority", "high", "--limit-up", "1M", "--sequential")
        self.ok("pause", names[1])
        return first, proxy, names

    def assert_queue_of_four(self, names):
        views = self.transfers()
        self.assertEqual(views[names[0]]["state"], "queued")
        self.assertEqual(views[names[1]]["state"], "paused")
        self.assertEqual([views[name].get("queue_position") for name in names], [2, None, 1])
        self.assertEqual(views[names[2]]["settings"], URGENT)
        self.assert_limits()

    def assert_limits(self):
        settings = json.loads(self.ok("limits", "--json"))["settings"]
        self.assertEqual((settings["active_downloads"], settings["down"]), (1, 50_000_000))
        self.assertEqual(settings["schedule"], ["03:00-03:01=1M"])

    def test_the_queue_its_order_priorities_limits_and_pauses_survive_a_kill(self):
        first, proxy, names = self.queue_of_four()
        self.assert_queue_of_four(names)
        self.reader_daemon.kill()
        proxy.release()
        self.start_reader()
        ended = [self.watch(name)["finished_at"] for name in (names[2], first, names[0])]
        self.assertEqual(ended, sorted(ended), "the urgent one first, then as they came")
        paused = self.transfer(names[1])
        self.assertEqual((paused["state"], paused["bytes_done"]), ("paused", 0))
        self.assertEqual(self.transfer(names[2])["settings"], URGENT)
        self.assert_limits()
        self.ok("resume", names[1])
        self.watch(names[1])

    def test_an_absent_owner_holds_up_nobody_and_is_found_when_it_is_back(self):
        self.ok("limits", "--active", "1")
        path = random_file(self.source / "first.bin", 32 * MIB)
        first, proxy = self.halted_download(path)
        second = self.get(self.ticket(self.files(1)[0]))
        proxy.shut()
        proxy.cut()
        self.watch(second)  # as soon as the first has given up its place
        waiting = self.transfer(first)
        self.assertIn(waiting["state"], ("queued", "connecting"), waiting)
        self.assertGreater(waiting["bytes_done"], 0)
        proxy.open()
        proxy.release()
        self.watch(first)
        self.assertEqual(differences(path, self.destination / "first.bin"), [])

    def test_all_are_paused_resumed_and_removed_at_once(self):
        self.ok("limits", "--active", "1")
        _, proxy = self.halted_download(random_file(self.source / "first.bin", 32 * MIB))
        for path in self.files(3):
            self.get(self.ticket(path))
        self.ok("pause", "--all")
        self.assertEqual({view["state"] for view in self.transfers().values()}, {"paused"})
        proxy.release()
        self.ok("resume", "--all")
        for name in self.transfers():
            self.watch(name)
        self.ok("remove", "--over")
        self.assertEqual(self.transfers(), {})
        self.assertEqual(len(os.listdir(self.destination)), 4, "the files stay")

    def test_all_are_watched_as_a_table_on_a_terminal_and_as_lines_elsewhere(self):
        self.ok("limits", "--active", "1", "--down", "50M")
        first, _ = self.halted_download(random_file(self.source / "first.bin", 32 * MIB), "--limit-down", "5M")
        second = self.get(self.ticket(self.files(1)[0]))
        screen, terminal = pty.openpty()
        self.addCleanup(os.close, screen)
        watching = self.start("transfers", "--watch", home=self.reader, env={"TERM": "xterm"},
                              preexec_fn=lambda: os.dup2(terminal, 2))
        os.close(terminal)
        shown = ""
        while not ("queued, number 1" in shown and first in shown and second in shown):
            shown += os.read(screen, 65536).decode()
        self.assertRegex(shown, "1 running|0 running")
        self.assertIn("limits ↓ 50 MB/s ↑ none", shown)
        self.assertRegex(shown, "ID +TITLE +PROGRESS")
        self.expect(INTERRUPTED, watching.interrupt())
        lines = self.start("transfers", "--watch", "--json", home=self.reader)
        lines.wait_for_event(lambda event: event["event"] == "transfer" and event["id"] == second)
        self.assertEqual(lines.events()[0]["event"], "limits")
        self.ok("remove", second)
        lines.wait_for_event(lambda event: event["event"] == "removed" and event["id"] == second)
        self.expect(INTERRUPTED, lines.interrupt())

    # checks

    def test_a_check_of_a_finished_folder_says_what_changed_and_resume_mends_it(self):
        tree = self.folder("source/tree")
        for name in ("a.txt", "b.bin"):
            random_file(tree / name, 600 * KIB)
        name = self.complete_download(tree)
        self.wait_for(name, lambda _: self.covey("verify", name, home=self.reader).code == 0)
        with open(self.destination / "tree" / "b.bin", "r+b") as file:
            file.seek(300_000)
            file.write(b"damaged")
        self.kill_reader()
        answer = self.expect(NOT_VERIFIED, self.covey("verify", name, home=self.reader))
        self.assertIn("changed: b.bin", answer.err)
        self.assertIn(f"covey resume {name}", answer.err)
        self.ok("resume", name)
        self.watch(name)
        self.assertEqual(differences(tree, self.destination / "tree"), [])

    def test_a_check_of_an_unfinished_folder_forgets_what_is_damaged(self):
        tree = self.folder("source/tree")
        random_file(tree / "a.bin", 4 * MIB)
        random_file(tree / "z.bin", 40 * MIB)
        name, proxy = self.halted_download(tree, "--sequential", after=24 * MIB)
        self.ok("pause", name)
        held = part_folder(self.destination, "tree") / "data" / "a.bin"
        with open(held, "r+b") as file:
            file.seek(1_000_000)
            file.write(b"damaged")
        answer = self.expect(NOT_VERIFIED, self.covey("verify", name, home=self.reader))
        self.assertIn("a.bin", answer.err)
        self.assertEqual(self.transfer(name)["state"], "paused")
        proxy.release()
        self.ok("resume", name)
        self.watch(name)
        self.assertEqual(differences(tree, self.destination / "tree"), [])

    def test_what_there_is_of_an_unfinished_file_is_proved(self):
        path = random_file(self.source / "data.bin", 64 * MIB)
        name, proxy = self.halted_download(path, after=24 * MIB)
        answer = self.expect(0, self.covey("verify", name, home=self.reader))  # it runs, and goes on afterwards
        self.assertIn("as it was promised", answer.err)
        proxy.release()
        view = self.wait_for(name, lambda view: view["state"] == "complete")
        self.assertEqual((view["check"]["files"], view["check"]["changed_total"], view["check"]["unproved"]), (1, 0, 0))

    # moves

    def move_and_finish(self, there):
        path = random_file(self.source / "data.bin", 32 * MIB)
        name, proxy = self.halted_download(path)
        self.ok("move", name, str(there))
        self.assertEqual(os.listdir(self.destination), [])
        proxy.release()
        view = self.watch(name)
        self.assertEqual(differences(path, there / "data.bin"), [])
        self.assertGreater(view["bytes_resumed"], 0)
        self.ok("move", name, str(self.destination))
        self.assertEqual(differences(path, self.destination / "data.bin"), [])
        self.assertEqual(os.listdir(there), [])
        (there / "data.bin").write_text("mine")
        self.assertIn("exists already", self.expect(1, self.covey("move", name, str(there), home=self.reader)).err)

    def test_a_running_and_a_finished_download_are_moved(self):
        self.move_and_finish(self.folder("elsewhere"))

    @unittest.skipUnless(has_room_in_memory(), "needs a second file system")
    def test_they_are_moved_to_another_file_system(self):
        there = MEMORY / self.scratch.name
        there.mkdir()
        self.addCleanup(shutil.rmtree, there, ignore_errors=True)
        if os.stat(there).st_dev == os.stat(self.destination).st_dev:
            self.skipTest("both are one file system")
        self.move_and_finish(there)

    @unittest.skipUnless(has_room_in_memory(), "needs a second file system")
    def test_a_kill_in_the_middle_of_a_move_loses_nothing(self):
        there = MEMORY / self.scratch.name
        there.mkdir()
        self.addCleanup(shutil.rmtree, there, ignore_errors=True)
        if os.stat(there).st_dev == os.stat(self.destination).st_dev:
            self.skipTest("both are one file system")
        path = random_file(self.source / "data.bin", 300 * MIB)
        name = self.complete_download(path)
        moving = self.start("move", name, str(there), home=self.reader)
        while not os.listdir(there):
            self.assertTrue(moving.is_running(), moving)
        self.reader_daemon.kill()
        moving.finish()
        self.start_reader()
        view = self.wait_for(name, lambda view: view["state"] != "moving")
        self.assertEqual(view["state"], "complete")
        self.assertEqual(differences(path, view["destination"]), [])
        self.assertEqual(len(os.listdir(there)) + len(os.listdir(self.destination)), 1)

    # the end of a download

    def test_remove_leaves_or_deletes_what_has_arrived(self):
        path = random_file(self.source / "data.bin", 32 * MIB)
        for option, left in (([], ["data.bin.covey-part"]), (["--delete"], [])):
            with self.subTest(option=option):
                name, _ = self.halted_download(path)
                self.ok("remove", name, *option)
                self.expect(NOT_FOUND, self.covey("transfers", name, home=self.reader))
                self.assertEqual(os.listdir(self.destination), left)

    def test_remove_deletes_a_finished_file_only_when_told_so(self):
        path = self.files(1)[0]
        for option, left in ((["--delete"], [path.name]), (["--delete-files"], [])):
            with self.subTest(option=option):
                into = self.folder(f"into{len(left)}")
                name = self.complete_download(path, into=into)
                while self.covey("remove", name, *option, home=self.reader).code == NOT_FOUND:
                    pass  # until the list of its files is stored
                self.assertEqual(os.listdir(into), left)
                self.kill_reader()
                self.assertEqual(self.transfers(), {})

    def test_senseless_settings_are_refused_with_what_to_write(self):
        for arguments, said in ((["limits", "--down", "fast"], "500K"), (["limits", "--active", "0"], "1 to"),
                                (["limits", "--limit-between", "8-9=2M"], "write for example 08:30"),
                                (["pause"], "--all")):
            with self.subTest(arguments=arguments):
                self.assertIn(said, self.expect(USAGE, self.covey(*arguments, home=self.reader)).err)


if __name__ == "__main__":
    unittest.main()
