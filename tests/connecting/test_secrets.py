import pytest
from cryptography.fernet import Fernet

from halo_admin.connecting import secrets


def test_the_first_key_encrypts_and_older_ones_still_read(sqlite_app):
    stored = secrets.encrypt("the secret")
    old, new = sqlite_app.config["ENCRYPTION_KEYS"][0], Fernet.generate_key().decode()
    sqlite_app.config["ENCRYPTION_KEYS"] = [new, old]
    assert secrets.decrypt(stored) == "the secret"
    sqlite_app.config["ENCRYPTION_KEYS"] = [new]
    assert secrets.decrypt(secrets.encrypt("another")) == "another"


def test_what_no_key_opens_is_told_without_its_content(sqlite_app):
    stored = secrets.encrypt("the secret")
    sqlite_app.config["ENCRYPTION_KEYS"] = [Fernet.generate_key().decode()]
    with pytest.raises(secrets.Locked) as told:
        secrets.decrypt(stored)
    assert "ENCRYPTION_KEYS" in str(told.value)
    assert stored.decode() not in str(told.value)


def test_a_secret_is_not_what_is_stored(sqlite_app):
    assert b"the secret" not in secrets.encrypt("the secret")
