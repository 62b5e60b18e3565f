"""The shapes in which Halo tells errors (halo-api.md 2.8, A to E)."""

from .messages import Answer, empty


class Refused(Exception):
    """A request that is answered with an error; carries the answer."""

    def __init__(self, answer: Answer):
        super().__init__(f"{answer.status} {answer.data}")
        self.answer = answer


def exception(message: str, status: int = 400) -> Answer:
    """Shape A: a serialised .NET exception."""
    return Answer(
        status=status,
        data={
            "ClassName": "System.Exception", "Message": message, "Data": None, "InnerException": None, "HelpURL": None,
            "StackTraceString": None, "RemoteStackTraceString": None, "RemoteStackIndex": 0, "ExceptionMethod": None,
            "HResult": -2146233088, "Source": None, "WatsonBuckets": None,
        },
    )  # fmt: skip


def database(number: int, message: str) -> Answer:
    """Shape A': the same with the words of the database."""
    return exception(f"A database error occurred ({number}) - {message}")


def plain(message: str) -> Answer:
    """Shape B: a bare JSON string."""
    return Answer(status=400, data=message)


def binding(key: str, message: str) -> Answer:
    """Shape C: a value that does not fit its field; key is "id" or "[0].site_id"."""
    return Answer(status=400, data={key: [f"{message} Path '{key}', line 1, position 139."]})


def oauth(status: int, error: str, description: str, uri: str = "") -> Answer:
    """Shape D, as the authorisation server answers."""
    data = {"error": error, "error_description": description}
    return Answer(status=status, data=data | ({"error_uri": uri} if uri else {}))


def not_found(style: str = "empty") -> Answer:
    """An id that does not exist: mostly 404 without a body, on some endpoints 400 in shape A or B."""
    if style == "exception":
        return exception("The record could not be found.")
    return plain("Record not found") if style == "string" else empty(404)
