"""Debian's Firefox, driven by the protocol that it speaks itself (WebDriver BiDi); Playwright knows only its own."""

import json
import re
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count

from tornado.ioloop import IOLoop
from tornado.websocket import websocket_connect

QUIET = """
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("app.update.enabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("services.settings.server", "data:,");
"""
SECONDS = 60


class Firefox:
    """A browser with one tab, of which `errors` are what it wrote to its console, or threw."""

    def __init__(self, path: str, profile) -> None:
        (profile / "user.js").write_text(QUIET)
        command = [path, "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port", "0"]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        address = next(found[1] for line in self.process.stderr if (found := re.search(r"(ws://\S+)", line)))
        # In a thread of its own: Playwright keeps another loop running in that of the tests.
        self.thread, self.numbers, self.errors = ThreadPoolExecutor(1), count(1), []
        self.loop = self.thread.submit(IOLoop, make_current=False).result()
        self.socket = self._run(lambda: websocket_connect(f"{address}/session", max_message_size=2**30))
        self("session.new", capabilities={})
        self.context = self("browsingContext.getTree")["contexts"][0]["context"]
        self("session.subscribe", events=["log.entryAdded"])

    def _run(self, begin, **given):
        """What an asynchronous function gives."""
        return self.thread.submit(self.loop.run_sync, begin, **given).result()

    def __call__(self, method: str, **params):
        """The answer to a command. Raises RuntimeError where it is an error."""
        number = next(self.numbers)
        command = json.dumps({"id": number, "method": method, "params": params})
        self._run(lambda: self.socket.write_message(command))
        while True:
            answer = json.loads(self._run(self.socket.read_message, timeout=SECONDS))
            if answer.get("method") == "log.entryAdded" and answer["params"]["level"] == "error":
                self.errors.append(answer["params"]["text"])
            if answer.get("id") == number:
                break
        if answer["type"] == "error":
            raise RuntimeError(f"{method}: {answer['message']}")
        return answer["result"]

    def goto(self, url: str) -> None:
        for address in ("about:blank", url):
            self.errors.clear()  # of a page that is left: it finds its connection closed
            self("browsingContext.navigate", context=self.context, url=address, wait="complete")

    def resize(self, width: int, height: int) -> None:
        self("browsingContext.setViewport", context=self.context, viewport={"width": width, "height": height})

    def evaluate(self, function: str):
        """What a function of JavaScript gives, as JSON."""
        code = f"Promise.resolve(({function})()).then(JSON.stringify)"
        found = self("script.evaluate", expression=code, target={"context": self.context}, awaitPromise=True)
        if found["type"] == "exception":
            raise RuntimeError(found["exceptionDetails"]["text"])
        return json.loads(found["result"].get("value", "null"))

    def wait(self, function: str):
        """What a function gives as soon as that is true."""
        end = time.monotonic() + SECONDS
        while not (found := self.evaluate(function)):
            assert time.monotonic() < end, function
            time.sleep(0.1)
        return found

    def press(self, key: str, times: int = 1) -> None:
        actions = [{"type": kind, "value": key} for _ in range(times) for kind in ("keyDown", "keyUp")]
        self("input.performActions", context=self.context, actions=[{"type": "key", "id": "keys", "actions": actions}])

    def close(self) -> None:
        self.socket.close()
        self.process.terminate()
        self.process.wait(timeout=30)
        self.process.stderr.close()
        self.thread.submit(self.loop.close).result()
        self.thread.shutdown()
