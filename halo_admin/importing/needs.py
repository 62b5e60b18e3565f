"""What imports wait for a person to answer, for Home."""

from ..connecting import mapping
from ..connecting.kinds import KINDS
from ..connecting.opening import connection_of
from ..web import needs
from ..web.needs import Need
from ..web.words import number, plural
from . import card, own_company, runs, sentences, stages

MAPS = "connecting.mapping_page"


@needs.source("imports", opens="importing.rail")
def of_imports(account_id: int) -> list[Need]:
    """A question of the live import; imports that stopped; records and types that nobody has answered for."""
    connection = connection_of(account_id)
    if connection is None:
        return []
    live = runs.live(account_id)
    told = [_question(live)] if live and live.question else []
    for stage in stages.STAGES:
        told += [*_of_stage(account_id, connection.tenant_id, stage), *_of_types(connection.tenant, stage)]
    return told + _own_company(account_id)


def _question(run):
    title = stages.stage(run.stage).title
    return Need(f"{title}: the import waits for your answer.", "Answer", "importing.rail", {}, "player-pause")


def _of_stage(account_id, tenant_id, stage):
    imported, before = card.imports_of(account_id, tenant_id, stage.key)
    if imported is None:
        return []
    page = {"run_id": imported.id}
    told = []
    if imported.state == "failed":
        why = f"{stage.title}. {sentences.stopped(imported)}"
        told = [Need(why, "Go on or start again", "importing.run_page", page, "alert-triangle")]
    answered_in = card.told_of(imported, before)
    if waiting := answered_in.counts.get("review", 0):
        words = f"{number(waiting)} {'needs' if waiting == 1 else 'need'} your answer"
        values = {"run_id": answered_in.id, "action": "review"}
        told.append(Need(f"{sentences.title(answered_in)}: {words}.", "Answer", "importing.run_page", values))
    return told


def _of_types(tenant, stage):
    return [need for kind in stage.mappings for need in _of_values(tenant, stage, kind)]


def _of_values(tenant, stage, kind):
    keys = mapping.without_answer(tenant.id, kind)  # None: the mapping is still a step of the set-up
    new = {key: records for key, records in KINDS[kind].counts(tenant.id).items() if key in keys} if keys else {}
    if not new:
        return []
    called = KINDS[kind].words
    values = plural(len(new), f"new {called.short}", f"new {called.shorts}")
    words = f"{values}, {plural(sum(new.values()), called.one, called.many)}"
    return [Need(f"{stage.title}: {words} in Halo.", "Answer", MAPS, {"key": stage.key}, "arrows-split")]


def _own_company(account_id):
    own = own_company.offered(account_id)
    if own is None:
        return []
    words = f"{own.label} (Halo client {own.halo_id}) seems to be your own company. Import it or not?"
    return [Need(words, "Answer", "importing.rail", {"_anchor": "own-company"}, "building")]
