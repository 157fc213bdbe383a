import pytest

pytest.importorskip("resource", reason="benchmarks run on Linux and macOS")

from benchmarks.measure import Measured, measure, timed
from tests.benchmarks.works import counting

WORKS = "tests.benchmarks.works"


def test_the_first_call_warms_up_and_is_not_counted():
    found = timed(counting(times=4))
    assert len(found.wall) == len(found.cpu) == 3
    assert found.told == "done 4 times"


def test_a_single_call_is_counted():
    assert len(timed(counting(times=1)).wall) == 1


def test_a_child_tells_its_parent_all_it_measured():
    found = measure(f"{WORKS}:counting", times=3, text="übrig")
    assert (found.amount, found.told, found.missing) == (7.0, "übrig 3 times", "")
    assert len(found.wall) == 2
    assert found.peak_mb > 1


def test_a_library_that_is_not_installed_is_named():
    found = measure(f"{WORKS}:unmet")
    assert found.missing == "a_library_that_nobody_has is not installed"


def test_a_module_of_our_own_that_is_missing_is_a_fault():
    assert "ModuleNotFoundError" in measure("benchmarks.nothing:work").missing


def test_a_child_that_fails_says_why():
    assert measure(f"{WORKS}:failing").missing == "ValueError: no such input"


def test_busy_says_how_much_longer_the_clock_ran():
    assert Measured(1.0, wall=(2.0, 4.0), cpu=(1.0, 1.0)).busy == 3.0
    assert Measured(1.0, wall=(1.0,), cpu=(1.01,)).busy == 1.0
