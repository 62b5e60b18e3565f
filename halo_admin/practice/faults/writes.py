"""Writes that answer oddly, or do something other than they say; and what changes with a release."""

import msgspec

from .. import wire
from ..errors import binding, exception, plain
from ..listings import rows_in
from ..messages import LIST, WRITE, Answer, html
from .kind import Firing, after, before

_WRITES = {WRITE}


@after(
    "lost-answer", "the write is done and the connection closed without an answer: a retry makes a duplicate", _WRITES
)
def lost_answer(firing: Firing, answer: Answer) -> Answer:
    answer.send = wire.hang_up
    return answer


@after("write-status", "a write answers another status of success", _WRITES, status=200)
def write_status(firing: Firing, answer: Answer) -> Answer | None:
    if answer.status >= 300:
        return None
    answer.status = firing["status"]
    return answer


@after("write-shape", "a write answers an array, {actions: […]} or nothing", _WRITES, shape="array")
def write_shape(firing: Firing, answer: Answer) -> Answer | None:
    if answer.status >= 300:
        return None
    if firing["shape"] == "empty":
        answer.body = b""
    else:
        answer.data = {"actions": [answer.data]} if firing["shape"] == "actions" else [answer.data]
    return answer


@before("field-not-saved", "one field of a write is silently not saved", _WRITES, field="phonenumber")
def not_saved(firing: Firing) -> bool | None:
    try:
        items = msgspec.json.decode(firing.request.body)
    except msgspec.DecodeError:
        return None
    dropped = [item.pop(firing["field"]) for item in items if isinstance(item, dict) and firing["field"] in item]
    firing.request.body = msgspec.json.encode(items)
    return bool(dropped) or None


_SHAPES = {
    "A": exception,
    "B": plain,
    "C": lambda words: binding("[0].customfields", words),
    "D": lambda words: Answer(status=400, data={"error": {"error_description": words}}),
    "E": lambda words: html(400, words),
}


@before(
    "mandatory-field",
    "a write is refused: a custom field is mandatory; told in shape A, B, C, D or E (without words)",
    _WRITES,
    field="CFSource",
    shape="A",
)
def mandatory(firing: Firing) -> Answer:
    return _SHAPES[firing["shape"]](f"The field '{firing['field']}' is mandatory and must be filled in.")


@after("agent-envelope-flips", "the agent list changes its envelope from one request to the next", {LIST})
def envelope_flips(firing: Firing, answer: Answer) -> Answer | None:
    rows = rows_in(answer.data)
    if firing.request.entity != "Agent" or rows is None:
        return None
    answer.data = rows if firing.fault.fired % 2 else {"results": rows}
    return answer
