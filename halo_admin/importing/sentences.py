"""The sentences about imports: what one is called, how it went, why it stopped, and what each reason means."""

import sqlalchemy as sa

from ..crm.contact_models import ContactList, ListGrowth
from ..db import db
from ..web.words import clock, day, day_time, is_today, number, plural
from . import stages
from .matching import called
from .models import ImportRun, Sweep

TITLES = {"import": "{title}", "read": "{title} read", "websites": "Websites of {title}",
          "profile": "{title} of one profile"}  # fmt: skip
IN_SENTENCES = {"created": "new", "linked": "linked", "updated": "updated", "unchanged": "unchanged",
                "skipped": "left out", "failed": "failed"}  # fmt: skip
SIDE_RUNS = {"read": "Read from Halo", "websites": "Websites read"}

# why a run waits for its quota: by Halo's word, or by our own count
TOLD_TO_WAIT = "Halo has had enough requests for now"
USED_UP = "Halo allows only so many requests in five minutes, and the account's share of them is used up"

# the beginning of a reason, what it means, and whether the mapping is where to change it
REASONS = (
    ("nothing here is like it", "No {noun} here had its {keys}.", False),
    ("matched by", "One {noun} here, and no other, agreed.", False),
    ("several", "Choose which one it is, or create a new one.", False),
    ("another Halo record wants", "Two Halo records are like one {noun} here. Only one of them can be linked.", False),
    ("a {noun} linked to another", "The {noun} with the same value belongs to another Halo record.", False),
    ("a {noun} with its value was deleted", "Answer whether this one is to come in all the same.", False),
    ("Halo has newer values", "Halo's values changed since the import before.", False),
    ("its type,", "Nobody has said yet what this type means here.", True),
    ("its company type,", "The mapping leaves this type out.", True),
    ("it is inactive in Halo", "Inactive records are not created here.", False),
    ("Halo keeps callers", "Halo's own record for callers it cannot place.", False),
    ("left out by a person", "It stays left out in later imports, until it is brought back.", False),
    ("deleted here by a person", "It is not made again, unless it is brought back.", False),
    ("unlinked here by a person", "It is not linked or made again, unless it is brought back.", False),
    ("never to be imported", "It stays left out, until it is brought back.", False),
    ("created by a person", "It was created although others here are like it.", False),
    ("linked by a person", "It stays linked in later imports.", False),
    ("is inactive in Halo now", "It stays here, marked as inactive.", False),
    ("the {noun} it was linked to", "It was removed here, so it is not brought back.", False),
    ("Halo sends no name", "A {noun} needs a name. Give it one in Halo, then import again.", False),
)


def title(run: ImportRun) -> str:
    """ "Companies, 3 May 14:05"."""
    named = TITLES[run.purpose].format(title=stages.stage(run.stage).title)
    return f"{named}, {day_time(run.started_at)}"


def came_in(run: ImportRun) -> int:
    """How many of Halo's records are here after this import."""
    return sum(run.counts.get(name, 0) for name in ("created", "linked", "updated", "unchanged"))


def changed(run: ImportRun) -> int:
    return sum(run.counts.get(name, 0) for name in ("created", "linked", "updated"))


def sentence(run: ImportRun, before: ImportRun | None) -> str:
    """How an import went, in one sentence; before: the completed import before it, if any."""
    if run.purpose in SIDE_RUNS:
        return f"{number(_read(run))} records were read from Halo; nothing here was changed"
    first = _nothing_new(before) if nothing_new(run) else None
    first = first or f"{number(came_in(run))} of {number(run.facts.get('fetched', 0))} came in"
    failed = run.counts.get("failed", 0)
    return "; ".join(filter(None, (first, _answers(run), f"{number(failed)} failed" if failed else "")))


def result(run: ImportRun, before: ImportRun | None) -> str:
    """An ended import as a line: "3 May 14:05, Ann: 12 new, 38 updated, 2 need your answer"."""
    who = f"{day_time(run.started_at)}, {run.by_name}"
    if run.state == "failed":
        return f"{who}: {stopped(run)}"
    if nothing_new(run):
        told = [_nothing_new(before)]
    else:
        told = [
            f"{number(run.counts[name])} {word}" for name, word in IN_SENTENCES.items() if run.counts.get(name, 0)
        ] or ["nothing was saved"]
    told += [f"only {number(seen)} of {plural(claimed, stages.word(kind), stages.words(kind))} could be read"
             for kind, (seen, claimed) in run.facts.get("short", {}).items()]  # fmt: skip
    return f"{who}: {', '.join(filter(None, (*told, _answers(run))))}"


def side_result(run: ImportRun) -> str:
    """How a run went that only read."""
    told = f"{SIDE_RUNS[run.purpose]} {day_time(run.started_at)}, {run.by_name}: {plural(_read(run), 'record')}"
    return f"{told}, then cancelled" if run.state == "cancelled" else told


def _nothing_new(before):
    if before is None:
        return "Nothing has changed in Halo"
    at = before.started_at
    return f"Nothing has changed in Halo since {clock(at) if is_today(at) else day(at)}"


def _answers(run):
    waiting = run.counts.get("review", 0)
    return f"{number(waiting)} {'needs' if waiting == 1 else 'need'} your answer" if waiting else ""


def nothing_new(run: ImportRun) -> bool:
    """Whether an import that came to its end without problems found everything here as Halo has it."""
    return run.purpose == "import" and run.state == "done" and not changed(run) and bool(run.counts.get("unchanged"))


def _read(run):
    return run.progress.get("reading", [0, 0])[0]


def stopped(run: ImportRun) -> str:
    """ "Stopped 02:14: Halo no longer accepts the client secret. 31,200 of 45,000 clients read, none saved."."""
    stage = stages.stage(run.stage)
    seen, claimed = _swept(run, stage.kind)
    word = stage.reads_singly or stages.words(stage.kind)
    read = f"{number(seen)} of {number(max(seen, claimed))} {word} read" if claimed else f"No {word} read"
    saved, to_save = run.progress.get("saving", [0, 0])
    tail = f", {number(saved)} of {number(to_save)} changes saved" if saved else ", none saved"
    why = run.stopped if run.stopped.endswith((".", ".”")) else f"{run.stopped}."
    return f"Stopped {clock(run.ended_at)}: {why} {read}{tail if run.purpose == 'import' else ''}."


def _swept(run, kind):
    if run.purpose == "websites" or stages.stage(run.stage).reads_singly:
        return run.progress.get("reading", [0, 0])
    sweep = db.session.get(Sweep, run.facts.get("sweeps", {}).get(kind, 0))
    return (sweep.seen, sweep.claimed or sweep.seen) if sweep else (0, 0)


def touched(run: ImportRun) -> list[str]:
    """What else an import found out."""
    facts = run.facts
    told = []
    if stages.stage(run.stage).only_set:
        told.append(_opt_outs(**facts.get("opt_outs", {"loosened": 0, "added": 0})))
    if gone := facts.get("gone"):
        told.append(f"{plural(gone, 'record')} no longer in Halo. What is here of them stays.")
    if unread := facts.get("websites_unread"):
        told.append(f"Websites not read yet: {number(unread)}. Halo tells them one by one.")
    told += stages.stage(run.stage).touched(facts)
    told += [_incomplete(**one) for one in facts.get("read", []) if one["state"] == "incomplete"]
    return told


def _opt_outs(loosened, added):
    return f"{plural(loosened, 'opt-out')} loosened, {number(added)} added."


def lists_touched(run: ImportRun) -> list:
    """[(list id, name, how many joined, how many left)] of the lists that an import changed."""
    grown = sa.select(ContactList.id, ContactList.name, ListGrowth.joined, ListGrowth.left)
    grown = grown.join(ListGrowth, ListGrowth.list_id == ContactList.id).where(ListGrowth.run_id == run.id)
    return db.session.execute(
        grown.where(ContactList.account_id == run.account_id).order_by(ContactList.name_key)
    ).all()


def _incomplete(kind, seen, claimed, **_):
    words = stages.words(kind)
    if (claimed or 0) > seen:
        told = plural(claimed, stages.word(kind), words)
        first = f"Halo tells of {told}, but lists {number(seen)}, also when asked again."
    else:
        first = f"The list of {words} changed while it was read, so that it may be incomplete."
    return f"{first} Nothing was concluded from what is missing in it."


def explain(run: ImportRun, why: str) -> tuple[str, bool]:
    """(what a reason means, whether the mapping is where to change it); an empty text where it says all itself."""
    stage = stages.stage(run.stage)
    for part, meaning, mapping in stage.reasons:
        if part in why:
            return meaning, mapping
    keys = [called(key) for key in stage.keys]
    names = {"noun": stage.noun, "keys": " or ".join(filter(None, (", ".join(keys[:-1]), *keys[-1:])))}
    for beginning, meaning, mapping in REASONS:
        if why.startswith(beginning.format(**names)):
            return meaning.format(**names), mapping
    return "", False
