"""The receiving side's disk: full, read-only, occupied, contested, or attacked while the download runs."""

import os
import sys
import threading
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.case import CoveyTest
from support.files import KIB, MIB, b3sum, differences, part_folder, random_file
from support.proxy import Proxy
from support.small_disk import SmallDisk
from support.tickets import Ticket, through

FAILED = 1
NOBODY = 65534


class FullOrReadOnly(CoveyTest):
    def setUp(self):
        super().setUp()
        try:
            self.disk = SmallDisk(self.folder("small"), 8)
        except PermissionError as error:
            self.skipTest(str(error))
        self.addCleanup(self.disk.close)

    def receive_there(self, ticket, *arguments):
        return self.receive(ticket, "-o", str(self.disk.path), *arguments, prefix=self.disk.enter())

    def test_a_full_disk_ends_it_with_what_came_kept_and_resume_works_once_there_is_room(self):
        path = random_file(self.source / "data.bin", 32 * MIB)
        _, ticket = self.send(str(path))
        full = self.expect(FAILED, self.receive_there(ticket))
        self.assertRegex(full.err, "(?i)space|full|room")
        self.assertRegex(full.err, "again|resume", "it should say how to go on")
        names = self.disk.run("ls", self.disk.path).split()
        self.assertEqual(names, ["data.bin.covey-part"], "nothing else stands there, and the partial data does")
        self.disk.remount("size=64m")
        resumed = self.expect(0, self.receive_there(ticket, "--json")).last_transfer()
        self.assertEqual(resumed["state"], "complete")
        print(f"resumed {resumed['bytes_resumed'] / MIB:.1f} MiB after the disk was full", flush=True)
        arrived = self.disk.run("b3sum", "--no-names", self.disk.path / "data.bin").strip()
        self.assertEqual(arrived, b3sum(path))

    def test_a_disk_that_fills_with_many_small_files(self):
        tree = self.folder("source/tree")
        for number in range(200):
            random_file(tree / f"{number:03}.bin", 100 * KIB)
        _, ticket = self.send(str(tree))
        full = self.expect(FAILED, self.receive_there(ticket))
        self.assertRegex(full.err, "(?i)space|full|room")
        self.assertEqual(self.disk.run("ls", self.disk.path).split(), ["tree.covey-part"])
        self.disk.remount("size=64m")
        resumed = self.expect(0, self.receive_there(ticket, "--json")).last_transfer()
        self.assertGreater(resumed["bytes_resumed"], 0)
        self.disk.run("diff", "-r", tree, self.disk.path / "tree")

    def test_a_read_only_disk_is_named(self):
        path = random_file(self.source / "data.bin", MIB)
        _, ticket = self.send(str(path))
        self.disk.remount("ro")
        answer = self.expect(FAILED, self.receive_there(ticket))
        self.assertIn(str(self.disk.path), answer.err)
        self.assertRegex(answer.err, "(?i)read-only")


class Destination(CoveyTest):
    in_memory = True

    def setUp(self):
        super().setUp()
        self.path = random_file(self.source / "data.bin", 96 * MIB)
        self.sender, self.ticket = self.send(str(self.path))

    def through_proxy(self, ticket, hold):
        proxy = Proxy(Ticket(ticket).addresses[0])
        self.addCleanup(proxy.close)
        proxy.hold_after(hold)
        return proxy, through(ticket, proxy.address)

    def test_a_folder_without_permission_is_named(self):
        self.destination.chmod(0o555)
        self.addCleanup(self.destination.chmod, 0o700)
        options = {}
        if os.geteuid() == 0:  # whom permissions do not stop
            self.scratch.chmod(0o755)
            options = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        answer = self.expect(FAILED, self.receive(self.ticket, cwd="/", *["-o", str(self.destination)], **options))
        self.assertIn(str(self.destination), answer.err)
        self.assertRegex(answer.err, "(?i)permission")

    def test_a_destination_that_does_not_exist_is_made(self):
        self.expect(0, self.receive(self.ticket, "-o", str(self.scratch / "new" / "folder")))
        self.assertEqual(differences(self.path, self.scratch / "new" / "folder" / "data.bin"), [])

    def test_a_destination_that_is_a_file_is_named_and_kept(self):
        (self.scratch / "file").write_text("a file")
        answer = self.receive(self.ticket, "-o", str(self.scratch / "file"))
        self.assertNotEqual(answer.code, 0, answer)
        self.assertIn(str(self.scratch / "file"), answer.err)
        self.assertEqual((self.scratch / "file").read_text(), "a file")

    def test_a_part_folder_of_other_content_is_left_alone(self):
        proxy, ticket = self.through_proxy(self.ticket, 16 * MIB)
        receiver = self.start("receive", ticket)
        proxy.wait_until_forwarded(16 * MIB)
        receiver.interrupt()
        proxy.release()
        other = random_file(self.folder("source/other") / "data.bin", 3 * MIB)
        _, other_ticket = self.send(str(other))
        answer = self.expect(FAILED, self.receive(other_ticket))
        self.assertIn("data.bin.covey-part", answer.err)
        self.assertEqual(os.listdir(self.destination), ["data.bin.covey-part"])
        # The first download is still there to be resumed.
        resumed = self.expect(0, self.receive(self.ticket, "--json")).last_transfer()
        self.assertGreater(resumed["bytes_resumed"], 0)
        self.assertEqual(differences(self.path, self.destination / "data.bin"), [])

    def test_whatever_else_has_the_part_folders_name_is_left_alone(self):
        part = part_folder(self.destination, "data.bin")
        outside = self.folder("outside")
        makers = {
            "a file": lambda: part.write_text("mine"),
            "a link to a folder": lambda: part.symlink_to(outside),
            "a link to nowhere": lambda: part.symlink_to(self.scratch / "nowhere"),
        }
        for name, make in makers.items():
            with self.subTest(name):
                make()
                answer = self.expect(FAILED, self.receive(self.ticket))
                self.assertIn("data.bin.covey-part", answer.err)
                self.assertEqual(os.listdir(outside), [])
                self.assertFalse((self.scratch / "nowhere").exists())
                part.unlink()

    def test_a_users_own_folder_of_the_part_folders_name_is_never_removed(self):
        part = part_folder(self.destination, "data.bin")
        part.mkdir()
        (part / "diary").write_text("mine")
        answer = self.expect(FAILED, self.receive(self.ticket))
        self.assertIn("data.bin.covey-part", answer.err)
        self.assertEqual((part / "diary").read_text(), "mine")

    def test_two_receivers_into_one_destination_do_not_disturb_each_other(self):
        proxy, ticket = self.through_proxy(self.ticket, 16 * MIB)
        first = self.start("receive", ticket)
        proxy.wait_until_forwarded(16 * MIB)
        second = self.expect(FAILED, self.receive(self.ticket))
        self.assertIn("data.bin", second.err)
        proxy.release()
        self.expect(0, first.finish())
        self.assertEqual(differences(self.path, self.destination / "data.bin"), [])

    def test_a_name_taken_during_the_transfer_is_not_overwritten(self):
        proxy, ticket = self.through_proxy(self.ticket, 16 * MIB)
        receiver = self.start("receive", ticket)
        proxy.wait_until_forwarded(16 * MIB)
        (self.destination / "data.bin").write_text("precious")
        proxy.release()
        answer = self.expect(FAILED, receiver.finish())
        self.assertIn("--rename", answer.err)
        self.assertEqual((self.destination / "data.bin").read_text(), "precious")
        self.expect(0, self.receive(self.ticket, "--rename"))
        self.assertEqual(differences(self.path, self.destination / "data (2).bin"), [])

    def test_a_part_folder_that_is_removed_during_the_transfer(self):
        proxy, ticket = self.through_proxy(self.ticket, 16 * MIB)
        receiver = self.start("receive", ticket)
        proxy.wait_until_forwarded(16 * MIB)
        part = part_folder(self.destination, "data.bin")
        for name in os.listdir(part):
            (part / name).unlink()
        part.rmdir()
        proxy.release()
        answer = receiver.finish()
        self.assertNotEqual(answer.code, 0, answer)
        self.assertFalse((self.destination / "data.bin").exists())


class SymlinkRace(CoveyTest):
    """Somebody who may write into the destination swaps folders of the download for links that lead outside."""

    FOLDERS = 12

    def setUp(self):
        super().setUp()
        self.tree = self.folder("source/tree")
        for number in range(1200):
            folder = self.tree / f"{number % self.FOLDERS}"
            folder.mkdir(exist_ok=True)
            random_file(folder / f"{number}.bin", 20 * KIB)
        self.outside = self.folder("outside")
        os.utime(self.outside, ns=(10**18, 10**18))

    def assert_outside_untouched(self, finished):
        self.assertEqual(os.listdir(self.outside), [], finished)
        status = os.stat(self.outside)
        self.assertEqual((status.st_mtime_ns, status.st_mode & 0o777), (10**18, 0o700), finished)

    def swap_all(self, data):
        for number in range(self.FOLDERS):
            try:
                (data / str(number)).rename(data.parent.parent / f"away-{number}")
                (data / str(number)).symlink_to(self.outside)
            except OSError:
                pass

    def test_links_that_are_put_in_the_way_in_mid_transfer(self):
        _, ticket = self.send(str(self.tree))
        proxy = Proxy(Ticket(ticket).addresses[0])
        self.addCleanup(proxy.close)
        proxy.hold_after(4 * MIB)
        receiver = self.start("receive", through(ticket, proxy.address))
        proxy.wait_until_forwarded(4 * MIB)
        self.swap_all(part_folder(self.destination, "tree") / "data")
        proxy.release()
        finished = receiver.finish()
        self.assert_outside_untouched(finished)
        self.assertNotEqual(finished.code, 0, "links were handed over as the result")

    def test_links_that_come_and_go_all_the_time(self):
        _, ticket = self.send(str(self.tree))
        data = part_folder(self.destination, "tree") / "data"
        ended = threading.Event()

        def swap():
            number = 0
            while not ended.is_set():
                number = (number + 1) % self.FOLDERS
                folder, aside = data / str(number), data / f"aside-{number}"
                try:
                    folder.rename(aside)
                    folder.symlink_to(self.outside)
                    folder.unlink()
                    aside.rename(folder)
                except OSError:
                    pass

        swapping = threading.Thread(target=swap)
        swapping.start()
        try:
            for _ in range(5):
                finished = self.receive(ticket, "--overwrite")
                self.assert_outside_untouched(finished)
        finally:
            ended.set()
            swapping.join()

    def test_a_destination_swapped_for_a_link(self):
        _, ticket = self.send(str(self.tree))
        proxy = Proxy(Ticket(ticket).addresses[0])
        self.addCleanup(proxy.close)
        proxy.hold_after(4 * MIB)
        receiver = self.start("receive", through(ticket, proxy.address), "-o", str(self.destination), cwd="/")
        proxy.wait_until_forwarded(4 * MIB)
        self.destination.rename(self.scratch / "moved")
        self.destination.symlink_to(self.outside)
        proxy.release()
        self.assert_outside_untouched(receiver.finish())


if __name__ == "__main__":
    unittest.main()
