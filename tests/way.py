"""A network between a browser and a server of a test: late, lossy, cut, or leading nowhere."""

import asyncio
import math
import random
from threading import Thread

PACKET = 1460  # bytes
AGAIN = 0.2  # s after which what was lost is sent once more, at the least (RFC 6298, as Linux has it)


class Way:
    """Listens at `port` and passes all on to the server at `to`, each way after `delay` seconds.

    A packet is lost with the probability `loss`: as TCP hands nothing over out of turn, all behind it waits until it
    has been sent again.
    """

    def __init__(self, port, to, seed=1):
        self.port, self.to = port, to
        self.delay = self.loss = 0.0
        self.chance = random.Random(seed)
        self.pairs = set()  # of writers, to the browser and to the server
        self.sockets = set()  # those of websockets
        self.loop = asyncio.new_event_loop()
        Thread(target=self.loop.run_forever, daemon=True).start()
        self._do(self._listen())

    def cut(self):
        """All that is connected is so no more; what was on its way is lost."""
        self._do(self._cut())

    def forget(self):
        """As `cut`, but of websockets nobody tells the browser, as where its machine has slept: they answer nothing."""
        self._do(self._cut(silent=self.sockets))

    def close(self):
        self.cut()
        self.loop.call_soon_threadsafe(self.loop.stop)

    def _do(self, job):
        return asyncio.run_coroutine_threadsafe(job, self.loop).result(30)

    async def _listen(self):
        self.server = await asyncio.start_server(self._accept, "localhost", self.port)

    async def _cut(self, silent=frozenset()):
        for pair in self.pairs:
            here, there = pair
            there.transport.abort()
            if pair not in silent:
                here.transport.abort()
        self.pairs.clear()

    async def _accept(self, reader, writer):
        try:
            back, there = await asyncio.open_connection("localhost", self.to)
        except OSError:
            writer.transport.abort()
            return
        pair = writer, there
        self.pairs.add(pair)
        await asyncio.gather(self._pass(reader, there, pair), self._pass(back, writer, pair))

    async def _pass(self, reader, writer, pair):
        last, waiting = 0.0, asyncio.Queue()
        task = asyncio.create_task(self._arrive(waiting, writer, pair))
        while True:
            try:
                data = await reader.read(65536)
            except OSError:
                data = b""
            if b"\r\nUpgrade: websocket" in data:
                self.sockets.add(pair)
            packets = math.ceil(len(data) / PACKET)
            lost = self.chance.random() > (1 - self.loss) ** packets
            last = max(last, self.loop.time() + self.delay + lost * (AGAIN + 2 * self.delay))
            waiting.put_nowait((last, data))
            if not data:
                await task
                return

    async def _arrive(self, waiting, writer, pair):
        while True:
            when, data = await waiting.get()
            await asyncio.sleep(max(0.0, when - self.loop.time()))
            if pair not in self.pairs:
                return  # it was cut
            if not data:
                writer.close()
                return
            writer.write(data)
