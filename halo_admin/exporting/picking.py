"""The field picker of one export: its rows as they stand, and what a person may send of them."""

from ..accounts.models import Account, User
from ..connecting import sending_types
from ..db import db
from . import exports
from .comparing import SAME, TICKED
from .fields import KINDS
from .mirror import linked_row
from .rows import Row, Rows
from .sides import Sides


class Rejected(ValueError):
    """What was picked cannot be sent; the text says what to do. at: the field that it is about, or "" for all."""

    def __init__(self, sentence: str, at: str = ""):
        super().__init__(sentence)
        self.at = at


class Picker:
    """An export that is ready, beside its record of ours as it is now."""

    def __init__(self, export, record, user=None):
        self.export, self.record, self.user = export, record, user
        self.kind = KINDS[export.kind]
        account = db.session.get(Account, export.account_id)
        self.sides = Sides(account, export.tenant_id, self.kind)
        self.ours = self.sides.ours(record)
        self.link = linked_row(self.sides, record.id)

    @property
    def is_new(self) -> bool:
        return self.export.chosen.get("to") == "new" and self.link is None

    @property
    def links(self) -> bool:
        """Whether sending also links it to a record that Halo has."""
        return self.link is None and not self.is_new

    def rows(self) -> list[Row]:
        base = (self.link.base or {}) if self.link else {}
        seen = (self.link.values or {}) if self.link else {}
        rows = Rows(self.sides, self.ours, self.export.found, base, seen, self.is_new, self.export.chosen)
        return rows.rows(frozenset(unticked(self.user, self.kind.key)))

    def is_as_looked_at(self) -> bool:
        return self.record.version == self.export.ours_version

    def check(self, names, overwrites: bool, chosen: dict, link_only: bool = False) -> list[str]:
        """The names of the fields to send: those picked, and those that a new record cannot do without.

        Raises Rejected.
        """
        rows = {row.name: row for row in self.rows()}
        picked = [name for name, row in rows.items() if row.fixed or (name in names and row.verdict != SAME)]
        for name in picked:
            if rows[name].problem:
                raise Rejected(rows[name].problem, name)
            if rows[name].asks and chosen.get("type") not in rows[name].asks:
                raise Rejected(f"Choose which of Halo's types stands for {rows[name].ours}.", name)
        self._check_chosen(picked, chosen)
        if not picked and not (link_only and self.links):
            raise Rejected("Tick at least one field.")
        newer = [rows[name].label for name in picked if rows[name].overwrites]
        if newer and not overwrites:
            told = f"Halo has changed {', '.join(newer)} since. Say below that it is to be overwritten."
            raise Rejected(told, "overwrite")
        return picked

    def _check_chosen(self, picked, chosen):
        """Raises Rejected where the site is none of its client's, or the type none that may stand for ours."""
        sites = [one[0] for one in self.export.found.get("sites") or ()]
        if "site" in chosen and "company" in picked and chosen["site"] not in sites:
            raise Rejected("Choose one of the sites of its client in Halo.", "company")
        ours, key = self.ours.get("type"), chosen.get("type")
        if key and "type" in picked and key not in sending_types.choices(self.export.tenant_id, ours.key):
            raise Rejected(f"{ours.words or 'No type'} cannot be sent as {key}.", "type")


def start(picker: Picker, names, overwrites=False, chosen=None, link_only=False) -> bool:
    """Check what was picked and send it. Raises Rejected, exports.NotNow. Where our record has changed since it was
    looked at nothing is sent, and it is looked at anew: False then. Commits.
    """
    export, chosen = picker.export, chosen or {}
    if not picker.is_as_looked_at():
        exports.look(export)
        return False
    fields = picker.check(names, overwrites, export.chosen | chosen, link_only)
    ours = {name: list(value) for name, value in picker.ours.items()}
    defaults = [row.name for row in picker.rows() if row.verdict in TICKED and not row.fixed and not row.problem]
    return exports.start(export, fields, overwrites, ours, chosen, lambda: remember(picker, fields, defaults))


def unticked(user, kind_key: str) -> list[str]:
    """The fields that a person left out the last time they sent such a record."""
    return (user.preferences.get("send") or {}).get(kind_key, []) if user else []


def remember(picker, sent, defaults) -> None:
    """Keep what a person left out this time, for the next dialog. In a writing transaction."""
    if picker.user is None:
        return
    user = db.session.get(User, picker.user.id, populate_existing=True)
    kept = [name for name in unticked(user, picker.kind.key) if name not in sent and name not in defaults]
    left = kept + [name for name in defaults if name not in sent]
    user.preferences = user.preferences | {"send": (user.preferences.get("send") or {}) | {picker.kind.key: left}}
