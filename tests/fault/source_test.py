"""The sending side's files change, shrink or vanish while they are being sent."""

import os
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.case import CoveyTest
from support.files import KIB, MIB, differences, part_folder, random_file
from support.proxy import Proxy
from support.tickets import Ticket, through

NOT_VERIFIED = 5
# Far more than the sockets between the two can hold, so that the end is read after the change.
SIZE = 256 * MIB
HOLD = 8 * MIB


class Source(CoveyTest):
    in_memory = True

    def begin(self, path, *arguments):
        """A transfer that is halted in its first part."""
        _, ticket = self.send(str(path))
        self.proxy = Proxy(Ticket(ticket).addresses[0])
        self.addCleanup(self.proxy.close)
        self.proxy.hold_after(HOLD)
        receiver = self.start("receive", through(ticket, self.proxy.address), *arguments)
        self.proxy.wait_until_forwarded(HOLD)
        return receiver

    def last_to_come(self, count):
        """Of the files NNN.bin of a folder; a download goes round from a random one on."""
        begun = sorted(int(path.stem) for path in (part_folder(self.destination, "tree") / "data").glob("*.bin"))
        gaps = {(begun[i] - begun[i - 1]) % count: begun[i] for i in range(len(begun))}
        return f"{(gaps[max(gaps)] - 1) % count:03}.bin"

    def assert_refused(self, receiver, name):
        self.proxy.release()
        answer = self.expect(NOT_VERIFIED, receiver.finish())
        self.assertIn(name, answer.err)
        self.assertFalse((self.destination / name).exists(), "something unverified has the name of the result")
        return answer

    def test_a_file_that_shrinks(self):
        path = random_file(self.source / "data.bin", SIZE)
        receiver = self.begin(path)
        os.truncate(path, 9 * MIB)
        self.assert_refused(receiver, "data.bin")

    def test_a_file_that_is_written_over_in_place(self):
        path = random_file(self.source / "data.bin", SIZE)
        receiver = self.begin(path)
        with open(path, "r+b") as file:
            file.seek(SIZE - 3 * MIB)
            file.write(b"changed")
        self.assert_refused(receiver, "data.bin")

    def test_a_file_that_is_replaced_by_another(self):
        path = random_file(self.source / "data.bin", SIZE)
        receiver = self.begin(path)
        random_file(self.source / "new", SIZE).rename(path)
        self.proxy.release()
        answer = receiver.finish()
        # What was opened may still be read to its end; the new file must never arrive under the old ticket.
        self.assertIn(answer.code, (0, NOT_VERIFIED), answer)
        self.assertFalse(
            (self.destination / "data.bin").exists() and not differences(path, self.destination / "data.bin")
        )

    def test_a_file_that_vanishes_from_a_folder(self):
        tree = self.folder("source/tree")
        for number in range(256):
            random_file(tree / f"{number:03}.bin", MIB)
        receiver = self.begin(tree)
        victim = self.last_to_come(256)
        (tree / victim).unlink()
        self.proxy.release()
        answer = self.expect(NOT_VERIFIED, receiver.finish())
        self.assertIn(victim, answer.err)
        self.assertFalse((self.destination / "tree").exists())

    def test_a_file_in_a_folder_that_becomes_a_link_is_not_followed(self):
        tree = self.folder("source/tree")
        for number in range(256):
            random_file(tree / f"{number:03}.bin", MIB)
        secret = random_file(self.scratch / "secret", MIB)
        receiver = self.begin(tree)
        victim = self.last_to_come(256)
        (tree / victim).unlink()
        (tree / victim).symlink_to(secret)
        self.proxy.release()
        answer = self.expect(NOT_VERIFIED, receiver.finish())
        self.assertIn(victim, answer.err)
        self.assertFalse((self.destination / "tree").exists())

    def test_a_change_before_the_first_byte_is_noticed(self):
        path = random_file(self.source / "data.bin", 3 * MIB)
        _, ticket = self.send(str(path))
        with open(path, "r+b") as file:
            file.write(b"changed")
        answer = self.expect(NOT_VERIFIED, self.receive(ticket))
        self.assertIn("data.bin", answer.err)
        self.assertFalse((self.destination / "data.bin").exists())

    def test_an_unchanged_file_sent_anew_resumes_after_the_change_was_undone(self):
        path = random_file(self.source / "data.bin", SIZE)
        receiver = self.begin(path)
        path.rename(self.source / "hidden")
        (self.source / "data.bin").write_bytes(b"")
        self.proxy.release()
        receiver.finish()
        (self.source / "hidden").rename(path)
        _, ticket = self.send(str(path))
        resumed = self.expect(0, self.receive(ticket, "--json", "--overwrite")).last_transfer()
        self.assertEqual(resumed["state"], "complete")
        self.assertEqual(differences(path, self.destination / "data.bin"), [])

    def test_other_content_under_the_same_name_does_not_mix_with_what_came_before(self):
        path = random_file(self.source / "data.bin", SIZE)
        receiver = self.begin(path)
        receiver.kill()
        self.proxy.release()
        with open(path, "r+b") as file:
            file.seek(100 * KIB)
            file.write(b"changed")
        _, ticket = self.send(str(path))
        answer = self.expect(1, self.receive(ticket))
        self.assertIn("data.bin.covey-part", answer.err)


if __name__ == "__main__":
    unittest.main()
