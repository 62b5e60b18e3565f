"""What a stage says about itself; the shared path does the rest."""

import msgspec


class Skip(Exception):
    """Leaves one record out. reason is for this record; why groups it with others in the report."""

    def __init__(self, reason, why=None):
        super().__init__(reason)
        self.reason, self.why = reason, why or reason


class Fail(Skip):
    """This one record cannot be taken in as Halo sends it."""


class Ask(Exception):
    """A decision hinges on something the lists do not say.

    what: "website", "main site" or "time"; kind and halo_id: the Halo record whose detail tells it.
    """

    def __init__(self, what, kind, halo_id):
        super().__init__(what)
        self.what, self.kind, self.halo_id = what, kind, halo_id


class Reading(msgspec.Struct, frozen=True):
    """One of Halo's lists that a stage sweeps: the mirror kind it fills, and the listing in `halo/`."""

    kind: str
    listing: object
    record: type  # of records.py


class Stage:
    """A step of the import. A stage is data, and the few answers only it can give."""

    key = title = noun = kind = ""
    model = None
    after = ()  # the stages that must be done before it
    mapping = None  # the kind of mapping it needs
    readings = ()  # swept in this order; the last one is the kind it decides about
    keys = ()  # tried in this order to match an unlinked record
    fields = ()  # what an import may change on our side
    forms = {}  # how values of a field may differ in form only, where not as plain text
    held_by = {}  # fields that Halo keeps on another record: {field: mirror kind}

    def listed(self, kind: str, record) -> dict:
        """The mirror's columns that one list row tells by itself: label, active, parent_id, type_key."""
        raise NotImplementedError

    def learn(self, kind: str, rows) -> dict:
        """What a page tells about how this tenant behaves."""
        return {}

    def never(self, row) -> None:
        """Raises Skip for what can never be one of ours, whatever the mapping says."""

    def compose(self, listed, detail, around) -> dict:
        """The values a decision compares, from the list row, its cached detail and the records around it.

        A value nobody has read yet is left out.
        """
        raise NotImplementedError

    def around(self, kind: str) -> str | None:
        """The mirror kind whose rows (by parent_id) belong into the values of `kind`, if any."""
        return None

    def keyed(self, values: dict, country: str) -> dict:
        """The key columns of the mirror, from composed values."""
        raise NotImplementedError

    def theirs(self, row, situation) -> dict:
        """Field values as they would be on our side. Raises Skip for what is not to come in, Fail, or Ask."""
        raise NotImplementedError

    def ask_before(self, row, match, situation) -> None:
        """Raises Ask where this match hangs on something the lists left out."""

    def erasing(self, row, situation) -> tuple:
        """Fields where Halo's blank was chosen by a person, in the mapping, and may erase what an import brought."""
        return ()

    def labels(self, fields) -> list:
        """What people call these fields, lower case, for a sentence."""
        return [self.model.FIELDS[field].lower() for field in fields]

    def marks_of(self) -> tuple:
        """The names of the columns `marks` sets."""
        return ()

    def tell_mark(self, name, value) -> str:
        """What setting a mark means, for a sentence."""
        raise NotImplementedError

    def holder(self, row, field) -> tuple[str, int]:
        """Which Halo record (kind, halo_id) holds a field, for the time it was changed."""
        return self.held_by.get(field, self.kind), row.halo_id

    def marks(self, row) -> dict:
        """Columns of ours that say something about Halo, and are set without being compared."""
        return {}
