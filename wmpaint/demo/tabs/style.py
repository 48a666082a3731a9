"""Style: one picture in the manner of others."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import gradio as gr

from ... import checks
from ...errors import InputError
from ...objectives import style as style_of
from ...objectives.base import Objective
from ...objectives.content import content
from ...objectives.photo import variance
from ..album import Album
from ..easel import Begin, Easel
from ..examples import MANNERS, PHOTOS
from ..folders import file_stem
from ..pictures import Photo, known_as, read_upload
from ..recipe import Recipe, call, command, literal, script
from ..studio import Studio
from ..waiting import QUIET
from . import common

__all__ = ["asked", "make"]

NET = "lite0"


def make(studio: Studio, album: Album) -> Easel:
    """The tab's components; its easel."""
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
            brush, _ = common.brush_row(studio, album, "style", "mypaint/oil")
            with gr.Row():
                strokes = common.strokes_slider(studio, 50, 800, min_width=130)
                height = common.height_slider(studio, 448, min_width=130)
            seed, budget = common.dice("style"), common.time_limit("style")
            button = gr.Button("Paint", variant="primary", elem_id="style-go", size="lg", elem_classes="go")
        with gr.Column(scale=6, min_width=320):
            easel = Easel("style", album, "Two pictures: one says what is where, the other how it is painted.")
    second.change(lambda path: gr.Slider(visible=path is not None), second, mix, **QUIET)

    inputs = [photo, first, second, mix, weight, scale, keep, brush, strokes, height, seed, budget]
    easel.paints(button, functools.partial(asked, studio), inputs)
    return easel


def asked(
    studio: Studio, photo: Any, first: Any, second: Any, mix: Any, weight: Any, scale: Any, keep: Any, *usual: Any,
    own: dict[str, str],
) -> Begin:  # fmt: skip
    """As `paint.asked`, in the manner of other pictures."""
    options = common.run_options(studio, own, *usual)
    strength, size = checks.number("style", weight, 0.0, 20.0), checks.number("a size of marks", scale, 0.1, 8.0)
    share = checks.number("a mix", mix, 0, 100) / 100
    if not first and not second:
        raise InputError("expected a picture to paint like: drop one into the frame, or choose an example")
    picture = read_upload(photo, studio.limits)
    manners = [Path(path) for path in (first, second) if path]
    shares = [1 - share, share] if len(manners) == 2 else [1.0]
    manners = [path for path, part in zip(manners, shares, strict=True) if part > 0]
    shares = [part for part in shares if part > 0]
    likes = [read_upload(path, studio.limits) for path in manners]
    name = file_stem(photo) + "-style"

    names = [known_as(path) for path in manners]
    recipe = _recipe(known_as(photo), names, shares, strength, size, keep, common.recipe_options(options), name)
    notes = {
        "objective": "style", "styles": [path.name for path in manners], "style_weight": strength, "scale": size,
        "keep_color": bool(keep), "net": NET,
    }  # fmt: skip

    def goal() -> Objective:
        net = studio.net(NET)
        like = style_of(likes, net, shares=shares, scale=size, colors=picture if keep else None)
        return content(picture, net) + strength * like + variance()

    return common.begins(goal, options, recipe, name, [photo, *manners], notes)


def _recipe(
    photo: str, manners: list[str], shares: list[float], weight: float, scale: float, keep: Any,
    options: dict[str, Any], name: str,
) -> Recipe:  # fmt: skip
    even = len(set(shares)) == 1
    shell = command(
        ["style", photo, *manners],
        {"style_weight": weight, "scale": scale, "keep_color": bool(keep), **common.in_shell(options)},
    )
    likes = "[" + ", ".join(map(literal, manners)) + "]"
    extra = {"scale": scale, "shares": None if even else shares}
    like = call("wp.style", [likes, "net"], extra)
    if keep:
        like = f"{like[:-1]}, colors=wp.load_image({literal(photo)}))"
    goal = f"wp.content({literal(photo)}, net) + {literal(weight)} * {like} + wp.variance()"
    python = script([f'net = wp.features.load("{NET}")', f"goal = {goal}"], [], options, name)
    return Recipe(f"{shell} -o {name}" if even else "", python)
