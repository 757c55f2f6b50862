"""init, id, doctor, and what covey says to a wrong command line."""

import json
import os
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.case import CoveyTest

WRONG_USAGE = 2


class Identity(CoveyTest):
    def test_init_makes_an_identity_that_stays(self):
        made = self.expect(0, self.covey("init"))
        peer, words = made.out.splitlines()
        groups = peer.split("-")
        self.assertEqual([len(group) for group in groups], [7] * 8, peer)
        self.assertEqual(len(words.split()), 6, words)
        for _ in range(2):
            self.assertEqual(self.expect(0, self.covey("id")).out, made.out)

    def test_a_second_init_is_refused_and_changes_nothing(self):
        first = self.expect(0, self.covey("init")).out
        again = self.expect(1, self.covey("init"))
        self.assertIn("already", again.err)
        self.assertEqual(again.out, "")
        self.assertEqual(self.covey("id").out, first)

    def test_two_homes_are_two_peers(self):
        peers = {self.covey("init", "--home", str(self.scratch / name)).out for name in ("one", "other")}
        self.assertEqual(len(peers), 2)

    def test_id_without_an_identity_says_how_to_make_one(self):
        answer = self.expect(4, self.covey("id"))
        self.assertIn("covey init", answer.err)

    def test_id_as_json_and_as_a_qr_code(self):
        peer, words = self.covey("init").out.splitlines()
        answer = json.loads(self.expect(0, self.covey("id", "--json")).out)
        self.assertEqual((answer["peer_id"], answer["safety_words"]), (peer, words))
        picture = self.expect(0, self.covey("id", "--qr")).out.splitlines()
        self.assertEqual(picture[0], peer)
        self.assertGreater(len(picture), 15)

    def test_private_files_are_for_their_owner_alone(self):
        self.covey("init")
        for folder, _, names in os.walk(self.home):
            self.assertEqual(os.stat(folder).st_mode & 0o077, 0, folder)
            for name in names:
                self.assertEqual(os.stat(Path(folder, name)).st_mode & 0o077, 0, name)

    def test_an_identity_with_a_passphrase_opens_with_it_alone(self):
        secret = {"COVEY_PASSPHRASE": "correct horse"}
        self.expect(0, self.covey("init", env=secret))
        self.expect(0, self.covey("id"))  # the id itself is public
        good = self.expect(0, self.covey("doctor", "--json", env={**secret, "COVEY_DAEMON_LISTEN": "127.0.0.1:0"}))
        self.assertIn("identity", good.out)
        bad = self.expect(1, self.covey("doctor", env={"COVEY_PASSPHRASE": "wrong"}))
        self.assertIn("COVEY_PASSPHRASE", bad.out)
        refused = self.covey("daemon", "--listen", "127.0.0.1:0", env={"COVEY_PASSPHRASE": "wrong"})
        self.assertNotEqual(refused.code, 0, refused)
        self.assertIn("passphrase", refused.err)

    def test_doctor_names_what_is_wrong_and_how_to_mend_it(self):
        self.covey("init")
        listen = {"COVEY_DAEMON_LISTEN": "127.0.0.1:0"}
        self.expect(0, self.covey("doctor", env=listen))
        self.home.chmod(0o755)
        sick = self.expect(1, self.covey("doctor", env=listen))
        self.assertIn(f"chmod 700 '{self.home}'", sick.out)
        self.home.chmod(0o700)
        (self.home / "config.toml").write_text("[send]\nexpires = 3\n")
        sick = self.expect(1, self.covey("doctor", env=listen))
        self.assertIn("send.expires", sick.out)


class CommandLine(CoveyTest):
    def test_wrong_usage_ends_with_2_and_names_the_help(self):
        wrong = ["nonsense"], ["send"], ["receive"], ["send", "--no-such"], ["ticket"], ["pause"], ["cancel"]
        for arguments in wrong:
            with self.subTest(arguments=arguments):
                answer = self.expect(WRONG_USAGE, self.covey(*arguments))
                self.assertIn("--help", answer.err)
                self.assertEqual(answer.out, "")

    def test_values_that_make_no_sense_end_with_2(self):
        (self.source / "a").write_text("a")
        path = str(self.source / "a")
        for arguments in (
            ["send", path, "--expires", "soon"],
            ["send", path, "--uses", "0"],
            ["send", path, "--listen", "here"],
            ["receive", "covey:aaaa", "--wait", "a while"],
            ["receive", "covey:aaaa", "--overwrite", "--rename"],
        ):
            with self.subTest(arguments=arguments):
                self.expect(WRONG_USAGE, self.covey(*arguments))

    def test_help_and_version_go_to_stdout(self):
        self.assertIn("covey send", self.expect(0, self.covey("--help")).out)
        self.assertIn("--select", self.expect(0, self.covey("receive", "--help")).out)
        self.assertTrue(self.expect(0, self.covey("--version")).out.startswith("covey "))

    def test_nothing_at_all_shows_the_help_as_wrong_usage(self):
        self.assertIn("receive", self.expect(WRONG_USAGE, self.covey()).err)

    def test_errors_are_json_when_asked_for(self):
        answer = self.expect(4, self.covey("id", "--json"))
        self.assertEqual(json.loads(answer.out)["error"]["code"], "not_found")

    def test_commands_without_a_daemon_say_what_to_do(self):
        self.covey("init")
        for arguments in (
            ["status"],
            ["shares"],
            ["share", str(self.source)],
            ["unshare", "x"],
            ["ticket", "x"],
            ["transfers"],
            ["pause", "x"],
            ["resume", "x"],
            ["cancel", "x"],
            ["daemon", "--stop"],
        ):
            with self.subTest(arguments=arguments):
                answer = self.expect(4, self.covey(*arguments))
                self.assertIn("covey daemon", answer.err)

    def test_a_daemon_without_an_identity_says_how_to_make_one(self):
        answer = self.covey("daemon", "--listen", "127.0.0.1:0")
        self.assertEqual(answer.code, 4, answer)
        self.assertIn("covey init", answer.err)


if __name__ == "__main__":
    unittest.main()
