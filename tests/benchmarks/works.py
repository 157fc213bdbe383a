"""Work for a child process to do."""

from benchmarks.measure import Work


def counting(times, text="done"):
    """Calls that count how often they were called; the result is told."""
    calls = []

    def call():
        calls.append(text)
        return calls

    return Work([call] * times, amount=7.0, tell=lambda made: f"{made[-1]} {len(made)} times")


def unmet():
    import a_library_that_nobody_has  # noqa: F401


def failing():
    raise ValueError("no such input")
