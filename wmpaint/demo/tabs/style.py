"""Style: one picture in the manner of others."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import gradio as gr

from ... import checks
from ...errors import InputError
from ...objectives import style as style_of
from ...objectives.content import content
from ...objectives.photo import variance
from ...painting import Run
from ..album import Album
from ..easel import Begin, Easel, Finish
from ..examples import MANNERS, PHOTOS
from ..folders import file_stem
from ..pictures import REDUCED, Photo, is_reduced, known_as, read_upload
from ..recipe import Recipe, call, command, literal
from ..studio import Studio
from ..work import Work
from .common import brush_row, dice, in_shell, recipe_options, run_options, time_limit

__all__ = ["asked", "begin", "make"]

NET = "lite0"


def make(studio: Studio, album: Album, current: gr.State) -> Easel:
    """The tab's components; its easel."""
    limits = studio.limits
    with gr.Row(elem_classes="room"):
        with gr.Column(scale=4, min_width=300, elem_classes="controls"):
            photo = Photo(
                "What is where", elem_id="style-photo", placeholder="Drop a picture here", height=190, value=PHOTOS[1]
            )
            gr.Examples(PHOTOS[1:] + PHOTOS[:1], photo, label="Or try", elem_id="style-examples")
            with gr.Row():
                first = Photo("Painted like this", elem_id="style-first", height=150, value=MANNERS[0],
                              sources=["upload", "clipboard"],
                              min_width=130)  # fmt: skip
                second = Photo("And this", elem_id="style-second", height=150, placeholder="if you like",
                               sources=["upload", "clipboard"],
                               min_width=130)  # fmt: skip
            gr.Examples(MANNERS, first, label="Or try", elem_id="style-manners")
            mix = gr.Slider(0, 100, 50, step=5, label="First or second", info="0: all like the first", visible=False)
            weight = gr.Slider(0.1, 5, 1.2, step=0.1, label="Style", info="beside 1 for the picture")
            scale = gr.Slider(0.3, 3, 1, step=0.1, label="Size of its marks")
            keep = gr.Checkbox(False, label="Keep the colors of the picture")
            brush, _ = brush_row(studio, album, "style", "oil")
            with gr.Row():
                strokes = gr.Slider(
                    50, limits.strokes, min(800, limits.strokes), step=10, label="Strokes", min_width=130
                )
                height = gr.Slider(
                    128, limits.height, min(448, limits.height), step=32, label="Height, pixels", min_width=130
                )
            seed, budget = dice("style"), time_limit(studio, "style")
            button = gr.Button("Paint", variant="primary", elem_id="style-go", size="lg", elem_classes="go")
        with gr.Column(scale=6, min_width=320):
            easel = Easel(
                "style", studio, "Two pictures: one says what is where, the other how it is painted.", current, album
            )
    second.change(
        lambda path: gr.Slider(visible=path is not None), second, mix, queue=False, api_visibility="private",
        show_progress="hidden",
    )  # fmt: skip

    inputs = [photo, first, second, mix, weight, scale, keep, brush, strokes, height, seed, budget]
    easel.paints(button, functools.partial(asked, studio), inputs)
    return easel


def asked(
    studio: Studio,
    photo: Any,
    first: Any,
    second: Any,
    mix: Any,
    weight: Any,
    scale: Any,
    keep: Any,
    brush: Any,
    strokes: Any,
    height: Any,
    seed: Any,
    budget: Any,
    *,
    own: dict[str, str],
) -> Begin:
    """As `paint.asked`, in the manner of other pictures."""
    limits = studio.limits
    options = run_options(studio, brush, strokes, height, seed, budget, own)
    strength, size = checks.number("style", weight, 0.0, 20.0), checks.number("a size of marks", scale, 0.1, 8.0)
    share = checks.number("a mix", mix, 0, 100) / 100
    if not first and not second:
        raise InputError("expected a picture to paint like: drop one into the frame, or choose an example")
    picture = read_upload(photo, limits)
    manners = [Path(path) for path in (first, second) if path]
    shares = [1 - share, share] if len(manners) == 2 else [1.0]
    manners = [path for path, part in zip(manners, shares, strict=True) if part > 0]
    shares = [part for part in shares if part > 0]
    likes = [read_upload(path, limits) for path in manners]
    name = file_stem(photo) + "-style"

    def begin() -> tuple[Run, Finish]:
        goal = _goal(studio, picture, likes, shares, strength, size, bool(keep))
        run = Run(goal, **options)
        run.source = Path(photo)
        run.parameters.update(
            objective="style", styles=[path.name for path in manners], style_weight=strength, scale=size,
            keep_color=bool(keep), net=NET,
        )  # fmt: skip

        def finish(painting: Any) -> Work:
            names = [known_as(path) for path in manners]
            recipe = _recipe(known_as(photo), names, shares, strength, size, keep, recipe_options(options), name)
            recipe = recipe.noted(REDUCED) if any(map(is_reduced, (photo, *manners))) else recipe
            return Work(painting, goal, recipe, name, options["brush"])

        return run, finish

    return begin


def begin(*asking: Any, **named: Any) -> tuple[Run, Finish]:
    """The run at once."""
    return asked(*asking, **named)()


def _goal(
    studio: Studio, picture: Any, manners: list[Any], shares: list[float], weight: float, scale: float, keep: bool
) -> Any:
    net = studio.net(NET)
    colors = picture if keep else None
    like = style_of(manners, net, shares=shares, scale=scale, colors=colors)
    return content(picture, net) + weight * like + variance()


def _recipe(
    photo: str, manners: list[str], shares: list[float], weight: float, scale: float, keep: Any,
    options: dict[str, Any], name: str,
) -> Recipe:  # fmt: skip
    even = len(set(shares)) == 1
    shell = command(
        ["style", photo, *manners],
        {"style_weight": weight, "scale": scale, "keep_color": bool(keep), **in_shell(options)},
    )
    likes = "[" + ", ".join(map(literal, manners)) + "]"
    extra = {"scale": scale, "shares": None if even else shares}
    like = call("wp.style", [likes, "net"], extra)
    if keep:
        like = f"{like[:-1]}, colors=wp.load_image({literal(photo)}))"
    python = "\n".join(
        [
            "import wmpaint as wp", "", f'net = wp.features.load("{NET}")',
            f"goal = wp.content({literal(photo)}, net) + {literal(weight)} * {like} + wp.variance()",
            "painting = " + call("wp.paint", ["goal"], options),
            f'painting.save("{name}.wmp.json")',
        ]
    )  # fmt: skip
    return Recipe(f"{shell} -o {name}" if even else "", python)
