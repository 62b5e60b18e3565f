"""Who is on which list. Every change of a membership goes through here, so that the lists' numbers stay right, and so
does what is known of contacts on no list.

A membership is a row that stays when the contact leaves. An import takes off only whom an import put there, and never
puts back whom a person took off.
"""

from collections import Counter, defaultdict
from collections.abc import Callable
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from .. import audit
from ..accounts.models import Account
from ..bulk import execute, insert_rows
from ..db import among, begin_write, db, each, now, owned, owned_among
from . import changes, lacks, list_growth, list_stops
from .contact_models import Contact, ContactList, ListGrowth, ListMember
from .list_growth import Press
from .models import LIST
from .searching import has

LONGEST_NAME = 200
AT_ONCE = 10_000  # memberships of one transaction, which lasts well under 0.25 s

LISTS, GROWN = ContactList.__table__, ListGrowth.__table__
SIZE = (
    sa.update(LISTS)
    .where(LISTS.c.id == sa.bindparam("of"))
    .values(contacts=LISTS.c.contacts + sa.bindparam("more") - sa.bindparam("less"))
)
GROWTH = (
    sa.update(GROWN)
    .where(GROWN.c.list_id == sa.bindparam("of"), GROWN.c.run_id == sa.bindparam("by"))
    .values(joined=GROWN.c.joined + sa.bindparam("more"), taken_off=GROWN.c.taken_off + sa.bindparam("less"))
)


def folded(name: str) -> str:
    """What two lists of one account cannot have in common."""
    return " ".join(name.split()).casefold()[:LONGEST_NAME]


def lists_of(account_id: int) -> list[ContactList]:
    """The account's lists by name."""
    return list(db.session.scalars(owned(ContactList, account_id).order_by(ContactList.name_key)))


class Standing(NamedTuple):
    """How one contact stands to the account's lists, each by name: on, off by a person's hand, never there."""

    on: list[ContactList]
    taken_off: list[ContactList]
    others: list[ContactList]

    @property
    def choices(self) -> list[tuple[int, str]]:
        """The lists it may be put on, as (id, name)."""
        return [(one.id, one.name) for one in sorted(self.taken_off + self.others, key=lambda one: one.name_key)]


def standing(contact) -> Standing:
    """How a contact stands to every list of its account."""
    here = {row.list_id: row for row in db.session.scalars(_memberships(contact.id))}
    on, taken_off, others = [], [], []
    for one in lists_of(contact.account_id):
        row = here.get(one.id)
        if row is not None and row.left_at is None:
            on.append(one)
        else:
            (taken_off if row is not None and row.left_run is None else others).append(one)
    return Standing(on, taken_off, others)


def _memberships(contact_id):
    return sa.select(ListMember).where(ListMember.contact_id == contact_id)


def names_on(contact_ids: list[int]) -> dict[int, list[str]]:
    """{contact id: the names of the lists it is on, sorted}, of those that are on any."""
    on = (
        sa.select(ListMember.contact_id, ContactList.name)
        .join(ContactList, ContactList.id == ListMember.list_id)
        .where(among(ListMember.contact_id, contact_ids), ListMember.left_at.is_(None))
        .order_by(ContactList.name_key)
    )
    found = defaultdict(list)
    for contact_id, name in db.session.execute(on) if contact_ids else ():
        found[contact_id].append(name)
    return found


def those_on(of: ContactList, contact_ids: list[int]) -> set[int]:
    """Which of these contacts are on a list."""
    on = (ListMember.list_id == of.id, among(ListMember.contact_id, contact_ids), ListMember.left_at.is_(None))
    return set(db.session.scalars(sa.select(ListMember.contact_id).where(*on))) if contact_ids else set()


def get_or_create(account_id: int, name: str) -> ContactList:
    """The account's list of this name, made with Leads off where there is none. In a writing transaction."""
    return called(account_id, [name])[folded(name)]


def called(account_id: int, names) -> dict[str, ContactList]:
    """{folded name: the account's list of this name}; made with Leads off, in this order, where there is none.

    In a writing transaction.
    """
    wanted = {}
    for name in names:
        wanted.setdefault(folded(name), name)
    known = owned(ContactList, account_id).where(among(ContactList.name_key, list(wanted)))
    found = {one.name_key: one for one in db.session.scalars(known)} if wanted else {}
    made = {key: _new(account_id, name) for key, name in wanted.items() if key not in found}
    db.session.add_all(made.values())
    db.session.flush()
    return found | made


def _make(account_id, name, made_for=None):
    made = _new(account_id, name, made_for)
    db.session.add(made)
    db.session.flush()
    return made


def _new(account_id, name, made_for=None):
    name = " ".join(name.split())[:LONGEST_NAME]
    return ContactList(account_id=account_id, name=name, name_key=folded(name), made_for=made_for,
                       leads=False, contacts=0, created_at=now())  # fmt: skip


class Unusable(ValueError):
    """A name that a list cannot have; the text says why."""


def make(account_id: int, name: str) -> ContactList:
    """A new list, with Leads off. Raises Unusable. In a writing transaction the caller commits."""
    _hold_names(account_id)
    return _make(account_id, _usable(account_id, name))


class Settings(NamedTuple):
    """A list's name and its Leads switch."""

    name: str
    leads: bool


def change(of: ContactList, was: Settings, typed: Settings) -> None:
    """Save what a person changed of a list's settings; was: what their form was opened with. Raises Unusable.

    What they left alone stays as somebody else has set it meanwhile. In a writing transaction the caller commits.
    """
    _hold_names(of.account_id)
    db.session.refresh(of, with_for_update=True)
    before = Settings(of.name, of.leads)
    if typed.name != was.name:
        if of.name not in (was.name, typed.name):
            raise Unusable(f"It was renamed to “{of.name}” meanwhile. Look at it, then save again.")
        of.name = _usable(of.account_id, typed.name, of)
        of.name_key = folded(of.name)
    if typed.leads != was.leads:
        of.leads = typed.leads
    _note_in_audit(of, before)


def _note_in_audit(of, before):
    if of.name != before.name:
        audit.note("list", f"Renamed the list “{before.name}” to “{of.name}”", account_id=of.account_id)
    if of.leads != before.leads:
        audit.note("list", f"Switched Leads {'on' if of.leads else 'off'} of the list “{of.name}”",
                   account_id=of.account_id)  # fmt: skip


def _hold_names(account_id):
    """Of the account's people one names a list at a time. Rows that point at the account do not wait for this lock."""
    db.session.execute(sa.select(Account.id).where(Account.id == account_id).with_for_update(key_share=True))


def _usable(account_id, name, of=None):
    """The name, its blanks tidied, if no other list has it."""
    name = " ".join(name.replace("\0", " ").split())
    if not name or len(name) > LONGEST_NAME:
        raise Unusable(f"Type a name of 1 to {LONGEST_NAME} characters.")
    taken = db.session.scalar(owned(ContactList, account_id).where(ContactList.name_key == folded(name)))
    if taken is not None and taken is not of:
        raise Unusable(f"There is a list “{taken.name}” already. Choose another name.")
    return name


def made_for(account_id: int, names: dict[str, str]) -> dict[str, int]:
    """{purpose: list id} of the lists that imports put contacts on; names is {"type:5": the name of a new one}.

    A list that has the name, no purpose yet and Leads off is taken. In a writing transaction.
    """
    found = _filled_by_imports(account_id, names)
    for purpose in sorted(names.keys() - found.keys()):
        found[purpose] = _for_purpose(account_id, purpose, names[purpose]).id
    return found


def _filled_by_imports(account_id, purposes):
    """{purpose: list id} of those that there are, the one of a type that was removed among them."""
    known = owned(ContactList, account_id).where(among(ContactList.made_for, list(purposes)))
    return dict(map(tuple, db.session.execute(known.with_only_columns(ContactList.made_for, ContactList.id))))


def _for_purpose(account_id, purpose, name):
    named = name
    for number in range(2, 1000):
        taken = db.session.scalar(owned(ContactList, account_id).where(ContactList.name_key == folded(named)))
        if taken is None:
            made = _make(account_id, named, purpose)
            _keep_off(made, list_stops.taken_off(account_id).get(purpose, ()))
            return made
        if taken.made_for is None and not taken.leads:  # contacts of an import must not become leads by their list
            taken.made_for = purpose
            return taken
        named = f"{name} ({number})"
    raise ValueError(f"There are too many lists called {name}.")


def _keep_off(of, contact_ids):
    """Whom a person took off the list that was deleted is off the one made instead of it as well."""
    here = owned_among(Contact, of.account_id, contact_ids).with_only_columns(Contact.id)
    at, still_here = now(), db.session.scalars(here).all() if contact_ids else []
    insert_rows(ListMember, [
        {"account_id": of.account_id, "list_id": of.id, "contact_id": one, "joined_at": at, "left_at": at}
        for one in still_here
    ])  # fmt: skip


def keep_off_like(account_id: int, heirs: dict[int, int]) -> None:
    """Keep new contacts off the lists that a person took others off: {contact id: whose take-offs it gets}.

    In a writing transaction.
    """
    off = sa.select(ListMember.list_id, ListMember.contact_id, ListMember.left_at)
    off = off.where(ListMember.account_id == account_id, among(ListMember.contact_id, list(set(heirs.values()))))
    by_a_person = (ListMember.left_at.is_not(None), ListMember.left_run.is_(None))
    rows = db.session.execute(off.where(*by_a_person)).all() if heirs else []
    insert_rows(ListMember, [
        {"account_id": account_id, "list_id": row.list_id, "contact_id": heir, "joined_at": row.left_at,
         "left_at": row.left_at}
        for heir, contact_id in heirs.items() for row in rows if row.contact_id == contact_id
    ])  # fmt: skip


class Held(NamedTuple):
    """memberships: {contact id: {purpose: its membership, past ones too}} of the lists that imports put contacts on.

    stopped: the purposes for which a person wants no list. off: {purpose: whom a person had taken off a list for it
    that was deleted}.
    """

    memberships: dict[int, dict[str, ListMember]]
    stopped: set[str]
    off: dict[str, set[int]]

    def moves(self, contact_id: int | None, purpose: str) -> tuple[list[str], bool]:
        """As moves(), for one contact: None is one that is not here yet."""
        leaves, joins = moves(self.memberships.get(contact_id, {}), purpose)
        return leaves, joins and purpose not in self.stopped and contact_id not in self.off.get(purpose, ())

    def knows(self, contact_id: int, purpose: str) -> bool:
        """Whether a contact may stand otherwise to the list for `purpose` than a new one."""
        return contact_id in self.memberships or contact_id in self.off.get(purpose, ())

    def is_off(self, contact_id: int | None, purpose: str) -> bool:
        """Whether a person took a contact off the list for `purpose`."""
        mine = self.memberships.get(contact_id, {}).get(purpose)
        return mine is not None and mine.left_at is not None and mine.left_run is None


def held(account_id: int, contact_ids: list[int]) -> Held:
    """How these contacts stand to the lists that imports put contacts on."""
    chosen = (
        sa.select(ContactList.made_for, ListMember.contact_id, ListMember.joined_run, ListMember.left_at,
                  ListMember.left_run)
        .join(ContactList, ContactList.id == ListMember.list_id)
        # the account's id plus nothing: SQLite would rather walk all of its lists' memberships
        .where(ContactList.account_id + 0 == account_id, ContactList.made_for.is_not(None))
        .where(among(ListMember.contact_id, contact_ids))
    )  # fmt: skip
    found = defaultdict(dict)
    for row in db.session.execute(chosen) if contact_ids else ():
        found[row.contact_id][row.made_for] = row
    return Held(found, *list_stops.stopped_and_off(account_id))


def moves(memberships: dict, purpose: str) -> tuple[list[str], bool]:
    """What an import does so that a contact is on the list for `purpose`: (the purposes it leaves, whether it joins).

    memberships is {purpose: row} as in Held. A list a person put it on, it does not leave; a list a person took it
    off, it does not join.
    """
    leaves = [
        one for one, row in memberships.items() if one != purpose and row.left_at is None and row.joined_run is not None
    ]
    mine = memberships.get(purpose)
    return sorted(leaves), mine is None or (mine.left_at is not None and mine.left_run is not None)


def move(
    account_id: int, run_id: int, leaving: dict[str, list[int]], joining: dict[str, list[int]], names: Callable, new=()
) -> None:
    """Carry an import's moves out: leaving and joining are {purpose: contact ids}; names() tells what made_for() wants,
    and is asked where a list is missing. new: all contacts that were made just now, those that join no list among them.

    What people did meanwhile counts: moves() holds again for every row. A type that was removed meanwhile has no list
    to join. In a writing transaction.
    """
    leave = set().union(*leaving.values())
    moved = leave.union(*joining.values()).difference(new)
    lacks.hold(Contact, moved)
    gone = list_stops.stopped(account_id)
    leaving, joining = ({one: ids for one, ids in moving.items() if one not in gone} for moving in (leaving, joining))
    list_ids = _filled_by_imports(account_id, [*leaving, *joining])
    if missing := joining.keys() - list_ids.keys():
        list_ids |= made_for(account_id, {one: name for one, name in names().items() if one in missing})
    at, known = now(), _known({one for ids in joining.values() for one in ids})
    joined = _join(account_id, {"joined_at": at, "joined_run": run_id}, {
        list_ids[purpose]: [one for one in contact_ids if (list_ids[purpose], one) not in known]
        for purpose, contact_ids in joining.items() if purpose in list_ids
    })  # fmt: skip
    more, less = Counter({list_id: len(contact_ids) for list_id, contact_ids in joined.items()}), Counter()
    for purpose, list_id in sorted(list_ids.items()):
        back = [one for one in joining.get(purpose, []) if (list_id, one) in known]
        more[list_id] += _put_back(list_id, run_id, back, at)
        less[list_id] += _leave(list_id, run_id, leaving.get(purpose, []), at)
    _grow(account_id, run_id, more, less)
    _settle_moved(account_id, moved, new, set().union(*joined.values()) - leave)


def _settle_moved(account_id, moved, new, on):
    """Most are known to be `on` a list, and need no look."""
    lacks.end(Contact, LIST, account_id, moved & on)
    _settle(account_id, moved - on)
    lacks.begin(Contact, account_id, [one for one in new if one not in on], LIST)


def _settle(account_id, contact_ids):
    lacks.settle(Contact, LIST, account_id, contact_ids, _is_on_any)


def _is_on_any(contact_id):
    return has(ListMember.contact_id == contact_id, ListMember.left_at.is_(None))


def _join(account_id, how, joining):
    """Insert memberships that were not there, {list id: contact ids}; those of them that nobody else has just made."""
    try:
        with db.session.begin_nested():
            for list_id, contact_ids in joining.items():
                same = {"account_id": account_id, "list_id": list_id} | how
                values = [sa.literal(value, ListMember.__table__.c[name].type) for name, value in same.items()]
                new = sa.insert(ListMember.__table__)
                execute(new.from_select([*same, "contact_id"], sa.select(*values, each(contact_ids))))
    except IntegrityError:
        return {list_id: _join_new_ones(account_id, how, list_id, ids) for list_id, ids in joining.items() if ids}
    return joining


def _join_new_ones(account_id, how, list_id, contact_ids):
    insert = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[db.session.connection().dialect.name]
    new = insert(ListMember.__table__).on_conflict_do_nothing().returning(ListMember.__table__.c.contact_id)
    same = {"account_id": account_id, "list_id": list_id} | how
    return list(db.session.scalars(new, [same | {"contact_id": one} for one in contact_ids]))


def _put_back(list_id, run_id, contact_ids, at):
    if not contact_ids:
        return 0
    here = (ListMember.list_id == list_id, among(ListMember.contact_id, contact_ids))
    back = sa.update(ListMember).where(*here, ListMember.left_at.is_not(None), ListMember.left_run.is_not(None))
    return execute(back.values(left_at=None, left_run=None, joined_at=at, joined_run=run_id))


def _leave(list_id, run_id, contact_ids, at):
    if not contact_ids:
        return 0
    on = (ListMember.list_id == list_id, among(ListMember.contact_id, contact_ids), ListMember.left_at.is_(None))
    left = sa.update(ListMember).where(*on, ListMember.joined_run.is_not(None))
    return execute(left.values(left_at=at, left_run=run_id))


def _grow(account_id, run_id, joined, left):
    """The lists' sizes and what this import did to each; joined and left are {list id: how many}."""
    changed = sorted(list_id for list_id in joined.keys() | left.keys() if joined[list_id] or left[list_id])
    if not changed:
        return
    lines = [{"of": list_id, "more": joined[list_id], "less": left[list_id]} for list_id in changed]
    db.session.execute(SIZE, lines)
    mine = (ListGrowth.run_id == run_id, among(ListGrowth.list_id, changed))
    known = set(db.session.scalars(sa.select(ListGrowth.list_id).where(*mine)))
    insert_rows(ListGrowth, [
        {"account_id": account_id, "list_id": list_id, "run_id": run_id, "joined": 0, "taken_off": 0}
        for list_id in changed if list_id not in known
    ])  # fmt: skip
    db.session.execute(GROWTH, [line | {"by": run_id} for line in lines])


def put_on(of: ContactList, contact_ids: list[int], by) -> int:
    """A person puts contacts on a list; how many were not on it. by: a User, or None for the command line.

    Those an import had put there are the person's from now on. In a writing transaction.
    """
    joined = put_each_on([(of, contact_ids)], Press(by, now()))
    if contact_ids:
        mine = sa.update(ListMember).where(ListMember.list_id == of.id, among(ListMember.contact_id, contact_ids))
        execute(mine.where(ListMember.joined_run.is_not(None), ListMember.left_at.is_(None)).values(joined_run=None))
    return joined


def put_each_on(wanted: list[tuple[ContactList, list[int]]], press: Press) -> int:
    """A person or a file puts contacts on many lists at once; how many memberships are new."""
    pairs = {(of.id, contact_id): of for of, contact_ids in wanted for contact_id in contact_ids}
    if not pairs:
        return 0
    lacks.hold(Contact, {contact_id for _, contact_id in pairs})
    known = _known({contact_id for _, contact_id in pairs})
    joining = defaultdict(list)
    for list_id, contact_id in pairs.keys() - known.keys():
        joining[list_id].append(contact_id)
    new = _join(wanted[0][0].account_id, {"joined_at": press.at}, joining)
    back = [pair for pair in pairs if known.get(pair) is not None]
    if back:
        table = ListMember.__table__
        one = sa.update(table).where(table.c.list_id == sa.bindparam("l"), table.c.contact_id == sa.bindparam("c"))
        again = one.values(left_at=None, left_run=None, joined_at=press.at, joined_run=None)
        db.session.execute(again, [{"l": list_id, "c": contact_id} for list_id, contact_id in back])
    joined = {(list_id, contact_id) for list_id, ids in new.items() for contact_id in ids}.union(back)
    in_order = [pair for pair in pairs if pair in joined]
    _resize(Counter(pairs[pair] for pair in in_order))
    _settle(wanted[0][0].account_id, {contact_id for _, contact_id in joined})
    for of in dict.fromkeys(pairs[pair] for pair in in_order):
        _tell(of, press, [contact_id for list_id, contact_id in in_order if list_id == of.id], [None, of.name])
    return len(joined)


def _tell(of, press, contact_ids, change):
    """The lines of a press in the histories of the list and of the contacts."""
    side = "left" if change[1] is None else "joined"
    list_growth.tell(of, press, side, len(contact_ids))
    told = {contact_id: {"lists": change} for contact_id in contact_ids}
    changes.note_each("contact", of.account_id, press.by, "lists", told, load_id=press.load_id)


def _known(contact_ids):
    """{(list id, contact id): when it left} of these contacts' memberships, which are locked."""
    rows = sa.select(ListMember.list_id, ListMember.contact_id, ListMember.left_at)
    rows = rows.where(among(ListMember.contact_id, sorted(contact_ids))).with_for_update()
    return {(row.list_id, row.contact_id): row.left_at for row in db.session.execute(rows)} if contact_ids else {}


def take_off(of: ContactList, contact_ids: list[int], by) -> int:
    """A person takes contacts off a list: no import puts them back. How many were on it. In a writing transaction."""
    if not contact_ids:
        return 0
    lacks.hold(Contact, contact_ids)
    on = (ListMember.list_id == of.id, among(ListMember.contact_id, contact_ids), ListMember.left_at.is_(None))
    leaving = list(db.session.scalars(sa.select(ListMember.contact_id).where(*on).with_for_update()))
    press = Press(by, now())
    left = execute(sa.update(ListMember).where(*on).values(left_at=press.at, left_run=None))
    if left:
        _resize({of: -left})
        _settle(of.account_id, leaving)
        _tell(of, press, leaving, [of.name, None])
    return left


def take_off_grown(of: ContactList, grown: list_growth.Line, by, told: str) -> int:
    """Take off again what one line of a list's growth put on it and nobody has put on since; how many those were.

    told: what they were, for the histories. No import puts them back. Commits, many at a time: a list may be long, and
    people's edits wait.
    """
    press, list_id, left, some = Press(by, now()), of.id, 0, True
    while some:
        some = _take_some_off(list_id, grown, press, told)
        left += some
        db.session.commit()
    return left


def _take_some_off(list_id, grown, press, told):
    begin_write()
    of = db.session.get(ContactList, list_id)
    on = list_growth.still_on(list_id, grown.key)
    leaving = _some(of, on) if of else []
    if leaving:
        mine = (*on, among(ListMember.contact_id, leaving))
        _note_leaving(of, mine, press.by, told)
        execute(sa.update(ListMember).where(*mine).values(left_at=press.at, left_run=None))
        _resize({of: -len(leaving)})
        _settle(of.account_id, leaving)
        list_growth.tell(of, press, "left", len(leaving), told)
    return len(leaving)


def delete(of: ContactList, by) -> None:
    """Delete a list with its memberships; the contacts stay. No import makes it again. Commits, many at a time as
    above: from the first time on it is a list that no import fills.
    """
    list_id, account_id = of.id, of.account_id
    audit.note("delete", f"Deleted the list “{of.name}”", account_id=account_id, by=by)
    if of.made_for is not None:
        list_stops.stop(account_id, of.made_for, of.name, by, _taken_off(of))
        of.made_for = None
    of = _anew(list_id)  # whoever changes lists locks contacts before a list
    while of is not None and _delete_some(of, by):  # somebody else may delete it as well
        of = _anew(list_id)
    execute(sa.delete(ListGrowth).where(ListGrowth.list_id == list_id))
    late = sa.delete(ListMember).where(ListMember.list_id == list_id).returning(ListMember.contact_id)
    _settle(account_id, db.session.scalars(late, execution_options={"synchronize_session": False}))
    execute(sa.delete(ContactList).where(ContactList.id == list_id))
    db.session.commit()


def _anew(list_id):
    db.session.commit()
    begin_write()
    return db.session.get(ContactList, list_id, populate_existing=True)


def _delete_some(of, by):
    """Away with some of a list's memberships, past ones among them; how many."""
    going = _some(of, (ListMember.list_id == of.id,))
    if going:
        mine = (ListMember.list_id == of.id, among(ListMember.contact_id, going))
        _note_leaving(of, (*mine, ListMember.left_at.is_(None)), by, "The list was deleted")
        on = execute(sa.delete(ListMember).where(*mine, ListMember.left_at.is_(None)))
        execute(sa.delete(ListMember).where(*mine))
        _resize({of: -on})
        _settle(of.account_id, going)
    return len(going)


def _some(of, which):
    """Ids of some of the contacts of these memberships of a list; both are locked, the contacts first."""
    chosen = sa.select(ListMember.contact_id).where(*which).order_by(ListMember.contact_id)
    some = list(db.session.scalars(chosen.limit(AT_ONCE)))
    lacks.hold(Contact, some)
    return list(db.session.scalars(chosen.where(among(ListMember.contact_id, some)).with_for_update()))


def _note_leaving(of, which, by, told):
    leaving = sa.select(ListMember.contact_id.label("record_id")).where(*which)
    changes.note_selected("contact", of.account_id, by, "lists", leaving, {"lists": [of.name, None]}, told)


def _taken_off(of):
    by_a_person = (ListMember.list_id == of.id, ListMember.left_at.is_not(None), ListMember.left_run.is_(None))
    return list(db.session.scalars(sa.select(ListMember.contact_id).where(*by_a_person)))


def no_longer_for(account_id: int, purpose: str) -> None:
    """There is nothing any more that imports would put on a list for this purpose. In a writing transaction."""
    mine = sa.update(ContactList).where(ContactList.account_id == account_id, ContactList.made_for == purpose)
    execute(mine.values(made_for=None))
    list_stops.forget_purpose(account_id, purpose)


def forget_contact(contact) -> None:
    """Remove every membership of a contact that is about to be deleted, past ones too. In a writing transaction."""
    on = _memberships(contact.id).where(ListMember.left_at.is_(None)).with_only_columns(ListMember.list_id)
    smaller = sa.update(ContactList).where(among(ContactList.id, list(db.session.scalars(on))))
    execute(smaller.values(contacts=ContactList.contacts - 1))
    execute(sa.delete(ListMember).where(ListMember.contact_id == contact.id))


def forget(account_id: int, runs: sa.Select, going: sa.Select) -> None:
    """Take back what these imports did to lists, and every membership of the contacts that go; lists that imports made
    and nobody has been put on otherwise go as well. recount() is due then. In a writing transaction.
    """
    lacks.hold_all(Contact, account_id)
    here = (ListMember.account_id == account_id,)
    theirs = sa.or_(ListMember.joined_run.in_(runs), ListMember.contact_id.in_(going))
    execute(sa.delete(ListMember).where(*here, theirs))
    back = sa.update(ListMember).where(*here, ListMember.left_run.in_(runs))
    execute(back.values(left_at=None, left_run=None))
    execute(sa.delete(ListGrowth).where(ListGrowth.account_id == account_id, ListGrowth.run_id.in_(runs)))
    list_stops.forget(account_id, runs)
    used = sa.or_(
        sa.exists().where(ListMember.list_id == ContactList.id), sa.exists().where(ListGrowth.list_id == ContactList.id)
    )
    empty = sa.delete(ContactList).where(ContactList.account_id == account_id, ContactList.made_for.is_not(None))
    execute(empty.where(~used, ContactList.leads.is_(False)))


def recount(account_id: int) -> None:
    """Count every list of the account anew, and who is on none: after forget() and the removal of contacts."""
    on = sa.select(sa.func.count()).where(ListMember.list_id == ContactList.id, ListMember.left_at.is_(None))
    execute(sa.update(ContactList).where(ContactList.account_id == account_id).values(contacts=on.scalar_subquery()))
    lacks.settle_all(Contact, LIST, account_id, _is_on_any)


def _resize(by):
    table = ContactList.__table__
    one = sa.update(table).where(table.c.id == sa.bindparam("l")).values(contacts=table.c.contacts + sa.bindparam("by"))
    if by:
        # in the order in which imports do it
        db.session.execute(one, [{"l": of.id, "by": by[of]} for of in sorted(by, key=lambda of: of.id)])
    for of in by:
        db.session.expire(of, ["contacts"])
