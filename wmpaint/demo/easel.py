"""The easel of a tab: what is being painted, then the result with all that can be done with it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Generator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import gradio as gr

from .. import checks
from ..errors import InputError
from ..painting import Painting, Run
from .album import Album
from .folders import Downloads
from .live import StopEvent, strides
from .markup import bar, in_line, table, toasting
from .pictures import pil, stage
from .queue import Waiting
from .waiting import QUIET, WAITS, Wait
from .work import Work, finished

__all__ = ["FORMATS", "Begin", "Easel", "Finish", "write_format"]

Finish = Callable[[Painting], Work]
Begin = Callable[[], tuple[Run, Finish]]

# What a painting can be had as: suffix, options, and whether it has a height.
FORMATS: dict[str, tuple[str, dict[str, Any], bool]] = {
    "Painting, to open again (.wmp.json)": (".wmp.json", {}, False),
    "Picture from the real program (.png)": (".png", {"program": "auto"}, True),
    "Picture, the dream (.png)": (".png", {}, True),
    "SVG, strokes as lines (.svg)": (".svg", {"style": "lines"}, False),
    "SVG, strokes as outlines (.svg)": (".svg", {"style": "outline"}, False),
    "SVG, as the brush paints (.svg)": (".svg", {"style": "brush"}, False),
    "SVG that paints itself (.svg)": (".svg", {"style": "brush", "animate": True}, False),
    "Page that plays it (.html)": (".html", {}, False),
    "Layers, for Krita or GIMP (.ora)": (".ora", {}, True),
    "Film (.mp4)": (".mp4", {}, True),
    "Film (.gif)": (".gif", {}, True),
    "Document (.pdf)": (".pdf", {}, False),
}
TALLEST_FILM = 1080


class Easel:
    """Its components, and what happens when they are used.

    Args:
        name: of the tab, for ids.
        words: what stands on the empty easel.
        goes_on: whether paintings here can be continued.
    """

    def __init__(self, name: str, album: Album, words: str, goes_on: bool = True) -> None:
        self.name, self.studio, self.words, self.current, self.album = name, album.studio, words, album.current, album
        self.work = gr.State(None, time_to_live=3600)

        def count(part: str, label: str, value: int, **looks: Any) -> gr.Number:
            return gr.Number(value, label=label, precision=0, elem_id=f"{name}-{part}", **looks)

        with gr.Column(elem_classes="easel"):
            self.stage = gr.HTML(stage(None, words), elem_id=f"{name}-stage", label="The painting")
            self.compare = gr.ImageSlider(
                label="Dream | real", elem_id=f"{name}-compare", visible=False, interactive=False, type="pil",
                format="webp", max_height=620, buttons=["download", "fullscreen"],
            )  # fmt: skip
            self.doing = gr.HTML("", elem_id=f"{name}-doing")
            with gr.Row(visible=False, equal_height=True) as self.stopping:
                self.keep = gr.Button("Stop and keep", elem_id=f"{name}-keep", variant="primary", min_width=120)
                self.cancel = gr.Button("Cancel", elem_id=f"{name}-cancel", min_width=90)
            with gr.Column(visible=False, elem_id=f"{name}-after") as self.after:
                self.numbers = gr.HTML("", elem_id=f"{name}-numbers")
                with gr.Row(elem_classes="goon", visible=goes_on):
                    self.more = count("more", "More strokes", min(100, self.studio.limits.strokes), min_width=90)
                    self.longer = count("longer", "More steps", 20, min_width=90)
                    self.go_on = gr.Button("Continue", elem_id=f"{name}-continue", min_width=100)
                    self.undo = gr.Button(
                        "Undo last round",
                        elem_id=f"{name}-undo" if name != "draw" else "draw-undo-round",  # Draw's own undoes a stroke
                        min_width=120,
                    )
                with gr.Accordion("Timelapse", open=True):
                    self.film = gr.Video(
                        show_label=False, elem_id=f"{name}-film", autoplay=True, loop=True, interactive=False,
                        height=300, buttons=["download"],
                    )  # fmt: skip
                with gr.Accordion("Download", open=False):
                    with gr.Row(equal_height=True):
                        self.kind = gr.Dropdown(
                            list(FORMATS), value=next(iter(FORMATS)), label="As", scale=3, elem_id=f"{name}-kind"
                        )
                        self.size = count("size", "Height, pixels", 512, scale=1)
                        self.make = gr.Button("Make the file", elem_id=f"{name}-make", scale=1, min_width=120)
                    self.making = Wait(self.studio, f"{name}-making", "making your file…")
                    self.files = gr.File(label="Your file", elem_id=f"{name}-files", interactive=False, visible=False)
                with gr.Accordion("Do it again, without this page", open=False):
                    self.shell = gr.Code(language="shell", label="Command", interactive=False, lines=1)
                    self.python = gr.Code(language="python", label="Python", interactive=False, lines=3)
        self.making.makes(self.make.click, self._make, [self.work, self.kind, self.size], [self.files], "a file")
        self.opens(self.undo.click, self._undo, [self.work])
        self.keep.click(toasting(self._keep), None, self.doing, **QUIET)
        self.cancel.click(self._canceled, None, None, **QUIET)

    @property
    def _shown(self) -> list[Any]:
        """All that handlers here may change."""
        return [
            self.stage, self.compare, self.doing, self.stopping, self.keep, self.after, self.numbers, self.film,
            self.files, self.shell, self.python, self.size, self.work, self.current, *self.album.parts,
        ]  # fmt: skip

    def paints(self, button: gr.Button, asked: Callable[..., Begin], inputs: list[Any]) -> None:
        """Let a button begin a painting: `asked(*values, own=...)` looks at what a visitor gave, at once; when it is
        their turn, what it returns begins a run."""

        def start(own: Any, *values: Any) -> Begin:
            return asked(*values, own=own or {})

        self._event(button.click, start, [self.album.own, *inputs], self._work)
        self._event(self.go_on.click, self._further, [self.work, self.more, self.longer], self._work)

    def opens(self, press: Callable[..., Any], asked: Callable[..., Callable[[], Any]], inputs: list[Any]) -> None:
        """Let an event put a finished work here: `asked(*values)` looks at what a visitor gave, at once; when it is
        their turn, what it returns gives `results`."""
        self._event(press, asked, inputs, lambda shows, stop, album: _once(shows))

    def _event(
        self, press: Callable[..., Any], asked: Callable[..., Any], inputs: list[Any],
        work: Callable[[Any, StopEvent, Any], Generator[Any, None, None]],
    ) -> None:  # fmt: skip
        async def follow(request: gr.Request, had: Any, album: Any, *values: Any) -> AsyncIterator[dict[Any, Any]]:
            visitor, stop = request.session_hash, self.studio.stops.begin(request.session_hash, self.name)
            yield self._looking()
            wish = await self.studio.checked(lambda: asked(*values))
            if not stop.dropped:
                async with aclosing(self.studio.painter.follow(visitor, work(wish, stop, album), self.name)) as news:
                    async for each in news:
                        if isinstance(each, Waiting):
                            each = {self.doing: bar(None, in_line(each)), self.keep: gr.Button(visible=each.begun)}
                        yield each
            if stop.dropped:
                yield self._back(had)

        given = [self.work, self.album.state, *inputs]
        event = press(toasting(follow), given, self._shown, api_visibility="private", show_progress="hidden", **WAITS)
        # The film of what is then on the easel.
        event.success(
            toasting(self._timelapse), self.work, self.film, api_visibility="private", show_progress_on=self.film,
            **WAITS,
        )  # fmt: skip
        event.failure(self._back, self.work, self._shown, **QUIET)

    # What happens

    def _looking(self) -> dict[Any, Any]:
        return {
            self.doing: bar(None, "looking at it…"), self.stopping: gr.Row(visible=True),
            self.keep: gr.Button(visible=False), self.after: gr.Column(visible=False),
        }  # fmt: skip

    def _work(self, begin: Begin, stop: StopEvent, album: Any) -> Generator[Any, None, None]:
        run, finish = begin()
        for shown in strides(run, stop, self.studio.limits.seconds):
            yield None if shown is None else {
                self.stage: gr.HTML(stage(shown.picture, "the painting so far"), visible=True),
                self.compare: gr.ImageSlider(visible=False), self.doing: bar(shown.share, shown.text),
                self.keep: gr.Button(visible=True),
            }  # fmt: skip
        yield {self.doing: bar(1, "now the same strokes in the real program…")}
        yield self.results(finished(run, finish), album)

    def _further(self, had: Any, strokes: Any, steps: Any) -> Begin:
        limits = self.studio.limits
        more = checks.whole("more strokes", strokes, 0, limits.strokes, floats=True)
        longer = checks.whole("more steps", steps, 0, 1000, floats=True)
        work = _there(had)
        checks.whole("strokes", len(work.painting.strokes) + more, 1, limits.strokes)
        work.check_further(more, longer)
        return lambda: (work.further(more, longer), lambda painting: work.continued(painting, longer))

    def results(self, work: Work, album: Any = None) -> dict[Any, Any]:
        """All that is shown of a work, and with an album a place in that."""
        dream, real = work.pictures()
        rows = work.rows(dream, real)
        found = {
            self.stage: gr.HTML(visible=False),
            self.compare: gr.ImageSlider(
                value=(pil(dream), pil(real)), visible=True, label="Dream (left) and the real program (right)"
            ),
            self.doing: "", self.stopping: gr.Row(visible=False), self.after: gr.Column(visible=True),
            self.numbers: table(rows, "How it went"), self.shell: gr.Code(work.recipe.command or "# see Python"),
            self.python: gr.Code(work.recipe.python), self.size: work.painting.program_height,
            self.work: work, self.current: work, self.files: gr.File(value=None, visible=False), self.film: None,
        }  # fmt: skip
        if album is not None:
            found |= self.album.hang(album, work, pil(real))
        return found

    async def _timelapse(self, request: gr.Request, work: Any) -> AsyncIterator[Any]:
        if not isinstance(work, Work):
            yield None
            return
        path, height = self.studio.made.path(f"{work.name}.mp4"), min(480, work.painting.program_height)

        def film() -> str:
            work.painting.save(path, height=height, seconds=5.0, fps=20.0)
            return str(path)

        try:
            async with aclosing(self.studio.fetched(request.session_hash, "film", film, "a film")) as news:
                async for each in news:
                    if not isinstance(each, Waiting):
                        yield each
        except InputError:  # it takes too long, and nobody has asked for it
            yield None

    def _make(self, work: Any, kind: Any, size: Any) -> Callable[[], dict[Any, Any]]:
        height, there = checks.whole("a height", size, 16, self.studio.limits.picture, floats=True), _there(work)
        checks.one_of("a kind of file", kind, FORMATS)

        def make() -> dict[Any, Any]:
            path = write_format(there.painting, kind, height, there.name, self.studio.made)
            return {self.files: gr.File(value=str(path), visible=True)}

        return make

    def _undo(self, work: Any) -> Callable[[], Any]:
        undone = _there(work).undone()
        return lambda: self.results(undone)

    def _keep(self, request: gr.Request) -> str:
        if not self.studio.stops.stop(request.session_hash, self.name):
            return ""
        return bar(1, "stopping, and keeping what is painted…")

    def _canceled(self, request: gr.Request) -> None:
        self.studio.drop(request.session_hash, self.name)

    def _back(self, work: Any) -> dict[Any, Any]:
        """As it was before a painting that did not come about."""
        there = isinstance(work, Work)
        return {
            self.stage: gr.HTML(stage(None, self.words), visible=not there),
            self.compare: gr.ImageSlider(visible=there),
            self.doing: "", self.stopping: gr.Row(visible=False), self.after: gr.Column(visible=there),
        }  # fmt: skip


def write_format(painting: Painting, kind: Any, height: int, name: str, made: Downloads) -> Path:
    """Write a painting as a kind of file that it can be had as, and say where.

    Raises:
        InputError: another kind. What `Painting.save` raises.
    """
    suffix, options, sized = FORMATS[checks.one_of("a kind of file", kind, FORMATS)]
    if sized:
        options = {**options, "height": min(height, TALLEST_FILM) if suffix in (".mp4", ".gif") else height}
    path = made.path(name + suffix)
    painting.save(path, **options)
    return path


def _there(work: Any) -> Work:
    if not isinstance(work, Work):
        raise InputError("expected a painting first: press Paint, or open one")
    return work


def _once(function: Callable[[], Any]) -> Generator[Any, None, None]:
    """As a work of one step."""
    yield function()
