"""Dream: what a network sees, or would like to see."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import gradio as gr

from ... import checks
from ...canvas import Canvas
from ...errors import InputError
from ...features import installed
from ...features.labels import imagenet
from ...objectives.presets import class_dream, layer_dream
from ...painting import Run
from ..album import Album
from ..easel import Begin, Easel, Finish
from ..examples import CHANNELS, PHOTOS, channels
from ..folders import file_stem
from ..markup import hint
from ..pictures import REDUCED, Photo, is_reduced, known_as, read_upload
from ..recipe import Recipe, call, command, literal
from ..studio import Studio
from ..work import Work
from .common import brush_row, dice, in_shell, recipe_options, run_options, time_limit

__all__ = ["asked", "begin", "make"]

THING, LAYER = "A thing", "A layer of the network"
GRAY = (0.5, 0.5, 0.48)  # as `wmpaint dream`: on white, light things have no outline to be found by
LAYERS = {"block4 (patterns)": "block4", "block7 (textures)": "block7", "block10 (parts of things)": "block10"}


def make(studio: Studio, album: Album, current: gr.State) -> Easel:
    """The tab's components; its easel."""
    limits = studio.limits
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
                chosen = gr.HTML(hint("All channels of the layer. Choose one, or leave it."), elem_id="dream-chosen")
                everything = gr.Button("All channels", size="sm", elem_id="dream-all")
                octaves = gr.Slider(1, 5, 3, step=1, label="Sizes it looks at")
            channel = gr.State(None)
            photo = Photo("On a photo, if you like", elem_id="dream-photo", placeholder="Drop a photo here", height=170)
            gr.Examples(PHOTOS, photo, label="Or try", elem_id="dream-examples")
            keep = gr.Slider(0, 4, 1, step=0.1, label="Keep of the photo", info="0 forgets it")
            brush, _ = brush_row(studio, album, "dream")
            strokes = gr.Slider(
                50, limits.strokes, min(300, limits.strokes), step=10, label="Strokes", elem_id="dream-strokes"
            )
            height = gr.Slider(
                128, limits.height, min(512, limits.height), step=32, label="Height, pixels", elem_id="dream-height"
            )
            seed, budget = dice("dream"), time_limit(studio, "dream")
            button = gr.Button("Dream", variant="primary", elem_id="dream-go", size="lg", elem_classes="go")
        with gr.Column(scale=6, min_width=320):
            easel = Easel("dream", studio, "Choose what to dream of, and press Dream.", current, album)

    quiet: dict[str, Any] = {"queue": False, "api_visibility": "private", "show_progress": "hidden"}

    def turn(kind: str, name: str) -> Any:
        deeper = kind == LAYER
        return (
            gr.Dropdown(visible=not deeper), gr.Column(visible=deeper), _thumbs(name) if deeper else None,
            min(600 if deeper else 300, limits.strokes),
        )  # fmt: skip

    what.change(turn, [what, layer], [thing, deep, wall, strokes], **quiet)
    layer.change(lambda name: (_thumbs(name), None, hint(ALL)), layer, [wall, channel, chosen], **quiet)

    def pick(event: gr.SelectData) -> Any:
        return event.index, hint(f"Channel {event.index} of the layer.")

    wall.select(pick, None, [channel, chosen], **quiet)
    everything.click(lambda: (None, hint(ALL), gr.Gallery(selected_index=None)), None, [channel, chosen, wall], **quiet)

    inputs = [what, thing, layer, channel, octaves, photo, keep, brush, strokes, height, seed, budget]
    easel.paints(button, functools.partial(asked, studio), inputs)
    return easel


def asked(
    studio: Studio,
    what: Any,
    thing: Any,
    layer: Any,
    channel: Any,
    octaves: Any,
    photo: Any,
    keep: Any,
    brush: Any,
    strokes: Any,
    height: Any,
    seed: Any,
    budget: Any,
    *,
    own: dict[str, str],
) -> Begin:
    """As `paint.asked`, after what a network sees."""
    limits = studio.limits
    options = run_options(studio, brush, strokes, height, seed, budget, own)
    kept = checks.number("what to keep of the photo", keep, 0, 20)
    picture = read_upload(photo, limits) if photo else None
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

    def begin() -> tuple[Run, Finish]:
        nets = [studio.net(each) for each in names]
        if wish["layer"] is None:
            goal = class_dream(wish["class"], nets, picture=picture, keep=kept)
        else:
            goal = layer_dream(
                wish["layer"], nets, channel=channel, octaves=wish["octaves"], picture=picture, keep=kept
            )
        run = Run(goal, **options, canvas=Canvas(1.0, GRAY) if picture is None else None)
        run.source = Path(photo) if photo else None
        run.parameters.update(objective="dream", nets=names, keep=kept, **wish)

        def finish(painting: Any) -> Work:
            recipe = _recipe(known_as(photo) if photo else None, wish, names, kept, recipe_options(options), name)
            recipe = recipe.noted(REDUCED) if photo and is_reduced(photo) else recipe
            return Work(painting, goal, recipe, name, options["brush"])

        return run, finish

    return begin


def begin(*asking: Any, **named: Any) -> tuple[Run, Finish]:
    """The run at once."""
    return asked(*asking, **named)()


THINGS: list[Any] = sorted(imagenet().names, key=str.lower)
ALL = "All channels of the layer. Choose one, or leave it."


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
    shell = command(words, {**asked, "keep": kept, **in_shell(options)})
    loaded = "[" + ", ".join(f'wp.features.load("{net}")' for net in nets) + "]"
    on = {"picture": photo, "keep": kept}
    if asked["class"] is not None:
        goal = call("wp.objectives.class_dream", [literal(asked["class"]), "nets"], on)
    else:
        more = {"channel": asked["channel"], "octaves": asked["octaves"], **on}
        goal = call("wp.objectives.layer_dream", [literal(asked["layer"]), "nets"], more)
    canvas = f"canvas=wp.Canvas(1.0, {GRAY})" if photo is None else ""
    arguments = ["goal", canvas] if canvas else ["goal"]
    python = "\n".join(
        [
            "import wmpaint as wp", "", f"nets = {loaded}", f"goal = {goal}",
            "painting = " + call("wp.paint", arguments, options), f'painting.save("{name}.wmp.json")',
        ]
    )  # fmt: skip
    return Recipe(f"{shell} -o {name}", python, canvas)
