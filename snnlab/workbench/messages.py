"""What a page is told, in few pieces: each message is three frames of a websocket, and each array two more.

A move of a slider made 14 messages of 29 arrays, which took a third of the server's time for it.
"""

import gzip
from base64 import b64encode
from typing import Any

import panel as pn
from bokeh.core.serialization import BytesRep, Ref, Serializer
from bokeh.document.models import DocumentModelManager
from bokeh.model import Model
from bokeh.protocol.messages.patch_doc import patch_doc
from panel.reactive import Syncable

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


def tell_briefly() -> None:
    """Let all pages of this process be told so."""
    patch_doc.create = classmethod(create)
    for name in ("_change_event", "_process_bokeh_event"):
        together(name)
