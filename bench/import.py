"""How fast imports are, beside a plain loop that does the same: `python -m bench.import`, see docs/performance.md.

Every measurement runs in real processes against a practice Halo of its own, on fresh databases.
"""

import json
import platform
import statistics
from pathlib import Path

import click

from bench import rig, tables
from halo_admin.importing import stages

PARTS = ("first", "unchanged", "changed", "quota", "memory")
KINDS = {"companies": "Client", "contacts": "Users"}
HIDDEN = {
    "nothing": (),
    "websites": ("website_in_list=off",),
    "websites and main sites": ("website_in_list=off", "main_site_in_list=off"),
}


@click.command()
@click.option("--companies", default=10_000, show_default=True)
@click.option("--contacts", default=100_000, show_default=True)
@click.option("--database", default="sqlite", show_default=True, type=click.Choice(["sqlite", "postgresql"]))
@click.option("--parts", default="first,unchanged,changed,quota", show_default=True, help=f"Of {', '.join(PARTS)}.")
@click.option("--rounds", default=3, show_default=True, help="How often the unchanged re-import is measured.")
@click.option(
    "--hides", type=click.Choice(list(HIDDEN)), multiple=True, help="What the tenants of the part quota hide."
)
@click.option("--window", default="300/15", show_default=True, help="Of the part quota; hosted Halo has 300/300.")
@click.option("--memory-companies", default=100_000, show_default=True)
@click.option("--memory-contacts", default=1_000_000, show_default=True)
@click.option("--results", type=click.Path(file_okay=False, path_type=Path), default=rig.RESULTS)
def main(companies, contacts, database, parts, rounds, hides, window, memory_companies, memory_contacts, results):
    """Measure imports."""
    wanted = set(parts.split(",")) - {""}
    if unknown := wanted - set(PARTS):
        raise click.BadParameter(f"there is no part {', '.join(sorted(unknown))}", param_hint="--parts")
    kinds = [kind for kind in KINDS if kind in stages.BY_KEY and (kind == "companies" or contacts)]
    told = {"machine": machine(), "database": database, "companies": companies, "contacts": contacts, "kinds": kinds}
    with rig.folder() as folder, rig.databases(database) as make:
        if wanted & {"first", "unchanged", "changed"}:
            told["speed"] = Speed(folder, make, companies, contacts, kinds).measure(wanted, rounds)
        if "quota" in wanted:
            told["quota"] = {name: quota(folder, make, companies, contacts, kinds, switches, window)
                             for name, switches in HIDDEN.items() if name in (hides or HIDDEN)}  # fmt: skip
        if "memory" in wanted:
            told["memory"] = memory(folder, make, memory_companies, memory_contacts, kinds)
    tables.show(told)
    results.mkdir(exist_ok=True)
    (results / f"import-{database}.json").write_text(json.dumps(told, indent=1) + "\n")


def machine():
    return {"cores": rig.cores(), "python": platform.python_version()}


class Speed:
    """First imports, unchanged re-imports, and re-imports after 1 % has changed: ours and the plain loop's."""

    def __init__(self, folder, make, companies, contacts, kinds):
        self.practice = rig.Practice(folder, companies, contacts if "contacts" in kinds else 0)
        self.kinds, self.told = kinds, {}
        self.ours, self.plain = (rig.Site(folder, make(), self.practice) for _ in range(2))
        self.startup_cpu = self.ours.startup_cpu()

    def measure(self, wanted, rounds):
        try:
            for kind in self.kinds:
                self._measure(kind, wanted, rounds)
        finally:
            self.practice.stop()
        return self.told

    def _measure(self, kind, wanted, rounds):
        self._sweep(kind)
        bare = self._sweep(kind)
        self.told[kind] = told = {
            "records": len(bare[-1].rows), "bare": {"pages": sum(one.pages for one in bare),
                                                    "seconds": sum(one.seconds for one in bare)},
        }  # fmt: skip
        told["first"] = self._pair(lambda: self._first(kind), lambda: [self.plain.plain(kind)])
        if "unchanged" in wanted:
            pairs = [self._again(kind) for _ in range(rounds)]
            told["unchanged"] = {side: _median([pair[side] for pair in pairs]) for side in pairs[0]}
        if "changed" in wanted:
            changes = changes_of(kind, bare[-1].rows)
            self.practice.change(changes)
            self._sweep(kind)
            told["changed"] = self._again(kind) | {"changed": len(changes)}

    def _sweep(self, kind):
        """Read the lists with a bare loop: what the practice Halo has written once it keeps, and nobody pays for that
        alone.
        """
        return [rig.Bare(self.practice.url).sweep(entity) for entity in _entities(kind)]

    def _first(self, kind):
        """The types are mapped between reading and importing; the import uses what was read."""
        read = [self.ours.halo("read", kind)]
        if kind == "companies":
            self.ours.map_types()
        return [*read, self.ours.halo("import", kind)]

    def _again(self, kind):
        return self._pair(lambda: [self.ours.halo("import", kind)], lambda: [self.plain.plain(kind)])

    def _pair(self, ours, plain):
        return {"ours": self._measured(ours), "plain": self._measured(plain)}

    def _measured(self, work):
        self.practice.count_anew()
        commands = work()
        return {
            "seconds": sum(one.data["seconds"] for one in commands),
            "cpu": sum(one.cpu - self.startup_cpu for one in commands),
            "requests": self.practice.stats()["requests"], "peak_mb": max(one.peak_mb for one in commands),
            "counts": commands[-1].data["counts"],
        }  # fmt: skip


def _entities(kind):
    return ("Site", "Client") if kind == "companies" else ("Users",)


def _median(sides):
    middle = sorted(sides, key=lambda side: side["seconds"])[(len(sides) - 1) // 2]
    return middle | {"cpu": statistics.median(side["cpu"] for side in sides),
                     "all_seconds": [side["seconds"] for side in sides]}  # fmt: skip


def changes_of(kind, rows):
    """A change for every hundredth record that comes in: half of the clients are renamed, half get another phone."""
    living = [row for row in rows if not row["inactive"] and row["id"] > 1 and row["name"] != "General User"]
    return [_change(kind, number, row) for number, row in enumerate(living[::100])]


def _change(kind, number, row):
    phone = f"+1 415 {200 + number // 10_000 % 700} {number % 10_000:04d}"
    if kind == "contacts":
        return {"entity": "Users", "record": {"id": row["id"], "phonenumber": phone}}
    if number % 2:
        return {"entity": "Site", "record": {"id": row["main_site_id"], "phonenumber": phone}}
    return {"entity": "Client", "record": {"id": row["id"], "name": f"{row['name'].strip()} Renamed"}}


def quota(folder, make, companies, contacts, kinds, switches, window):
    """A first import through the limiter, and what its list pages alone take through the same limiter."""
    told = {"window": window}
    requests, _slash, seconds = window.partition("/")
    for what in ("lists", "imports"):
        practice = rig.Practice(folder, companies, contacts if "contacts" in kinds else 0, window, switches)
        try:
            site = rig.Site(folder, make(), practice, HALO_WINDOW_REQUESTS=requests, HALO_WINDOW_SECONDS=seconds)
            practice.count_anew()
            done = site.run("bench.windows", what, "--account", site.account, *kinds)
            stats = practice.stats()
        finally:
            practice.stop()
        told[what] = {"seconds": done.data["seconds"], "requests": stats["requests"], "refused": stats["refused"],
                      "peak": stats["peak"], "cpu": done.cpu}  # fmt: skip
    return told


def memory(folder, make, companies, contacts, kinds):
    """The memory of the importing process over time, first import and unchanged re-import."""
    practice, told = rig.Practice(folder, companies, contacts if "contacts" in kinds else 0), {}
    try:
        site = rig.Site(folder, make(), practice)
        for kind in kinds:
            told[f"{kind}: read"] = _memory(site.halo("read", kind))
            if kind == "companies":
                site.map_types()
            told[f"{kind}: import"] = _memory(site.halo("import", kind))
            told[f"{kind}: unchanged"] = _memory(site.halo("import", kind))
    finally:
        practice.stop()
    return told


def _memory(done):
    third = max(1, len(done.memory) // 3)
    second, last = (statistics.median(mb for _at, mb in part)
                    for part in (done.memory[third : 2 * third] or done.memory, done.memory[-third:]))  # fmt: skip
    return {"peak_mb": done.peak_mb, "second_third_mb": second, "last_third_mb": last, "seconds": done.data["seconds"],
            "counts": done.data["counts"], "samples": done.memory[:: max(1, len(done.memory) // 200)]}  # fmt: skip


if __name__ == "__main__":
    main()
