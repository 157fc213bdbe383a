"""Look back first: past conversations in the order of their risk."""

from mien.guard.scan.chance import BASE_RATE, most_right, right_alarms
from mien.guard.scan.files import FORMS, check_form, write_scan
from mien.guard.scan.glance import Glance
from mien.guard.scan.result import About, Rate, Scan, Tally
from mien.guard.scan.run import ScanRun
from mien.guard.scan.watching import Watch, WithJudge

__all__ = [
    "BASE_RATE",
    "FORMS",
    "About",
    "Glance",
    "Rate",
    "Scan",
    "ScanRun",
    "Tally",
    "Watch",
    "WithJudge",
    "check_form",
    "most_right",
    "right_alarms",
    "write_scan",
]
