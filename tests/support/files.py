"""Files and folders to send, and whether what arrived is the same."""

import os
import subprocess

BLOCK = 1 << 20
KIB = 1 << 10
MIB = 1 << 20
GIB = 1 << 30


def random_file(path, size):
    """A file of random bytes."""
    with open(path, "wb") as file:
        left = size
        while left > 0:
            left -= file.write(os.urandom(min(BLOCK, left)))
    return path


def b3sum(path):
    """What an independent program says the BLAKE3 hash is."""
    return subprocess.run(["b3sum", "--no-names", str(path)], check=True, capture_output=True, text=True).stdout.strip()


def same_bytes(left, right):
    if os.stat(left).st_size != os.stat(right).st_size:
        return False
    with open(left, "rb") as one, open(right, "rb") as other:
        while True:
            block = one.read(BLOCK)
            if block != other.read(BLOCK):
                return False
            if not block:
                return True


def is_executable(status):
    return bool(status.st_mode & 0o100)


def differences(source, arrived):
    """What is different between two files or folders, as sentences; empty when nothing is.

    The time of a shared folder itself is left out: its manifest tells of what is inside."""
    found = []
    compare(source, arrived, found, top=os.path.isdir(source))
    return found


def compare(source, arrived, found, top=False):
    here, there = os.lstat(source), None
    try:
        there = os.lstat(arrived)
    except FileNotFoundError:
        found.append(f"{arrived} is missing")
        return
    if (here.st_mode & 0o170000) != (there.st_mode & 0o170000):
        found.append(f"{arrived} is of another kind")
        return
    if not top and here.st_mtime_ns != there.st_mtime_ns:
        found.append(f"{arrived}: mtime {there.st_mtime_ns} where {here.st_mtime_ns} is right")
    if not os.path.isdir(source):
        if is_executable(here) != is_executable(there):
            found.append(f"{arrived}: the executable bit differs")
        if not same_bytes(source, arrived):
            found.append(f"{arrived}: the bytes differ")
        return
    names = sorted(os.listdir(source))
    if names != sorted(os.listdir(arrived)):
        found.append(f"{arrived} holds {sorted(os.listdir(arrived))} where {names} is right")
        return
    for name in names:
        compare(os.path.join(source, name), os.path.join(arrived, name), found)


def part_folder(destination, name):
    """Where an unfinished download of `name` lies (docs/spec/content.md, "Partial downloads")."""
    return destination / f"{name}.covey-part"


def recorded_bytes(destination, name):
    """How many bytes of a file an unfinished download has recorded as verified (docs/spec/content.md, "Part record").

    Counts what is whole in the record, as a program that resumes does; 0 when there is none."""
    record = part_folder(destination, name) / "record"
    try:
        content = record.read_bytes()
    except FileNotFoundError:
        return 0
    if len(content) < 72:
        return 0
    size = int.from_bytes(content[12:20], "big")
    piece = 256 * KIB  # of every file up to 64 GiB
    pieces = set()
    for at in range(72, len(content) - 15, 16):
        kind, index = content[at], int.from_bytes(content[at + 8 : at + 12], "big")
        if kind in (2, 3):
            pieces.add(index)
        elif kind == 5:
            pieces.discard(index)
    return sum(min(piece, size - index * piece) for index in pieces)
