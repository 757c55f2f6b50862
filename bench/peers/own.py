"""Our own programs: the limit and covey."""

import os
import time

from peers.process import DEADLINE, Outcome, Process


class Limit:
    name = "limit"

    def __init__(self, build, scratch):
        self.program = build / "bench" / "limit"

    def missing(self):
        if not self.program.exists():
            return f"{self.program} is not built (cmake --build --preset release)"
        return None

    def copy(self, source, into, room):
        with Process([self.program, "send", source], room / "send.log") as sender:
            port = sender.read_line()
            ready = time.monotonic()
            with Process([self.program, "receive", port, into / source.name], room / "receive.log") as receiver:
                seconds = float(receiver.finish().split()[1])
            sender.finish(30)
        return Outcome(ready - sender.began, seconds, sender.usage, receiver.usage)


class Covey:
    """`covey send` and `covey receive`, each with a home of its own that is new in every round, so that the
    sender hashes each time. Transfer runs from starting `covey receive` to its end."""

    name = "covey"

    def __init__(self, build, scratch):
        self.program = build / "src" / "covey" / "covey"

    def missing(self):
        if not self.program.exists():
            return f"{self.program} is not built (cmake --build --preset release)"
        return None

    def environment(self, home):
        home.mkdir(mode=0o700)
        kept_out = {name: "" for name in os.environ if name.startswith("COVEY_")}
        return {**kept_out, "COVEY_HOME": str(home)}

    def send(self, source, room):
        command = [self.program, "send", source, "--listen", "127.0.0.1:0", "--once"]
        return Process(command, room / "send.log", self.environment(room / "sender"))

    def ready(self, sender, deadline=DEADLINE):
        """The ticket, which the sender prints once it serves."""
        line = sender.read_line(deadline)
        while not line.startswith("covey:"):
            line = sender.read_line(deadline)
        return line.strip()

    def copy(self, source, into, room):
        with self.send(source, room) as sender:
            ticket = self.ready(sender)
            prepare = time.monotonic() - sender.began
            command = [self.program, "receive", ticket, "-o", into]
            environment = self.environment(room / "receiver")
            with Process(command, room / "receive.log", environment) as receiver:
                receiver.finish()
            sender.finish(30)
        return Outcome(prepare, receiver.ended - receiver.began, sender.usage, receiver.usage)
