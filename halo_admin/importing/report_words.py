"""The sentences of an import's page: what it is called, how it went, and what each reason means."""

from ..web.words import day, day_time, number, plural
from . import stages
from .models import ImportRun

TITLES = {"import": "{title}", "read": "{title} read", "websites": "Websites of {title}"}

# the beginning of a reason, what it means, and whether the mapping is where to change it
REASONS = (
    ("nothing here is like it", "No {noun} here had its {keys}.", False),
    ("matched by", "One {noun} here, and no other, agreed.", False),
    ("several", "Choose which one it is, or create a new one.", False),
    ("another Halo record wants", "Two Halo records are like one {noun} here. Only one of them can be linked.", False),
    ("a {noun} linked to another", "The {noun} with the same value belongs to another Halo record.", False),
    ("Halo has newer values", "Halo's values changed since the import before.", False),
    ("its type,", "Nobody has said yet what this type means here.", True),
    ("its company type,", "The mapping leaves this type out.", True),
    ("it is inactive in Halo", "Inactive records are not created here.", False),
    ("Halo keeps callers", "Halo's own record for callers it cannot place.", False),
    ("left out by a person", "It stays left out in later imports.", False),
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
    if run.purpose != "import":
        return f"{number(_read(run))} records were read from Halo; nothing here was changed"
    if nothing_new(run, before):
        first = f"Nothing has changed in Halo since {day(before.started_at)}"
    else:
        first = f"{number(came_in(run))} of {number(run.facts.get('fetched', 0))} came in"
    review, failed = run.counts.get("review", 0), run.counts.get("failed", 0)
    needs = f"{number(review)} {'needs' if review == 1 else 'need'} your answer" if review else ""
    return "; ".join(filter(None, (first, needs, f"{number(failed)} failed" if failed else "")))


def nothing_new(run: ImportRun, before: ImportRun | None) -> bool:
    """Whether an import that came to its end found everything as the one before had left it."""
    ended = run.purpose == "import" and run.state in ("done", "problems")
    return ended and before is not None and not changed(run)


def _read(run):
    return run.progress.get("reading", [0, 0])[0]


def stopped(run: ImportRun) -> list[str]:
    """What is in and what is not, of an import that did not come to its end."""
    if run.purpose != "import":
        return [f"{number(_read(run))} records were read. Nothing here was changed."]
    read, total = run.progress.get("reading", [0, 0])
    saved, to_save = run.progress.get("saving", [0, 0])
    if run.movement != "saving":
        return [f"{number(read)} of {number(max(read, total))} records were read, none was saved."]
    return [f"All records were read; {number(saved)} of {number(to_save)} changes were saved, the rest was not."]


def touched(run: ImportRun, incomplete: list[str]) -> list[str]:
    """What else an import found out; incomplete: names of lists that could not be read to their end."""
    facts = run.facts
    told = []
    if gone := facts.get("gone"):
        told.append(f"{plural(gone, 'record')} no longer in Halo. What is here of them stays.")
    if unread := facts.get("websites_unread"):
        told.append(f"Websites not read yet: {number(unread)}. Halo tells them one by one.")
    told += [
        f"The list of {name} changed while it was read, so that it may be incomplete. "
        "Nothing was concluded from what is missing in it."
        for name in incomplete
    ]
    return told


def explain(run: ImportRun, why: str) -> tuple[str, bool]:
    """(what a reason means, whether the mapping is where to change it); an empty text where it says all itself."""
    stage = stages.stage(run.stage)
    names = {"noun": stage.noun, "keys": " or ".join(filter(None, (", ".join(stage.keys[:-1]), stage.keys[-1])))}
    for beginning, meaning, mapping in REASONS:
        if why.startswith(beginning.format(**names)):
            return meaning.format(**names), mapping
    return "", False
