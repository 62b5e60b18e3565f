"""The processes of a site, as the Procfile names them."""

import shlex

from honcho.environ import parse_procfile

from tests.processes import ROOT


def test_one_worker_is_kept_for_exports_and_the_other_takes_them_first():
    processes = parse_procfile((ROOT / "Procfile").read_text()).processes
    workers = [shlex.split(line)[2:] for line in processes.values() if "worker.py" in line]
    assert workers == [["exports"], ["exports", "imports"]]
