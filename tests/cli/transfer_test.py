"""send and receive: what arrives is what was sent, under the right name, and nothing else."""

import os
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.case import CoveyTest
from support.files import GIB, KIB, MIB, b3sum, differences, random_file

EXISTS = 1
ODD_NANOSECONDS = 1_500_000_000_123_456_789


class Transfer(CoveyTest):
    def hand_over(self, *paths, receive=(), send=()):
        """One whole transfer; how receive ended."""
        sender, ticket = self.send("--once", *send, *map(str, paths))
        received = self.expect(0, self.receive(ticket, *receive))
        self.expect(0, sender.finish())
        return received

    def test_a_file_keeps_bytes_time_and_executable_bit(self):
        for name, mode in (("data.bin", 0o644), ("tool", 0o755)):
            with self.subTest(name=name):
                path = random_file(self.source / name, 3 * MIB + 17)
                path.chmod(mode)
                os.utime(path, ns=(ODD_NANOSECONDS, ODD_NANOSECONDS))
                received = self.hand_over(path)
                self.assertEqual(received.out, f"{self.destination / name}\n")
                self.assertEqual(differences(path, self.destination / name), [])

    def test_sizes_around_the_boundaries_of_pieces(self):
        sizes = [0, 1, 1023, 1024, 1025]
        for boundary in (256 * KIB, MIB, 5 * 256 * KIB):
            sizes += [boundary - 1, boundary, boundary + 1]
        for size in sizes:
            random_file(self.source / f"{size}.bin", size)
        self.hand_over(self.source)
        self.assertEqual(differences(self.source, self.destination / "source"), [])
        for size in sizes:
            with self.subTest(size=size):
                self.hand_over(self.source / f"{size}.bin")
                self.assertEqual(differences(self.source / f"{size}.bin", self.destination / f"{size}.bin"), [])

    def test_a_folder_with_all_that_folders_hold(self):
        tree = self.source / "tree"
        (tree / "empty folder" / "and below").mkdir(parents=True)
        (tree / "größe" / "日本語 😀").mkdir(parents=True)
        random_file(tree / "größe" / "日本語 😀" / "naïve.txt", 300 * KIB)
        random_file(tree / "größe" / "two  blanks", 5)
        (tree / "empty").write_bytes(b"")
        random_file(tree / "run.sh", 99).chmod(0o755)
        (tree / ("n" * 255)).write_text("a long name")
        for number in range(200):
            random_file(tree / f"small-{number:03}", number)
        for folder, _, names in os.walk(tree, topdown=False):
            for name in names:
                os.utime(Path(folder, name), ns=(ODD_NANOSECONDS, ODD_NANOSECONDS))
            os.utime(folder, ns=(ODD_NANOSECONDS + 7, ODD_NANOSECONDS + 7))
        received = self.hand_over(tree)
        self.assertEqual(received.out, f"{self.destination / 'tree'}\n")
        self.assertEqual(differences(tree, self.destination / "tree"), [])

    def test_an_empty_folder(self):
        (self.source / "nothing").mkdir()
        self.hand_over(self.source / "nothing")
        self.assertEqual(os.listdir(self.destination / "nothing"), [])

    def test_symbolic_links_and_sockets_are_left_out_with_a_notice(self):
        (self.source / "real.txt").write_text("real")
        (self.source / "secret-link").symlink_to("/etc/passwd")
        (self.source / "folder-link").symlink_to(self.home)
        os.mkfifo(self.source / "pipe")
        sender, ticket = self.send("--once", str(self.source))
        self.expect(0, self.receive(ticket))
        sent = self.expect(0, sender.finish())
        self.assertEqual(os.listdir(self.destination / "source"), ["real.txt"])
        for name in ("secret-link", "folder-link", "pipe"):
            self.assertTrue(any(name in line and "left out" in line for line in sent.err.splitlines()), sent)

    def test_several_paths_become_one_folder(self):
        random_file(self.source / "one.bin", 1000)
        (self.source / "sub").mkdir()
        random_file(self.source / "sub" / "two.bin", 2000)
        os.utime(self.source / "sub", ns=(ODD_NANOSECONDS, ODD_NANOSECONDS))
        sender, ticket = self.send("--once", "--title", "both", str(self.source / "one.bin"), str(self.source / "sub"))
        self.expect(0, self.receive(ticket))
        self.assertEqual(differences(self.source / "one.bin", self.destination / "both" / "one.bin"), [])
        self.assertEqual(differences(self.source / "sub", self.destination / "both" / "sub"), [])
        self.assertEqual(os.stat(self.destination / "both" / "sub").st_mtime_ns, ODD_NANOSECONDS)
        self.expect(0, sender.finish())

    def test_a_title_names_the_result_and_o_the_folder(self):
        path = random_file(self.source / "data.bin", 100)
        elsewhere = self.folder("elsewhere")
        self.hand_over(path, send=["--title", "gift"], receive=["-o", str(elsewhere)])
        self.assertEqual(os.listdir(elsewhere), ["gift"])
        self.assertEqual(os.listdir(self.destination), [])

    def test_flag_before_environment_before_settings_decides_where_it_lands(self):
        path = random_file(self.source / "data.bin", 100)
        by_flag, by_environment, by_settings = (self.folder(name) for name in ("flag", "environment", "settings"))
        (self.home / "config.toml").write_text(f'[receive]\ndirectory = "{by_settings}"\n')
        environment = {"COVEY_RECEIVE_DIRECTORY": str(by_environment)}
        _, ticket = self.send(str(path))
        self.expect(0, self.receive(ticket, "-o", str(by_flag), env=environment))
        self.expect(0, self.receive(ticket, env=environment))
        self.expect(0, self.receive(ticket))
        for folder in (by_flag, by_environment, by_settings):
            self.assertEqual(os.listdir(folder), ["data.bin"])
        self.assertEqual(os.listdir(self.destination), [])

    def test_a_large_sparse_file_stays_sparse_and_is_quick(self):
        path = self.source / "disk.img"
        with open(path, "wb") as file:
            file.truncate(4 * GIB)
            for at in (0, 2 * GIB + 12345, 4 * GIB - 5):
                file.seek(at)
                file.write(b"hello")
        received = self.hand_over(path)
        result = os.stat(self.destination / "disk.img")
        self.assertEqual(result.st_size, 4 * GIB)
        self.assertLess(result.st_blocks * 512, 4 * MIB, received)
        with open(self.destination / "disk.img", "rb") as file:
            for at in (0, 2 * GIB + 12345, 4 * GIB - 5):
                file.seek(at)
                self.assertEqual(file.read(5), b"hello")

    def test_select_fetches_what_matches(self):
        for name in ("photos/a.jpg", "photos/b.png", "photos/deep/c.jpg", "notes/d.txt"):
            path = self.source / "tree" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            random_file(path, 1000)
        self.hand_over(self.source / "tree", receive=["--select", "photos/*.jpg", "--select", "notes/*"])
        arrived = sorted(
            str(Path(folder, name).relative_to(self.destination / "tree"))
            for folder, _, names in os.walk(self.destination / "tree")
            for name in names
        )
        self.assertIn("notes/d.txt", arrived)
        self.assertIn("photos/a.jpg", arrived)
        self.assertNotIn("photos/b.png", arrived)
        self.assertEqual(differences(self.source / "tree/photos/a.jpg", self.destination / "tree/photos/a.jpg"), [])

    def test_select_that_matches_nothing_says_so(self):
        (self.source / "a.txt").write_text("a")
        _, ticket = self.send(str(self.source))
        answer = self.receive(ticket, "--select", "*.nothing")
        self.assertNotEqual(answer.code, 0, answer)
        self.assertIn("*.nothing", answer.err)
        self.assertEqual(os.listdir(self.destination), [])

    def test_nothing_is_left_behind_but_the_files(self):
        path = random_file(self.source / "data.bin", MIB)
        self.hand_over(path)
        self.assertEqual(os.listdir(self.destination), ["data.bin"])
        self.assertEqual(os.listdir(self.home), [])

    def test_over_ipv6(self):
        path = random_file(self.source / "data.bin", MIB)
        try:
            sender, ticket = self.send("--once", str(path), listen="[::1]:0")
        except AssertionError as error:
            if "annot assign" in str(error) or "not supported" in str(error):
                self.skipTest("this machine has no IPv6")
            raise
        self.expect(0, self.receive(ticket))
        self.expect(0, sender.finish())
        self.assertEqual(differences(path, self.destination / "data.bin"), [])

    def test_verify_fetches_back_before_the_ticket_is_given_out(self):
        path = random_file(self.source / "data.bin", 2 * MIB)
        self.hand_over(path, send=["--verify"])
        self.assertEqual(b3sum(path), b3sum(self.destination / "data.bin"))


class NameTaken(CoveyTest):
    def setUp(self):
        super().setUp()
        random_file(self.source / "data.bin", MIB)
        (self.destination / "data.bin").write_text("precious")
        self.sender, self.ticket = self.send(str(self.source / "data.bin"))

    def test_it_is_refused_and_nothing_is_touched(self):
        before = os.stat(self.destination / "data.bin")
        answer = self.expect(EXISTS, self.receive(self.ticket))
        for word in ("--overwrite", "--rename", "data.bin"):
            self.assertIn(word, answer.err)
        self.assertEqual(os.stat(self.destination / "data.bin").st_mtime_ns, before.st_mtime_ns)
        self.assertEqual((self.destination / "data.bin").read_text(), "precious")
        self.assertEqual(os.listdir(self.destination), ["data.bin"])

    def test_overwrite_replaces_it(self):
        self.expect(0, self.receive(self.ticket, "--overwrite"))
        self.assertEqual(differences(self.source / "data.bin", self.destination / "data.bin"), [])
        self.assertEqual(os.listdir(self.destination), ["data.bin"])

    def test_rename_keeps_both(self):
        answer = self.expect(0, self.receive(self.ticket, "--rename"))
        self.assertEqual(answer.out, f"{self.destination / 'data (2).bin'}\n")
        self.assertEqual((self.destination / "data.bin").read_text(), "precious")
        self.assertEqual(differences(self.source / "data.bin", self.destination / "data (2).bin"), [])

    def test_a_folder_of_that_name_is_kept_too(self):
        (self.destination / "data.bin").unlink()
        (self.destination / "data.bin").mkdir()
        (self.destination / "data.bin" / "inside").write_text("precious")
        self.expect(EXISTS, self.receive(self.ticket))
        self.assertEqual((self.destination / "data.bin" / "inside").read_text(), "precious")

    def test_a_link_of_that_name_is_not_followed(self):
        outside = self.scratch / "outside"
        outside.write_text("precious")
        (self.destination / "data.bin").unlink()
        (self.destination / "data.bin").symlink_to(outside)
        self.expect(EXISTS, self.receive(self.ticket))
        self.expect(0, self.receive(self.ticket, "--overwrite"))
        self.assertEqual(outside.read_text(), "precious")
        self.assertFalse((self.destination / "data.bin").is_symlink())


if __name__ == "__main__":
    unittest.main()
