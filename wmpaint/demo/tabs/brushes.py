"""Brushes: all there are, and how to bring one's own."""

from __future__ import annotations

import functools
import html
import queue
import threading
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import torch

from ... import checks
from ...errors import InputError
from ...media import programs
from ...media import ribbon as painters
from ..album import Album
from ..folders import file_stem
from ..live import StopEvent
from ..markup import bar, hint, table
from ..pictures import check_upload, jpeg_uri
from ..studio import Studio
from ..waiting import QUIET, Wait

__all__ = ["make"]

SHORTEST = 0.2  # minutes of training
SHARE = 0.93  # of the time that training may take; the rest is for pictures of it
LARGEST_BRUSH = 1  # MB


class VisitorLeft(Exception):
    """The visitor has left, or has no use for it any more."""


def make(studio: Studio, album: Album) -> None:
    """The tab's components."""
    limits, dropdowns = studio.limits, album.brushes
    with gr.Row(elem_classes="room"):
        with gr.Column(scale=6, min_width=320):
            wall = gr.Gallery(
                label="The bundled brushes, as MyPaint paints with them", columns=3, object_fit="contain",
                height="auto", allow_preview=False, buttons=[], elem_id="brushes-wall", interactive=False,
                format="webp",
            )  # fmt: skip
        with gr.Column(scale=4, min_width=300, elem_classes="controls"):
            about = gr.HTML(hint("Choose a brush to read about it."), elem_id="brushes-about")
            use = gr.Button("Paint with it", visible=False, elem_id="brushes-use")
            picked = gr.State(None)
            gr.Markdown("### Bring your own\nDrop a MyPaint brush (.myb). A painter learns in minutes what it does.")
            file = gr.File(label="Brush (.myb)", elem_id="brushes-file", height=120, file_count="single")
            minutes = gr.Slider(
                SHORTEST, limits.minutes, min(2, limits.minutes), step=0.1, label="Minutes of training",
                info="3 are plenty on two cores", elem_id="brushes-minutes",
            )  # fmt: skip
            train = gr.Button("Train its painter", variant="primary", elem_id="brushes-train", elem_classes="go")
            wait = Wait(studio, "brushes", "looking at it…")
            doing, words = wait.doing, gr.HTML("", elem_id="brushes-words")
            sheet = gr.HTML("", elem_id="brushes-sheet", elem_classes="twin")
            report = gr.HTML("", elem_id="brushes-report")
            weights = gr.File(label="The painter's weights", elem_id="brushes-weights", interactive=False,
                              visible=False)  # fmt: skip

    def hang() -> Any:
        return [(studio.tile(row["name"]), row["title"]) for row in studio.brushes]

    def pick(event: gr.SelectData) -> Any:
        row = studio.brushes[event.index]
        rows = [
            ("name", row["name"]), ("kind", row["kind"]), ("by", row["author"]),
            ("its noise", f"{row['noise']:.1f} of 255"),
            ("painter", "yes" if row["painter"] else row["why_not"] or "none: train one with `wmpaint train-painter`"),
        ]  # fmt: skip
        text = f"<p>{html.escape(row['description'])}</p>"
        return table(rows, row["title"]) + text, gr.Button(visible=row["painter"]), row["name"]

    wall.select(pick, None, [about, use, picked], **QUIET)
    use.click(
        lambda name: [name, gr.Tabs(selected="paint"), studio.picture_of(name)], picked,
        [dropdowns[0], album.tabs, album.swatches[0]], **QUIET,
    )  # fmt: skip
    album.page_loads.append((hang, wall))

    def asked(path: Any, minutes: Any, own: Any) -> Callable[[StopEvent], Generator[Any, None, None]]:
        limit = checks.number("minutes", minutes, SHORTEST, limits.minutes)
        return functools.partial(learn, _brush(path), limit, own)

    def follow(visitor: str | None, learning: Any, stop: StopEvent) -> AsyncGenerator[Any, None]:
        return studio.trainer.follow(visitor, learning(stop), wait.name)

    def learn(brush: programs.Brush, limit: float, own: Any, stop: threading.Event) -> Generator[Any, None, None]:
        teacher = programs.program(brush)
        yield {
            doing: bar(0, f"{brush.name} paints strokes to learn from…"), words: "",
            sheet: _twin(teacher, None, brush.name), report: "", weights: gr.File(value=None, visible=False),
        }  # fmt: skip
        painter, found = painters.RibbonPainter(), None
        for share, what, sketch, done in _trained(painter, teacher, SHARE * limit, stop):
            found = done or found
            change: dict[Any, Any] = {doing: bar(share, f"{brush.name}: {what}")}
            if sketch is not None:
                change[sheet] = _twin(teacher, sketch, brush.name)
            yield change
        if found is None:
            yield {words: hint("Stopped; nothing was learned.")}
            return
        place = studio.own.path(f"{brush.name}.safetensors")
        painter.save(place)
        own = own if isinstance(own, dict) else {}
        own[brush.name] = str(place)
        choices = [*studio.choices, *own]
        error = f"{found.error_share:.1%}"
        rows = [("error", f"{error} of a stroke's energy"), ("seconds", f"{found.seconds:.0f}")]
        yield {
            words: hint("It has learned. You find it among the brushes of all tabs."),
            sheet: _twin(teacher, painter, brush.name),
            report: table(rows, f"The painter of {brush.name}"), album.own: own,
            weights: gr.File(value=str(place), visible=True),
            **{dropdown: gr.Dropdown(choices=choices) for dropdown in dropdowns},
        }  # fmt: skip

    wait.runs(
        train.click, asked, [file, minutes, album.own], [words, sheet, report, weights, album.own, *dropdowns], follow,
        {words: hint("Canceled.")},
    )  # fmt: skip


def _brush(path: Any) -> programs.Brush:
    if not path:
        raise InputError("expected a brush: drop a MyPaint .myb file")
    checks.suffix("a MyPaint brush", Path(path).name, [".myb"])
    check_upload(path, LARGEST_BRUSH, "a brush")
    name = file_stem(path, "brush")
    if name in programs.bundled():
        name = f"my_{name}"
    return programs.Brush(name, Path(path).read_bytes()).require_plain()


def _trained(painter: Any, teacher: Any, minutes: float, stop: threading.Event) -> Iterator[tuple[Any, ...]]:
    """(share, what, a painter so far or None, the report at the end or None) of a training in a thread of its own."""
    news: queue.Queue[Any] = queue.Queue()

    def halt() -> None:
        if stop.is_set():
            raise VisitorLeft

    def tell(share: float, what: str) -> None:
        halt()
        news.put((share, what, None, None))

    def watch(sketch: Any) -> None:
        halt()
        news.put((None, "", sketch, None))

    def run() -> None:
        try:
            report = painters.fit(painter, teacher, minutes=minutes, progress=tell, watch=watch)
            news.put((1.0, "done", None, report))
        except VisitorLeft:
            pass
        except Exception as error:
            news.put(error)
        finally:
            news.put(None)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    share, what = 0.0, ""
    try:
        while (item := news.get()) is not None:
            if isinstance(item, Exception):
                raise item
            while item[2] is None and item[3] is None and not news.empty() and isinstance(news.queue[0], tuple):
                item = news.get()  # the latest will do
            share, what = (share, what) if item[0] is None else (item[0], item[1])
            yield share, what, item[2], item[3]
    finally:  # also where the visitor has left
        if thread.is_alive():
            stop.set()
            thread.join(30)


def _twin(teacher: Any, painter: Any, name: str) -> str:
    """The program's strokes beside the painter's."""
    pair = [("the program", teacher)] + ([] if painter is None else [("the painter, so far", painter)])
    with torch.no_grad():
        tiles = [(who, jpeg_uri(programs.contact_sheet(_always(it), [name]), 88)) for who, it in pair]
    label = html.escape(name, quote=True)
    return "".join(
        f'<figure><img alt="Strokes of {label}, {who}" src="{uri}"><figcaption>{who}</figcaption></figure>'
        for who, uri in tiles
    )


def _always(renderer: Any) -> Callable[[str], Any]:
    return lambda name: renderer
