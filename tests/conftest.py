"""What holds for all tests."""

from hypothesis import settings

# A deadline asserts time, which a busy machine fails; how fast things are is in `benchmarks`.
settings.register_profile("mien", deadline=None)
settings.load_profile("mien")
