"""What a 429 looks like: its body and its Retry-After differ from tenant to tenant."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from .messages import Answer, html


def too_many(text: str, body: str, retry_after: str | None) -> Answer:
    """A 429; body is text, json or html, retry_after the header as it goes out (None: none)."""
    match body:
        case "json":
            answer = Answer(status=429, data={"error": text})
        case "html":
            answer = html(429, text)
        case _:
            answer = Answer(status=429, body=text.encode(), content_type="text/plain; charset=utf-8")
    if retry_after is not None:
        answer.headers["Retry-After"] = retry_after
    return answer


def limit_text(requests: int, seconds: float) -> str:
    """The words a hosted tenant was seen to use (halo-api.md 2.9)."""
    window = f"{seconds / 60:g} minute" if seconds >= 60 else f"{seconds:g} second"
    return f"Rate Limit Reached - {requests} Requests per rolling {window} window"


def written_wait(how: str, seconds: int) -> str | None:
    """A wait as the header says it: "none", "seconds" or "date"; any other word goes out as it is."""
    match how:
        case "none":
            return None
        case "seconds":
            return str(seconds)
        case "date":
            return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)
    return how
