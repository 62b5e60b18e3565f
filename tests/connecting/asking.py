"""A process that asks Halo again and again, as a worker does: `python -m tests.connecting.asking URL ACCOUNT TIMES`."""

import sys
import tempfile
import time
from datetime import UTC, datetime

from halo_admin.connecting.opening import connection_of, open_halo
from halo_admin.db import db
from halo_admin.halo.companies import CLIENTS
from halo_admin.halo.errors import HaloBusy
from tests.connecting.conftest import make_app

SETTINGS = {"HALO_ALLOW_PRIVATE_HOSTS": True, "HALO_WINDOW_REQUESTS": 40, "HALO_WINDOW_SECONDS": 3.0,
            "ENCRYPTION_KEYS": ["iC2sUc8IBGQZ1xSm8MHcrsEMkBAgeB2bDRsGHTyJqBk="]}  # fmt: skip


def main(url, account_id, times):
    with tempfile.TemporaryDirectory() as folder, make_app(url, folder, **SETTINGS).app_context():
        halo = open_halo(connection_of(account_id), "exports")
        db.session.rollback()
        with halo:
            while times:
                times -= ask(halo)
    print("asked")


def ask(halo):
    try:
        halo.page(CLIENTS, 1)
    except HaloBusy as busy:
        time.sleep(max(0.0, (busy.until - datetime.now(UTC)).total_seconds()))
        return 0
    return 1


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
