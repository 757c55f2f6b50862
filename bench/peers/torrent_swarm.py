"""libtorrent with many peers, each in a process of its own. Run as a program it is one of them, as TorrentSwarm starts it:

  torrent_swarm.py seed SOURCE TORRENT RATE            prints its port, serves; RATE in bytes a second, 0 for none
  torrent_swarm.py fetch INTO TORRENT PORTS NUMBER     prints its port, waits for the file PORTS (a line of the seeds' ports, a line
                                                       of the fetchers'), fetches, prints when it was done, and goes on serving
"""

import importlib.util
import os
import pathlib
import sys
import time

if __name__ == "__main__":
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from peers.process import Process  # noqa: E402
from peers.torrent import PYTHON, make_session  # noqa: E402

PIECE_SIZE = 256 << 10


class TorrentSwarm:
    name = "libtorrent"

    def missing(self):
        if importlib.util.find_spec("libtorrent") is None:
            return "python3-libtorrent is not installed (scripts/setup --bench), or this is not /usr/bin/python3"
        return None

    def share_out(self, swarm, source, count, rate):
        """One seed, `count` downloaders that begin together; the seconds until each was done."""
        return self.run(swarm, source, 1, count, rate)

    def gather(self, swarm, source, count):
        """`count` seeds, one downloader."""
        return self.run(swarm, source, count, 1, 0)[0]

    def run(self, swarm, source, seeds, fetchers, rate):
        torrent, ports = swarm.room / "it.torrent", swarm.room / "ports"
        seed_ports = [self.start_seed(swarm, source, torrent, rate, number).read_line() for number in range(seeds)]
        started = []
        for number in range(fetchers):
            command = [PYTHON, __file__, "fetch", swarm.into(number), torrent, ports, number]
            started.append(swarm.start(Process(command, swarm.room / f"fetch-{number}.log")))
        fetch_ports = [fetcher.read_line() for fetcher in started]
        complete = swarm.room / "ports-complete"
        complete.write_text(" ".join(seed_ports) + "\n" + " ".join(fetch_ports) + "\n")
        began = time.monotonic()
        complete.rename(ports)
        return [float(fetcher.read_line()) - began for fetcher in started]

    def start_seed(self, swarm, source, torrent, rate, number):
        command = [PYTHON, __file__, "seed", source, torrent, rate]
        return swarm.start(Process(command, swarm.room / f"seed-{number}.log"))


def make_peer(lt, rate):
    session = make_session(lt, "plain")
    session.apply_settings(
        {
            "upload_rate_limit": rate,
            "rate_limit_ip_overhead": False,  # the limit is of payload, as covey's
            "tick_interval": 100,  # of the limit, finer than the default 500
            # Who asks a slow seed far ahead gets from it what others could have given by then.
            "request_queue_time": 1,
            "max_out_request_queue": 500,
            "initial_picker_threshold": 0,  # the rarest piece from the start
            "unchoke_slots_limit": -1,
        }
    )
    # By default local peers are a class of their own that no limit and no choking applies to.
    everybody = lt.ip_filter()
    everybody.add_rule("0.0.0.0", "255.255.255.255", 1 << lt.session.global_peer_class_id)
    session.set_peer_class_filter(everybody)
    return session


def add(lt, session, torrent_file, save_path, has_all):
    parameters = lt.add_torrent_params()
    parameters.ti = lt.torrent_info(torrent_file)
    parameters.save_path = save_path
    if has_all:
        parameters.have_pieces = [True] * parameters.ti.num_pieces()
    parameters.flags &= ~(lt.torrent_flags.paused | lt.torrent_flags.auto_managed)
    return session.add_torrent(parameters)


def seed(lt, source, torrent_file, rate):
    torrent_file = pathlib.Path(torrent_file)
    if not torrent_file.exists():
        files = lt.file_storage()
        lt.add_files(files, source)
        creator = lt.create_torrent(files, PIECE_SIZE, lt.create_torrent.v1_only)
        lt.set_piece_hashes(creator, os.path.dirname(source))
        torrent_file.write_bytes(lt.bencode(creator.generate()))
    session = make_peer(lt, int(rate))
    handle = add(lt, session, str(torrent_file), os.path.dirname(source), True)
    while not (session.listen_port() and handle.status().is_seeding):
        time.sleep(0.01)
    print(session.listen_port(), flush=True)
    while True:
        time.sleep(60)


def fetch(lt, into, torrent_file, ports, number):
    session = make_peer(lt, 0)
    handle = add(lt, session, torrent_file, into, False)
    while not (session.listen_port() and handle.status().state == lt.torrent_status.states.downloading):
        time.sleep(0.01)
    print(session.listen_port(), flush=True)
    ports = pathlib.Path(ports)
    while not ports.exists():
        time.sleep(0.002)
    seeds, fetchers = (line.split() for line in ports.read_text().splitlines())
    for port in seeds + fetchers[: int(number)]:
        handle.connect_peer(("127.0.0.1", int(port)))
    while not any(isinstance(alert, lt.torrent_finished_alert) for alert in session.pop_alerts()):
        session.wait_for_alert(1000)
    done = time.monotonic()
    handle.flush_cache()
    while not any(isinstance(alert, lt.cache_flushed_alert) for alert in session.pop_alerts()):
        session.wait_for_alert(100)
    print(f"{done:.3f}", flush=True)
    while True:
        time.sleep(60)


def main(arguments):
    import libtorrent as lt  # noqa: PLC0415

    role, *words = arguments
    (seed if role == "seed" else fetch)(lt, *words)


if __name__ == "__main__":
    main(sys.argv[1:])
