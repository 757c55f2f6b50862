"""The web UI's address: coming in by a link, what a browser may do there, keys for programs, and who stays out."""

import gzip
import http.client
import json
import socket
import sys
import time
import unittest
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.case import CoveyTest, free_port
from support.files import b3sum, random_file

REFUSED, NOT_FOUND = 3, 4


def patiently(holds, seconds=60):
    """Whether it comes to hold."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.05)
    return False


class Browser:
    """Speaks as the UI's page does."""

    def __init__(self, url):
        self.at = urlsplit(url)
        self.origin = f"http://{self.at.netloc}"
        self.cookie = self.token = None

    def request(self, method, path, body=None, **fields):
        connection = http.client.HTTPConnection(self.at.hostname, self.at.port, timeout=60)
        headers = {"Origin": self.origin, "Sec-Fetch-Site": "same-origin"} if method != "GET" else {}
        if self.cookie:
            headers["Cookie"] = self.cookie
        if self.token and method != "GET":
            headers["X-Covey-CSRF"] = self.token
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
            headers["Content-Type"] = "application/json"
        elif body is not None:
            headers["Content-Type"] = "application/octet-stream"
        headers.update({name.replace("_", "-"): value for name, value in fields.items()})
        try:
            connection.request(method, path, body, {name: value for name, value in headers.items() if value is not None})
            answer = connection.getresponse()
            answer.content = answer.read()
            return answer
        finally:
            connection.close()

    def api(self, method, path, body=None, **fields):
        return self.request(method, "/api/v1" + path, body, **fields)

    def json(self, method, path, body=None, status=200, **fields):
        answer = self.api(method, path, body, **fields)
        if answer.status != status:
            raise AssertionError(f"{method} {path}: {answer.status} {answer.content}")
        return json.loads(answer.content) if answer.content else None

    def sign_in(self, once):
        answer = self.api("POST", "/session", {"once": once})
        if answer.status == 200:
            self.cookie = answer.getheader("Set-Cookie").split(";")[0]
            self.token = json.loads(answer.content)["csrf_token"]
        return answer


class Ui(CoveyTest):
    def setUp(self):
        super().setUp()
        self.owner = self.new_peer("owner")
        self.port = free_port()
        self.daemon = self.start_daemon(self.owner, self.port)

    def ok(self, *arguments, **options):
        return self.expect(0, self.covey(*arguments, home=self.owner, **options)).out

    def link(self):
        return self.ok("ui", "--no-open").strip()

    def browser(self):
        url = urlsplit(self.link())
        browser = Browser(f"http://{url.netloc}/")
        self.assertEqual(browser.sign_in(url.fragment.removeprefix("once=")).status, 200)
        return browser

    def test_a_link_lets_one_browser_in(self):
        url = urlsplit(self.link())
        once = url.fragment.removeprefix("once=")
        browser = Browser(f"http://{url.netloc}/")
        self.assertEqual(browser.api("GET", "/session").status, 401)
        signed_in = browser.sign_in(once)
        self.assertEqual(signed_in.status, 200)
        self.assertIn("HttpOnly; SameSite=Strict", signed_in.getheader("Set-Cookie"))
        session = browser.json("GET", "/session")
        self.assertEqual((session["csrf_token"], session["csp_reports"]), (browser.token, 0))
        self.assertEqual(browser.json("GET", "/status")["peer_id"], session["peer_id"])
        self.assertEqual(Browser(browser.origin).sign_in(once).status, 401, "the link has been used")

    def test_a_session_survives_a_restart_and_ends_by_signing_out(self):
        browser = self.browser()
        self.ok("daemon", "--stop")
        self.daemon.finish(60)
        self.start_daemon(self.owner, self.port, env={"COVEY_UI_ADDRESS": browser.at.netloc})
        self.assertEqual(browser.api("GET", "/status").status, 200)
        self.assertEqual(len(self.ok("ui", "--sessions").splitlines()), 1)
        self.ok("ui", "--sign-out")
        self.assertEqual(browser.api("GET", "/status").status, 401)

    def test_the_page_and_its_files(self):
        browser = self.browser()
        page = browser.request("GET", "/")
        self.assertEqual((page.status, page.getheader("Cache-Control")), (200, "no-store"))
        policy = page.getheader("Content-Security-Policy")
        nonce = policy.split("'nonce-")[1].split("'")[0]
        self.assertNotIn(b"__CSP_NONCE__", page.content)
        self.assertNotIn(nonce, browser.request("GET", "/").getheader("Content-Security-Policy"))
        self.assertEqual(browser.request("GET", "/some/place").content[:20], page.content[:20])
        self.assertEqual(browser.request("GET", "/no-such-file.js").status, 404)
        for name in ("X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy"):
            self.assertTrue(page.getheader(name), name)

    def test_scripts_are_compressed_and_not_sent_twice(self):
        browser = self.browser()
        page = browser.request("GET", "/").content.decode()
        if "/assets/" not in page:
            self.skipTest("this program was built without the web UI")
        script = "/assets/" + page.split("/assets/")[1].split('"')[0]
        plain = browser.request("GET", script)
        packed = browser.request("GET", script, Accept_Encoding="gzip")
        self.assertIn("immutable", plain.getheader("Cache-Control"))
        if packed.getheader("Content-Encoding") == "gzip":
            self.assertEqual(gzip.decompress(packed.content), plain.content)
        again = browser.request("GET", script, If_None_Match=plain.getheader("ETag"))
        self.assertEqual((again.status, again.content), (304, b""))

    def test_who_does_not_come_from_its_page_stays_out(self):
        browser = self.browser()
        for what, answer in {
            "another origin": browser.api("GET", "/status", Origin="http://evil.example"),
            "another site": browser.api("GET", "/status", Sec_Fetch_Site="cross-site"),
            "another name": browser.api("GET", "/status", Host="evil.example"),
            "no token": browser.api("POST", "/stop", X_Covey_CSRF=None),
            "another's token": browser.api("POST", "/stop", X_Covey_CSRF="x" * 43),
            "a command's path": browser.api("POST", "/ui/link"),
            "another command's path": browser.api("GET", "/keys"),
        }.items():
            self.assertEqual(answer.status, 403, what)
        self.assertEqual(browser.api("GET", "/status", Cookie=browser.cookie.split("=")[0] + "=made-up").status, 401)

    def test_keys_do_what_their_kind_allows(self):
        browser = Browser(self.link().split("#")[0])
        full = self.ok("keys", "add", "backup").strip()
        look = self.ok("keys", "add", "monitor", "--read-only").strip()
        self.assertTrue(full.startswith("covey-key-"))
        self.assertEqual(browser.api("GET", "/status", Authorization=f"Bearer {look}").status, 200)
        self.assertEqual(browser.api("POST", "/limits", {}, Authorization=f"Bearer {look}").status, 403)
        self.assertNotEqual(browser.api("POST", "/limits", {}, Authorization=f"Bearer {full}").status, 403)
        self.assertEqual([line.split("\t")[1] for line in self.ok("keys").splitlines()], ["backup", "monitor"])
        self.ok("keys", "remove", "backup")
        self.assertEqual(browser.api("GET", "/status", Authorization=f"Bearer {full}").status, 401)
        self.expect(NOT_FOUND, self.covey("keys", "remove", "backup", home=self.owner))

    def test_events_come_as_they_happen(self):
        browser = self.browser()
        connection = http.client.HTTPConnection(browser.at.hostname, browser.at.port, timeout=60)
        self.addCleanup(connection.close)
        connection.request("GET", "/api/v1/events", headers={"Cookie": browser.cookie})
        stream = connection.getresponse()
        self.assertEqual(stream.getheader("Content-Type"), "application/x-ndjson")
        self.assertIn("limits", json.loads(stream.readline()))
        path = random_file(self.source / "data.bin", 1 << 16)
        browser.json("POST", "/shares", {"path": str(path)}, status=201)
        while True:
            line = stream.readline().strip()
            if line and "share" in (event := json.loads(line)):
                self.assertEqual(event["share"]["path"], str(path))
                break

    def test_uploads_are_shared_and_go_with_their_share(self):
        browser = self.browser()
        path = random_file(self.source / "data.bin", 5 << 20)
        content = path.read_bytes()
        upload = browser.json("POST", "/uploads", {"title": "", "files": [{"path": "data.bin", "bytes": len(content)}]}, status=201)
        self.assertEqual(browser.api("POST", f"/uploads/{upload['id']}/share", {}).status, 400, "nothing is there yet")
        at = 0
        while at < len(content):
            part = content[at : at + (4 << 20)]
            told = browser.json("PUT", f"/uploads/{upload['id']}/files/0?offset={at}", part)
            at += len(part)
            self.assertEqual(told["received"], [at])
        self.assertEqual(browser.api("PUT", f"/uploads/{upload['id']}/files/0?offset=7", b"x").status, 409)
        share = browser.json("POST", f"/uploads/{upload['id']}/share", {}, status=201)
        kept = Path(share["path"])
        self.assertEqual((kept.name, kept.read_bytes() == content), ("data.bin", True))
        self.assertTrue(kept.is_relative_to(self.owner / "uploads"))
        listed = [json.loads(line) for line in self.ok("shares", "--json").splitlines()]
        self.assertIn(listed[0]["content_id"], (b3sum(path), ""))
        self.ok("unshare", share["id"])
        self.assertFalse(kept.exists())

    def test_an_owner_sees_who_has_what_over_restarts(self):
        browser = self.browser()
        path = random_file(self.source / "data.bin", 3 << 20)
        share = json.loads(self.ok("share", str(path), "--json").splitlines()[-1])
        holders = lambda at: at.json("GET", f"/shares/{share['id']}/holders")["holders"]
        self.assertEqual(holders(browser), [])
        ticket = self.ok("ticket", share["id"]).strip()
        self.expect(0, self.receive(ticket, "-o", str(self.destination)))
        self.assertTrue(patiently(lambda: any(holder["complete"] for holder in holders(browser))))
        before = holders(browser)
        self.assertEqual([(len(before), before[0]["bytes"])], [(1, 3 << 20)])
        self.ok("daemon", "--stop")
        self.daemon.finish(60)
        self.start_daemon(self.owner, self.port, env={"COVEY_UI_ADDRESS": browser.at.netloc})
        self.assertEqual(holders(browser), before)
        self.assertEqual(browser.api("GET", "/shares/none/holders").status, 404)
        upload = next((each for each in browser.json("GET", "/transfers")["transfers"] if each["direction"] == "upload"), None)
        if upload:
            self.assertEqual(browser.api("GET", f"/transfers/{upload['id']}/pieces").status, 404)

    def test_which_pieces_of_a_download_are_here(self):
        browser = self.browser()
        sender, ticket = self.send(str(random_file(self.source / "film", 2 << 20)))
        started = browser.json("POST", "/transfers", {"ticket": ticket, "directory": str(self.destination)}, status=201)
        self.assertTrue(patiently(lambda: browser.json("GET", f"/transfers/{started['id']}")["transfer"]["state"] == "complete"))
        pieces = browser.json("GET", f"/transfers/{started['id']}/pieces")
        self.assertEqual((pieces["pieces_total"], pieces["pieces_done"]), (8, 8))
        self.assertEqual(pieces["cells"], [{"done": 100, "sources": 0}] * 8)
        self.assertEqual(len(browser.json("GET", f"/transfers/{started['id']}/pieces?cells=3")["cells"]), 3)
        sender.interrupt()

    def test_hostile_names_are_not_uploaded(self):
        browser = self.browser()
        for name in ("../escape", "/etc/passwd", "a/../../b", "", "a\u0000b", "con\u202etxt"):
            answer = browser.api("POST", "/uploads", {"files": [{"path": name, "bytes": 1}]})
            self.assertEqual(answer.status, 400, name)
        twins = browser.api("POST", "/uploads", {"files": [{"path": "A", "bytes": 1}, {"path": "a", "bytes": 1}]})
        self.assertEqual(twins.status, 400)

    def test_folders_identity_and_settings(self):
        browser = self.browser()
        (self.source / "sub").mkdir()
        (self.source / ".hidden").write_text("x")
        (self.source / "b.txt").write_text("four")
        folder = browser.json("GET", f"/folders?path={self.source}")
        self.assertEqual([(e["name"], e["kind"]) for e in folder["entries"]], [("sub", "folder"), ("b.txt", "file")])
        self.assertEqual(folder["parent"], str(self.source.parent))
        self.assertEqual(len(browser.json("GET", f"/folders?path={self.source}&hidden=true")["entries"]), 3)
        self.assertEqual(browser.api("GET", "/folders?path=relative").status, 400)
        self.assertEqual(browser.api("GET", "/folders?path=/no/such").status, 404)

        identity = browser.json("GET", "/identity")
        self.assertEqual((len(identity["safety_words"]), identity["first_run"], identity["passphrase_set"]), (6, True, False))
        self.assertEqual(browser.json("POST", "/identity", {"name": "otter"})["name"], "otter")
        self.assertEqual(browser.api("POST", "/identity", {"name": "No Name"}).status, 400)
        self.assertFalse(browser.json("POST", "/identity/done")["first_run"])

        settings = browser.json("POST", "/settings", {"download_directory": str(self.destination)})
        self.assertEqual((settings["download_directory"], settings["listen_port"]), (str(self.destination), self.port))
        self.assertEqual(browser.api("POST", "/settings", {"download_directory": "/no/such"}).status, 400)

    def test_a_passphrase_protects_the_home_from_the_next_start_on(self):
        browser = self.browser()
        changed = browser.json("POST", "/identity/passphrase", {"new": "correct horse"})
        self.assertTrue(changed["passphrase_set"])
        self.assertFalse((self.owner / "vault.key").exists())
        self.assertEqual(browser.api("POST", "/identity/passphrase", {"current": "wrong", "new": ""}).status, 403)
        self.ok("daemon", "--stop")
        self.daemon.finish(60)
        self.start_daemon(self.owner, self.port, env={"COVEY_PASSPHRASE": "correct horse"})
        browser = self.browser()
        self.assertFalse(browser.json("POST", "/identity/passphrase", {"current": "correct horse", "new": ""})["passphrase_set"])

    def test_the_daemon_ends_by_the_button(self):
        browser = self.browser()
        self.assertEqual(browser.api("POST", "/stop", {}).status, 202)
        self.expect(0, self.daemon.finish(60))


class Address(CoveyTest):
    def test_beyond_this_machine_it_needs_tls_and_a_password(self):
        home = self.new_peer("owner")
        refused = self.covey("daemon", "--listen", "127.0.0.1:0", "--ui", "0.0.0.0:0", home=home)
        self.assertNotEqual(refused.code, 0)
        self.assertIn("password", refused.err)

    def test_a_usual_port_that_is_taken_is_replaced(self):
        with socket.socket() as taken:
            try:
                taken.bind(("127.0.0.1", 7442))
                taken.listen()
            except OSError:
                pass  # by another program, which is as good
            home = self.new_peer("owner")
            self.start_daemon(home, free_port(), env={"COVEY_UI_ADDRESS": ""})
            url = json.loads(self.expect(0, self.covey("status", "--json", home=home)).out)["ui"]
            self.assertNotIn(":7442/", url)
            self.assertTrue(self.expect(0, self.covey("ui", "--no-open", home=home)).out.startswith(url))

    def test_none_is_served_where_none_is_wanted(self):
        home = self.new_peer("owner")
        self.start("daemon", "--listen", "127.0.0.1:0", "--no-ui", home=home).wait_for_line("ready;")
        self.assertNotIn("ui", json.loads(self.expect(0, self.covey("status", "--json", home=home)).out))
        self.expect(NOT_FOUND, self.covey("ui", home=home))


if __name__ == "__main__":
    unittest.main()
