"""The page's functions by name, for `gradio_client` and for language models: paint, style, dream, export, brushes."""

from __future__ import annotations

import functools
import inspect
import threading
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import gradio as gr

from .. import checks
from ..export import writers
from .easel import Begin
from .folders import file_stem
from .live import strides
from .markup import in_line, toasting
from .pictures import Photo, pil
from .queue import Waiting
from .studio import Studio
from .tabs import dream, paint
from .tabs import style as manners
from .uploaded import opened_painting
from .waiting import WAITS
from .work import finished

__all__ = ["KINDS", "add_endpoints"]

KINDS = (".png", ".jpg", ".webp", ".svg", ".html", ".ora", ".mp4", ".gif", ".pdf", ".wmp.json")


def add_endpoints(studio: Studio) -> None:
    """Add the functions to the page that is being built."""
    limits = studio.limits
    with gr.Row(visible=False):
        press = gr.Button("api")
        file, picture, facts = (
            gr.File(label="painting"),
            gr.Image(label="picture", format="png"),
            gr.JSON(label="report"),
        )

    def offer(name: str, function: Callable[..., Any], outputs: Any) -> None:
        with gr.Row(visible=False):
            inputs = [
                _field(each) for each in inspect.signature(function).parameters.values() if each.name != "request"
            ]
        handler = toasting(function)
        handler.__name__ = name  # which tools for language models are called by
        press.click(
            handler, inputs, outputs, api_name=name, api_description=inspect.getdoc(function),
            **{**WAITS, "trigger_mode": "multiple"},
        )  # fmt: skip

    def followed(asked: Callable[..., Begin]) -> Callable[..., AsyncGenerator[tuple[Any, Any, Any], None]]:
        @functools.wraps(asked)
        async def follow(request: gr.Request, *values: Any) -> AsyncGenerator[tuple[Any, Any, Any], None]:
            begin, stop, done = await studio.checked(lambda: asked(request, *values)), threading.Event(), 0.0
            async with aclosing(studio.painter.follow(request.session_hash, painted(begin, stop))) as news:
                async for each in news:
                    shown = (None, None, _queued(each, done)) if isinstance(each, Waiting) else each
                    done = shown[2]["progress"]
                    yield shown

        return follow

    def painted(begin: Begin, stop: threading.Event) -> Generator[Any, None, None]:
        run, finish = begin()
        said = 0.0
        for shown in strides(run, stop, limits.seconds):
            if shown is not None and (shown.share - said > 0.05 or not said):
                said = shown.share
                yield None, None, {"progress": round(shown.share, 3), "text": shown.text}
            else:
                yield None
        work = finished(run, finish)
        _, real = work.pictures()
        path = studio.made.path(f"{work.name}.wmp.json")
        work.painting.save(path)
        report = work.painting.report(real=real).as_dict()
        facts = {**report, "progress": 1.0, "command": work.recipe.command, "python": work.recipe.python}
        yield str(path), pil(real), facts

    @followed
    def paint_(
        request: gr.Request, photo: Any, brush: str = "acrylic", strokes: int = 500, height: int = 512, seed: int = 0,
        seconds: float = 0.0, objective: str = "photo", pens: str = "any color", detail: float = 0.5,
        wildness: float = 0.5, thickness: float = 0.5,
    ) -> Begin:  # fmt: skip
        """Paint a photo with brush strokes: the painting, its picture in the real program, and a report. While it
        paints, the report says how far it is."""
        dials, usual = (detail, wildness, thickness), (brush, strokes, height, seed, seconds)
        return paint.asked(studio, photo, objective, pens, paint.NONE, *dials, *usual, own={})

    @followed
    def style_(
        request: gr.Request, photo: Any, style: Any, weight: float = 1.2, scale: float = 1.0, keep_colors: bool = False,
        brush: str = "mypaint/oil", strokes: int = 800, height: int = 448, seed: int = 0, seconds: float = 0.0,
    ) -> Begin:  # fmt: skip
        """Paint a photo in the style of another picture; returns what /paint returns."""
        usual = (brush, strokes, height, seed, seconds)
        return manners.asked(studio, photo, style, None, 0, weight, scale, keep_colors, *usual, own={})

    @followed
    def dream_(
        request: gr.Request, thing: str = "goldfish", photo: Any = None, keep: float = 1.0, brush: str = "acrylic",
        strokes: int = 300, height: int = 512, seed: int = 0, seconds: float = 0.0,
    ) -> Begin:  # fmt: skip
        """Paint what a network would call a thing (one of ImageNet's thousand classes), on a photo if there is one;
        returns what /paint returns."""
        usual = (brush, strokes, height, seed, seconds)
        return dream.asked(studio, dream.THING, thing, None, None, 3, photo, keep, *usual, own={})

    async def export(
        request: gr.Request, painting: Any, kind: str = ".png", height: int = 512, real: bool = True
    ) -> Any:
        """Turn a painting (.wmp.json) into a file of another kind: .png, .jpg, .webp, .svg, .html, .ora, .mp4, .gif
        or .pdf. Pictures and films are painted in the real program unless `real` is false."""
        kind = checks.one_of("a kind", kind, KINDS)
        known = writers.options_of("x" + kind, {})
        size = checks.whole("a height", height, 16, 1080 if kind in (".mp4", ".gif") else limits.picture, floats=True)
        options: dict[str, Any] = {"height": size} if "height" in known and kind != ".wmp.json" else {}
        options |= {"program": "auto"} if real and "program" in known else {}
        opened = await studio.checked(lambda: opened_painting(painting, limits, {}))
        path = studio.made.path(file_stem(Path(painting).name.removesuffix(".wmp.json")) + kind)

        def write() -> str:
            opened.save(path, **options)
            return str(path)

        async with aclosing(studio.fetched(request.session_hash, "", write, "a file")) as news:
            async for each in news:
                if not isinstance(each, Waiting):
                    yield each

    def brushes() -> Any:
        """The brushes that there are, and which have a painter."""
        return studio.brushes

    for name, function in (("paint", paint_), ("style", style_), ("dream", dream_)):
        offer(name, function, [file, picture, facts])
    offer("export", export, file)
    offer("brushes", brushes, facts)


def _queued(waiting: Waiting, done: float) -> dict[str, Any]:
    return {"progress": done, "text": in_line(waiting), "place": waiting.place, "seconds": round(waiting.seconds, 1)}


def _field(parameter: inspect.Parameter) -> Any:
    """The component that takes an argument: by its name, or by what its default is."""
    name, usual = parameter.name, parameter.default
    if name in ("photo", "style"):
        return Photo(name)
    if name == "painting":
        return gr.File(label=name)
    if isinstance(usual, bool):
        return gr.Checkbox(usual, label=name)
    if isinstance(usual, int | float):
        return gr.Number(usual, label=name, precision=0 if isinstance(usual, int) else None)
    return gr.Textbox(usual, label=name)
