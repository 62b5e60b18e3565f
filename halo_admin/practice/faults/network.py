"""Faults of servers, proxies and lines."""

import gzip

from .. import wire
from ..errors import exception
from ..messages import Answer, html
from .kind import EVERYTHING, Firing, after, before

_TITLES = {500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout"}


@before(
    "server-error",
    "status 500 (or 502, 503, 504) with a body of html, json or none",
    EVERYTHING,
    status=500,
    body="html",
)
def server_error(firing: Firing) -> Answer:
    status = firing["status"]
    if firing["body"] == "json":
        return exception("Object reference not set to an instance of an object.", status)
    if firing["body"] == "none":
        return Answer(status=status, body=b"")
    return html(status, f"{status} {_TITLES.get(status, 'Error')}")


@after(
    "slow",
    "the answer comes after so many seconds; the request, a write too, was worked on before",
    EVERYTHING,
    seconds=20.0,
)
def slow(firing: Firing, answer: Answer) -> Answer:
    firing.app.stopping.wait(firing["seconds"])
    return answer


@after("trickle", "the body comes in crumbs, over so many seconds", EVERYTHING, seconds=10.0)
def trickle(firing: Firing, answer: Answer) -> Answer:
    answer.send = wire.trickle(firing["seconds"], firing.app.stopping)
    return answer


@after("reset", "the connection is reset in place of an answer", EVERYTHING)
def reset(firing: Firing, answer: Answer) -> Answer:
    answer.send = wire.reset
    return answer


@after("hang-up", "the connection is closed in place of an answer, as when TLS is cut", EVERYTHING)
def hang_up(firing: Firing, answer: Answer) -> Answer:
    answer.send = wire.hang_up
    return answer


@after("cut-body", "the connection is closed in the middle of the body", EVERYTHING)
def cut_body(firing: Firing, answer: Answer) -> Answer:
    answer.send = wire.cut_body
    return answer


@after("truncated-json", "the JSON ends in the middle, though HTTP is in order", EVERYTHING)
def truncated(firing: Firing, answer: Answer) -> Answer:
    body = answer.written()
    answer.body = body[: len(body) // 2]
    return answer


@after("empty-body", "200 with nothing in it", EVERYTHING)
def empty_body(firing: Firing, answer: Answer) -> Answer:
    answer.body = b""
    return answer


@after("html-body", "200 with a page of HTML in place of JSON", EVERYTHING)
def html_body(firing: Firing, answer: Answer) -> Answer:
    return html(200, "Log in")


@after("wrong-content-type", "JSON that says it is HTML", EVERYTHING)
def wrong_type(firing: Firing, answer: Answer) -> Answer:
    answer.content_type = "text/html; charset=iso-8859-1"
    return answer


@after("bom", "a byte order mark before the JSON", EVERYTHING)
def byte_order_mark(firing: Firing, answer: Answer) -> Answer:
    answer.body = b"\xef\xbb\xbf" + answer.written()
    return answer


@after("broken-gzip", "a body that says it is gzip and breaks off", EVERYTHING)
def broken_gzip(firing: Firing, answer: Answer) -> Answer:
    packed = gzip.compress(answer.written(), 1)
    middle = len(packed) // 2
    answer.body = packed[:middle] + bytes(byte ^ 0xFF for byte in packed[middle:])
    answer.headers["Content-Encoding"] = "gzip"
    return answer
