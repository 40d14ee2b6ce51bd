"""Messages to a page: whatever pieces they come in, a page has the same models after them."""

import asyncio
import json

import numpy as np
import pytest
from bokeh.core.serialization import Buffer, Serialized
from bokeh.document import Document
from bokeh.document.events import ColumnDataChangedEvent, ModelChangedEvent
from bokeh.models import Button, Column, ColumnDataSource
from bokeh.protocol.messages.patch_doc import patch_doc
from tornado.iostream import StreamClosedError

from snnlab.workbench import messages


@pytest.fixture
def document():
    """A document that a page has got, with a source and a column of a button."""
    made = Document()
    made.add_root(Column(Button(label="go")))
    made.add_root(ColumnDataSource({"x": np.zeros(3)}))
    made.to_json()
    return made


def told(document, *events):
    """The page after a message of these events: a document of its own; and the message."""
    page = Document.from_json(document.to_json())
    message = messages.create(patch_doc, list(events))
    content = json.loads(message.content_json)
    kept = {buffer.id: buffer for buffer in message._buffers}

    def whole(node):
        """The content with its arrays in their places."""
        if isinstance(node, dict):
            if node.keys() == {"id"} and node["id"] in kept:
                return Buffer(node["id"], bytes(kept[node["id"]].to_bytes()))
            return {key: whole(value) for key, value in node.items()}
        return [whole(one) for one in node] if isinstance(node, list) else node

    page.apply_json_patch(Serialized(whole(content), [*kept.values()]))
    return page, message


@pytest.mark.parametrize(("size", "buffers"), [(1, 0), (messages.SMALL // 8, 0), (messages.SMALL // 8 + 1, 1)])
def test_arrays_come_as_they_are_small_ones_among_the_words(document, size, buffers):
    source, values = document.roots[1], np.random.default_rng(1).normal(size=size)
    source.data = {"x": values}
    page, message = told(document, ColumnDataChangedEvent(document, source, "data", {"x": values}))
    np.testing.assert_array_equal(page.roots[1].data["x"], values)
    assert len(message._buffers) == buffers


def test_known_models_are_named_and_new_ones_come_whole_and_once(document):
    column = document.roots[0]
    old, new = column.children[0], Button(label="stop")
    before = Document.from_json(document.to_json())
    column.children = [old, new, new]
    for expected in ([{"id": old.id}, dict, {"id": new.id}], [{"id": old.id}, {"id": new.id}, {"id": new.id}]):
        message = messages.create(patch_doc, [ModelChangedEvent(document, column, "children", column.children)])
        found = json.loads(message.content_json)["events"][0]["new"]
        assert found[0] == expected[0] and found[2] == expected[2]
        if expected[1] is dict:
            assert found[1]["attributes"]["label"] == "stop"
            before.apply_json_patch(json.loads(message.content_json))
            assert [one.label for one in before.roots[0].children] == ["go", "stop", "stop"]
        else:
            assert found[1] == expected[1]


class Stream:
    """Keeps what is written; as one that is closed it refuses."""

    closed = False

    def __init__(self):
        self.written = []

    def write(self, data):
        if self.closed:
            raise StreamClosedError
        self.written.append(data)
        done = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done


def test_frames_of_a_moment_are_sent_together_and_in_their_order():
    async def frames():
        stream = Stream()
        messages.Gathered(stream)
        await asyncio.gather(*(stream.write(one) for one in (b"header", memoryview(b"metadata"), b"content")))
        await stream.write(b"next")
        return stream.written

    assert asyncio.run(frames()) == [b"headermetadatacontent", b"next"]


def test_who_writes_to_a_closed_stream_is_told():
    async def late():
        stream = Stream()
        messages.Gathered(stream)
        stream.closed = True
        waiting = stream.write(b"late")
        with pytest.raises(StreamClosedError):
            await waiting
        stream.closed = False
        await stream.write(b"again")
        return stream.written

    assert asyncio.run(late()) == [b"again"]
