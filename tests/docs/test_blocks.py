"""Every block of code and every command on the pages runs: as printed, but with few strokes and small pictures."""

from __future__ import annotations

import importlib
import json
import os
import re
import subprocess
import sys
import tomllib
from collections import OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import needs
import pytest
import tinyclip
import torch
import typer.main
from pages import PAGES, ROOT, Block, blocks, commands
from typer.testing import CliRunner

import wmpaint as wp
from wmpaint.cli.app import app

# What makes a command small: options that come last win over those that are printed.
PAINT = ["--strokes", "12", "--height", "48", "--steps", "2"]
SMALL: dict[str, list[str]] = {
    "paint": PAINT,
    "style": PAINT,
    "dream": PAINT,
    "video": ["--strokes", "12", "--height", "48", "--limit", "2"],
    "replay": ["--height", "64"],
    "export": [],
    "brushes": [],
    "gallery": [],
    "train-painter": ["--minutes", "0.5"],
    "evaluate-painter": ["--strokes", "4"],
    "agent list": [],
    "agent paint": ["--limit", "2"],
    "agent train": ["--steps", "2", "--batch", "2"],
    "agent evaluate": ["--limit", "2"],
}
MOST_PIXELS = 96  # what --height is cut to where it is printed
INSTEAD = {"mnist": "mnist.npz"}  # data that would be downloaded, and what stands in for it
ENDLESS = ("demo",)  # whose options are read, and which tests/cli/test_demo.py starts
ELSEWHERE = {"pytest", "mkdocs", ".", "cd", "source", "brew", "pacman", "dnf"}  # not ours: others see to them

texts = {page.relative_to(ROOT).as_posix(): page.read_text("utf-8") for page in PAGES}
with_python = sorted(name for name, text in texts.items() if any(b.language == "python" for b in blocks(text)))
with_shell = sorted(name for name, text in texts.items() if any(b.language == "sh" for b in blocks(text)))


def test_no_block_is_of_a_kind_that_is_not_tested() -> None:
    kinds = {block.language for text in texts.values() for block in blocks(text)}
    assert kinds <= {"python", "sh", "toml", "json", "text"}, kinds
    assert len(with_python) > 12 and len(with_shell) > 10
    assert {block.text for block in blocks("a\n```sh\nls\n```\nb\n  ```python\n  x\n  ```\n")} == {"ls\n", "  x\n"}


# Python


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever paints or learns does little of it."""
    init, fit, video = wp.Run.__init__, wp.fit, wp.paint_video  # looked up before anything is exchanged
    render, replay = wp.Painting.render, wp.Painting.replay

    def less(run: wp.Run, *given: Any, **how: Any) -> None:
        first = how.get("init")
        least = 8 + (0 if first is None else len(first))
        how |= {"strokes": min(how.get("strokes", 500), max(16, least)), "height": min(how.get("height", 512), 48)}
        init(run, *given, **{**how, "steps": min(how.get("steps") or 4, 4)})

    def little(*given: Any, **how: Any) -> Any:
        return fit(*given, **{**how, "strokes": 24, "steps": 2, "batch": 4, "test_strokes": 2})

    def short(*given: Any, **how: Any) -> Any:
        return video(*given, **{**how, "strokes": 12, "height": 48, "limit": 2})

    def low(of: Callable[..., torch.Tensor]) -> Callable[..., torch.Tensor]:
        def call(painting: wp.Painting, *given: Any, **how: Any) -> torch.Tensor:
            if how.get("height"):
                how["height"] = min(how["height"], 128)
            return of(painting, *given, **how)

        return call

    monkeypatch.setattr(wp.Run, "__init__", less)
    monkeypatch.setattr(wp.painters, "fit", little)
    monkeypatch.setattr(wp, "fit", little, raising=False)
    monkeypatch.setattr(wp, "paint_video", short, raising=False)
    monkeypatch.setattr(wp.Painting, "render", low(render))
    monkeypatch.setattr(wp.Painting, "replay", low(replay))
    yield


def given(place: Path) -> dict[str, Any]:
    """Names that pages use and do not make."""
    painting = wp.Painting.load(place / "out/painting.wmp.json")
    photo = wp.load_image(place / "cat.jpg")
    sky = torch.zeros(photo.shape[1:])
    sky[: len(sky) // 2] = 1
    pictures = torch.zeros(2, 1, 64, 64)
    pictures[:, :, 20:44, 30:34] = 1
    layers = [torch.nn.Conv2d(3, 4, 3), *(torch.nn.Conv2d(4, 4, 1) for _ in range(11))]
    parts = {
        "features": torch.nn.Sequential(*layers),
        "layer1": torch.nn.Conv2d(4, 4, 1),
        "layer2": torch.nn.Identity(),
    }
    return {
        "__name__": "__main__", "wp": wp, "torch": torch, "painting": painting, "strokes": painting.strokes, "canvas": painting.canvas,
        "photo": photo, "sky": sky, "net": wp.features.load("lite0"), "painter": wp.painters.load("round"),
        "pictures": pictures, "my_module": torch.nn.Sequential(OrderedDict(parts)),
    }  # fmt: skip


@pytest.mark.parametrize("name", with_python)
def test_python(
    name: str, place: Path, small: None, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs.libmypaint()
    if "import text" in texts[name]:  # a model of 605 MB that is not here
        needs.package("transformers")
        model = tinyclip.make(place, length=77, side=32)
        module = importlib.import_module("wmpaint.objectives.text")
        monkeypatch.setattr(module, "_clip", lambda _: (module.Clip(*model), "tiny"))
    names = given(place)
    for block in blocks(texts[name]):
        if block.language != "python":
            continue
        text = block.text
        if "gradio_client" in text:
            server = request.getfixturevalue("server")
            text = text.replace("http://127.0.0.1:7860/", server).replace("strokes=300", "strokes=20, height=96")
            text = text.replace('thing="volcano", seconds=20', 'thing="volcano", strokes=20, height=96, seconds=4')
        # The block's lines are the page's, so that a traceback names them.
        code = compile("\n" * (block.line - 1) + text, str(ROOT / name), "exec")
        exec(code, names)


# Commands


@pytest.mark.parametrize("name", with_shell)
def test_commands(name: str, place: Path, small: None, monkeypatch: pytest.MonkeyPatch) -> None:
    needs.libmypaint()
    monkeypatch.setenv("COLUMNS", "120")
    for block in blocks(texts[name]):
        if block.language == "sh":
            for words in commands(block):
                run(words, place)


def run(words: list[str], place: Path) -> None:
    """One command, small, or a look at it where it is not ours to run."""
    words = [word for word in words if word not in ("sudo",)]
    program, *rest = [word.removeprefix(".venv/bin/") for word in words]
    if program in ("python", "python3") and rest[:2] == ["-m", "venv"]:
        return
    if program == "torchrun":  # tests/agents/test_teaching.py starts it
        assert rest[rest.index("-m") + 1] == "wmpaint"
        program, rest = "wmpaint", rest[rest.index("-m") + 2 :]
    if program in ("python", "python3") and rest[0] != "-m":
        python(rest)
    elif program == "pip":
        pip(rest)
    elif program in ("apt", "apt-get"):
        known = (ROOT / ".ci/run").read_text("utf-8")
        assert [package for package in rest[1:] if package not in known] == []
    elif program == "wmpaint":
        wmpaint(rest)
    else:
        assert program in ELSEWHERE, words


def python(rest: list[str]) -> None:
    script, *options = rest
    assert (ROOT / script).is_file(), script
    if script.startswith("examples/"):
        done = subprocess.run([sys.executable, str(ROOT / script), *options, "--tiny"], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    else:
        assert script.split("/")[0] in ("benchmarks", "docs", "gallery"), script


def pip(rest: list[str]) -> None:
    """What it names is there: extras of ours, and files."""
    assert rest[0] == "install"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for word in rest[1:]:
        if found := re.search(r"^(?:\.|wmpaint)\[(.*)\]$", word):
            assert set(found[1].split(",")) <= set(project["optional-dependencies"]), word
    if "-c" in rest:
        assert (ROOT / rest[rest.index("-c") + 1]).is_file()


def wmpaint(rest: list[str]) -> None:
    if "…" in rest:  # the rest is as in the line before
        rest = ["out/painting.wmp.json" if word == "…" else word for word in rest]
    name = " ".join(rest[:2]) if rest[0] == "agent" else rest[0]
    if name in ENDLESS:
        command = typer.main.get_command(app).commands[name]  # type: ignore[attr-defined]
        command.make_context(name, list(rest[1:]))
        return
    assert name in SMALL, f"no way to make {name!r} small"
    for k, word in enumerate(rest[:-1]):
        if word == "--height" and int(rest[k + 1]) > MOST_PIXELS:
            rest[k + 1] = str(MOST_PIXELS)
    rest = [INSTEAD.get(word, word) for word in rest if word not in ("--download", "--resume")]
    done = CliRunner().invoke(app, [*rest, *SMALL[name]])
    assert done.exit_code == 0, (rest, done.output, done.exception)
    for path in (rest[k + 1] for k, word in enumerate(rest[:-1]) if word in ("-o", "--output")):
        assert Path(path).exists(), (rest, path)


# Data


def test_pens_and_paintings_on_the_pages_can_be_loaded(place: Path) -> None:
    found = 0
    for name, text in texts.items():
        for block in blocks(text):
            if block.language == "toml":
                path = place / "page.toml"
                path.write_text(block.text, "utf-8")
                assert wp.plotter.load_pens(path), name
                found += 1
            elif block.language == "json":
                json.loads(block.text)
    template = (ROOT / "docs/file_format.md.in").read_text("utf-8")
    example = next(block for block in blocks(template) if "columns" in block.text)
    painting = wp.Painting.from_json(example.text)
    assert len(painting.strokes) == 1 and painting.brushes[0].name == "oil" and found > 0


def test_a_wrong_command_does_not_pass(place: Path) -> None:
    broken = Block("sh", "wmpaint paint cat.jpg --brsh oil\n", 1)
    with pytest.raises(AssertionError):
        run(commands(broken)[0], place)
    with pytest.raises(AssertionError):
        run(["apt-get", "install", "no-such-package"], place)
    with pytest.raises(AssertionError):
        run(["pip", "install", "wmpaint[nothing]"], place)
    assert os.getcwd() == str(place)
