"""Every setting of the site with its default, read from the environment once at start."""

import os
from pathlib import Path

from .keeping import running

ROOT = Path(__file__).resolve().parent.parent


class Unusable(RuntimeError):
    """A setting that cannot be used; the text says what to give instead."""


def _switch(name, default=False):
    return os.environ.get(name, "1" if default else "").lower() in ("1", "true", "yes", "on")


def _number(name, default):
    text = os.environ.get(name, "").strip()
    try:
        return type(default)(text) if text else default
    except ValueError:
        raise Unusable(f"{name} is {text!r}: give a number, such as {default}.") from None


def settings() -> dict:
    """The settings, as a dict for `app.config`. Raises Unusable for a value that cannot be used."""
    instance = Path(os.environ.get("INSTANCE_PATH") or ROOT / "instance").resolve()
    beside = running(instance)  # a command beside a running site finds its servers
    return {
        "INSTANCE_PATH": instance,
        "SQLALCHEMY_DATABASE_URI": _database_url(instance),
        "REDIS_URL": os.environ.get("REDIS_URL") or beside.get("REDIS_URL", ""),
        "SECRET_KEY": os.environ.get("SECRET_KEY", ""),
        "ENCRYPTION_KEYS": [key for key in os.environ.get("ENCRYPTION_KEYS", "").split(",") if key.strip()],
        # Off: only https to public addresses. The host that is allowed beside them is the practice Halo's.
        "HALO_ALLOW_PRIVATE_HOSTS": _switch("HALO_ALLOW_PRIVATE_HOSTS"),
        "HALO_ALLOW_HOST": os.environ.get("HALO_ALLOW_HOST") or beside.get("HALO_ALLOW_HOST", ""),
        "HALO_WINDOW_REQUESTS": _number("HALO_WINDOW_REQUESTS", 300),
        "HALO_WINDOW_SECONDS": _number("HALO_WINDOW_SECONDS", 300.0),
        "HALO_TIMEOUT_SECONDS": _number("HALO_TIMEOUT_SECONDS", 30.0),
        # the first pause when Halo does not answer; the following ones grow to 120 times as long
        "PAUSE_SECONDS": _number("PAUSE_SECONDS", 5.0),
        "LEG_SECONDS": _number("LEG_SECONDS", 20.0),
        # Longer than HALO_TIMEOUT_SECONDS: a lease is renewed before each request and must outlast it.
        "LEASE_SECONDS": _number("LEASE_SECONDS", 90.0),
        "PRACTICE_URL": os.environ.get("PRACTICE_URL") or beside.get("PRACTICE_URL", ""),
        # who may read /metrics; empty: nobody
        "METRICS_TOKEN": os.environ.get("METRICS_TOKEN", ""),
        "MAIL_URL": os.environ.get("MAIL_URL", ""),
        # the site's address in mails; empty: as whoever sends one sees it
        "SITE_URL": os.environ.get("SITE_URL", ""),
        "PORT": _number("PORT", 8000),
        "BACKUP_DIR": Path(os.environ.get("BACKUP_DIR") or instance / "backups"),
        # how many web servers between a browser and this site are trusted to say who asked, and whether by https
        "TRUSTED_PROXIES": _number("TRUSTED_PROXIES", 0),
        "SESSION_HOURS": _number("SESSION_HOURS", 12.0),
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        # on: always; off: where the page came by https
        "SESSION_COOKIE_SECURE": _switch("SESSION_COOKIE_SECURE"),
        "WTF_CSRF_TIME_LIMIT": None,
        "MAX_CONTENT_LENGTH": 64 * 1024 * 1024,
    }


def _database_url(instance):
    url = os.environ.get("DATABASE_URL") or f"sqlite:///{instance / 'halo.db'}"
    # psycopg 3 is the one driver installed; plain postgres:// and postgresql:// would ask for psycopg2
    for plain in ("postgres://", "postgresql://"):
        if url.startswith(plain):
            return "postgresql+psycopg://" + url.removeprefix(plain)
    return url
