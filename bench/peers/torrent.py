"""libtorrent 2.0, one session in each of two processes, connected directly. Run as a program it is one of them:
`torrent.py seed|fetch ...`; imported it is the peer that bench/compare starts them for."""

import importlib.util
import os
import pathlib
import sys
import time

if __name__ == "__main__":
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from peers.process import Outcome, Process  # noqa: E402

PIECE_SIZE = 1 << 20
PYTHON = "/usr/bin/python3"  # Debian's: the bindings belong to it


class Torrent:
    def __init__(self, build, scratch, version, encryption):
        self.version, self.encryption = version, encryption
        self.name = f"libtorrent-{version}" + ("-rc4" if encryption == "rc4" else "")

    def missing(self):
        # Looked up, not imported: it would swell this process, and the figures of its children with it.
        if importlib.util.find_spec("libtorrent") is None:
            return "python3-libtorrent is not installed (scripts/setup --bench), or this is not /usr/bin/python3"
        return None

    def copy(self, source, into, room):
        torrent = room / "it.torrent"
        base = [PYTHON, __file__]
        seed = [*base, "seed", self.version, self.encryption, source, torrent]
        with Process(seed, room / "seed.log") as seeder:
            port, prepare = seeder.read_line().split()
            fetch = [*base, "fetch", self.version, self.encryption, into, torrent, port]
            with Process(fetch, room / "fetch.log") as fetcher:
                seconds = float(fetcher.finish())
        return Outcome(float(prepare), seconds, seeder.usage, fetcher.usage)


def make_session(lt, encryption):
    rc4 = encryption == "rc4"
    return lt.session(
        {
            "listen_interfaces": "127.0.0.1:0",
            "alert_mask": lt.alert.category_t.status_notification | lt.alert.category_t.error_notification,
            # Only this one peer, over TCP.
            "enable_dht": False,
            "enable_lsd": False,
            "enable_upnp": False,
            "enable_natpmp": False,
            "enable_outgoing_utp": False,
            "enable_incoming_utp": False,
            "allow_multiple_connections_per_ip": True,
            # Either no encryption at all, or the stream cipher on every byte.
            "out_enc_policy": int(lt.enc_policy.forced if rc4 else lt.enc_policy.disabled),
            "in_enc_policy": int(lt.enc_policy.forced if rc4 else lt.enc_policy.disabled),
            "allowed_enc_level": int(lt.enc_level.rc4 if rc4 else lt.enc_level.both),
            "prefer_rc4": rc4,
            # As libtorrent's own preset for fast seeds, where it helps a single download.
            "aio_threads": 4,
            "hashing_threads": max(1, os.cpu_count() or 1),
            "max_queued_disk_bytes": 64 << 20,
            "send_buffer_low_watermark": 1 << 20,
            "send_buffer_watermark": 2 << 20,
            "send_buffer_watermark_factor": 150,
            "max_out_request_queue": 3000,
            "max_allowed_in_request_queue": 6000,
            "max_peer_recv_buffer_size": 2 << 20,
            "unchoke_slots_limit": -1,
            "file_pool_size": 500,
            "connection_speed": 500,
            "no_atime_storage": True,
        }
    )


def seed(lt, version, encryption, source, torrent_file):
    """Hashes, serves, and prints its port and the seconds that hashing took."""
    began = time.monotonic()
    files = lt.file_storage()
    lt.add_files(files, source)
    flags = lt.create_torrent.v2_only if version == "v2" else lt.create_torrent.v1_only
    creator = lt.create_torrent(files, PIECE_SIZE, flags)
    lt.set_piece_hashes(creator, os.path.dirname(source))
    pathlib.Path(torrent_file).write_bytes(lt.bencode(creator.generate()))
    prepare = time.monotonic() - began

    session = make_session(lt, encryption)
    parameters = lt.add_torrent_params()
    parameters.ti = lt.torrent_info(torrent_file)
    parameters.save_path = os.path.dirname(source)
    # As on a restart: every piece is known to be good. seed_mode would hash each once more while it is sent.
    parameters.have_pieces = [True] * parameters.ti.num_pieces()
    parameters.flags &= ~(lt.torrent_flags.paused | lt.torrent_flags.auto_managed)
    handle = session.add_torrent(parameters)
    while not (session.listen_port() and handle.status().is_seeding):
        time.sleep(0.01)
    print(session.listen_port(), f"{prepare:.3f}", flush=True)
    while True:
        time.sleep(60)


def fetch(lt, encryption, into, torrent_file, port):
    """Connects, downloads, and prints the seconds from connecting to the last verified piece."""
    session = make_session(lt, encryption)
    parameters = lt.add_torrent_params()
    parameters.ti = lt.torrent_info(torrent_file)
    parameters.save_path = into
    parameters.flags &= ~(lt.torrent_flags.paused | lt.torrent_flags.auto_managed)
    handle = session.add_torrent(parameters)
    while handle.status().state != lt.torrent_status.states.downloading:
        time.sleep(0.002)
    began = time.monotonic()
    handle.connect_peer(("127.0.0.1", port))
    finished = False
    while not finished:
        session.wait_for_alert(1000)
        for alert in session.pop_alerts():
            if alert.category() & lt.alert.category_t.error_notification:
                print(alert.message(), file=sys.stderr, flush=True)
            finished = finished or isinstance(alert, lt.torrent_finished_alert)
    seconds = time.monotonic() - began
    # Everything on disk before anyone compares.
    session.pause()
    handle.flush_cache()
    while not any(isinstance(alert, lt.cache_flushed_alert) for alert in session.pop_alerts()):
        session.wait_for_alert(100)
    print(f"{seconds:.3f}", flush=True)


def main(arguments):
    import libtorrent as lt  # noqa: PLC0415

    role, version, encryption, place, torrent_file, *port = arguments
    if role == "seed":
        seed(lt, version, encryption, place, torrent_file)
    else:
        fetch(lt, encryption, place, torrent_file, int(port[0]))


if __name__ == "__main__":
    main(sys.argv[1:])
