"""kill -9 at random moments of a transfer, on each side, then resume.

COVEY_KILLS says how often each side is killed (20 unless told), COVEY_SEED repeats a run.
"""

import os
import random
import shutil
import signal
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.case import CoveyTest
from support.files import KIB, MIB, differences, part_folder, random_file, recorded_bytes
from support.program import INTERRUPTED, is_sanitized

KILLS = int(os.environ.get("COVEY_KILLS", "20"))
SEED = int(os.environ.get("COVEY_SEED", random.SystemRandom().randrange(1 << 32)))
SIZE = (48 if is_sanitized() else 128) * MIB + 77 * KIB + 3
# What a receiver has asked for and not yet got, at most: four connections of 12 MiB each.
IN_FLIGHT = 48 * MIB


class Killed(CoveyTest):
    in_memory = True

    def setUp(self):
        super().setUp()
        print(f"{self.id()}: {KILLS} kills, COVEY_SEED={SEED}", flush=True)
        self.random = random.Random(SEED)
        self.path = random_file(self.source / "data.bin", SIZE)
        self.recorded = 0  # what the next run must not fetch again
        self.resumed_total = 0
        self.duration = self.measure()

    def measure(self):
        """How long an undisturbed transfer takes here, its start and end included."""
        sender, ticket = self.send(str(self.path))
        began = time.monotonic()
        self.expect(0, self.receive(ticket))
        took = time.monotonic() - began
        sender.interrupt()
        self.assert_whole()
        return took

    def assert_whole(self):
        self.assertEqual(differences(self.path, self.destination / "data.bin"), [])
        self.assertEqual(os.listdir(self.destination), ["data.bin"])
        (self.destination / "data.bin").unlink()
        self.recorded = 0

    def random_moment(self):
        # From its very start to shortly before its end; what was resumed ends earlier and is begun anew.
        return self.random.uniform(0, 0.7 * self.duration)

    def assert_nothing_recorded_was_fetched_again(self, run):
        """`run`, a receiver that has ended or was killed, took over all that its predecessor had recorded."""
        views = [event for event in run.events() if event["event"] == "transfer" and event["bytes_total"] > 0]
        if views:
            self.assertEqual(views[-1]["bytes_resumed"], self.recorded, f"\n{run}")
            self.resumed_total += self.recorded
        self.recorded = recorded_bytes(self.destination, "data.bin")

    def sent_by(self, sender):
        """How many bytes of content the sender has handed out, to all receivers together."""
        latest = {event["id"]: event["bytes_done"] for event in sender.events() if event["event"] == "transfer"}
        return sum(latest.values())

    def test_the_receiver_is_killed(self):
        sender, ticket = self.send("--json", str(self.path))
        whole = kills = 0
        while kills < KILLS:
            receiver = self.start("receive", "--json", ticket)
            if receiver.exits_within(self.random_moment()):
                self.expect(0, receiver.finish())
                self.assert_nothing_recorded_was_fetched_again(receiver)
                self.assert_whole()
                whole += 1
                continue
            kills += 1
            self.assert_nothing_recorded_was_fetched_again(receiver.kill())
            if os.listdir(self.destination) == ["data.bin"]:  # killed between its last act and its end
                self.assert_whole()
                whole += 1
        last = self.expect(0, self.receive(ticket, "--json"))
        self.assert_nothing_recorded_was_fetched_again(last)
        self.assert_whole()
        sender.interrupt()
        wasted = self.sent_by(sender) - (whole + 1) * SIZE
        self.assertLessEqual(wasted, KILLS * IN_FLIGHT, "more was fetched twice than was in flight")
        self.assertGreater(self.resumed_total, 0, "no kill left anything to resume: the moments were badly chosen")
        print(f"{whole} ended before their kill; a kill cost {wasted / KILLS / MIB:.1f} MiB on average", flush=True)

    def test_the_receiver_is_killed_right_after_its_result_appeared(self):
        path = random_file(self.source / "small.bin", MIB)
        _, ticket = self.send(str(path))
        result = self.destination / "small.bin"
        for _ in range(50):
            receiver = self.start("receive", ticket)
            while receiver.is_running() and not result.exists():
                pass  # the moment to hit is short
            receiver.kill()
            self.assertEqual(differences(path, result), [])
            left_over = part_folder(self.destination, "small.bin")
            if (left_over / "record").exists():
                break
            # Without its record the next run would take it for one that has just begun, and the result for somebody's.
            shutil.rmtree(left_over, ignore_errors=True)
            result.unlink()
        else:
            self.skipTest("each time it had tidied up before the kill")
        self.expect(0, self.receive(ticket))
        self.assertEqual(os.listdir(self.destination), ["small.bin"])

    def test_the_sender_is_killed(self):
        kills = 0
        while kills < KILLS:
            sender, ticket = self.send(str(self.path))
            receiver = self.start("receive", "--json", ticket)
            if receiver.exits_within(self.random_moment()):
                self.expect(0, receiver.finish())
                self.assert_nothing_recorded_was_fetched_again(receiver)
                self.assert_whole()
                sender.interrupt()
                continue
            kills += 1
            sender.kill()
            # It has either just got everything, or waits for a sender that will not come back.
            receiver.wait_for_event(lambda event: event.get("waiting_for") or event.get("state") == "complete")
            stopped = receiver.interrupt()
            # Between its last line and its end, a signal ends it as any program, with everything in place.
            self.assertIn(stopped.code, (0, INTERRUPTED, -signal.SIGINT), stopped)
            self.assert_nothing_recorded_was_fetched_again(stopped)
            if stopped.code != INTERRUPTED:
                self.assert_whole()
        _, ticket = self.send(str(self.path))
        last = self.expect(0, self.receive(ticket, "--json"))
        self.assert_nothing_recorded_was_fetched_again(last)
        self.assert_whole()
        self.assertGreater(self.resumed_total, 0, "no kill left anything to resume: the moments were badly chosen")

    def test_the_receiver_of_a_folder_is_killed(self):
        tree = self.folder("source/tree")
        for number in range(3000):
            folder = tree / f"{number % 30:02}"
            folder.mkdir(exist_ok=True)
            random_file(folder / f"{number}.bin", self.random.randrange(40 * KIB))
        random_file(tree / "large.bin", 20 * MIB)
        _, ticket = self.send(str(tree))
        began = time.monotonic()
        self.expect(0, self.receive(ticket))
        self.duration = time.monotonic() - began
        kills = 0
        while kills < KILLS // 2:
            receiver = self.start("receive", "--overwrite", ticket)
            if not receiver.exits_within(self.random_moment()):
                receiver.kill()
                kills += 1
        self.expect(0, self.receive(ticket, "--overwrite"))
        self.assertEqual(differences(tree, self.destination / "tree"), [])
        self.assertFalse(part_folder(self.destination, "tree").exists())


if __name__ == "__main__":
    unittest.main()
