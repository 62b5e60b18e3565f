"""Servers that misbehave below HTTP: each connection is handed to a function that may do anything with it."""

import contextlib
import socket
import threading


class Listener:
    """A server on a free port of 127.0.0.1; connections counts those it was asked for."""

    def __init__(self, handle):
        self._handle = handle
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.place = f"127.0.0.1:{self.port}"
        self.url = f"http://{self.place}"
        self.connections = 0
        self.over = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        while True:
            try:
                connection, _address = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection):
        with connection, contextlib.suppress(OSError):
            self._handle(connection, self.over)

    def close(self):
        self.over.set()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)


@contextlib.contextmanager
def listening(handle):
    """A Listener for the length of a with block."""
    listener = Listener(handle)
    try:
        yield listener
    finally:
        listener.close()


def read_request(connection) -> bytes:
    """The head of one request (and whatever of its body came with it)."""
    received = b""
    while b"\r\n\r\n" not in received and (part := connection.recv(65536)):
        received += part
    return received


def saying(*answers: bytes):
    """Answers each request of any connection with the next of answers (the last one for ever), then hangs up."""
    left = list(answers)

    def handle(connection, _over):
        if read_request(connection):
            connection.sendall(left.pop(0) if len(left) > 1 else left[0])

    return handle


def http(body: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    """An HTTP answer that closes its connection."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", "Connection: close"]
    return "\r\n".join([*lines, *headers, "", ""]).encode() + body
