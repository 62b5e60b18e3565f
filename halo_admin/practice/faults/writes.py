"""Writes that answer oddly, or do something other than they say; and what changes with a release."""

import msgspec

from .. import wire
from ..errors import exception
from ..listings import rows_in
from ..messages import LIST, WRITE, Answer
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


@before("mandatory-field", "a write is refused: a custom field is mandatory", _WRITES, field="CFSource")
def mandatory(firing: Firing) -> Answer:
    return exception(f"The field '{firing['field']}' is mandatory and must be filled in.")


@after("agent-envelope-flips", "the agent list changes its envelope from one request to the next", {LIST})
def envelope_flips(firing: Firing, answer: Answer) -> Answer | None:
    rows = rows_in(answer.data)
    if firing.request.entity != "Agent" or rows is None:
        return None
    answer.data = rows if firing.fault.fired % 2 else {"results": rows}
    return answer
