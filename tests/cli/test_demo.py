"""`wmpaint demo`: what it refuses before it serves. That it serves is shown in tests/demo."""

from __future__ import annotations

import importlib.util
import socket

import needs
import pytest
from typer.testing import CliRunner

from wmpaint.cli.app import app


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--auth", "ada"], "--auth NAME:PASSWORD"), (["--auth", ":x"], "--auth NAME:PASSWORD"),
        (["--max-strokes", "0"], "limit of strokes of 1 to 1,000,000,000, got 0"),
        (["--max-upload", "-3"], "limit of megabytes"),
        (["--max-upload", "9" * 20], "limit of megabytes of 1 to 1,000,000,000"),
        (["--max-strokes", "9" * 30], "limit of strokes of 1 to 1,000,000,000"),
    ],
)  # fmt: skip
def test_bad_options_are_one_sentence(options: list[str], words: str) -> None:
    needs.package("gradio")
    done = CliRunner().invoke(app, ["demo", "--no-browser", *options])
    assert done.exit_code == 2 and words in done.stderr and "Traceback" not in done.stderr


def test_a_port_that_is_taken_is_said() -> None:
    needs.package("gradio")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = CliRunner().invoke(app, ["demo", "--no-browser", "--port", str(port)])
    assert done.exit_code == 2 and f"a free port, got {port}" in done.stderr


@pytest.mark.parametrize("host", ["no such host", "caf\udce9", "x" * 300, "203.0.113.7", "\x1b[31m"])
@pytest.mark.parametrize("port", [[], ["--port", "7860"]])
def test_a_host_that_is_no_address_of_this_machine_is_said(host: str, port: list[str]) -> None:
    needs.package("gradio")
    done = CliRunner().invoke(app, ["demo", "--no-browser", "--host", host, *port])
    assert done.exit_code == 2 and "expected a --host" in done.stderr
    assert done.stderr.count("\n") == 1 and "\x1b" not in done.stderr


def test_what_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec

    def lacking(name: str, *more: object) -> object:
        return None if name in ("gradio", "mcp") else found(name, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(importlib.util, "find_spec", lacking)
    done = CliRunner().invoke(app, ["demo", "--no-browser"])
    assert done.exit_code == 2 and "pip install 'wmpaint[demo]'" in done.stderr
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *more: None if name == "mcp" else found(name, *more))
    done = CliRunner().invoke(app, ["demo", "--no-browser", "--mcp"])
    assert done.exit_code == 2 and "pip install 'gradio[mcp]'" in done.stderr


def test_help_names_the_limits_and_the_way_to_others() -> None:
    words = CliRunner().invoke(app, ["demo", "--help"]).stdout
    assert "--max-seconds" in words and "--auth" in words and "--share" in words and "0.0.0.0" in words
