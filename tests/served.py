"""`wmpaint demo` in a process of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

__all__ = ["Served"]


class Served:
    """The page, served by a process of its own with `wmpaint demo`.

    Attributes:
        url: where.
    """

    def __init__(self, folder: Path, *options: str, temporary: Path | None = None) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}/"
        apart = {} if temporary is None else {"TMPDIR": str(temporary)}
        self.said = (folder / "said.txt").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "wmpaint", "demo", "--no-browser", "--port", str(port), *options],
            stdout=self.said, stderr=subprocess.STDOUT,
            env={**os.environ, "GRADIO_TEMP_DIR": str(folder / "gradio"), **apart},
        )  # fmt: skip
        end = time.monotonic() + 90
        while "painting at" not in self.words():
            assert self.process.poll() is None and time.monotonic() < end, self.words()
            time.sleep(0.1)

    def words(self) -> str:
        """What the server has said so far."""
        self.said.flush()
        return Path(self.said.name).read_text("utf-8", errors="replace")

    def stop(self) -> int:
        """As Ctrl-C does; the exit code."""
        self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(20)
        finally:
            self.process.kill()
            self.said.close()
