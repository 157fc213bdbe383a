"""`python -m benchmarks.guard`: what guarding costs a stream, and how fast local checks are.

Streams run through `mien proxy` as users run it. The delay is from the moment a model's server
sends the last character of a sentence to the moment the client has it; the same without a proxy is
beside it, and what the clock of this machine does to both. Each proxy is a process of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.guard_load import KEY, SENTENCES, USERS, Load, model, talk
from benchmarks.machine import about
from benchmarks.measure import ROOT
from mien.guard import Guard
from mien.guard.observation import glance
from mien.timeline import Turn

KEYWORDS = ("kill yourself", "nobody else understands you", "stop taking your medication")


@dataclass(frozen=True, slots=True)
class Run:
    """Streams through one proxy.

    Attributes:
        name: Of the proxy.
        load: What came of them.
        cpu: Cores that the proxy kept busy, and those that its helpers did.
        chunk: Microseconds of the proxy's own time for each token, helpers apart.
        memory: Resident memory of all of them in MB, at equal distances in time.
    """

    name: str
    load: Load
    cpu: tuple[float, float] = (0.0, 0.0)
    chunk: float = 0.0
    memory: tuple[float, ...] = ()

    def line(self) -> str:
        """Figures, in one row."""
        delays = sorted(self.load.delays) or [float("nan")]
        at = [1e3 * delays[min(int(len(delays) * q), len(delays) - 1)] for q in (0.5, 0.95, 0.99)]
        seen = self.memory and [
            self.memory[len(self.memory) * part // 4 - (part == 4)] for part in range(5)
        ]
        grown = " ".join(f"{one:.0f}" for one in seen)
        return (
            f"{self.name:34} {at[0]:7.1f} {at[1]:7.1f} {at[2]:7.1f} {self.load.replies:8,} "
            f"{len(self.load.failures):8} {self.cpu[0]:6.2f} {self.cpu[1]:7.2f} {self.chunk:8.0f} "
            f"  {grown}"
        )


def main(arguments: Sequence[str] | None = None) -> None:
    """Run streams through proxies, and print what that cost."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.guard", description=__doc__)
    parser.add_argument("--streams", type=int, default=200, help="conversations at once (200)")
    parser.add_argument("--rate", type=float, default=20.0, help="tokens a second in each (20)")
    parser.add_argument("--minutes", type=float, default=0.5, help="for each proxy (0.5)")
    parser.add_argument("--modes", default="observe,enforce", help="of the proxy")
    parser.add_argument("--helpers", default="1", help="of the proxy; one run for each (1)")
    parser.add_argument("--litellm", help="a program `litellm` whose keyword filter runs beside")
    asked = parser.parse_args(arguments)
    print("\n".join(about("the load in one process, each proxy in another")))
    print(
        f"\n{asked.streams} streams at {asked.rate:g} tokens/s for {asked.minutes:g} min each; "
        "from a sentence's last character to its arrival, ms\n"
        f"{'':34} {'median':>7} {'p95':>7} {'p99':>7} {'replies':>8} {'failures':>8} {'cores':>6} "
        f"{'helpers':>7} {'us/token':>8}   MB at each quarter"
    )
    print(asyncio.run(_run("no proxy", asked, None)).line(), flush=True)
    for mode in filter(None, asked.modes.split(",")):
        for helpers in asked.helpers.split(","):
            name = f"mien proxy, {mode}, helpers {helpers}"
            print(asyncio.run(_run(name, asked, _mien(mode, helpers))).line(), flush=True)
    if asked.litellm:
        command = _litellm(asked.litellm)
        print(asyncio.run(_run("litellm, keyword filter", asked, command)).line(), flush=True)
    print("\n".join(_local()))


async def _run(name: str, asked: argparse.Namespace, command: Sequence[str] | None) -> Run:
    load, seconds = Load(asked.streams, asked.rate), 60 * asked.minutes
    async with model(load) as url:
        if command is None:
            await talk(load, url, min(seconds, 30))
            return Run(name, load)
        with _proxy(command, url) as (proxy, process):
            memory, began, busy = [], time.monotonic(), _busy(process)
            task = asyncio.create_task(talk(load, f"{proxy}/v1", seconds))
            while not task.done():
                await asyncio.wait({task}, timeout=max(seconds / 20, 1))
                memory.append(sum(map(_resident, (process, *_children(process)))))
            await task
            spent = [after - before for after, before in zip(_busy(process), busy, strict=True)]
            own, helpers = (one / (time.monotonic() - began) for one in spent)
    # What importing and the first requests take is no growth.
    kept = tuple(memory[2:]) or tuple(memory)
    return Run(name, load, (own, helpers), 1e6 * spent[0] / max(load.chunks, 1), kept)


def _mien(mode: str, helpers: str) -> list[str]:
    mien = [sys.executable, "-m", "mien", "proxy", "--mode", mode, "--helpers", helpers]
    return [*mien, "--port", "PORT", "--upstream", "UPSTREAM"]


def _litellm(program: str) -> list[str]:
    return [program, "--config", "CONFIG", "--port", "PORT", "--host", "127.0.0.1"]


_CONFIG = """
general_settings: {{master_key: {key}}}
model_list:
  - model_name: scripted
    litellm_params: {{model: openai/scripted, api_base: {url}, api_key: none}}
guardrails:
  - guardrail_name: words
    litellm_params:
      guardrail: litellm_content_filter
      mode: [pre_call, post_call]
      default_on: true
      blocked_words:
{words}
"""


@contextmanager
def _proxy(command: Sequence[str], url: str) -> Iterator[tuple[str, int]]:
    """A proxy in a process of its own, once it answers."""
    port = _free()
    words = "\n".join(f"        - {{keyword: {one!r}, action: BLOCK}}" for one in KEYWORDS)
    with tempfile.TemporaryDirectory(prefix="mien-bench-") as folder:
        config = Path(folder) / "config.yaml"
        config.write_text(_CONFIG.format(url=url, words=words, key=KEY), encoding="utf-8")
        told = {"PORT": str(port), "UPSTREAM": url, "CONFIG": str(config)}
        env = {**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True", "OMP_NUM_THREADS": "1"}
        running = subprocess.Popen(
            [told.get(word, word) for word in command],
            cwd=ROOT,
            env=env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _until_open(port, running)
            yield f"http://127.0.0.1:{port}", running.pid
        finally:
            running.terminate()
            running.wait()


def _free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        port: int = one.getsockname()[1]
        return port


def _until_open(port: int, running: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 90
    while running.poll() is None and time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("a proxy did not start")


def _resident(process: int) -> float:
    """Resident memory in MB of 10^6 bytes."""
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    found = re.search(r"VmRSS:\s+(\d+)", status)
    return int(found[1]) * 1024 / 1e6 if found else float("nan")


def _cpu(process: int) -> float:
    """Seconds that a process has been busy."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _busy(process: int) -> tuple[float, float]:
    """Likewise, of a process and of its children."""
    return _cpu(process), sum(map(_cpu, _children(process)))


def _children(process: int) -> list[int]:
    told = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="utf-8")
    return [int(one) for one in told.split()]


def _local() -> list[str]:
    """How fast turns and sentences are judged here, on one core."""
    observer = Guard().observer
    talked = [
        Turn(index=0, role="user", text=USERS[0]),
        Turn(index=1, role="assistant", text="Hm."),
    ]
    users = [Turn(index=2, role="user", text=text) for text in USERS]
    sentences = [Turn(index=3, role="assistant", text=text.strip()) for text in SENTENCES]
    whole = [Turn(index=3, role="assistant", text="".join(SENTENCES))]
    rows = [f"\nlocal checks by {observer.name}, one core, ms each (median, p95), and a second"]
    at_a_glance = partial(glance, observer)
    for name, judge, turns, before in (
        ("a user's turn", observer.observe, users, talked),
        ("a sentence on its way out", at_a_glance, sentences, [*talked, users[0]]),
        (f"a reply of {len(SENTENCES)} sentences", observer.observe, whole, [*talked, users[0]]),
    ):
        times = []
        for _ in range(40):
            for turn in turns:
                began = time.process_time()
                judge((*before, turn))
                times.append(1e3 * (time.process_time() - began))
        p95 = statistics.quantiles(times, n=20)[-1]
        middle = statistics.median(times)
        rows.append(
            f"{name:34} {middle:7.2f} {p95:7.2f} {1e3 / max(statistics.mean(times), 1e-6):9,.0f}/s"
        )
    return rows


if __name__ == "__main__":
    main()
