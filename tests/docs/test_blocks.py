"""Every page can be worked through in an empty folder: its code and its commands run from top to bottom.

As printed, but with few strokes and small pictures. The folder holds nothing but what the page says that its reader
brings (`<!-- needs: photo.jpg -->`, and in words), and Python knows no name that the page did not make.
"""

from __future__ import annotations

import ast
import importlib
import json
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import Any

import needs
import pytest
import tinyclip
import torch
import typer.main
from pages import PAGES, ROOT, Block, blocks, brought, commands, prose
from things import THINGS
from typer.testing import CliRunner

import wmpaint as wp
from wmpaint import gallery
from wmpaint.cli.app import app

Bring = Callable[[list[str]], None]
# What makes a command small: options that come last win over those that are printed.
PAINT = ["--strokes", "12", "--height", "48", "--steps", "2"]
SMALL: dict[str, list[str]] = {
    "paint": PAINT,
    "style": PAINT,
    "dream": PAINT,
    "video": ["--strokes", "12", "--height", "48", "--limit", "2"],
    "replay": ["--height", "64"],
    "relight": ["--height", "64"],
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
ENDLESS = ("demo",)  # whose options are read, and which tests/cli/test_demo.py starts
ELSEWHERE = {"pytest", "mkdocs", ".", "cd", "source", "brew", "pacman", "dnf"}  # not ours: others see to them

texts = {page.relative_to(ROOT).as_posix(): page.read_text("utf-8") for page in PAGES}
RUN = ("python", "sh")
with_blocks = sorted(name for name, text in texts.items() if any(b.language in RUN for b in blocks(text)))


def test_no_block_is_of_a_kind_that_is_not_tested() -> None:
    kinds = {block.language for text in texts.values() for block in blocks(text)}
    assert kinds <= {"python", "sh", "toml", "json", "text"}, kinds
    assert len(with_blocks) > 20
    assert {block.text for block in blocks("a\n```sh\nls\n```\nb\n  ```python\n  x\n  ```\n")} == {"ls\n", "  x\n"}


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever paints or learns does little of it."""
    init, fit, video = wp.Run.__init__, wp.fit, wp.paint_video  # looked up before anything is exchanged
    render, replay = wp.Painting.render, wp.Painting.replay

    @wraps(init)
    def less(run: wp.Run, *given: Any, **how: Any) -> None:
        first = how.get("init")
        if isinstance(first, wp.Painting):
            first = first.strokes
        least = 8 + (0 if first is None else len(first))
        how |= {"strokes": min(how.get("strokes", 500), max(16, least)), "height": min(how.get("height", 512), 48)}
        init(run, *given, **{**how, "steps": min(how.get("steps") or 4, 4)})

    @wraps(fit)
    def little(*given: Any, **how: Any) -> Any:
        return fit(*given, **{**how, "strokes": 24, "steps": 2, "batch": 4, "test_strokes": 2})

    @wraps(video)
    def short(*given: Any, **how: Any) -> Any:
        return video(*given, **{**how, "strokes": 12, "height": 48, "limit": 2})

    def low(of: Callable[..., torch.Tensor]) -> Callable[..., torch.Tensor]:
        @wraps(of)
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


# Clients leave sockets to the garbage collector, which is theirs to mend.
CLIENT = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=CLIENT if "gradio" in texts[name] else ()) for name in with_blocks]
)
def test_a_page_from_top_to_bottom(
    name: str, place: Path, bring: Bring, mnist: Path, small: None, request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    needs.libmypaint()
    monkeypatch.setenv("COLUMNS", "120")
    text = texts[name]
    if "import text" in text:  # a model of 605 MB that is not here
        needs.package("transformers")
        model = tinyclip.make(place.parent, length=77, side=32)
        module = importlib.import_module("wmpaint.objectives.text")
        monkeypatch.setattr(module, "_clip", lambda _: (module.Clip(*model), "tiny"))
    server = request.getfixturevalue("server") if "gradio_client" in text else ""
    bring(brought(text))
    work_through(name, text, Web(mnist), server)


def work_through(name: str, text: str, web: Web, server: str = "") -> None:
    """All blocks of a page, in the working folder."""
    names: dict[str, Any] = {"__name__": "__main__"}
    for block in blocks(text):
        if block.language == "sh":
            for words in commands(block):
                run(words, web)
        elif block.language == "python":
            code = block.text
            if "gradio_client" in code:
                code = code.replace("http://127.0.0.1:7860/", server).replace("strokes=300", "strokes=20, height=96")
                code = code.replace('thing="volcano", seconds=20', 'thing="volcano", strokes=20, height=96, seconds=4')
            # The block's lines are the page's, so that a traceback names them.
            exec(compile("\n" * (block.line - 1) + code, str(ROOT / name), "exec"), names)


@pytest.mark.parametrize("name", sorted(texts))
def test_what_a_reader_brings_is_said_in_words(name: str) -> None:
    text, code = texts[name], "".join(block.text for block in blocks(texts[name]))
    for thing in brought(text):
        assert thing in THINGS, thing
        assert f"`{thing}`" in prose(text), f"{thing} is asked for in a comment that nobody sees"
        assert thing.strip("/") in code, f"{thing} is asked for, and not used"


@pytest.mark.parametrize(
    "text",
    [
        "```python\nimport wmpaint as wp\nwp.load_image('photo.jpg')\n```\n",
        "```python\nprint(torch.pi)\n```\n",
        "```sh\nwmpaint export out/painting.wmp.json -o a.svg\n```\n",
        "```sh\nwmpaint agent evaluate mnist-8 --data mnist\n```\n",  # not downloaded
    ],
)
def test_what_a_page_does_not_bring_is_missed(text: str, place: Path, mnist: Path) -> None:
    with pytest.raises((AssertionError, NameError, wp.WmpaintError)):
        work_through("README.md", text, Web(mnist))


# Commands


class Web:
    """What commands may download, and have."""

    def __init__(self, mnist: Path) -> None:
        self.mnist, self.here = str(mnist), False

    def instead(self, rest: list[str]) -> list[str]:
        """The command with a file in place of data that it downloads, or that one before it did."""
        self.here |= "--download" in rest and "mnist" in rest
        return [self.mnist if word == "mnist" and self.here else word for word in rest if word != "--download"]


def run(words: list[str], web: Web) -> None:
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
        wmpaint(rest, web)
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


def wmpaint(rest: list[str], web: Web) -> None:
    name = " ".join(rest[:2]) if rest[0] == "agent" else rest[0]
    if name in ENDLESS:
        command = typer.main.get_command(app).commands[name]  # type: ignore[attr-defined]
        command.make_context(name, list(rest[1:]))
        return
    assert name in SMALL, f"no way to make {name!r} small"
    for k, word in enumerate(rest[:-1]):
        if word == "--height" and int(rest[k + 1]) > MOST_PIXELS:
            rest[k + 1] = str(MOST_PIXELS)
    rest = [word for word in web.instead(rest) if word != "--resume"]
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
                assert wp.plotter.load_pens(path) if "[[" in block.text else wp.OilBrush.load(path), name
                found += 1
            elif block.language == "json":
                json.loads(block.text)
    template = (ROOT / "docs/file_format.md.in").read_text("utf-8")
    example = next(block for block in blocks(template) if "columns" in block.text)
    painting = wp.Painting.from_json(example.text)
    assert len(painting.strokes) == 1 and painting.brushes[0].name == "mypaint/oil" and found > 0


@pytest.mark.parametrize(
    "line",
    ["wmpaint paint sample --brsh oil", "apt-get install no-such-package", "pip install 'wmpaint[nothing]'", "ls"],
)
def test_a_wrong_command_does_not_pass(line: str, place: Path, mnist: Path) -> None:
    with pytest.raises(AssertionError):
        run(commands(Block("sh", line, 1))[0], Web(mnist))


# Elsewhere


def recipes() -> dict[str, list[str]]:
    """Commands that are printed but not on a page: of the gallery's works, and at the top of the examples."""
    found = {work.name: [work.command] for work in gallery.find(ROOT / "gallery") if work.command}
    for path in sorted((ROOT / "examples").glob("*.py")):
        about = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
        lines = [line.strip() for line in about.splitlines() if line.strip().startswith(("python ", "wmpaint "))]
        found |= {path.name: lines} if lines else {}
    return found


def test_what_recipes_name_lies_in_the_repository() -> None:
    """They are run there: works by `wmpaint gallery`, and examples by .ci/run."""
    found = recipes()
    assert len(found) > 40
    for name, lines in found.items():
        for line in lines:
            program, *words = shlex.split(re.sub(r"[][]", " ", line), comments=True)  # [] is what may be left out
            assert program in ("python", "wmpaint"), (name, line)
            given = [word for last, word in zip(["", *words], words, strict=False) if last not in ("-o", "--output")]
            for word in given:
                if re.search(r"^[\w./-]+\.(py|jpg|png|webp|svg|json|toml|safetensors)$", word):
                    assert (ROOT / word).is_file(), (name, word)
