"""How an answer goes out on the socket: in one piece, or in one of the ways a broken line makes it."""

import socket
import struct
from collections.abc import Callable
from http.client import responses
from threading import Event

from .messages import Answer

_CRUMBS = 40


def whole(connection: socket.socket, answer: Answer) -> bool:
    """Send an answer in one piece; True if the connection stays good for the next request (as all here tell)."""
    body = answer.written()
    connection.sendall(_head(answer, len(body)) + body)
    return True


def reset(connection: socket.socket, answer: Answer) -> bool:
    """Send nothing and break the connection, so that the other side sees it reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
    return False


def hang_up(connection: socket.socket, answer: Answer) -> bool:
    """Send nothing and close."""
    return False


def cut_body(connection: socket.socket, answer: Answer) -> bool:
    """Promise a whole body, send half of it and close."""
    body = answer.written()
    connection.sendall(_head(answer, len(body)) + body[: len(body) // 2])
    return False


def trickle(seconds: float, stopping: Event) -> Callable[[socket.socket, Answer], bool]:
    """A way of sending that takes so many seconds, crumb by crumb."""

    def send(connection: socket.socket, answer: Answer) -> bool:
        body = answer.written()
        size = max(1, -(-len(body) // _CRUMBS))
        connection.sendall(_head(answer, len(body)))
        for start in range(0, len(body), size):
            if stopping.wait(seconds / _CRUMBS):
                return False
            connection.sendall(body[start : start + size])
        return True

    return send


def _head(answer: Answer, length: int) -> bytes:
    lines = [f"HTTP/1.1 {answer.status} {responses.get(answer.status, 'Unknown')}", f"Content-Length: {length}"]
    if answer.content_type:
        lines.append(f"Content-Type: {answer.content_type}")
    lines += [f"{name}: {value}" for name, value in answer.headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")
