"""A file played while it is downloaded: what the address of covey stream answers, and to whom."""

import http.client
import json
import socket
import sys
import unittest
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.case import CoveyTest, free_port
from support.files import KIB, MIB, random_file
from support.program import patience

NOT_FOUND = 4
ENDING = 300 * KIB


class Streams(CoveyTest):
    def setUp(self):
        super().setUp()
        self.owner, self.reader = self.new_peer("owner"), self.new_peer("reader")
        self.owner_daemon = self.start_daemon(self.owner, free_port())
        self.reader_daemon = self.start_daemon(self.reader, free_port())

    def ok(self, *arguments, home=None):
        return self.expect(0, self.covey(*arguments, home=home or self.reader)).out

    def begin(self, path, *arguments, limit="3M"):
        """A download that takes a while."""
        self.ok("limits", "--up", limit, home=self.owner)
        share = self.ok("share", str(path), home=self.owner).strip()
        ticket = self.ok("ticket", share, home=self.owner).strip()
        return self.ok("get", "--detach", ticket, "-o", str(self.destination), *arguments).strip()

    def finish(self, name):
        self.ok("limits", "--up", "none", home=self.owner)
        self.ok("transfers", name, "--watch")
        self.assertEqual(self.transfer(name)["state"], "complete")

    def transfer(self, name):
        return json.loads(self.ok("transfers", name, "--json"))

    def connect(self, url):
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=patience())
        self.addCleanup(connection.close)
        return connection

    def get(self, url, method="GET", **headers):
        """The status, the header fields and the body."""
        connection = self.connect(url)
        connection.request(method, urlsplit(url).path, headers=headers)
        response = connection.getresponse()
        return response.status, response.headers, response.read()

    def test_the_end_and_then_the_beginning_while_it_runs(self):
        film = random_file(self.source / "film.mp4", 40 * MIB)
        content = film.read_bytes()
        name = self.begin(film)
        url = self.ok("stream", name).strip()
        self.assertTrue(url.endswith("/film.mp4"), url)

        status, fields, body = self.get(url, Range=f"bytes=-{ENDING}")
        self.assertEqual(status, 206)
        self.assertEqual(fields["Content-Range"], f"bytes {len(content) - ENDING}-{len(content) - 1}/{len(content)}")
        self.assertEqual(body, content[-ENDING:])
        status, fields, body = self.get(url, Range=f"bytes=0-{2 * MIB - 1}")
        self.assertEqual(status, 206)
        self.assertEqual(body, content[: 2 * MIB])
        view = self.transfer(name)
        self.assertEqual(view["state"], "running", view)
        self.assertLess(view["bytes_done"], len(content) // 2, "it was played because everything was there")

        self.finish(name)
        status, fields, body = self.get(url)
        self.assertEqual((status, body), (200, content))
        self.assertEqual(fields["Content-Type"], "video/mp4")
        self.assertEqual(self.ok("stream", name).strip(), url)
        self.ok("remove", name)
        self.assertEqual(self.get(url)[0], 404)

    def test_one_request_that_outlasts_the_download(self):
        film = random_file(self.source / "film.mkv", 12 * MIB)
        name = self.begin(film)
        connection = self.connect(self.ok("stream", name).strip())
        connection.request("GET", urlsplit(self.ok("stream", name).strip()).path)
        response = connection.getresponse()
        begun = response.read(MIB)
        self.finish(name)
        self.assertEqual(begun + response.read(), film.read_bytes())

    def test_who_is_let_in(self):
        film = random_file(self.source / "film.mp4", MIB)
        name = self.begin(film, limit="none")
        url = self.ok("stream", name).strip()
        self.finish(name)
        port, path = urlsplit(url).port, urlsplit(url).path
        for host in (f"evil.example:{port}", "evil.example", "127.0.0.1", f"127.0.0.1:{port + 1}", ""):
            self.assertEqual(self.get(url, Host=host)[0], 403, host)
        for host in (f"localhost:{port}", f"[::1]:{port}"):
            self.assertEqual(self.get(url, Host=host)[0], 200, host)
        token = path.split("/")[2]
        wrong = ("a" if token[0] != "a" else "b") + token[1:]
        unknown = self.get(url.replace(token, wrong))
        self.assertEqual(unknown[0], 404)
        self.assertEqual(self.get(url.replace(token, ""))[::2], unknown[::2])
        self.assertEqual(self.get(url, method="POST")[0], 405)
        with self.assertRaises(ConnectionRefusedError):  # nobody listens on any other address
            socket.create_connection(("127.0.0.2", port), timeout=patience()).close()

        self.reader_daemon.kill()
        self.reader_daemon = self.start_daemon(self.reader, free_port())
        after = urlsplit(self.ok("stream", name).strip())
        self.assertEqual(self.get(after.geturl())[2], film.read_bytes())
        self.assertEqual(self.get(after._replace(path=path).geturl())[0], 404, "tokens are forgotten")

    def test_which_file_of_a_folder(self):
        folder = self.source / "holiday"
        (folder / "clips").mkdir(parents=True)
        small = random_file(folder / "clips" / "small.mp4", 100 * KIB)
        random_file(folder / "clips" / "large.mp4", 600 * KIB)
        page = folder / "page.html"
        page.write_text("<script>alert(1)</script>")
        name = self.begin(folder, limit="none")
        view = json.loads(self.ok("stream", name, "--json"))
        self.assertEqual((view["file"], view["bytes"]), ("clips/large.mp4", 600 * KIB))
        self.assertEqual(self.get(self.ok("stream", name, "small.mp4").strip())[2], small.read_bytes())
        _, fields, body = self.get(self.ok("stream", name, "page.html").strip())
        self.assertEqual(body, page.read_bytes())
        self.assertEqual(fields["Content-Type"], "application/octet-stream")
        self.assertTrue(fields["Content-Disposition"].startswith("attachment"))
        self.assertTrue(fields["Content-Security-Policy"].startswith("sandbox"))
        refused = self.expect(NOT_FOUND, self.covey("stream", name, "none.mp4", home=self.reader))
        self.assertIn("clips/large.mp4", refused.err)

    def test_what_cannot_be_played(self):
        self.expect(NOT_FOUND, self.covey("stream", "nosuch", home=self.reader))
        name = self.begin(random_file(self.source / "film.mp4", 20 * MIB), limit="1M")
        url = self.ok("stream", name).strip()
        upload = [json.loads(line)["id"] for line in self.ok("transfers", "--json", home=self.owner).splitlines()]
        refused = self.covey("stream", upload[0], home=self.owner)
        self.assertNotEqual(refused.code, 0)
        self.assertIn("upload", refused.err)
        self.ok("pause", name)
        refused = self.covey("stream", name, home=self.reader)
        self.assertNotEqual(refused.code, 0)
        self.assertIn(f"covey resume {name}", refused.err)
        status, _, words = self.get(url)
        self.assertEqual(status, 503)
        self.assertIn(b"covey resume", words)
        self.ok("resume", name)
        self.assertEqual(self.get(url, Range="bytes=0-9")[0], 206)


if __name__ == "__main__":
    unittest.main()
