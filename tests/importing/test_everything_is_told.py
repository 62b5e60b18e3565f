"""Whatever a tenant holds: of every import, what was read is the sum of what became of it, each with a reason."""

import itertools

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from halo_admin.connecting import answering, kinds
from halo_admin.db import begin_write, db
from halo_admin.importing import stages
from halo_admin.importing.models import OUTCOMES
from halo_admin.importing.telling import decisions_of
from tests.importing.world import World

SIZES = st.fixed_dictionaries(
    {
        "seed": st.integers(1, 10_000),
        "companies": st.integers(0, 12),
        "contacts": st.integers(0, 40),
        "opportunities": st.integers(0, 12),
        "notes": st.integers(0, 40),
        "agents": st.integers(1, 8),
    }
)
SWITCHES = st.fixed_dictionaries(
    {
        "crm_client_includes_users": st.sampled_from(["on", "off"]),
        "crm_envelope": st.sampled_from(["actions", "array"]),
        "crm_names_client": st.sampled_from(["on", "off"]),
        "crm_who_in_list": st.sampled_from(["on", "off"]),
        "website_in_list": st.sampled_from(["on", "off"]),
        "agent_envelope": st.sampled_from(["results", "array", "agents"]),
    }
)
NUMBERS = itertools.count()


def map_everything(world, stage):
    """What is unmapped comes in under its own name."""
    begin_write()
    for kind in stage.mappings:
        if kind in kinds.KINDS:
            answering.save(world.tenant(), kind, answering.under_own_names(world.tenant(), kind))
    db.session.commit()


def is_told(run):
    assert run.state in ("done", "problems"), (run.stage, run.stopped)
    told = decisions_of(run, everything=True)
    assert all(one["reason"] and one["action"] in OUTCOMES for one in told)
    fetched = run.facts.get("fetched", len(told))
    assert (sum(run.counts.values()), len(told)) == (fetched, fetched), run.stage


@settings(derandomize=True, max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(size=SIZES, switches=SWITCHES, linked=st.booleans())
def test_what_was_read_is_the_sum_of_what_became_of_it(make_sqlite, tmp_path, size, switches, linked):
    folder = tmp_path / str(next(NUMBERS))
    folder.mkdir()
    with World(f"sqlite:///{make_sqlite(folder)}", folder, practice=size, switches=switches) as world:
        if linked:  # some of the agents are users here
            for agent in list(world.halo.tenant.world.agents.values())[:4]:
                if agent["email"] and "@" in agent["email"]:
                    world.user(agent["name"], agent["email"])
        for _ in range(2):
            for stage in stages.STAGES:
                if stage.mapping:
                    world.run(stage.key, purpose="read")
                    map_everything(world, stage)
                run = world.run(stage.key, options={"newer": "ours", "websites": "skip"})
                is_told(run)
