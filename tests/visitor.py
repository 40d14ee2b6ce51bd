"""A visitor without a browser: what a page's JavaScript says to the server, and nothing of what it draws."""

import asyncio
import html
import json
import re

from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import websocket_connect

PATIENCE = 120.0  # s


class Visitor:
    """A session on a served page: `await Visitor.arrive(url)`, then `pick` and `leave`."""

    @classmethod
    async def arrive(cls, url, late=0.0):
        """Fetch the page, open its websocket after so many seconds, pull the document, and say that it is drawn."""
        self = cls()
        client = AsyncHTTPClient(force_instance=True)
        text = (await client.fetch(url, connect_timeout=PATIENCE, request_timeout=PATIENCE)).body.decode()
        token = re.search(r'"token"\s*:\s*"([^"]+)"', html.unescape(text)).group(1)
        await asyncio.sleep(late)
        address = f"ws{url.partition('?')[0].removeprefix('http')}/ws"
        request = HTTPRequest(address, connect_timeout=PATIENCE, request_timeout=PATIENCE)
        self.socket = await websocket_connect(request, subprotocols=["bokeh", token], max_message_size=100_000_000)
        self.socket.protocol.set_nodelay(True)  # as browsers do
        await self._receive()
        await self._send("PULL-DOC-REQ", {})
        self.document = await self._receive()
        ready = {"type": "event", "name": "document_ready", "values": {"type": "map", "entries": []}}
        event = {"kind": "MessageSent", "msg_type": "bokeh_event", "msg_data": ready}
        await self._send("PATCH-DOC", {"events": [event]})
        return self

    async def pick(self, label, value):
        """Give the widget with this label another value."""
        names = ("label", "title")  # of a component of ours, of a widget of Bokeh's
        known = [(m, str(m["attributes"].get(name, ""))) for m in self.models() for name in names]
        model = next(m for m, words in known if words.startswith(label))
        event = {"kind": "ModelChanged", "model": {"id": model["id"]}, "attr": "value", "new": value}
        await self._send("PATCH-DOC", {"events": [event]})

    def leave(self):
        self.socket.close()

    def models(self):
        """All models of the document as it was when the visitor arrived."""
        found, left = [], [self.document]
        while left:
            node = left.pop()
            left += node if isinstance(node, list) else node.values() if isinstance(node, dict) else ()
            if isinstance(node, dict) and "id" in node and isinstance(node.get("attributes"), dict):
                found.append(node)
        return found

    async def _send(self, kind, content):
        for part in ({"msgid": kind, "msgtype": kind}, {}, content):
            await self.socket.write_message(json.dumps(part))

    async def _receive(self):
        """The content of the next message that is no change of the document."""
        while True:
            header, _, content = [json.loads(await self.socket.read_message()) for _ in range(3)]
            for _ in range(2 * header.get("num_buffers", 0)):
                await self.socket.read_message()
            if header["msgtype"] != "PATCH-DOC":
                return content
