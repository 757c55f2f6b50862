"""A TCP relay on loopback between a receiver and a sender, which a test can halt, cut and close.

It makes windows in a transfer without waiting for a lucky moment: "after 4 MiB nothing moves until I say so".
"""

import socket
import struct
import threading
import time

from support.program import patience

BLOCK = 256 << 10
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends a reset


def break_off(connection):
    """Ends it for both sides at once, also while a thread is reading from it: closing alone would wait for that."""
    try:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    connection.close()


class Proxy:
    def __init__(self, target, keeps_traffic=False):
        self._target = target
        self.traffic = bytearray() if keeps_traffic else None  # of both directions, as a listener on the wire has it
        self._changed = threading.Condition()
        self._connections = []
        self._listener = None
        self._limit = None
        self._closed = False
        self.forwarded = 0  # bytes towards the receiver
        self.accepted = 0
        self.address = ("127.0.0.1", 0)
        self.open()

    def open(self):
        """Listens, at the same address as before."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(self.address)
        listener.listen(64)
        self.address = listener.getsockname()
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def _accept(self, listener):
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(self._target)
            except OSError:
                client.close()
                continue
            with self._changed:
                self._connections += [client, server]
                self.accepted += 1
                self._changed.notify_all()
            for source, sink, counts in ((client, server, False), (server, client, True)):
                threading.Thread(target=self._relay, args=(source, sink, counts), daemon=True).start()

    def _relay(self, source, sink, counts):
        try:
            while block := source.recv(BLOCK):
                if self.traffic is not None:
                    with self._changed:
                        self.traffic += block
                if counts:
                    self._admit(len(block))
                sink.sendall(block)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            for end in (source, sink):
                break_off(end)

    def _admit(self, size):
        with self._changed:
            while self._limit is not None and self.forwarded >= self._limit and not self._closed:
                self._changed.wait()
            self.forwarded += size
            self._changed.notify_all()

    def hold_after(self, size):
        """From this many bytes towards the receiver on, nothing passes until release()."""
        with self._changed:
            self._limit = size

    def release(self):
        with self._changed:
            self._limit = None
            self._changed.notify_all()

    def wait_until_forwarded(self, size):
        self._wait(lambda: self.forwarded >= size, f"{size} bytes never came through")

    def wait_until_accepted(self, count):
        self._wait(lambda: self.accepted >= count, f"{count} connections never came")

    def _wait(self, is_so, complaint):
        deadline = time.monotonic() + patience()
        with self._changed:
            while not is_so():
                left = deadline - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"{complaint} ({self.forwarded} bytes, {self.accepted} connections)")
                self._changed.wait(left)

    def cut(self):
        """Breaks all connections at once, as a network that went away does."""
        with self._changed:
            broken, self._connections = self._connections, []
        for connection in broken:
            break_off(connection)

    def shut(self):
        """Accepts nobody any more."""
        # A thread in accept() keeps the socket alive; the shutdown wakes it.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def close(self):
        with self._changed:
            self._closed = True
            self._limit = None
            self._changed.notify_all()
        try:
            self.shut()
        except OSError:
            pass
        self.cut()
