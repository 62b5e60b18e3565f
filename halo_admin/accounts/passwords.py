"""What a password must be: long enough, and none of those that are tried first."""

MIN, MAX = 10, 200
# "among the first million guesses", by zxcvbn's list of common passwords and its eye for repeats and rows of keys
TRIED_FIRST = 1_000_000
LOOKED_AT = 72  # zxcvbn's own limit; the rest only makes a password harder
HELP = f"At least {MIN} characters, and none of the common ones."

TOO_SHORT = f"This password is too short: use at least {MIN} characters."
TOO_LONG = f"This password is too long: use at most {MAX} characters."
COMMON = "This password is one of those that are tried first. Use some words that nobody would expect together."


def problem(password: str, about: list[str]) -> str | None:
    """Why this cannot be a password, as a sentence; None where it can. about: the person's name and e-mail."""
    if len(password) < MIN:
        return TOO_SHORT
    if len(password) > MAX:
        return TOO_LONG
    return COMMON if _guesses(password, about) < TRIED_FIRST else None


def _guesses(password, about):
    from zxcvbn import zxcvbn  # its lists take a moment to load, which only a new password is worth

    words = [word for text in about for word in (text, *text.replace("@", " ").replace(".", " ").split())]
    return zxcvbn(password[:LOOKED_AT], user_inputs=[*words, "glasshive"])["guesses"]
