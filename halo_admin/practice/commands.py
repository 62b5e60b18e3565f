"""The command line of the practice Halo: `practice serve`, and `practice faults` for what it can be told to do.

The rest of the room is imported where it is used: whoever runs another command does not wait for it.
"""

import signal
from pathlib import Path
from threading import Event

import click

from .credentials import PRACTICE_CLIENT_ID, PRACTICE_CLIENT_SECRET
from .size import Size


@click.group("practice")
def practice():
    """A made-up Halo tenant on this machine."""


@practice.command()
@click.option("--port", default=9700, show_default=True, help="0 takes a free port.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--companies", default=Size.companies, show_default=True, type=click.IntRange(0, 100_000),
              help="Clients, without client 1.")  # fmt: skip
@click.option("--contacts", default=Size.contacts, show_default=True, type=click.IntRange(0, 1_000_000),
              help="Users, without the General User that each site has.")  # fmt: skip
@click.option("--opportunities", default=Size.opportunities, show_default=True, type=click.IntRange(0, 1_000_000))
@click.option("--notes", default=Size.notes, show_default=True, type=click.IntRange(0, 1_000_000))
@click.option("--agents", default=Size.agents, show_default=True, type=click.IntRange(0, 10_000))
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same tenant.")
@click.option("--rate", default="300/300", show_default=True, help="Requests per seconds, or off.")
@click.option("--latency", default="", help="Milliseconds each answer takes longer, by chance: 20-500.")
@click.option("--token-life", default="3600", show_default=True, help="Seconds a token is good for.")
@click.option("--fault", "faults", multiple=True, metavar="NAME[:SETTING=VALUE,…]", help="See `practice faults`.")
@click.option("--switch", "switches", multiple=True, metavar="NAME=VALUE", help="See `practice faults`.")
@click.option("--state", type=click.Path(dir_okay=False, path_type=Path), help="A file that keeps changes.")
def serve(faults, switches, **options):
    """Serve a made-up Halo tenant until stopped."""
    from .faults import UnknownFault
    from .journal import WrongState
    from .server import PracticeHalo
    from .switches import UnknownSwitch

    pairs = dict(pair.partition("=")[::2] for pair in switches)
    try:
        halo = PracticeHalo(faults=faults, switches=pairs, **options)
    except (UnknownFault, UnknownSwitch, WrongState, OSError) as error:
        raise click.ClickException(str(error)) from error
    ended = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    with halo:
        click.echo(f"practice Halo ready at {halo.url}")
        click.echo(f"client ID {PRACTICE_CLIENT_ID}, client secret {PRACTICE_CLIENT_SECRET}")
        ended.wait()


@practice.command("faults")
def list_faults():
    """List the faults and switches there are."""
    from .faults import KINDS
    from .switches import SWITCHES

    click.echo("Faults (each also takes match, method, after, times, seed):")
    for name, kind in sorted(KINDS.items()):
        settings = ", ".join(f"{key}={value}" for key, value in kind.params.items())
        click.echo(f"  {name:<22} {kind.text}{f' [{settings}]' if settings else ''}")
    click.echo("\nSwitches:")
    for name, switch in SWITCHES.items():
        click.echo(f"  {name:<26} {switch.text} [{switch.shown}; now {switch.default or 'none'}]")
