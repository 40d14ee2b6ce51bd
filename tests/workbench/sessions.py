"""Visitors that come and go, and what is left of them: `python -m tests.workbench.sessions 50 200` prints it as JSON.

A process of its own, so that nothing else that lives in it is counted.
"""

import asyncio
import gc
import json
import sys
from collections import Counter

import psutil
from bokeh.document import Document
from bokeh.models import Plot
from panel.io.server import get_server
from tornado.ioloop import IOLoop

from snnlab.workbench import start  # noqa: F401  as a server begins
from snnlab.workbench.board import EncoderBoard
from snnlab.workbench.explorer import Explorer
from snnlab.workbench.gallery import Gallery
from snnlab.workbench.pages import page
from tests.visitor import Visitor

MOMENTS = 20  # of half a second
KINDS = (Document, Explorer, EncoderBoard, Gallery, Plot)
QUERIES = ("page=neuron", "page=izhikevich", "page=encoders", "page=plasticity", "preset=adex-2008-a", "")


def left():
    """How many objects of each kind there are, and the memory of the process in MB."""
    gc.collect()
    found = Counter(type(one).__name__ for one in gc.get_objects() if type(one) in KINDS)
    return {"alive": dict(found), "memory": psutil.Process().memory_info().rss / 1e6}


async def come_and_go(url):
    """One visitor of each kind; all move something, and the last leaves while a long run is computed."""
    visitors = [await Visitor.arrive(f"{url}?{query}") for query in QUERIES]
    await asyncio.sleep(0.3)
    await visitors[0].pick("neuron", "Izhikevich")
    await visitors[3].pick("Δ", 20)
    await asyncio.sleep(0.3)
    await visitors[4].pick("C ·", 300)
    for visitor in visitors:
        visitor.leave()


async def main(counts):
    lifetime = {"unused_session_lifetime_milliseconds": 300, "check_unused_sessions_milliseconds": 100}
    options = {"show": False, "verbose": False, "loop": IOLoop.current(), "start": True}
    server = get_server({"apps": page}, **options, **lifetime)
    found, visited = [left()], 0
    for count in counts:
        while visited < count:
            await come_and_go(f"http://localhost:{server.port}/apps")
            visited += len(QUERIES)
        while server.get_sessions("/apps"):
            await asyncio.sleep(0.2)
        for _ in range(MOMENTS):  # a page lives as long as what a worker still computes of it
            await asyncio.sleep(0.5)
            if (now := left())["alive"] == found[0]["alive"]:
                break
        found.append(now)
    print(json.dumps(found))


if __name__ == "__main__":
    asyncio.run(main([int(count) for count in sys.argv[1:]]))
