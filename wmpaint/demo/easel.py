"""The easel of a tab: what is being painted, then the result with all that can be done with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr

from ..errors import InputError
from ..painting import Run
from .files import FORMATS, write
from .live import live
from .pictures import pil, stage
from .studio import PAINTER, Studio
from .words import bar, table, told, whole
from .work import Work, finished

__all__ = ["Easel"]

_QUIET: dict[str, Any] = {"queue": False, "api_visibility": "private", "show_progress": "hidden"}
Begin = Callable[..., tuple[Run, Callable[[Any], Work]]]


class Easel:
    """Its components, and what happens when they are used.

    Args:
        name: of the tab, for ids.
        words: what stands on the empty easel.
        goes_on: whether paintings here can be continued.
        current: the state that holds the last `Work` of any tab; album: the visitor's gallery.
    """

    def __init__(
        self, name: str, studio: Studio, words: str, current: gr.State, album: Any, goes_on: bool = True
    ) -> None:
        self.name, self.studio, self.words, self.current, self.album = name, studio, words, current, album
        self.work = gr.State(None, time_to_live=3600)
        limits = studio.limits
        with gr.Column(elem_classes="easel"):
            self.stage = gr.HTML(stage(None, words), elem_id=f"{name}-stage", label="The painting")
            self.compare = gr.ImageSlider(
                label="Dream | real", elem_id=f"{name}-compare", visible=False, interactive=False, type="pil",
                format="webp", max_height=620, buttons=["download", "fullscreen"],
            )  # fmt: skip
            self.doing = gr.HTML("", elem_id=f"{name}-doing")
            with gr.Row(visible=False) as self.stopping:
                self.keep = gr.Button("Stop and keep", elem_id=f"{name}-keep", variant="primary", min_width=120)
                self.cancel = gr.Button("Cancel", elem_id=f"{name}-cancel", min_width=90)
            with gr.Column(visible=False, elem_id=f"{name}-after") as self.after:
                self.numbers = gr.HTML("", elem_id=f"{name}-numbers")
                with gr.Row(elem_classes="goon", visible=goes_on):
                    self.more = gr.Number(
                        min(100, limits.strokes),
                        label="More strokes",
                        precision=0,
                        min_width=90,
                        elem_id=f"{name}-more",
                    )
                    self.longer = gr.Number(
                        20,
                        label="More steps",
                        precision=0,
                        min_width=90,
                        elem_id=f"{name}-longer",
                    )
                    self.go_on = gr.Button("Continue", elem_id=f"{name}-continue", min_width=100)
                    self.undo = gr.Button("Undo last round", elem_id=f"{name}-undo", min_width=120)
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
                        self.size = gr.Number(
                            512,
                            label="Height, pixels",
                            precision=0,
                            scale=1,
                            elem_id=f"{name}-size",
                        )
                        self.make = gr.Button("Make the file", elem_id=f"{name}-make", scale=1, min_width=120)
                    self.files = gr.File(label="Your file", elem_id=f"{name}-files", interactive=False, visible=False)
                with gr.Accordion("Do it again, without this page", open=False):
                    self.shell = gr.Code(language="shell", label="Command", interactive=False, lines=1)
                    self.python = gr.Code(language="python", label="Python", interactive=False, lines=3)
        self.make.click(
            told(self._make), [self.work, self.kind, self.size], self.files, concurrency_id="files",
            api_visibility="private", show_progress_on=self.files,
        )  # fmt: skip
        undoing = self.undo.click(
            told(self._undo), self.work, self._shown, concurrency_id=PAINTER,
            api_visibility="private", show_progress_on=self.doing,
        )  # fmt: skip
        self.films(undoing)
        self.keep.click(told(self._keep), None, self.doing, **_QUIET)

    @property
    def _shown(self) -> list[Any]:
        """All that handlers here may change."""
        return [
            self.stage, self.compare, self.doing, self.stopping, self.after, self.numbers, self.film, self.files,
            self.shell, self.python, self.size, self.work, self.current, *self.album.parts,
        ]  # fmt: skip

    def paints(self, button: gr.Button, begin: Begin, inputs: list[Any]) -> None:
        """Let a button begin a painting: `begin(*values, own=...)` gives the run, and what makes a `Work` of it."""

        def start(request: gr.Request, own: Any, album: Any, *values: Any) -> Iterator[dict[Any, Any]]:
            yield from self._painted(request, lambda: begin(*values, own=own or {}), album)

        def further(request: gr.Request, had: Any, album: Any, strokes: Any, steps: Any) -> Iterator[dict[Any, Any]]:
            limits = self.studio.limits
            more, longer = whole(strokes, "more strokes", 0, limits.strokes), whole(steps, "more steps", 0, 1000)
            work = _there(had)
            whole(len(work.painting.strokes) + more, "strokes", 1, limits.strokes)
            yield from self._painted(
                request,
                lambda: (work.further(more, longer), lambda painting: work.continued(painting, more, longer)),
                album,
            )

        both: list[Any] = []
        for press, function, given in (
            (button, start, [self.album.own, self.album.state, *inputs]),
            (self.go_on, further, [self.work, self.album.state, self.more, self.longer]),
        ):
            event = press.click(
                told(function), given, self._shown, concurrency_id=PAINTER, concurrency_limit=1,
                api_visibility="private", show_progress="minimal", show_progress_on=self.doing, trigger_mode="once",
            )  # fmt: skip
            self.films(event)
            event.failure(self._back, self.work, self._shown, **_QUIET)
            both.append(event)
        self.cancel.click(self._canceled, self.work, self._shown, cancels=both, **_QUIET)

    def films(self, event: Any) -> None:
        """After an event, make a film of what is on the easel."""
        event.success(
            told(self._timelapse), self.work, self.film, concurrency_id="files", api_visibility="private",
            show_progress_on=self.film,
        )  # fmt: skip

    # What happens

    def _painted(
        self, request: gr.Request, begin: Callable[[], tuple[Run, Callable[[Any], Work]]], album: Any
    ) -> Iterator[dict[Any, Any]]:
        stop = self.studio.stops.begin(request.session_hash)
        yield {
            self.doing: bar(0, "looking at it…"), self.stopping: gr.Row(visible=True),
            self.after: gr.Column(visible=False),
        }  # fmt: skip
        run, finish = begin()
        for shown in live(run, stop, self.studio.limits.seconds):
            yield {
                self.stage: gr.HTML(stage(shown.picture, "the painting so far"), visible=True),
                self.compare: gr.ImageSlider(visible=False), self.doing: bar(shown.share, shown.text),
            }  # fmt: skip
        yield {self.doing: bar(1, "now the same strokes in the real program…")}
        yield self.results(finished(run, finish), album)

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

    def _timelapse(self, work: Any) -> Any:
        if not isinstance(work, Work):
            return None
        path = self.studio.made.path(f"{work.name}.mp4")
        work.painting.save(path, height=min(480, work.painting.program_height), seconds=5.0, fps=20.0)
        return str(path)

    def _make(self, work: Any, kind: Any, size: Any) -> Any:
        height = whole(size, "a height", 16, self.studio.limits.picture)
        path = write(_there(work).painting, kind, height, _there(work).name, self.studio.made)
        return gr.File(value=str(path), visible=True)

    def _undo(self, work: Any) -> dict[Any, Any]:
        return self.results(_there(work).undone())

    def _keep(self, request: gr.Request) -> str:
        if not self.studio.stops.stop(request.session_hash):
            return ""
        return bar(1, "stopping, and keeping what is painted…")

    def _canceled(self, work: Any, request: gr.Request) -> dict[Any, Any]:
        self.studio.stops.stop(request.session_hash)
        return self._back(work)

    def _back(self, work: Any) -> dict[Any, Any]:
        """As it was before a painting that did not come about."""
        there = isinstance(work, Work)
        return {
            self.stage: gr.HTML(stage(None, self.words), visible=not there),
            self.compare: gr.ImageSlider(visible=there),
            self.doing: "", self.stopping: gr.Row(visible=False), self.after: gr.Column(visible=there),
        }  # fmt: skip


def _there(work: Any) -> Work:
    if not isinstance(work, Work):
        raise InputError("expected a painting first: press Paint, or open one")
    return work
