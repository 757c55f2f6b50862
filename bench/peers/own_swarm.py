"""Covey with many peers: `covey send`, and receivers that serve each other."""

import functools
import subprocess
import time

from peers.own import Covey
from peers.process import DEADLINE, Failure, Process


class CoveySwarm(Covey):
    """A download counts from the start of `covey receive` until its file stands under its name."""

    def __init__(self, build):
        super().__init__(build, None)

    def share_out(self, swarm, source, count, rate):
        """One sender, `count` receivers that begin together; the seconds until each was done."""
        ticket = self.start_sender(swarm, source, rate)
        began = time.monotonic()
        receivers = [self.start_receiver(swarm, ticket, number) for number in range(count)]
        return [done - began for done in self.arrivals(swarm, source, receivers)]

    def gather(self, swarm, source, count):
        """`count` sources, the sender and receivers that go on serving; then one receiver, which is timed."""
        if not self.takes("receive", "--serve"):
            raise Failure("this covey has no 'receive --serve', so there is one source only")
        ticket = self.start_sender(swarm, source, 0)
        sources = [self.start_receiver(swarm, ticket, number) for number in range(1, count)]
        self.arrivals(swarm, source, sources, first=1)
        began = time.monotonic()
        return self.arrivals(swarm, source, [self.start_receiver(swarm, ticket, 0)])[0] - began

    def notes(self, rate):
        """What this build cannot do yet that the figures depend on."""
        absent = [] if not rate or self.takes("send", "--limit-up") else ["no 'send --limit-up': the sender is not limited"]
        return absent + ([] if self.takes("receive", "--serve") else ["no 'receive --serve': receivers do not serve each other"])

    @functools.lru_cache(maxsize=None)
    def takes(self, command, option):
        manual = subprocess.run([self.program, command, "--help"], capture_output=True, text=True, check=False)
        return option in manual.stdout

    def start_sender(self, swarm, source, rate):
        command = [self.program, "send", source, "--listen", "127.0.0.1:0"]
        if rate and self.takes("send", "--limit-up"):
            command += ["--limit-up", rate]
        sender = swarm.start(Process(command, swarm.room / "send.log", self.environment(swarm.room / "sender")))
        return self.ready(sender)

    def start_receiver(self, swarm, ticket, number):
        command = [self.program, "receive", ticket, "-o", swarm.into(number)]
        if self.takes("receive", "--serve"):
            command.append("--serve")
        if self.takes("receive", "--listen"):
            command += ["--listen", "127.0.0.1:0"]
        home = self.environment(swarm.room / f"receiver-{number}")
        return swarm.start(Process(command, swarm.room / f"receive-{number}.log", home))

    def arrivals(self, swarm, source, receivers, first=0):
        """When each of them had the file, which gets its name in one step at the end."""
        done = {}
        until = time.monotonic() + DEADLINE
        while len(done) < len(receivers):
            for number, receiver in enumerate(receivers):
                if number in done:
                    continue
                over = receiver.is_over()
                if (swarm.into(first + number) / source.name).exists():
                    done[number] = time.monotonic()
                elif over or time.monotonic() > until:
                    raise Failure(f"receiver {number} brought nothing{receiver.last_words()}")
            time.sleep(0.005)
        return [done[number] for number in range(len(receivers))]
