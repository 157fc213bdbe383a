import os
import subprocess
import sys
from contextlib import closing

import pytest

from mien.core.errors import ConfigError, MienError
from mien.reader.engines import Here, Local
from tests.data import ROOT
from tests.fakes.works import Lengths

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")


def test_a_death_costs_its_own_file_alone_and_only_the_second_time(tmp_path):
    words = ["a", "dies", "bb", "dies once", "ccc", "dddd"]
    answers = dict(Local(2).map(Lengths(tmp_path), words))
    assert answers == {"a": 1, "dies": None, "bb": 2, "dies once": 9, "ccc": 3, "dddd": 4}
    assert len(list(tmp_path.glob("died-*"))) == 3


@pytest.mark.parametrize("engine", [Here(), Local(1)], ids=["here", "local"])
def test_what_concerns_every_source_ends_the_run_after_those_before(tmp_path, engine):
    with closing(engine.map(Lengths(tmp_path), ["a", "full disk", "bb"])) as answers:
        assert next(answers) == ("a", 1)
        with pytest.raises(MienError, match="no room"):
            next(answers)


def test_tasks_are_taken_only_as_processes_become_free(tmp_path):
    taken = []

    def words():
        for word in ("a", "bb", "ccc", "dddd"):
            taken.append(word)
            yield word

    with closing(Local(1).map(Lengths(tmp_path), words())) as answers:
        assert next(answers) == ("a", 1)
        assert len(taken) <= 2


def test_a_script_whose_own_work_is_not_guarded_is_told_so(tmp_path):
    script = tmp_path / "unguarded.py"
    script.write_text(
        "from pathlib import Path\n"
        "from mien.reader.engines import Local\n"
        "from tests.fakes.works import Lengths\n"
        "list(Local(1).map(Lengths(Path()), ['a']))\n"
    )
    paths = os.pathsep.join([str(ROOT), *sys.path])
    ran = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": paths},
        check=False,
    )
    assert ran.returncode == 1
    assert 'under `if __name__ == "__main__":`' in ran.stderr.splitlines()[-1]


def test_no_job_at_all_is_refused():
    with pytest.raises(ConfigError, match="at least 1, not 0"):
        Local(0)
