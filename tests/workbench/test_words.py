"""What a page's event loop keeps to itself, and what it logs."""

import asyncio
import gc

import pytest
from tornado.websocket import WebSocketClosedError

from snnlab.workbench.words import forgive_leaving


@pytest.mark.parametrize(("error", "logged"), [(WebSocketClosedError(), 0), (ValueError("a fault"), 1)])
def test_a_visitor_who_leaves_is_no_fault(caplog, error, logged):
    async def send():
        raise error

    async def serve():
        forgive_leaving()
        forgive_leaving()
        task = asyncio.create_task(send())
        await asyncio.sleep(0)
        del task
        gc.collect()

    asyncio.run(serve())
    assert len(caplog.records) == logged


def test_without_a_server_there_is_no_loop():
    assert forgive_leaving() is None
