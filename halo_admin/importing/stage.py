"""What a stage says about itself; the shared path does the rest."""

import msgspec

from ..crm.editing import is_day

HEEDED = "heeded"


def tell_heeded(decision: dict, *sentences: str) -> None:
    """Have a decision tell what was done for others of ours: in its reason, and in its evidence under HEEDED."""
    evidence = decision["evidence"] or {}
    decision["reason"] = "; ".join((decision["reason"], *sentences))
    decision["evidence"] = evidence | {HEEDED: [*evidence.get(HEEDED, ()), *sentences]}


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
    word: str  # what people call one of them
    words: str = ""  # and many of them, where that is not the word with an s


class Found(msgspec.Struct):
    """What a stage looked up for one record beyond the record itself.

    token names it: an applied decision depended on it, and is made again when it is another one. leader: the mirror
    row (id, halo_id, ours_id, last_sweep_id, …) of the record that this one is the same thing as, and that supplies the
    values; None where it stands for itself. takes: the record of ours whose lead it takes over. is_alone: what it
    followed until now is another thing today.
    """

    token: str = ""
    leader: object = None
    takes: int | None = None
    is_alone: bool = False

    @property
    def lasting(self):
        """What of the token counts for a record that is linked: another one makes its decision be made anew."""
        return self.token


NOTHING_FOUND = Found()


class Choice(msgspec.Struct, frozen=True):
    """Something a person chooses for a stage, kept under `name`: the first of ways, [(value, label)], until then.

    is_day: a day (ISO) can be chosen as well. told: a sentence on whom it concerns.
    """

    name: str
    label: str
    ways: tuple
    is_day: bool = False
    told: str = ""

    def accepts(self, value: str) -> bool:
        return value in dict(self.ways) or (self.is_day and is_day(value))


class Question(msgspec.Struct, frozen=True):
    """What a person is asked once everything is read, before anything is compared; the answer goes into `option`.

    about: what the records have, "status that nobody has mapped"; told: which, with their numbers; ways as in Choice.
    """

    option: str
    records: int
    about: str
    told: str
    ways: tuple


class Stage:
    """A step of the import. A stage is data, and the few answers only it can give."""

    key = title = noun = their_noun = kind = ""  # their_noun: what a sentence calls one of Halo's
    model = None
    after = ()  # the stages that must be done before it
    mapping = None  # the kind of mapping it needs
    also_maps = ()  # further kinds that it reads
    readings = ()  # swept in this order; the last one is the kind it decides about
    keys = ()  # tried in this order to match an unlinked record
    is_one_per_key = False  # whether Halo's records with one key are one thing here, led by one of them
    saves_at_once = False  # whether a batch is saved as soon as it is compared: no decision hangs on a later one
    looks_at = ()  # what look_up() wants of the records of ours that rows are linked to: rows have it as ours_<name>
    fields = ()  # what an import may change on our side
    new_one = "nothing here is like it"  # why one is created, where none is matched
    only_set = ()  # those of them that Halo may set, whatever is here, and never clears
    choices = ()  # what a person may choose
    reasons = ()  # what reasons of its own mean: (a part of the reason, its meaning, whether the mapping changes it)
    inherits = ()  # flags that a record of ours gets from others here, and never loses by them
    beside = {}  # what else a decision changes: {name: label}
    tells = ()  # the fields that tell one record from another of the same name
    forms = {}  # how values of a field may differ in form only, where not as plain text
    held_by = {}  # fields that Halo keeps on another record: {field: mirror kind}
    movements = {}  # those it carries out in its own way: {movement: a function like those in legs.MOVEMENTS}
    shows_records = False  # whether its own page shows what was read
    tells_times = True  # whether a detail of Halo's tells when its record was changed
    reads_singly = ""  # what its reading asks for one by one, a request each, where it sweeps no list
    takes_over = "it leads the Halo records that are one here now"  # why a record of ours gets this one as its own

    def listed(self, kind: str, record) -> dict:
        """The mirror's columns that one list row tells by itself: label, active, parent_id, type_key."""
        raise NotImplementedError

    def read_values(self, halo):
        """Halo's own list of the values that a mapping is about; None where there is none."""
        return

    def keep_values(self, tenant, values) -> None:
        """Remember what read_values() read, in a writing transaction."""

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

    def sets_although_out(self, row) -> dict:
        """Flags of only_set that Halo sets on the record here although this one of its own is left out."""
        return {}

    def heed_left_out(self, situation, decisions, rows) -> None:
        """Carry out what records say about others of ours than the one they stand for; the decisions tell it, by
        tell_heeded().
        """

    def ask_before(self, row, match, situation) -> None:
        """Raises Ask where this match hangs on something the lists left out."""

    def look_up(self, situation, rows) -> dict:
        """{mirror id: Found} of a batch of rows, with everything that is looked up for it at once."""
        return {}

    def look_over(self, situation, rows) -> dict:
        """The same, to tell whether there is anything to decide: what changes seldom may be some seconds old."""
        return self.look_up(situation, rows)

    def inherited(self, situation, rows) -> dict:
        """{mirror id: {field: value}} of what a record of ours has from others here once it has the keys of a row."""
        return {}

    def becomes_another(self, row, ours) -> bool:
        """Whether the record of ours that a row stands for may get keys that others have, and inherit from them."""
        return False

    def pass_on(self, situation, heirs: dict) -> None:
        """Give new records of ours what is kept beside others: {our new id: the id that its row stood for}."""

    def load_beside(self, situation, rows, ours: dict):
        """What `beside` needs to know of these records of ours, {id: row}, and of rows that are linked to none."""
        return

    def change_beside(self, row, ours_id, loaded, values) -> dict:
        """{name of `beside`: [before, after]} that an import is to change; ours_id is None for a new record.

        values: {field: value} as the record of ours will have them.
        """
        return {}

    def carry_out_beside(self, situation, changed, made=()) -> None:
        """Carry out what change_beside() decided: changed is [(our id, {name: [before, after]})].

        made: the new ones among them.
        """

    def leave_beside(self, situation, made) -> None:
        """New records of ours have nothing yet of what carry_out_beside() gives them."""

    def complete(self, situation, rows) -> list:
        """Carry out what is beside the fields of records that were made, or linked to what they follow, before all was
        read, where they stand by what look_over() finds: [(what it was as from change_beside(), the rows that it was
        for)]. Here for stages that have nothing beside the fields.

        rows: mirror rows as from rows_with_ours() with the columns of LIGHT.
        """
        found = self.look_over(situation, rows)
        return [({}, [row for row in rows if situation.stands(row, found.get(row.id, NOTHING_FOUND))])]

    def concerned(self, choice, tenant_id, chosen) -> int:
        """How many of Halo's records a choice is about, as last read."""
        raise NotImplementedError

    def asks_first(self, run, tenant) -> Question | None:
        """What a person must say before the records are compared."""
        return

    def changed_at(self, row):
        """When Halo's record was changed, where its list tells; None where only its detail may."""
        return

    def expected(self, tenant_id) -> int | None:
        """How much its reading will count to, where that is not the length of its lists."""
        return

    def touched(self, facts: dict) -> list[str]:
        """Sentences on what else an import of it found out, for the report."""
        return []

    def way_out(self, why: str) -> tuple | None:
        """The button beside a reason of its own that leads to what would change it: (label, endpoint, values)."""
        return

    def check(self, situation, ours_ids):
        """What must not become less: a snapshot of these records of ours, before and after a batch is saved."""
        return

    def tell_check(self, run, before, after) -> None:
        """Keep in the run's facts how two snapshots differ."""

    def erasing(self, row, situation) -> tuple:
        """Fields where Halo's blank was chosen by a person, in the mapping, and may erase what an import brought."""
        return ()

    @property
    def mappings(self) -> tuple:
        """All kinds of mapping that it reads."""
        return (self.mapping, *self.also_maps) if self.mapping else ()

    @property
    def halo_noun(self) -> str:
        """What a sentence calls one of Halo's where nothing around it speaks of Halo: "Halo client"."""
        return f"Halo {self.their_noun.removeprefix('Halo ')}"

    def labels(self, fields) -> list:
        """What people call these fields, lower case, for a sentence."""
        return [self.label(field).lower() for field in fields]

    def label(self, field) -> str:
        """What people call a field, or what a decision changes beside the fields."""
        return self.model.FIELDS.get(field) or self.beside.get(field, field)

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
