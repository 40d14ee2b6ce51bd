"""What a page is told, in few pieces: each message is three frames of a websocket, and each array two more.

A move of a slider made 14 messages of 29 arrays, which took a third of the server's time for it.
"""

import asyncio
import gzip
from base64 import b64encode
from typing import Any

import panel as pn
from bokeh.core.serialization import BytesRep, Ref, Serializer
from bokeh.document.models import DocumentModelManager
from bokeh.model import Model
from bokeh.protocol.messages.patch_doc import patch_doc
from bokeh.server.views.ws import WSHandler
from panel.reactive import Syncable
from tornado.iostream import IOStream, StreamClosedError

SMALL = 4096  # bytes of an array up to which it stands among the words
PACKED = 0  # how hard these are compressed, of 9: it takes longer than to send so little


class Brief(Serializer):
    """A serializer of changes of a document, which asks its models whether they are known, and does not list them."""

    def __init__(self, models: DocumentModelManager) -> None:
        super().__init__()
        self.models = models

    def get_ref(self, obj: Any) -> Ref | None:
        found = super().get_ref(obj)
        if found is None and isinstance(obj, Model) and self.models.get_by_id(obj.id) is obj:
            return None if obj in self.models._new_models else obj.ref
        return found

    def has_ref(self, obj: Any) -> bool:
        return self.get_ref(obj) is not None

    def _encode_bytes(self, obj: bytes | memoryview) -> BytesRep:
        data = memoryview(obj)
        if data.nbytes > SMALL:
            return super()._encode_bytes(obj)
        return BytesRep(type="bytes", data=b64encode(gzip.compress(data, PACKED, mtime=0)).decode())


def create(cls: type[patch_doc], events: list, **metadata: Any) -> patch_doc:
    """`patch_doc.create`, of events of one document."""
    (document,) = {event.document for event in events}
    serializer = Brief(document.models)
    message = cls(cls.create_header(), metadata, {"events": serializer.encode(events)})
    document.models.flush_synced(lambda model: not serializer.has_ref(model))
    message.add_buffers(*serializer.buffers)
    return message


def together(name: str) -> None:
    """Let all that the page is told while this method of a component handles an event go in one message."""
    plain = getattr(Syncable, name)

    def handled(self: Syncable, doc: Any, *event: Any) -> None:
        with pn.io.hold(doc):
            plain(self, doc, *event)

    setattr(Syncable, name, handled)


class Gathered:
    """A stream of a websocket that sends all frames of a turn of the event loop at once: a message has three."""

    def __init__(self, stream: IOStream) -> None:
        self.plain, self.loop = stream.write, asyncio.get_running_loop()
        self.frames: list[bytes] = []
        self.sent: asyncio.Future[None]  # of the frames that wait
        stream.write = self.write  # type: ignore[method-assign]

    def write(self, data: bytes | memoryview) -> asyncio.Future[None]:
        """`IOStream.write`, in a moment."""
        if not self.frames:
            self.sent = self.loop.create_future()
            self.sent.add_done_callback(asyncio.Future.exception)  # whether anybody waits for it or not
            self.loop.call_soon(self._send, self.sent)
        self.frames.append(bytes(data))
        return self.sent

    def _send(self, sent: asyncio.Future[None]) -> None:
        data = b"".join(self.frames)
        self.frames.clear()
        try:
            self.plain(data).add_done_callback(lambda found: _tell(sent, found.exception()))
        except StreamClosedError as error:
            _tell(sent, error)


def _tell(sent: asyncio.Future[None], error: BaseException | None) -> None:
    if not sent.done():
        if error is None:
            sent.set_result(None)
        else:
            sent.set_exception(error)


def send_at_once() -> None:
    """Let no frame of a message wait until a page has said that it got the one before, which takes 40 ms, and send
    those together that are there."""
    plain = WSHandler.open

    def begin(self: WSHandler) -> None:
        self.set_nodelay(True)
        plain(self)
        if self.ws_connection is not None and self.ws_connection.stream is not None:
            Gathered(self.ws_connection.stream)

    WSHandler.open = begin


def tell_briefly() -> None:
    """Let all pages of this process be told so."""
    send_at_once()
    patch_doc.create = classmethod(create)
    for name in ("_change_event", "_process_bokeh_event"):
        together(name)
