#!/usr/bin/env python3
"""Holds Covey's modules to their floors.

A module declares itself in src/NAME/CMakeLists.txt: `module(NAME FLOOR n USES other...)`. It may use only
modules on strictly lower floors, and include only headers of modules that it uses, directly or through
one that it uses; everyone may include base. A `program(NAME USES ...)` stands above all floors. Some
system and library headers are kept to the modules whose business they are.

Usage: check.py ROOT. Prints `file:line: what is wrong`, one a line; exits 1 if there is any.
"""

import pathlib
import re
import sys
from dataclasses import dataclass, field

NETWORK_FLOOR = 4
ROOF = 99  # where programs stand


@dataclass(frozen=True)
class Confined:
    """Headers that only some modules may include."""

    what: str
    pattern: re.Pattern
    modules: frozenset
    from_floor: int = ROOF + 1  # modules on this floor or above may include them too

    def allows(self, module):
        return module.name in self.modules or module.floor >= self.from_floor


# arpa/inet.h is not here: inet_pton on a text is no socket.
CONFINED = (
    Confined(
        "sockets stand in io and from floor 4 on",
        re.compile(r"asio(/.*|\.hpp)|sys/(socket|un|select|epoll|poll)\.h|poll\.h|netdb\.h|ifaddrs\.h|net/if\.h|netinet/.*"),
        frozenset({"io"}),
        NETWORK_FLOOR,
    ),
    Confined(
        "what only Linux has stands in io, content, crypto and identity",
        re.compile(
            r"linux/.*|sys/(epoll|eventfd|signalfd|timerfd|inotify|fanotify|sendfile|syscall|prctl|random|vfs|statfs|"
            r"sysinfo|xattr)\.h|mntent\.h|byteswap\.h|endian\.h"
        ),
        frozenset({"io", "content", "crypto", "identity"}),
    ),
    Confined(
        "the HTTP library stands in http only",
        re.compile(r"restinio/.*"),
        frozenset({"http"}),
    ),
)

DECLARATION = re.compile(r"^\s*(module|program)\s*\(([^)]*)\)", re.MULTILINE)
KEYWORDS = {"FLOOR", "USES", "LINKS", "PROTOS"}
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')
PROTO_IMPORT = re.compile(r'^\s*import\s+(?:public\s+|weak\s+)?(")([^"]+)"\s*;')
SOURCES = {".hpp", ".h", ".cpp", ".cc", ".ipp", ".proto"}
HEADERS = {".hpp", ".h"}


@dataclass
class Module:
    name: str
    floor: int
    uses: list
    cmake: pathlib.Path
    line: int
    reachable: set = field(default_factory=set)


class Check:
    def __init__(self, root):
        self.root = pathlib.Path(root).resolve()
        self.src = self.root / "src"
        self.modules = {}
        self.complaints = []

    def complain(self, path, line, text):
        self.complaints.append(f"{path.relative_to(self.root)}:{line}: {text}")

    def run(self):
        folders = sorted(folder for folder in self.src.iterdir() if folder.is_dir()) if self.src.is_dir() else []
        if not folders:
            self.complaints.append(f"{self.src}: no modules here; call check.py with the project's root")
            return self.complaints
        files = {folder: source_files(folder) for folder in folders}
        for folder in folders:
            self.read_declaration(folder, has_sources=bool(files[folder]))
        for module in self.modules.values():
            self.check_uses(module)
        for module in self.modules.values():
            self.collect_reachable(module)
        for folder in folders:
            if folder.name in self.modules:
                for path in files[folder]:
                    self.check_file(self.modules[folder.name], path)
        return self.complaints

    def read_declaration(self, folder, has_sources):
        cmake = folder / "CMakeLists.txt"
        if not cmake.exists():
            if has_sources:
                self.complain(cmake, 1, f"src/{folder.name} holds sources but declares no module")
            return
        text = re.sub(r"#[^\n]*", "", cmake.read_text(encoding="utf-8"))
        found = list(DECLARATION.finditer(text))
        if len(found) != 1:
            self.complain(cmake, 1, f"expected one module(...) or program(...), found {len(found)}")
            return
        match = found[0]
        line = text.count("\n", 0, match.start(1)) + 1
        kind, words = match.group(1), match.group(2).split()
        name, floor, uses = parse_words(words)
        if name != folder.name:
            self.complain(cmake, line, f"declares '{name}' but stands in src/{folder.name}")
            return
        if kind == "program":
            floor = ROOF
        elif floor is None:
            self.complain(cmake, line, f"module {name} declares no FLOOR")
            return
        self.modules[name] = Module(name, floor, uses, cmake, line)

    def check_uses(self, module):
        for used in module.uses:
            other = self.modules.get(used)
            if other is None:
                self.complain(module.cmake, module.line, f"{module.name} uses '{used}', which is no module")
            elif other.floor >= module.floor:
                self.complain(
                    module.cmake,
                    module.line,
                    f"{describe(module)} uses {describe(other)}; only strictly lower floors may be used",
                )

    def collect_reachable(self, module):
        waiting = ["base", *module.uses]
        while waiting:
            name = waiting.pop()
            if name in module.reachable or name not in self.modules:
                continue
            module.reachable.add(name)
            waiting.extend(self.modules[name].uses)

    def check_file(self, module, path):
        text = blank_block_comments(path.read_text(encoding="utf-8"))
        if path.suffix in HEADERS and not re.search(r"^#pragma once\s*$", text, re.MULTILINE):
            self.complain(path, 1, "a header without #pragma once")
        self.check_opening(path, text)
        pattern = PROTO_IMPORT if path.suffix == ".proto" else INCLUDE
        for number, line in enumerate(text.split("\n"), start=1):
            match = pattern.match(line)
            if match:
                self.check_include(module, path, number, match.group(1), match.group(2))

    def check_opening(self, path, text):
        """What compiles a source by itself then compiles its header by itself."""
        header = path.with_suffix(".hpp")
        if path.suffix != ".cpp" or not header.exists():
            return
        own = header.relative_to(self.src).as_posix()
        included = [(number, match.group(2)) for number, line in enumerate(text.split("\n"), start=1)
                    if (match := INCLUDE.match(line))]
        if not included or included[0][1] != own:
            self.complain(path, included[0][0] if included else 1, f'include "{own}" before everything else')

    def check_include(self, module, path, number, delimiter, target):
        if delimiter == '"' and (target.startswith("../") or (path.parent / target).exists()):
            self.complain(path, number, f'include "{target}" by its full path from src/')
            return
        first = target.split("/", 1)[0]
        other = self.modules.get(first) if "/" in target else None
        if other and (delimiter == '"' or (self.src / target).exists()):
            self.check_module_include(module, other, path, number, target)
            return
        for confined in CONFINED:
            if confined.pattern.fullmatch(target) and not confined.allows(module):
                self.complain(path, number, f"{describe(module)} includes <{target}>: {confined.what}")

    def check_module_include(self, module, other, path, number, target):
        if other.name == module.name:
            return
        if other.floor >= module.floor:
            self.complain(
                path, number, f"{describe(module)} includes {target} of {describe(other)}, which is not below it"
            )
        elif other.name not in module.reachable:
            self.complain(
                path, number, f"{describe(module)} includes {target}, but does not declare USES {other.name}"
            )


def source_files(folder):
    return sorted(path for path in folder.rglob("*") if path.suffix in SOURCES and path.is_file())


def parse_words(words):
    """(name, floor or None, uses) of a declaration's words."""
    name = words[0] if words else ""
    floor, uses, keyword = None, [], None
    for word in words[1:]:
        if word in KEYWORDS:
            keyword = word
        elif keyword == "FLOOR" and word.isdigit():
            floor = int(word)
        elif keyword == "USES":
            uses.append(word)
    return name, floor, uses


def describe(module):
    return f"program {module.name}" if module.floor == ROOF else f"{module.name} (floor {module.floor})"


def blank_block_comments(text):
    """The text without /* … */, with its line numbers kept."""
    return re.sub(r"/\*.*?\*/", lambda match: "\n" * match.group(0).count("\n"), text, flags=re.DOTALL)


def main(arguments):
    if len(arguments) != 2:
        print("usage: check.py ROOT", file=sys.stderr)
        return 2
    check = Check(arguments[1])
    complaints = check.run()
    for complaint in complaints:
        print(complaint)
    if complaints:
        print(f"floors: {len(complaints)} to mend; the floors are drawn in docs/architecture.md")
        return 1
    print(f"floors: {len(check.modules)} modules, each where it belongs")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
