"""Halo's CRM notes become notes here: the one kind of activity that is exchanged (the seed: "Activities")."""

from datetime import datetime

import sqlalchemy as sa

from ... import records
from ...accounts.models import User
from ...crm.contact_models import Contact
from ...crm.note_models import Note, called
from ...db import among, db, owned
from ...halo import notes as halo
from ...mirror.models import HaloRecord
from ...normal import markup
from .. import noting, whose
from ..composing import digest_of
from ..note_sentences import told_of_reading
from ..stage import Found, Reading, Skip, Stage

GENERAL_USER = "general user"
NO_CONTACT, NO_COMPANY = "its contact has not been imported", "its company has not been imported"
NO_AUTHOR = "Halo names no author for it"


class About(Found):
    """Whom a note is on here, and who wrote it; or why it stays out."""

    contact_id: int | None = None
    company_id: int | None = None
    author_id: int | None = None
    author: str = ""
    left_out: str | None = None
    written_here: object | None = None  # the note of ours that was sent from here


class Notes(Stage):
    key, title, noun, their_noun, kind = "notes", "Activities", "note", "Halo note", "note"
    model = Note
    after = ("users", "contacts")  # the users are what its authors are mapped to
    readings = (Reading("note", halo.NOTES, records.Note, "note"),)
    fields = ("contact_id", "company_id", "author_id", "subject", "text")
    forms = Note.FORMS
    movements = {"reading": noting.read}
    reads_singly = "clients"
    tells_times = False
    new_one = "new in Halo"
    takes_over = "it was sent from here"
    reasons = (
        (NO_CONTACT, "Notes come in for contacts that are here. Import the contacts, then the notes again.", False),
        (NO_COMPANY, "Import the companies, then the notes again.", False),
        (
            "is not a GlassHive user",
            "Notes come in by people who are users here: invite or link this one.",
            False,
        ),
        (NO_AUTHOR, "Only what a user here wrote comes in.", False),
        ("it has no text", "There is nothing in it to read.", False),
        ("new in Halo", "It was not here before.", False),
        ("sent from here", "It is the note of ours that was sent to Halo.", False),
    )

    def listed(self, kind, record):
        about = f"user:{record.user_id}" if record.user_id else f"site:{record.site_id}" if record.site_id else "client"
        return {
            "label": called(record.subject, markup.plain(record.text)) or None, "active": True,
            "parent_id": record.client_id, "type_key": f"{about} {record.agent_id or 0}",
        }  # fmt: skip

    def compose(self, listed, detail, around):
        at = listed.at.isoformat() if listed.at else None
        return {"subject": listed.subject, "text": listed.text, "at": at, "agent_name": listed.agent_name,
                "marker": listed.marker}  # fmt: skip

    def keyed(self, values, country):
        return {}

    def never(self, row):
        if not row.values["text"] and not row.values["subject"]:
            raise Skip("it has no text")

    def expected(self, tenant_id):
        return whose.requests(tenant_id, whose.kept(tenant_id))

    def touched(self, facts):
        return told_of_reading(facts["notes_read"]) if "notes_read" in facts else []

    def look_up(self, situation, rows):
        return _Places(situation, rows).found()

    def theirs(self, row, situation):
        found = row.found
        if found.left_out:
            stays = "; the note here stays as it is" if row.ours_id else ""
            raise Skip(found.left_out + stays, found.left_out)
        subject, text = row.values["subject"], row.values["text"]
        return {"contact_id": found.contact_id, "company_id": found.company_id, "author_id": found.author_id,
                "subject": subject if text else None, "text": text or markup.from_plain(subject)}  # fmt: skip

    def erasing(self, row, situation):
        return ("contact_id", "company_id", "subject")  # a note that is on another one now is on that alone

    def marks_of(self):
        return ("author", "at", "from_halo", "changed_in_halo_at")

    def marks(self, row):
        if row.found.written_here:
            return {"changed_in_halo_at": _changed(row)}
        at = row.values["at"]
        marks = {"author": row.found.author, "changed_in_halo_at": _changed(row), "from_halo": True}
        return marks | {"at": datetime.fromisoformat(at) if at else row.changed_before}

    def tell_mark(self, name, value):
        return {"author": "its author is called otherwise here", "at": "it bears another time in Halo",
                "from_halo": "it came from Halo", "changed_in_halo_at": "it was changed in Halo"}[name]  # fmt: skip

    def way_out(self, why):
        if why == NO_CONTACT:
            return "Import contacts", "importing.stage_page", {"key": "contacts"}
        if why == NO_COMPANY:
            return "Import companies", "importing.stage_page", {"key": "companies"}
        if why.endswith("is not a GlassHive user"):
            name = why.removeprefix("its author, ").removesuffix(", is not a GlassHive user")
            return f"Invite or link {name}", "importing.users", {"_anchor": "agents"}
        return None


def _changed(row):
    """When a change in Halo was read; None for what is as it was when it was first read."""
    return row.changed_before if row.changed_after else None


class _Places:
    """What a batch of notes hinges on, looked up at once."""

    def __init__(self, situation, rows):
        self.situation, self.rows = situation, rows
        self.account_id, self.tenant_id = situation.run.account_id, situation.run.tenant_id

    def found(self) -> dict:
        if not self.rows:
            return {}
        keys = sa.select(HaloRecord.id, HaloRecord.type_key).where(among(HaloRecord.id, [row.id for row in self.rows]))
        self.about = {key: (told or "client 0").split(" ") for key, told in db.session.execute(keys)}
        self.users = self._records("user", self._named("user:"))
        self.clients = self._records("client", {row.parent_id for row in self.rows} - {None})
        self.agents = self._records("agent", {int(agent) for _, agent in self.about.values()} - {0})
        self.names = self._names({one.ours_id for one in self.agents.values()} - {None})
        self.here = self._contacts({one.ours_id for one in self.users.values()} - {None})
        self.written = self._written_here()
        return {row.id: self._of(row) for row in self.rows}

    def _of(self, row):
        if (written := self.written.get(row.id)) is not None:
            takes = written.id if row.ours_id is None else None
            places = {name: getattr(written, name) for name in ("contact_id", "company_id", "author_id")}
            return About(f"here:{written.id}", takes=takes, written_here=written, **places)
        about, agent = self.about[row.id]
        contact_id, company_id, left_out = self._place(about, row.parent_id)
        author_id, author, no_author = self._author(int(agent), row)
        left_out = left_out or no_author
        reason = digest_of(left_out.encode())[:12] if left_out else ""
        return About(f"{contact_id or ''}:{company_id or ''}:{author_id or ''}:{reason}", contact_id=contact_id,
                     company_id=company_id, author_id=author_id, author=author, left_out=left_out)  # fmt: skip

    def _place(self, about, client_id):
        """(contact, company, why it stays out). What is about nobody in particular is on the company."""
        if about.startswith("user:"):
            user = self.users.get(int(about.removeprefix("user:")))
            if user is None or user.type_key != GENERAL_USER:
                contact_id = user and self.here.get(user.ours_id)
                return contact_id, None, None if contact_id else NO_CONTACT
        client = self.clients.get(client_id)
        company_id = client and client.ours_id
        return None, company_id, None if company_id else NO_COMPANY

    def _author(self, agent_id, row):
        agent = self.agents.get(agent_id)
        name = self.names.get(agent.ours_id) if agent else None
        if name is not None:
            return agent.ours_id, name, None
        if not agent_id:
            return None, "", NO_AUTHOR
        told = (agent and agent.label) or self._told(row) or f"Halo agent {agent_id}"
        return None, "", f"its author, {told}, is not a GlassHive user"

    def _told(self, row):
        """The name that the note itself gives its author."""
        values = row.values if hasattr(row, "values") and not callable(row.values) else None
        if values is None:
            values = db.session.scalar(sa.select(HaloRecord.values).where(HaloRecord.id == row.id))
        return (values or {}).get("agent_name")

    def _named(self, kind):
        return {int(about.removeprefix(kind)) for about, _ in self.about.values() if about.startswith(kind)}

    def _records(self, kind, ids):
        columns = (HaloRecord.halo_id, HaloRecord.ours_id, HaloRecord.type_key, HaloRecord.label)
        here = (HaloRecord.tenant_id == self.tenant_id, HaloRecord.kind == kind)
        chosen = sa.select(*columns).where(*here, among(HaloRecord.halo_id, sorted(ids)))
        return {row.halo_id: row for row in db.session.execute(chosen)} if ids else {}

    def _names(self, ids):
        named = owned(User, self.account_id).where(among(User.id, sorted(ids))).with_only_columns(User.id, User.name)
        return dict(map(tuple, db.session.execute(named))) if ids else {}

    def _contacts(self, ids):
        """{id: id} of those of these contacts that are here still."""
        here = owned(Contact, self.account_id).where(among(Contact.id, sorted(ids))).with_only_columns(Contact.id)
        return {contact_id: contact_id for contact_id in db.session.scalars(here)} if ids else {}

    def _written_here(self):
        """{mirror id: our note} of the rows that are notes of ours, sent to Halo: linked, or known by their marker."""
        columns = (Note.id, Note.contact_id, Note.company_id, Note.author_id, Note.marker)
        mine = owned(Note, self.account_id).where(Note.from_halo.is_(False)).with_only_columns(*columns)
        linked = sorted({row.ours_id for row in self.rows} - {None})
        notes = {note.id: note for note in db.session.execute(mine.where(among(Note.id, linked)))} if linked else {}
        found = {row.id: notes[row.ours_id] for row in self.rows if row.ours_id in notes}
        unlinked = mine.where(Note.marker.is_not(None), self._unlinked())
        marked = {note.marker: note for note in db.session.execute(unlinked)}
        if marked:
            unlinked = [row.id for row in self.rows if row.ours_id is None]
            told = sa.select(HaloRecord.id, HaloRecord.values).where(among(HaloRecord.id, unlinked))
            for key, values in db.session.execute(told) if unlinked else ():
                if values and values.get("marker") in marked:
                    found[key] = marked[values["marker"]]
        return found

    def _unlinked(self):
        here = (HaloRecord.tenant_id == self.tenant_id, HaloRecord.kind == "note", HaloRecord.ours_id == Note.id)
        return ~sa.exists().where(*here)
