"""The figures of a measurement as tables for people."""

import click


def show(told):
    """Print what `bench.import` measured."""
    cores = told["machine"]["cores"]
    click.echo(f"\n{told['companies']:,} companies, {told['contacts']:,} contacts, {told['database']}, {cores} cores")
    _speed(told.get("speed", {}))
    _quota(told.get("quota", {}))
    _memory(told.get("memory", {}))


PARTS = ("first", "unchanged", "changed")
HEADS = ("ours", "records/s", "plain", "records/s", "ratio", "CPU ratio", "requests", "plain's")
SUMMED = ("seconds", "cpu", "requests")


def _speed(speed):
    for kind, one in speed.items():
        bare = one["bare"]
        click.echo(f"\n{kind}: {one['records']:,} records; a bare loop reads the {bare['pages']:,} pages in "
                   f"{bare['seconds']:.1f} s")  # fmt: skip
        _parts(one)
    if len(speed) > 1:
        click.echo(f"\n{' and '.join(speed)}, one after the other")
        _parts(_together(list(speed.values())))


def _together(kinds):
    sides = {
        part: {side: {name: sum(kind[part][side][name] for kind in kinds) for name in SUMMED}
               for side in ("ours", "plain")}
        for part in PARTS if all(part in kind for kind in kinds)
    }  # fmt: skip
    return {"records": sum(kind["records"] for kind in kinds)} | sides


def _parts(one):
    _row("", *HEADS)
    for part in PARTS:
        if part in one:
            ours, plain = one[part]["ours"], one[part]["plain"]
            _row(part, f"{ours['seconds']:.1f} s", _rate(one, ours), f"{plain['seconds']:.1f} s", _rate(one, plain),
                 _ratio(plain, ours, "seconds"), _ratio(plain, ours, "cpu"), ours["requests"],
                 plain["requests"])  # fmt: skip


def _rate(one, side):
    return f"{one['records'] / side['seconds']:,.0f}" if side["seconds"] else "-"


def _ratio(plain, ours, name):
    return f"{plain[name] / ours[name]:.2f}" if ours[name] else "-"


def _quota(quota):
    if quota:
        window = next(iter(quota.values()))["window"]
        click.echo(f"\na first import through the limiter ({window} s), and its list pages alone")
        _row("lists hide", "import", "lists", "ratio", "requests", "lists'", "ratio", "refused", width=26)
    for name, one in quota.items():
        imports, lists = one["imports"], one["lists"]
        _row(name, f"{imports['seconds']:.1f} s", f"{lists['seconds']:.1f} s", _ratio(imports, lists, "seconds"),
             imports["requests"], lists["requests"], _ratio(imports, lists, "requests"), imports["refused"],
             width=26)  # fmt: skip


def _memory(memory):
    if memory:
        click.echo("\nmemory of the importing process")
        _row("", "peak", "2nd third", "last third", "seconds", width=24)
    for name, one in memory.items():
        _row(name, *(f"{one[key]:.0f} MB" for key in ("peak_mb", "second_third_mb", "last_third_mb")),
             f"{one['seconds']:.0f}", width=24)  # fmt: skip


def _row(first, *others, width=12):
    click.echo(f"{first:<{width}}" + "".join(f"{other:>12}" for other in others))
