"""How much memory a large copy takes on each side: a small constant."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.case import CoveyTest
from support.files import GIB, random_file, same_bytes
from support.program import is_sanitized

LIMIT_KIB = 96 << 10


@unittest.skipIf(is_sanitized(), "sanitizers take memory of their own")
class Memory(CoveyTest):
    in_memory = True

    def assert_small(self, name, peak):
        print(f"{name}: {peak / 1024:.1f} MiB at most", flush=True)
        self.assertLessEqual(peak, LIMIT_KIB, name)

    def test_a_copy_of_one_gibibyte(self):
        path = random_file(self.source / "data.bin", GIB)
        sender, ticket = self.send(str(path))
        peak = self.start("receive", ticket).finish_with_peak_memory()
        self.assert_small("sender", sender.peak_memory_kib())
        self.assert_small("receiver", peak)
        self.assertTrue(same_bytes(path, self.destination / "data.bin"))


if __name__ == "__main__":
    unittest.main()
