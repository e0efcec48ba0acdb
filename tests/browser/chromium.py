"""A headless Chromium, driven over a pipe: no library, no port, no network."""

import json
import os
import select
import shutil
import subprocess
import sys
import time
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

__all__ = ["Tab", "chromium", "found"]

_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--hide-scrollbars",
    "--proxy-server=127.0.0.1:9",
    "--remote-debugging-pipe",
)
# Chromium reads commands from its file 3 and writes answers to its file 4.
_START = "import os, sys; i, o, *c = sys.argv[1:]; os.dup2(int(i), 13); os.dup2(int(o), 14)"
_START += "; os.dup2(13, 3); os.dup2(14, 4); os.execv(c[0], c)"
_PATIENCE = 120


def found() -> str | None:
    """The browser of this machine, if there is one."""
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


class Pipe:
    """Commands to a browser and what it answers."""

    def __init__(self, writing: int, reading: int) -> None:
        self._writing = writing
        self._reading = reading
        self._pending = b""
        self._count = 0
        self.events: list[dict[str, Any]] = []

    def ask(self, method: str, session: str | None = None, **told: Any) -> dict[str, Any]:
        """Send a command and wait for its answer."""
        self._count += 1
        command = {"id": self._count, "method": method, "params": told}
        if session is not None:
            command["sessionId"] = session
        os.write(self._writing, json.dumps(command).encode() + b"\0")
        while True:
            message = self._next()
            if message.get("id") == self._count:
                assert "error" not in message, message
                answer: dict[str, Any] = message["result"]
                return answer
            self.events.append(message)

    def wait(self, method: str) -> None:
        """Wait for an event that has not been waited for."""
        while not any(each.get("method") == method for each in self.events):
            self.events.append(self._next())

    def _next(self) -> dict[str, Any]:
        until = time.monotonic() + _PATIENCE
        while b"\0" not in self._pending:
            ready, _, _ = select.select([self._reading], [], [], until - time.monotonic())
            assert ready, "the browser does not answer"
            self._pending += os.read(self._reading, 1 << 20)
        message, _, self._pending = self._pending.partition(b"\0")
        answer: dict[str, Any] = json.loads(message)
        return answer


class Tab:
    """A page in a browser.

    Attributes:
        pipe: What it is driven over.
        session: Which of the browser's pages it is.
    """

    def __init__(self, pipe: Pipe) -> None:
        self.pipe = pipe
        target = pipe.ask("Target.createTarget", url="about:blank")["targetId"]
        attached = pipe.ask("Target.attachToTarget", targetId=target, flatten=True)
        self.session: str = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable")

    def ask(self, method: str, **told: Any) -> dict[str, Any]:
        """Send a command about this page."""
        return self.pipe.ask(method, self.session, **told)

    def open(
        self, path: Path, *, width: int = 1280, scheme: str = "light", scripts: bool = True
    ) -> Self:
        """Open a file."""
        self.pipe.events.clear()
        metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        self.ask("Emulation.setDeviceMetricsOverride", **metrics)
        self.ask("Emulation.setScriptExecutionDisabled", value=not scripts)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.ask("Emulation.setEmulatedMedia", features=features)
        self.ask("Page.navigate", url=path.as_uri())
        self.pipe.wait("Page.loadEventFired")
        return self

    def run(self, script: str) -> Any:
        """The value of an expression, or of what it promises."""
        told = self.ask(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    def press(self, key: str, code: int) -> None:
        """Press a key and let go."""
        text = {"Enter": "\r", " ": " "}.get(key, "")
        for kind in ("keyDown", "keyUp"):
            given = {"text": text} if text and kind == "keyDown" else {}
            self.ask(
                "Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code, **given
            )

    def type(self, text: str) -> None:
        """Type a text where the focus is."""
        self.ask("Input.insertText", text=text)

    def messages(self) -> list[Any]:
        """What the page said on its console, refusals of its policy among it."""
        kinds = {"Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded"}
        return [each["params"] for each in self.pipe.events if each.get("method") in kinds]

    def requests(self) -> list[str]:
        """What the page asked for, but for itself and what it holds."""
        asked = [
            each["params"]["request"]["url"]
            for each in self.pipe.events
            if each.get("method") == "Network.requestWillBeSent"
        ]
        return [url for url in asked[1:] if not url.startswith("data:")]

    def picture(self, path: Path) -> None:
        """Take a picture of the whole page."""
        told = self.ask("Page.captureScreenshot", captureBeyondViewport=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b64decode(told["data"]))


@contextmanager
def chromium(executable: str, profile: Path) -> Iterator[Tab]:
    """Start a browser, and end it."""
    theirs_in, ours_out = os.pipe()
    ours_in, theirs_out = os.pipe()
    command = [sys.executable, "-c", _START, str(theirs_in), str(theirs_out)]
    command += [executable, *_FLAGS, f"--user-data-dir={profile}", "about:blank"]
    with profile.joinpath("log").open("wb") as log:
        process = subprocess.Popen(
            command, pass_fds=(theirs_in, theirs_out), stdout=log, stderr=log
        )
    os.close(theirs_in)
    os.close(theirs_out)
    pipe = Pipe(ours_out, ours_in)
    try:
        yield Tab(pipe)
        pipe.ask("Browser.close")
    finally:
        os.close(ours_out)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        os.close(ours_in)
