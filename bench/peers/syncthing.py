"""Syncthing: two instances with their own homes, talking over loopback and to nobody else."""

import json
import shutil
import subprocess
import time
import urllib.error
import urllib.request
import xml.etree.ElementTree as ElementTree

from peers.process import Failure, Outcome, Process, free_port, wait_until

FOLDER = "bench"
API_KEY = "bench-on-loopback"
OFF = {
    "globalAnnounceEnabled": False,
    "localAnnounceEnabled": False,
    "relaysEnabled": False,
    "natEnabled": False,
    "crashReportingEnabled": False,
    "startBrowser": False,
    "urAccepted": -1,
    "urSeen": 99,
    "autoUpgradeIntervalH": 0,
    "stunKeepaliveStartS": 0,
    "announceLANAddresses": False,
    "setLowPriority": False,
}
# Without these variables it would look for devices and releases elsewhere, or start itself a second time.
ENVIRONMENT = {"STNOUPGRADE": "1", "STNODEFAULTFOLDER": "1", "STNORESTART": "1"}


class Syncthing:
    name = "syncthing"

    def __init__(self, build, scratch):
        pass

    def missing(self):
        return None if shutil.which("syncthing") else "syncthing is not installed (scripts/setup --bench)"

    def copy(self, source, into, room):
        # It shares folders only: a hard link to the file gets one to itself.
        shared = room / "shared"
        shared.mkdir()
        (shared / source.name).hardlink_to(source)
        for folder in (shared, into):
            (folder / ".stfolder").mkdir()
        return self.sync(shared, into, source.stat().st_size, room)

    def sync(self, shared, received, size, room):
        sender, receiver = Instance(room / "sender"), Instance(room / "receiver")
        sender.configure(receiver, shared, "sendonly")
        receiver.configure(sender, received, "receiveonly")
        with sender.start(room / "sender.log") as sending, receiver.start(room / "receiver.log") as receiving:
            sender.wait_until_up()
            receiver.wait_until_up()
            prepare = timed(lambda: sender.unpause("folders", FOLDER), lambda: sender.has_local(size), "the scan")
            receiver.unpause("folders", FOLDER)
            sender.unpause("devices", receiver.device)
            transfer = timed(
                lambda: receiver.unpause("devices", sender.device), lambda: receiver.has_local(size), "the sync"
            )
            for instance in (sender, receiver):
                instance.request("POST", "system/shutdown")
            sending.wait(60)
            receiving.wait(60)
        return Outcome(prepare, transfer, sending.usage, receiving.usage)


class Instance:
    def __init__(self, home):
        self.home = home
        command = ["syncthing", "generate", "--home", home, "--no-default-folder", "--skip-port-probing"]
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        if made.returncode != 0:
            raise Failure(f"syncthing generate failed:\n{made.stdout}{made.stderr}")
        self.config = ElementTree.parse(home / "config.xml")
        self.device = self.config.getroot().find("device").get("id")
        self.api_port, self.port = free_port(), free_port()

    def configure(self, other, path, kind):
        """Knows the other and shares one folder with it, both paused until the clock runs."""
        root = self.config.getroot()
        gui = root.find("gui")
        gui.find("address").text = f"127.0.0.1:{self.api_port}"
        set_child(gui, "apikey", API_KEY)
        options = root.find("options")
        for found in options.findall("listenAddress"):
            options.remove(found)
        set_child(options, "listenAddress", f"tcp://127.0.0.1:{self.port}")
        for name, value in OFF.items():
            set_child(options, name, str(value).lower())
        device = ElementTree.SubElement(root, "device", id=other.device, name="other", compression="never")
        set_child(device, "address", f"tcp://127.0.0.1:{other.port}")
        set_child(device, "paused", "true")
        folder = ElementTree.SubElement(
            root, "folder", id=FOLDER, path=str(path), type=kind, rescanIntervalS="0", fsWatcherEnabled="false"
        )
        for known in (self.device, other.device):
            ElementTree.SubElement(folder, "device", id=known)
        set_child(folder, "paused", "true")
        self.config.write(self.home / "config.xml")

    def start(self, log):
        command = ["syncthing", "serve", "--home", self.home, "--no-browser", "--no-restart"]
        return Process(command, log, ENVIRONMENT)

    def request(self, method, path, body=None):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.api_port}/rest/{path}",
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={"X-API-Key": API_KEY, "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            text = answer.read()
        return json.loads(text) if text.startswith((b"{", b"[")) else None

    def wait_until_up(self):
        def up():
            try:
                return self.request("GET", "system/ping") is not None
            except (urllib.error.URLError, ConnectionError):
                return False

        wait_until(up, "Syncthing's start", 60)

    def unpause(self, kind, name):
        self.request("PATCH", f"config/{kind}/{name}", {"paused": False})

    def has_local(self, size):
        try:
            status = self.request("GET", f"db/status?folder={FOLDER}")
        except urllib.error.HTTPError:
            return False  # the folder is still starting
        return status["state"] == "idle" and status["localBytes"] >= size and status["needBytes"] == 0


def set_child(parent, name, text):
    child = parent.find(name)
    if child is None:
        child = ElementTree.SubElement(parent, name)
    child.text = text


def timed(start, done, what):
    began = time.monotonic()
    start()
    wait_until(done, what, every=0.05)
    return time.monotonic() - began
