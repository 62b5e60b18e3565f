"""429 out of turn: another tool of the same tenant has used the quota up."""

from ..messages import Answer
from ..throttling import limit_text, too_many, written_wait
from .kind import EVERYTHING, Firing, before


@before(
    "throttled",
    "429 although the quota is not used up; retry_after is none, seconds, date or a value such as 0 or 86400, "
    "seconds how long the first two say, body text, json or html",
    EVERYTHING,
    retry_after="none",
    seconds=5,
    body="text",
)
def throttle(firing: Firing) -> Answer:
    wait = written_wait(firing["retry_after"], firing["seconds"])
    return too_many(limit_text(300, 300), firing["body"], wait)
