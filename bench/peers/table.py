"""Rounds into medians, medians into a table, and what the project aims at."""

import statistics
from dataclasses import asdict

AIMS = (
    # (what, the figure from the rows, comparison, aim)
    ("big file: covey's speed / limit", lambda r: speed(r, "big", "covey") / speed(r, "big", "limit"), ">=", 0.9),
    ("big file: covey's speed / scp", lambda r: speed(r, "big", "covey") / speed(r, "big", "scp"), ">=", 1.8),
    ("big file: covey's speed / the fastest libtorrent with RC4", lambda r: over_libtorrent(r, "-rc4"), ">=", 4.0),
    ("big file: covey's speed / the fastest libtorrent in the clear", lambda r: over_libtorrent(r, ""), ">=", 4.0),
    ("big file: covey's speed / syncthing", lambda r: speed(r, "big", "covey") / speed(r, "big", "syncthing"), ">=", 4.0),
    ("small files: covey's time / rsync", lambda r: seconds(r, "small", "covey") / seconds(r, "small", "rsync"), "<=", 0.6),
    ("hashing: covey's speed / b3sum", lambda r: seconds(r, "hash", "b3sum") / seconds(r, "hash", "covey"), ">=", 0.9),
    ("big file: covey's peak memory, MiB", lambda r: max(memory(r, "big", "covey")) / (1 << 20), "<=", 96.0),
    (
        "sparse 1 TiB: covey's peak memory / at 1 GiB",
        lambda r: memory(r, "sparse", "1 TiB")[0] / memory(r, "sparse", "1 GiB")[0],
        "<=",
        1.1,
    ),
)


class Row:
    """All rounds of one peer at one job."""

    def __init__(self, job, name, size):
        self.job, self.name, self.size = job, name, size
        self.rounds = []

    def median(self, figure):
        return statistics.median(figure(outcome) for outcome in self.rounds)

    def as_dict(self):
        return {"job": self.job, "peer": self.name, "bytes": self.size, "rounds": [asdict(each) for each in self.rounds]}


def seconds(rows, job, name):
    return rows[job, name].median(lambda outcome: outcome.transfer)


def speed(rows, job, name):
    return rows[job, name].size / seconds(rows, job, name)


def over_libtorrent(rows, encryption):
    names = [f"libtorrent-{version}{encryption}" for version in ("v1", "v2")]
    return speed(rows, "big", "covey") / max(speed(rows, "big", name) for name in names if ("big", name) in rows)


def memory(rows, job, name):
    row = rows[job, name]
    return (
        max(outcome.sender.peak_bytes for outcome in row.rounds),
        max(outcome.receiver.peak_bytes for outcome in row.rounds),
    )


def print_copies(rows, job, title, reference_names):
    """One line a peer: medians over the rounds, the spread of the speed, and ratios of speeds."""
    chosen = [row for (row_job, _), row in rows.items() if row_job == job and row.rounds]
    if not chosen:
        return
    references = [name for name in reference_names if (job, name) in rows and rows[job, name].rounds]
    header = ["", "prepare s", "transfer s", "MB/s", "(min-max)"]
    header += [f"x {name}" for name in references] + ["MiB send", "MiB recv", "CPU s send", "CPU s recv"]
    lines = [header]
    for row in chosen:
        speeds = [row.size / outcome.transfer / 1e6 for outcome in row.rounds]
        send, receive = memory(rows, job, row.name)
        lines.append(
            [
                row.name,
                f"{row.median(lambda outcome: outcome.prepare):.2f}",
                f"{row.median(lambda outcome: outcome.transfer):.2f}",
                f"{speed(rows, job, row.name) / 1e6:.0f}",
                f"({min(speeds):.0f}-{max(speeds):.0f})",
                *[f"{speed(rows, job, row.name) / speed(rows, job, name):.2f}" for name in references],
                f"{send / (1 << 20):.0f}",
                f"{receive / (1 << 20):.0f}",
                f"{row.median(lambda outcome: outcome.sender.cpu_seconds):.2f}",
                f"{row.median(lambda outcome: outcome.receiver.cpu_seconds):.2f}",
            ]
        )
    print_columns(title, lines)


def print_single(rows, job, title):
    """Jobs with one side only: seconds, speed and memory."""
    chosen = [row for (row_job, _), row in rows.items() if row_job == job and row.rounds]
    if not chosen:
        return
    lines = [["", "s", "MB/s", "MiB", "CPU s"]]
    for row in chosen:
        took = seconds(rows, job, row.name)
        cpu = row.median(lambda outcome: outcome.sender.cpu_seconds)
        peak = memory(rows, job, row.name)[0] / (1 << 20)
        lines.append([row.name, f"{took:.2f}", f"{row.size / took / 1e6:.0f}", f"{peak:.0f}", f"{cpu:.2f}"])
    print_columns(title, lines)


def print_columns(title, lines):
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    print(f"\n{title}")
    for line in lines:
        first, *others = line
        print("  " + first.ljust(widths[0]) + "".join("  " + cell.rjust(w) for cell, w in zip(others, widths[1:])))


def print_aims(rows):
    """What was aimed at, for every aim whose rows were measured."""
    measured = {key: row for key, row in rows.items() if row.rounds}
    lines = []
    for what, figure, comparison, aim in AIMS:
        try:
            value = figure(measured)
        except (KeyError, ValueError):
            continue
        reached = value >= aim if comparison == ">=" else value <= aim
        lines.append([what, f"{value:.2f}", f"{comparison} {aim:g}", "reached" if reached else "NOT reached"])
    if lines:
        print_columns("Aims", lines)
