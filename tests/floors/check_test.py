#!/usr/bin/env python3
"""What the floor check must refuse, each as a small tree of its own."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import check  # noqa: E402

HOUSE = {
    "src/base/CMakeLists.txt": "module(base FLOOR 0 LINKS fmt::fmt)\n",
    "src/base/result.hpp": "#pragma once\n#include <expected>\n",
    "src/io/CMakeLists.txt": "module(io FLOOR 1 USES base LINKS asio)\n",
    "src/io/loop.hpp": "#pragma once\n#include <asio/io_context.hpp>\n",
    "src/crypto/CMakeLists.txt": "module(crypto FLOOR 1 USES base)\n",
    "src/crypto/hash.hpp": '#pragma once\n#include "base/result.hpp"\n',
    "src/content/CMakeLists.txt": "module(content FLOOR 2\n  USES base crypto)\n",
    "src/content/piece.hpp": '// A piece.\n#pragma once\n#include "crypto/hash.hpp"\n',
    "src/transport/CMakeLists.txt": "module(transport FLOOR 4 USES content io)\n",
    "src/transport/link.hpp": "#pragma once\n#include <sys/socket.h>\n",
    "src/covey/CMakeLists.txt": "program(covey USES transport)\n",
    "src/covey/main.cpp": '#include "transport/link.hpp"\n#include "content/piece.hpp"\n',
}


class Floors(unittest.TestCase):
    def complaints(self, changes):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in {**HOUSE, **changes}.items():
                path = pathlib.Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            return check.Check(folder).run()

    def refuses(self, changes, place, words):
        found = self.complaints(changes)
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith(place + ":"), found[0])
        self.assertIn(words, found[0])

    def test_a_house_in_order_passes(self):
        self.assertEqual(self.complaints({}), [])

    def test_an_include_of_a_module_that_is_not_used(self):
        self.refuses(
            {"src/content/disk.cpp": '// Disk.\n\n#include "io/loop.hpp"\n'}, "src/content/disk.cpp:3", "USES io"
        )

    def test_an_include_upward(self):
        self.refuses({"src/content/up.cpp": '#include "transport/link.hpp"\n'}, "src/content/up.cpp:1", "not below it")

    def test_an_include_on_the_same_floor(self):
        self.refuses({"src/io/side.hpp": '#pragma once\n#include "crypto/hash.hpp"\n'}, "src/io/side.hpp:2", "not below it")

    def test_an_include_upward_in_angle_brackets(self):
        self.refuses({"src/crypto/up.cpp": "#include <content/piece.hpp>\n"}, "src/crypto/up.cpp:1", "not below it")

    def test_an_include_through_a_used_module_passes(self):
        self.assertEqual(self.complaints({"src/transport/hash.cpp": '#include "crypto/hash.hpp"\n'}), [])

    def test_base_needs_no_declaration(self):
        changes = {
            "src/db/CMakeLists.txt": "module(db FLOOR 1)\n",
            "src/db/sql.cpp": '#include "base/result.hpp"\n',
        }
        self.assertEqual(self.complaints(changes), [])

    def test_uses_on_the_same_floor(self):
        self.refuses(
            {"src/crypto/CMakeLists.txt": "\nmodule(crypto FLOOR 1 USES base io)\n"},
            "src/crypto/CMakeLists.txt:2",
            "strictly lower",
        )

    def test_uses_on_a_higher_floor(self):
        self.refuses(
            {"src/crypto/CMakeLists.txt": "module(crypto FLOOR 1 USES transport)\n"},
            "src/crypto/CMakeLists.txt:1",
            "strictly lower",
        )

    def test_uses_of_a_program(self):
        self.refuses(
            {"src/transport/CMakeLists.txt": "module(transport FLOOR 4 USES content io covey)\n"},
            "src/transport/CMakeLists.txt:1",
            "strictly lower",
        )

    def test_uses_of_nothing_that_exists(self):
        self.refuses(
            {"src/io/CMakeLists.txt": "module(io FLOOR 1 USES base sockets)\n"}, "src/io/CMakeLists.txt:1", "no module"
        )

    def test_sockets_below_the_net(self):
        self.refuses(
            {"src/content/net.cpp": "#include <netinet/in.h>\n"}, "src/content/net.cpp:1", "sockets stand in io"
        )

    def test_asio_below_the_net(self):
        self.refuses({"src/crypto/net.cpp": "#include <asio.hpp>\n"}, "src/crypto/net.cpp:1", "sockets stand in io")

    def test_linux_only_headers_above_the_wrappers(self):
        self.refuses(
            {"src/transport/send.cpp": "#include <sys/sendfile.h>\n"}, "src/transport/send.cpp:1", "only Linux"
        )

    def test_the_http_library_outside_the_api(self):
        self.refuses(
            {"src/transport/http.cpp": "#include <restinio/all.hpp>\n"}, "src/transport/http.cpp:1", "HTTP library"
        )

    def test_a_header_without_pragma_once(self):
        self.refuses({"src/io/bare.hpp": "// #pragma once\nint x();\n"}, "src/io/bare.hpp:1", "#pragma once")

    def test_an_include_relative_to_the_file(self):
        self.refuses({"src/io/note.cpp": '#include "loop.hpp"\n'}, "src/io/note.cpp:1", "full path")

    def test_an_include_in_a_comment_does_not_count(self):
        text = '// #include "transport/link.hpp"\n/*\n#include "transport/link.hpp"\n*/\n'
        self.assertEqual(self.complaints({"src/io/note.cpp": text}), [])

    def test_line_numbers_survive_block_comments(self):
        text = '/* one\n two */\n#include "transport/link.hpp"\n'
        self.refuses({"src/io/note.cpp": text}, "src/io/note.cpp:3", "not below it")

    def test_a_proto_import_upward(self):
        self.refuses(
            {"src/crypto/key.proto": 'syntax = "proto3";\nimport "content/piece.proto";\n'},
            "src/crypto/key.proto:2",
            "not below it",
        )

    def test_a_source_that_does_not_open_with_its_own_header(self):
        text = '#include "base/result.hpp"\n#include "crypto/hash.hpp"\n'
        self.refuses({"src/crypto/hash.cpp": text}, "src/crypto/hash.cpp:1", 'include "crypto/hash.hpp" before')

    def test_sources_without_a_declaration(self):
        self.refuses({"src/swarm/choice.cpp": "\n"}, "src/swarm/CMakeLists.txt:1", "declares no module")

    def test_a_declaration_under_another_name(self):
        self.refuses(
            {"src/db/CMakeLists.txt": "module(database FLOOR 1 USES base)\n"}, "src/db/CMakeLists.txt:1", "stands in src/db"
        )

    def test_a_module_without_a_floor(self):
        self.refuses({"src/db/CMakeLists.txt": "module(db USES base)\n"}, "src/db/CMakeLists.txt:1", "no FLOOR")

    def test_a_folder_without_modules(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(len(check.Check(folder).run()), 1)


if __name__ == "__main__":
    unittest.main()
