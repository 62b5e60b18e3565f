"""What a report shows as a CSV file, a part at a time."""

from collections.abc import Iterator
from dataclasses import replace

from ..crm import files_out
from ..web.words import OUTCOMES
from . import report_pages
from .models import ImportRun
from .report_lines import Lines

COLUMNS = ("GlassHive id", "GlassHive", "Halo id", "Halo", "What", "Why", "Matched by", "Changes", "Newer here")
ROWS_AT_A_TIME = 500


def rows(run: ImportRun, asked: report_pages.Asked) -> Iterator[str]:
    """The lines of the file: all that the filters leave, from the first page on."""
    yield files_out.MARK + files_out.lines([COLUMNS])
    lines, asked = Lines(run.account_id, run), replace(asked, after=None)
    while True:
        page = report_pages.page(run, asked, ROWS_AT_A_TIME)
        yield files_out.lines(_cells(line) for line in lines.of(page.rows))
        if page.after is None:
            return
        asked = replace(asked, after=page.after)


def _cells(line):
    changed = [f"{one.label}: {one.before} → {one.after}" for one in line.changes if one.before != one.after]
    newer = [f"{one.label}: {one.before} (Halo: {one.theirs})" for one in line.changes if one.winner == "glasshive"]
    halo_id = line.halo_id if line.halo_id > 0 else None
    sides = (line.ours_id, line.ours_name, halo_id, line.halo_name)
    what = (OUTCOMES.get(line.action, line.action), line.reason, line.by)
    return (*sides, *what, "; ".join(changed), "; ".join(newer))
