"""Dream: what a network sees, or would like to see."""

from __future__ import annotations

import functools
from typing import Any

import gradio as gr

from ... import checks
from ...canvas import GRAY, Canvas
from ...errors import InputError
from ...features import installed
from ...features.labels import imagenet
from ...objectives.base import Objective
from ...objectives.presets import class_dream, layer_dream
from ..album import Album
from ..easel import Begin, Easel
from ..examples import CHANNELS, PHOTOS, channels
from ..folders import file_stem
from ..markup import hint
from ..pictures import Photo, known_as, read_upload
from ..recipe import Recipe, call, command, literal, script
from ..studio import Studio
from ..waiting import QUIET
from . import common

__all__ = ["asked", "make"]

THING, LAYER = "A thing", "A layer of the network"
LAYERS = {"block4 (patterns)": "block4", "block7 (textures)": "block7", "block10 (parts of things)": "block10"}
THINGS: list[Any] = sorted(imagenet().names, key=str.lower)
ALL = "All channels of the layer. Choose one, or leave it."


def make(studio: Studio, album: Album) -> Easel:
    """The tab's components; its easel."""
    with gr.Row(elem_classes="room"):
        with gr.Column(scale=4, min_width=300, elem_classes="controls"):
            what = gr.Radio([THING, LAYER], value=THING, label="Dream of", elem_id="dream-what")
            thing = gr.Dropdown(
                THINGS, value="goldfish", label="Which of a thousand", filterable=True,
                info="Type to search: daisy, volcano, monarch…", elem_id="dream-class",
            )  # fmt: skip
            with gr.Column(visible=False) as deep:
                layer = gr.Radio(list(LAYERS), value=next(iter(LAYERS)), label="Layer", elem_id="dream-layer")
                wall = gr.Gallery(
                    label="What each of its channels likes", columns=8, height=260, object_fit="cover",
                    allow_preview=False, buttons=[], elem_id="dream-channels", interactive=False, format="webp",
                )  # fmt: skip
                chosen = gr.HTML(hint(ALL), elem_id="dream-chosen")
                everything = gr.Button("All channels", size="sm", elem_id="dream-all")
                octaves = gr.Slider(1, 5, 3, step=1, label="Sizes it looks at")
            channel = gr.State(None)
            photo = Photo("On a photo, if you like", elem_id="dream-photo", placeholder="Drop a photo here", height=170)
            gr.Examples(PHOTOS, photo, label="Or try", elem_id="dream-examples")
            keep = gr.Slider(0, 4, 1, step=0.1, label="Keep of the photo", info="0 forgets it")
            brush, _ = common.brush_row(studio, album, "dream")
            strokes = common.strokes_slider(studio, 50, 300, elem_id="dream-strokes")
            height = common.height_slider(studio, 512, elem_id="dream-height")
            seed, budget = common.dice("dream"), common.time_limit("dream")
            button = gr.Button("Dream", variant="primary", elem_id="dream-go", size="lg", elem_classes="go")
        with gr.Column(scale=6, min_width=320):
            easel = Easel("dream", album, "Choose what to dream of, and press Dream.")

    def turn(kind: str, name: str) -> Any:
        deeper = kind == LAYER
        return (
            gr.Dropdown(visible=not deeper), gr.Column(visible=deeper), _thumbs(name) if deeper else None,
            min(600 if deeper else 300, studio.limits.strokes),
        )  # fmt: skip

    what.change(turn, [what, layer], [thing, deep, wall, strokes], **QUIET)
    layer.change(lambda name: (_thumbs(name), None, hint(ALL)), layer, [wall, channel, chosen], **QUIET)

    def pick(event: gr.SelectData) -> Any:
        return event.index, hint(f"Channel {event.index} of the layer.")

    wall.select(pick, None, [channel, chosen], **QUIET)
    everything.click(lambda: (None, hint(ALL), gr.Gallery(selected_index=None)), None, [channel, chosen, wall], **QUIET)

    inputs = [what, thing, layer, channel, octaves, photo, keep, brush, strokes, height, seed, budget]
    easel.paints(button, functools.partial(asked, studio), inputs)
    return easel


def asked(
    studio: Studio, what: Any, thing: Any, layer: Any, channel: Any, octaves: Any, photo: Any, keep: Any, *usual: Any,
    own: dict[str, str],
) -> Begin:  # fmt: skip
    """As `paint.asked`, after what a network sees."""
    options = common.run_options(studio, own, *usual)
    kept = checks.number("what to keep of the photo", keep, 0, 20)
    picture = read_upload(photo, studio.limits) if photo else None
    wish: dict[str, Any] = {"class": None, "layer": None, "channel": None}
    if what == THING:
        if not thing:
            raise InputError("expected a thing to dream of, got none: type a word such as daisy")
        names = [name for name in ("lite0", "lite1") if installed(name)]
        wish["class"] = str(thing)
        imagenet().index(wish["class"])
    else:
        names = ["lite0"]
        layer = checks.one_of("a layer", layer, LAYERS)
        octaves = checks.whole("sizes", octaves, 1, 5, floats=True)
        wish |= {"layer": LAYERS[layer], "channel": channel, "octaves": octaves}
    name = file_stem(photo, "") or file_stem(wish["class"] or wish["layer"])

    recipe = _recipe(known_as(photo) if photo else None, wish, names, kept, common.recipe_options(options), name)
    notes = {"objective": "dream", "nets": names, "keep": kept, **wish}

    def goal() -> Objective:
        nets = [studio.net(each) for each in names]
        if wish["layer"] is None:
            return class_dream(wish["class"], nets, picture=picture, keep=kept)
        return layer_dream(wish["layer"], nets, channel=channel, octaves=wish["octaves"], picture=picture, keep=kept)

    canvas = Canvas(1.0, GRAY) if picture is None else None
    return common.begins(goal, options, recipe, name, [photo] if photo else [], notes, canvas=canvas)


def _thumbs(layer: str) -> Any:
    name = LAYERS.get(layer, "block4")
    return gr.Gallery(
        value=[(picture, str(index)) for index, picture in enumerate(channels(name))], selected_index=None,
        label=f"What each of its {CHANNELS[name]} channels likes",
    )  # fmt: skip


def _recipe(
    photo: str | None, asked: dict[str, Any], nets: list[str], keep: float, options: dict[str, Any], name: str
) -> Recipe:
    words = ["dream"] if photo is None else ["dream", photo]
    kept = None if photo is None else keep
    shell = command(words, {**asked, "keep": kept, **common.in_shell(options)})
    loaded = "[" + ", ".join(f'wp.features.load("{net}")' for net in nets) + "]"
    on = {"picture": photo, "keep": kept}
    if asked["class"] is not None:
        goal = call("wp.objectives.class_dream", [literal(asked["class"]), "nets"], on)
    else:
        more = {"channel": asked["channel"], "octaves": asked["octaves"], **on}
        goal = call("wp.objectives.layer_dream", [literal(asked["layer"]), "nets"], more)
    canvas = f"canvas=wp.Canvas(1.0, {GRAY})" if photo is None else ""
    lines = [f"nets = {loaded}", f"goal = {goal}"]
    python = script(lines, [canvas] if canvas else [], options, name)
    return Recipe(f"{shell} -o {name}", python, canvas)
