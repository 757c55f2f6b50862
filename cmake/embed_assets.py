#!/usr/bin/env python3
"""Puts the files of a folder into a program: OUT/assets.S holds their bytes, OUT/assets.cpp the table of them.

Usage: embed_assets.py DIST OUT. An empty DIST makes an empty table. What becomes smaller is there compressed,
too; the same input always gives the same output.
"""

import gzip
import hashlib
import pathlib
import sys

MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".gif": "image/gif",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}
PACKED_ALREADY = {".gif", ".jpg", ".png", ".webp", ".woff", ".woff2"}
INDEX = "index.html"  # it is changed on each answer, and so never sent compressed


def quoted(text):
    return '"' + str(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def compressed(path, name):
    if path.suffix in PACKED_ALREADY or name == INDEX:
        return None
    content = path.read_bytes()
    packed = gzip.compress(content, compresslevel=9, mtime=0)
    return packed if len(packed) < 0.9 * len(content) else None


def bytes_of(label, file):
    return f"  .balign 16\n{label}:\n  .incbin {quoted(file)}\n{label}_end:\n  .byte 0\n"


def write(path, text):
    path.write_text(text, encoding="utf-8")  # always newer than what it was made of


def main():
    dist, out = sys.argv[1], pathlib.Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    files = []
    if dist:
        root = pathlib.Path(dist)
        files = sorted(
            ((path.relative_to(root).as_posix(), path) for path in root.rglob("*") if path.is_file()),
            key=lambda entry: entry[0].encode(),
        )
    packed_folder = out / "gz"
    packed_folder.mkdir(exist_ok=True)
    assembly = "// Made by embed_assets.py.\n#ifdef __ELF__\n  .section .note.GNU-stack,\"\",@progbits\n#endif\n  .section .rodata\n"
    declarations, rows = "", ""
    for number, (name, path) in enumerate(files):
        media_type = MEDIA_TYPES.get(path.suffix, "application/octet-stream")
        etag = hashlib.sha256(path.read_bytes()).hexdigest()[:32]
        labels = {"plain": f"covey_asset_{number}"}
        assembly += bytes_of(labels["plain"], path.resolve())
        packed = compressed(path, name)
        if packed is not None:
            labels["gzip"] = f"covey_asset_{number}_gz"
            file = packed_folder / f"{number}.gz"
            file.write_bytes(packed)
            assembly += bytes_of(labels["gzip"], file.resolve())
        views = []
        for kind in ("plain", "gzip"):
            label = labels.get(kind)
            if label is None:
                views.append("{}")
                continue
            assembly = assembly.replace(f"\n{label}:", f"\n  .globl {label}, {label}_end\n  .hidden {label}, {label}_end\n{label}:")
            declarations += f'extern "C" const char {label}[], {label}_end[];\n'
            views.append(f"between({label}, {label}_end)")
        quoted_tag = '"' + etag + '"'
        rows += f"      {{{quoted(name)}, {quoted(media_type)}, {quoted(quoted_tag)}, {views[0]}, {views[1]}}},\n"
    table = (
        "  static const std::vector<covey::web::Asset> kAssets{\n" + rows + "  };\n"
        "  return kAssets;\n"
    )
    write(out / "assets.S", assembly)
    write(
        out / "assets.cpp",
        "// Made by embed_assets.py.\n#include <vector>\n\n#include \"web/assets.hpp\"\n\n"
        + declarations
        + "\nnamespace {\n[[maybe_unused]] std::string_view between(const char* begin, const char* end) {\n"
        "  return {begin, static_cast<std::size_t>(end - begin)};\n}\n}  // namespace\n\n"
        "std::span<const covey::web::Asset> covey::web::embedded_assets() {\n" + table + "}\n",
    )


if __name__ == "__main__":
    main()
