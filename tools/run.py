"""`make run`: prepares the data of a site, then runs every process of the Procfile until it is told to stop."""

import contextlib
import fcntl
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

from honcho.environ import parse_procfile
from honcho.manager import Manager

from halo_admin.keeping import note_running
from tools import demo, settings, valkey
from tools.settings import ROOT

FIRST_PORT = 8000
STOPPED = {128 + signal.SIGINT, 128 + signal.SIGTERM}
# The workers say goodbye to Redis while they end.
LINGER_SECONDS = {"redis": 3.2}
LOCK_PATIENCE_SECONDS = 10

BLOCK = """
  ────────────────────────────────────────────────────
   The site is running.

   Address    {url}
   {person}
   To stop    Ctrl-C
  ────────────────────────────────────────────────────
"""
PERSON = """E-mail     {email}
   Password   {password}"""
NOBODY = f"Account    {demo.EMAIL}, with the password it was given"


def main():
    instance = settings.instance_folder()
    with only_one(instance):
        port = chosen_port(os.environ.get("PORT", ""))
        environment = prepare(instance, port)
        account = demo.account(instance, environment)
        return supervise(environment, block(environment, account))


def chosen_port(text):
    """PORT as a free port. Raises SystemExit with a sentence where it is none."""
    if not (text or "0").isdecimal() or int(text or 0) > 65535:
        sys.exit(f"PORT={text} is not a port: give a number, as in make run PORT={FIRST_PORT + 1}")
    port = int(text or FIRST_PORT)
    if not settings.port_is_free(port):
        sys.exit(f"Port {port} is taken or not allowed: choose another one, as in make run PORT={port + 1}")
    return port


@contextlib.contextmanager
def only_one(instance):
    """Hold the instance folder: two sites on the same data would run two Redis servers on one file."""
    with open(instance / "run.lock", "w") as lock:
        until = time.monotonic() + LOCK_PATIENCE_SECONDS
        while not _locked(lock):
            # one that was killed takes a moment to end its processes
            if time.monotonic() > until:
                sys.exit(f"A site runs already on the data in {instance}: stop it first.")
            time.sleep(0.2)
        yield


def _locked(lock):
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def prepare(instance, port):
    """Bring secrets, the embedded Redis' configuration and the schema up to date; returns the environment."""
    environment = settings.environment(instance, port) | {"SUPERVISOR_PID": str(os.getpid())}
    if "VALKEY_SERVER" in environment:
        valkey.end_stale(instance)
        valkey.write_config(instance)
    if environment["DATABASE_URL"] == settings.own_database(instance) and not (instance / "halo.db").exists():
        demo.forget(instance)
    migrate(environment)
    note_running(instance, {name: environment[name] for name in ("REDIS_URL", "PRACTICE_URL", "HALO_ALLOW_HOST")})
    return environment


def migrate(environment):
    upgrade = [sys.executable, "-m", "flask", "--app", "app", "db", "upgrade"]
    done = subprocess.run(upgrade, cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{done.stderr}\nThe database could not be brought up to date; why is said above.")


def block(environment, account):
    person = PERSON.format_map(account) if account else NOBODY
    return BLOCK.format(url=f"http://127.0.0.1:{environment['PORT']}", person=person)


def supervise(environment, text):
    """Run all processes until we are told to stop (returns None) or one of them gives up (returns its exit code)."""
    manager = Manager()
    for name, command in wanted(environment).items():
        keep = f"exec {shlex.quote(sys.executable)} -m tools.keep --linger {LINGER_SECONDS.get(name, 0)} {command}"
        manager.add_process(name, keep, env=environment, cwd=str(ROOT))
    with announced(environment, text):
        manager.loop()
    if manager.returncode not in STOPPED:
        return manager.returncode
    return print("Everything has stopped. The data is kept for the next time.", flush=True)


def wanted(environment):
    """The Procfile's processes by name; without redis where REDIS_URL names another."""
    processes = parse_procfile(Path(ROOT, "Procfile").read_text()).processes
    return {name: command for name, command in processes.items() if name != "redis" or "VALKEY_SERVER" in environment}


@contextlib.contextmanager
def announced(environment, text):
    urls = f"http://127.0.0.1:{environment['PORT']}/healthz", environment["PRACTICE_URL"]
    command = [sys.executable, "-m", "tools.announce", text, *urls]
    # a session of its own, or Ctrl-C would end it with a traceback
    announcer = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
    try:
        yield
    finally:
        announcer.terminate()
        announcer.wait()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(0)
