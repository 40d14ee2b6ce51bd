"""The soak in small: what it asks of a server works, and nothing is lost. Times are judged by `make soak` alone."""

import asyncio

import pytest

from benchmarks import soak

SMALL = soak.Size(class_=3, school=4, moving=2.0, warm=10, visits=10)


def kept(part):
    async def found():
        return [promise async for promise in part(SMALL)]

    return {promise.words: promise for promise in asyncio.run(found())}


@pytest.mark.parametrize("part", [soak.of_a_class, soak.of_a_school, soak.of_memory], ids=lambda part: part.__name__)
def test_nothing_is_lost(part, monkeypatch):
    monkeypatch.setattr(soak, "LEFT", 1.0)  # how memory grows is not looked at here
    promises = kept(part)
    exact = [promise for promise in promises.values() if promise.most == 0]
    assert exact and all(promise.kept for promise in exact), promises
    assert all(promise.found > 0 for promise in promises.values() if promise.unit == "s")


@pytest.mark.parametrize(("found", "kept"), [(5.9, True), (6.0, True), (6.1, False)])
def test_a_promise_that_falls_short_is_told(found, kept):
    promise = soak.Promise("pages are there after", found, 6, "s")
    assert promise.kept == kept and ("falls short" in str(promise)) != kept
