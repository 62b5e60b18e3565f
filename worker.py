"""An RQ worker in an application context: `python worker.py exports imports`."""

import sys

from app import create_app
from halo_admin.work import Worker

if __name__ == "__main__":
    Worker.run(create_app(), sys.argv[1:] or ["exports", "imports"])
