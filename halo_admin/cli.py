"""The same actions for the shell: every room's commands under `flask --app app`."""

from .accounts.commands import accounts
from .connecting.commands import commands as connecting_commands
from .crm.commands import crm
from .exporting.commands import export
from .importing.commands import commands as importing_commands
from .importing.watch import watch
from .practice.commands import practice


def init_app(app):
    halo = connecting_commands
    for command in (*importing_commands, export):
        halo.add_command(command)
    for command in (accounts, crm, halo, practice, watch):
        app.cli.add_command(command)
