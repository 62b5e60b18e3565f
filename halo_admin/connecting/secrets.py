"""Secrets at rest: encrypted with the first of ENCRYPTION_KEYS, readable with any of them."""

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from flask import current_app


class Locked(RuntimeError):
    """No key we have opens what is stored; the text says what to do."""


def encrypt(text: str) -> bytes:
    return _box().encrypt(text.encode())


def decrypt(stored: bytes) -> str:
    """Raises Locked when it was encrypted with a key that ENCRYPTION_KEYS no longer holds."""
    try:
        return _box().decrypt(stored).decode()
    except InvalidToken:
        # without its cause: nothing of what was stored belongs into a traceback
        raise Locked("What is saved was encrypted with a key that ENCRYPTION_KEYS does not hold.") from None


def _box():
    return MultiFernet([Fernet(key.strip()) for key in current_app.config["ENCRYPTION_KEYS"]])
