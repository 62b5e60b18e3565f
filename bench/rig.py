"""What a measurement stands on: a practice Halo and a site's database, each with processes of its own."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx

from app import create_app
from halo_admin.accounts import people
from halo_admin.connecting import answering, credentials
from halo_admin.connecting.opening import connection_of
from halo_admin.db import begin_write, db, now
from halo_admin.practice.credentials import PRACTICE_CLIENT_ID, PRACTICE_CLIENT_SECRET
from tests.postgres import Postgres
from tests.processes import ROOT, Process
from tests.servers import KEYS, migrate, short_folder

RESULTS = Path(__file__).resolve().parent / "results"
SAMPLED = 0.5  # seconds between two looks at a process's memory


class Timed(NamedTuple):
    """A command that has ended: what it printed, how long it took, what it used."""

    data: dict
    seconds: float
    cpu: float
    peak_mb: float
    memory: list  # [seconds since its start, MB] as sampled


class Practice:
    """A practice Halo in a process of its own. Its control requests count nowhere."""

    def __init__(self, folder, companies, contacts, rate="off", switches=()):
        command = [sys.executable, "-m", "flask", "--app", "app", "practice", "serve", "--port", "0", "--rate", rate,
                   "--companies", str(companies), "--contacts", str(contacts), "--opportunities", "0", "--notes", "0",
                   *(part for switch in switches for part in ("--switch", switch))]  # fmt: skip
        log = folder / f"practice-{len(list(folder.iterdir()))}.log"
        self._process = Process("practice", command, log, os.environ | {"PYTHONUNBUFFERED": "1"})
        ready = self._process.wait_for("client ID", 120)
        self.url = ready.partition("ready at ")[2].split()[0]
        self._control = httpx.Client(base_url=f"{self.url}/practice", timeout=600)

    def stats(self):
        return self._control.get("/stats").json()

    def count_anew(self):
        self._control.delete("/stats").raise_for_status()

    def change(self, changes):
        """Change records, given as POST /practice/records takes them."""
        for start in range(0, len(changes), 1000):
            self._control.post("/records", json=changes[start : start + 1000]).raise_for_status()

    def stop(self):
        self._process.end()


class Sweep(NamedTuple):
    """A list that was read to its end; seconds are those of the requests alone."""

    rows: list
    pages: int
    seconds: float


class Bare:
    """A loop that does nothing but read the practice Halo's pages: no import can be quicker."""

    def __init__(self, url):
        self._http = httpx.Client(base_url=url, timeout=60)
        form = {"grant_type": "client_credentials", "scope": "all",
                "client_id": PRACTICE_CLIENT_ID, "client_secret": PRACTICE_CLIENT_SECRET}  # fmt: skip
        token = self._http.post("/auth/token", data=form).raise_for_status().json()["access_token"]
        self._http.headers["Authorization"] = f"Bearer {token}"

    def sweep(self, entity) -> Sweep:
        bodies, total, seconds, page_no = [], None, 0.0, 1
        while total is None or (page_no - 1) * 100 < total:
            started = time.perf_counter()
            answer = self._http.get(f"/api/{entity}", params=_paged(page_no))
            seconds += time.perf_counter() - started
            bodies.append(answer.raise_for_status().json())
            total, page_no = bodies[-1]["record_count"], page_no + 1
        rows = [row for body in bodies for key in ROW_KEYS if key in body for row in body[key]]
        return Sweep([{name: row[name] for name in KEPT if name in row} for row in rows], len(bodies), seconds)

    def detail(self, entity, key):
        """One record with its details."""
        return self._http.get(f"/api/{entity}/{key}", params={"includedetails": True}).raise_for_status().json()


ROW_KEYS = ("clients", "sites", "users")
KEPT = ("id", "name", "inactive", "main_site_id")


def _paged(page_no):
    return {"pageinate": True, "page_no": page_no, "page_size": 100, "order": "id", "includeinactive": True,
            "includeaddress": True}  # fmt: skip


class Site:
    """A site's database with an account that is connected to a practice Halo. Nothing runs beside the commands."""

    def __init__(self, folder, database_url, practice, **settings):
        self.practice = practice
        host = practice.url.removeprefix("http://")
        self.env = os.environ | KEYS | {
            "INSTANCE_PATH": str(folder), "DATABASE_URL": database_url, "PRACTICE_URL": practice.url,
            "HALO_ALLOW_HOST": host, "HALO_WINDOW_REQUESTS": "0", "REDIS_URL": "",
        } | settings  # fmt: skip
        self.app = create_app(
            SECRET_KEY=KEYS["SECRET_KEY"], ENCRYPTION_KEYS=[KEYS["ENCRYPTION_KEYS"]], INSTANCE_PATH=folder,
            SQLALCHEMY_DATABASE_URI=database_url, HALO_ALLOW_HOST=host, PRACTICE_URL=practice.url, REDIS_URL="",
        )  # fmt: skip
        self.account = str(self._here(self._make_account))

    def _here(self, work):
        """Do something that is not measured in this process."""
        with self.app.app_context():
            begin_write()
            done = work()
            db.session.commit()
            db.session.remove()
            db.engine.dispose()
        return done

    def _make_account(self):
        account, _user = people.create_account("Acme IT", "ann@example.com", "a long password")
        typed = credentials.Typed(self.practice.url, PRACTICE_CLIENT_ID, secret=PRACTICE_CLIENT_SECRET)
        connection, _notes = credentials.save(account.id, typed, other_tenant_is_meant=True)
        connection.connected_at = now()
        return account.id

    def map_types(self):
        """Every type of Halo's that has been read comes in under its own name."""
        self._here(lambda: map_types(int(self.account)))

    def halo(self, what, kind):
        """`flask halo read|import KIND --inline`."""
        return self.run("flask", "--app", "app", "halo", what, kind, "--account", self.account, "--inline", "--json")

    def plain(self, kind):
        return self.run("bench.plain", kind, "--account", self.account, "--url", self.practice.url)

    def startup_cpu(self):
        """The CPU seconds that a command uses before it begins."""
        return timed([sys.executable, "-c", "from app import create_app; create_app()"], self.env).cpu

    def run(self, module, *arguments):
        """Run a module in a process of its own; raises RuntimeError with its complaint."""
        return timed([sys.executable, "-m", module, *arguments], self.env)


def map_types(account_id):
    tenant = connection_of(account_id).tenant
    answering.save(tenant, "company_type", answering.under_own_names(tenant, "company_type"))


def timed(command, env) -> Timed:
    """Run a command to its end; raises RuntimeError with what it complained of."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as errors:
        started, memory = time.perf_counter(), []
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=errors)
        usage = _wait(process, started, memory)
        seconds = time.perf_counter() - started
        said, complained = (_read(file) for file in (out, errors))
    if process.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))}: {said[-2000:]}{complained[-4000:]}")
    data = next((json.loads(line) for line in reversed(said.splitlines()) if line.startswith("{")), {})
    peak = memory[-1][2] if memory else 0  # the first look may still see the process that forked
    return Timed(data, seconds, usage.ru_utime + usage.ru_stime, peak, [[at, mb] for at, mb, _top in memory])


def _wait(process, started, memory):
    """Until a process has ended, with looks at its memory; what it used."""
    while True:
        if held := _memory(process.pid):
            memory.append([round(time.perf_counter() - started, 1), *held])
        until = time.perf_counter() + SAMPLED
        while time.perf_counter() < until:
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid:
                process.returncode = os.waitstatus_to_exitcode(status)
                return usage
            time.sleep(0.01)


def _memory(pid):
    """[MB now, the most so far] of a process (not rusage's: that has what its parent held when it forked)."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return None
    held = {name: int(value.split()[0]) / 1024 for name, _, value in (line.partition(":") for line in lines)
            if name in ("VmRSS", "VmHWM")}  # fmt: skip
    return [round(held[name], 1) for name in ("VmRSS", "VmHWM")] if held else None


def _read(file):
    file.seek(0)
    return file.read()


def cores():
    return len(os.sched_getaffinity(0))


@contextmanager
def folder():
    """A folder of the measurement's own, removed at its end."""
    made = short_folder()
    yield made
    shutil.rmtree(made)


@contextmanager
def databases(kind):
    """make(): the address of a fresh database with the schema, on "sqlite" or "postgresql"."""
    with ExitStack() as stack:
        place = stack.enter_context(folder())
        if kind == "postgresql":
            server = Postgres()
            stack.callback(server.stop)
            template = server.create()
            migrate(server.url(template))
            yield lambda: server.url(server.create(template))
        else:
            template = place / "template.db"
            migrate(f"sqlite:///{template}")
            yield lambda: f"sqlite:///{_copy(template, place)}"


def _copy(template, place):
    path = place / f"{len(list(place.glob('*.db')))}.db"
    return shutil.copy(template, path)
