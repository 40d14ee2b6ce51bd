"""What the workbench promises a class, measured: `python -m benchmarks.soak`, `--short` (ten minutes).

Each line is a promise, the most that it allows, and what was found; the exit code is 1 where one falls short. Servers
run in processes of their own, visitors without a browser in this one, which shares the machine's cores with them: of a
class, each has a machine of its own, and the server more of its cores. Linux and macOS.
"""

import argparse
import asyncio
import os
import platform
import random
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from json import loads
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
import psutil
from playwright.async_api import Page, async_playwright

from snnlab.workbench.server import LEFT
from tests.conftest import CHROMIUM_FLAGS, ROOT, Server, chromium_path, free_port, launch, wait_for_answer
from tests.visitor import Visitor

NEURON, HEAVY = "page=neuron", "page=networks&preset=brunel-2000-A"
SLIDERS = ("v_th", "v_leak", "v_reset", "τ_syn")
PAUSE = 1.0, 2.0  # s between two moves of a hand
SELDOM = 5.0, 20.0  # s, of who looks at what came
PATIENCE = 60.0  # s that an answer may take at all
LATE = 20.0  # ms
FILMED = 4.0  # s
FRAMES = """async ms => {
  const all = [], find = root => { for (const one of root.querySelectorAll("*")) {
    if (one.shadowRoot) find(one.shadowRoot)
    if (one.tagName === "CANVAS" && one.width > 50) all.push(one)
  } }
  find(document)
  const row = one => one.getContext("2d").getImageData(0, one.height >> 1, one.width, 1).data.join("")
  const seen = () => all.map(row).join()
  let frames = 0, last = seen(), end = performance.now() + ms
  while (performance.now() < end) {
    await new Promise(requestAnimationFrame)
    const now = seen()
    frames += now !== last
    last = now
  }
  return frames
}"""
NEWS = '"ColumnDataChanged"'  # a message with it draws


class Size(NamedTuple):
    """How much is tried."""

    class_: int  # sessions of one process
    school: int  # of several
    moving: float  # s for which all move something
    warm: int  # sessions that come and go, after which a server has all that it keeps
    visits: int  # that come and go then


FULL, SHORT = Size(30, 200, 60.0, 300, 1000), Size(30, 200, 15.0, 200, 200)


class Promise(NamedTuple):
    words: str
    found: float
    most: float
    unit: str

    @property
    def kept(self) -> bool:
        return self.found <= self.most

    def __str__(self) -> str:
        sign = "" if self.kept else "  **falls short**"
        return f"| {self.words} | {self.most:g} {self.unit} | {self.found:.3g} {self.unit}{sign} |"


class Hand:
    """A visitor whose slider moves, and how long each picture took, in s."""

    def __init__(self, visitor: Visitor, seed: int) -> None:
        self.visitor, self.chance = visitor, random.Random(seed)
        self.times: list[float] = []
        self.lost = 0
        self.drawn = asyncio.Event()
        self.task = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        """Read all that comes, as a browser would; what draws is told."""
        while (text := await self.visitor.socket.read_message()) is not None:
            if isinstance(text, str) and NEWS in text:
                self.drawn.set()

    async def move(self) -> None:
        """Another value for one of the sliders, and the picture of it."""
        self.drawn.clear()
        began = time.perf_counter()
        await self.visitor.pick(self.chance.choice(SLIDERS), self.chance.uniform(0.2, 0.9))
        try:
            await asyncio.wait_for(self.drawn.wait(), PATIENCE)
            self.times.append(time.perf_counter() - began)
        except TimeoutError:
            self.lost += 1

    async def play(self, seconds: float, pause: tuple[float, float] = PAUSE) -> None:
        """Move something now and then."""
        end = time.perf_counter() + seconds
        await asyncio.sleep(self.chance.uniform(0, pause[1]))
        while time.perf_counter() < end:
            await self.move()
            await asyncio.sleep(self.chance.uniform(*pause))

    @property
    def dropped(self) -> bool:
        return self.task.done()

    def leave(self) -> None:
        self.visitor.leave()
        self.task.cancel()


@contextmanager
def served(*options: str, brief: bool = False) -> Iterator[tuple[str, psutil.Process]]:
    """A server of its own: its address, and its process. `brief`: sessions end as soon as they are left."""
    url = f"http://localhost:{free_port()}"
    with TemporaryDirectory() as folder:
        server = Server(f"{url}/health", Path(folder) / "log.txt")
        if brief:
            process = launch(server, "apps", lifetime=500)
        else:
            command = [sys.executable, "-m", "snnlab", "--no-browser", "--port", url.rpartition(":")[2], *options]
            with server.log.open("a") as log:
                process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)
            wait_for_answer(server, process)
        try:
            yield url, psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait()


def health(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{url}/health", timeout=30) as answer:
        return loads(answer.read())


@asynccontextmanager
async def visit(url: str, count: int, query: str = NEURON) -> AsyncIterator[tuple[list[Hand], float]]:
    """So many who come at once, and the time in s until all of them have their page."""
    began = time.perf_counter()
    visitors = await asyncio.gather(*(Visitor.arrive(f"{url}/apps?{query}") for _ in range(count)))
    took = time.perf_counter() - began
    hands = [Hand(visitor, k) for k, visitor in enumerate(visitors)]
    try:
        yield hands, took
    finally:
        for hand in hands:
            hand.leave()


def p95(hands: list[Hand]) -> float:
    return float(np.quantile([time for hand in hands for time in hand.times], 0.95))


def unanswered(hands: list[Hand]) -> int:
    return sum(hand.lost + hand.dropped for hand in hands)


async def settled(url: str) -> None:
    """Until nothing waits any more, and what a page does not begin with is made."""
    quiet = 0
    while quiet < 4:
        await asyncio.sleep(0.5)
        found = await asyncio.to_thread(health, url)
        quiet = quiet + 1 if not any(found["waiting"].values()) else 0


async def of_a_class(size: Size) -> AsyncIterator[Promise]:
    """One process: arrival, moving, one who asks for much."""
    with served() as (url, _):
        async with visit(url, 1):
            await settled(url)
        async with visit(url, 1) as ((one,), _):
            await settled(url)
            await one.play(size.moving)
            alone = p95([one])
            busy = health(url)["busy_ms"]["others"]["most"]
            yield Promise("thread of all pages computes at a time, but for making pages", busy, LATE, "ms")
        async with visit(url, size.class_) as (hands, took):
            yield Promise(f"{size.class_} at once have their page after", took, 6, "s")
            await settled(url)
            await asyncio.gather(*(hand.play(size.moving) for hand in hands))
            yield Promise(f"slider of {size.class_} (p95), of one alone = 1", p95(hands) / alone, 3, "")
            yield Promise(f"of {size.class_} lost or dropped", unanswered(hands), 0, "")
        async with visit(url, 1) as ((one,), _), visit(url, 1, HEAVY) as ((heavy,), _):
            await settled(url)
            one.times.clear()
            await one.play(size.moving)
            before = p95([one])
            one.times.clear()
            await asyncio.gather(one.play(size.moving), keep_busy(heavy, size.moving))
            yield Promise("slider beside a heavy network (p95), without it = 1", p95([one]) / before, 2, "")
        found = health(url)
        yield Promise("faults", found["faults"]["count"], 0, "")


async def keep_busy(heavy: Hand, seconds: float) -> None:
    """Ask for a network of 12,500 neurons again as soon as it is there."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        heavy.drawn.clear()
        await heavy.visitor.pick("g ", heavy.chance.uniform(3, 6))
        await asyncio.wait_for(heavy.drawn.wait(), PATIENCE)


async def of_a_school(size: Size) -> AsyncIterator[Promise]:
    """Several processes behind one port."""
    processes = str(max(2, os.cpu_count() or 1))
    with served("--processes", processes) as (url, _):
        await asyncio.sleep(5)  # until each of them is there
        async with visit(url, size.school) as (hands, took):
            yield Promise(f"{size.school} at once have their page after ({processes} processes)", took, 40, "s")
            await asyncio.gather(*(hand.play(size.moving) for hand in hands))
            yield Promise(f"of {size.school} lost or dropped", unanswered(hands), 0, "")


async def of_a_browser(size: Size) -> AsyncIterator[Promise]:
    """One browser, whose page computes by itself, beside many who look and move something now and then."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_FLAGS)
        with served() as (url, _):
            tab = await browser.new_page(viewport={"width": 1280, "height": 800})
            await tab.goto(f"{url}/apps?{NEURON}")
            await tab.locator("input[type=range]").first.focus(timeout=60_000)
            await asyncio.sleep(5)
            alone = await pictures_per_second(tab)
            async with visit(url, size.school - 1) as (hands, _):
                await settled(url)
                going = asyncio.gather(*(hand.play(size.moving, SELDOM) for hand in hands))
                await asyncio.sleep(SELDOM[0])
                beside = await pictures_per_second(tab)
                await going
                words = f"a browser's pictures a second, alone ({alone:.0f}) / beside {len(hands)} ({beside:.0f})"
                yield Promise(words, alone / max(beside, 1e-9), 1.5, "")
                yield Promise(f"of {len(hands)} lost or dropped", unanswered(hands), 0, "")
        await browser.close()


async def pictures_per_second(tab: Page) -> float:
    """How many frames differ while a key moves the slider that has the focus."""
    counted = asyncio.ensure_future(tab.evaluate(FRAMES, 1e3 * FILMED))
    k = 0
    while not counted.done():
        await tab.keyboard.press("ArrowRight" if k % 40 < 20 else "ArrowLeft")
        k += 1
    return (await counted) / FILMED


async def of_memory(size: Size) -> AsyncIterator[Promise]:
    """Sessions that come and go."""
    with served(brief=True) as (url, process):
        sizes = []
        for visits in (size.warm, size.visits):
            for _ in range(0, visits, 10):
                async with visit(url, 10) as (hands, _):
                    await asyncio.gather(*(hand.move() for hand in hands))
            while health(url)["sessions"]:
                await asyncio.sleep(1)
            await asyncio.sleep(2 * LEFT + 5)  # until they are cleared away
            sizes.append(process.memory_info().rss)
        yield Promise(f"memory after {size.visits} more sessions, growth", 100 * (sizes[1] / sizes[0] - 1), 5, "%")
        full = [name for name, (now, most) in health(url)["caches"].items() if most is not None and now > most]
        yield Promise("caches beyond their bound", len(full), 0, "")


PARTS: tuple[Callable[[Size], AsyncIterator[Promise]], ...] = (of_a_class, of_a_school, of_a_browser, of_memory)


async def measure(size: Size) -> list[Promise]:
    """All promises, which are printed as they are measured."""
    found = []
    for part in PARTS:
        async for promise in part(size):
            print(promise, flush=True)
            found.append(promise)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--short", action="store_true", help="ten minutes")
    size = SHORT if parser.parse_args().short else FULL
    print(
        f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores ({platform.machine()}), load {os.getloadavg()[0]:.1f}\n"
    )
    print("| promise | at most | found |\n|---|---|---|")
    if not all(promise.kept for promise in asyncio.run(measure(size))):
        sys.exit("A promise is not kept.")


if __name__ == "__main__":
    main()
