"""`wmpaint paint`, `style` and `dream`: from a photo, and from what a network sees in one, to files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .. import checks
from ..errors import InputError
from . import common
from . import session as s

if TYPE_CHECKING:
    from torch import Tensor

    from ..objectives.base import Objective

__all__ = ["DREAM_EXAMPLE", "EXAMPLE", "STYLE_EXAMPLE", "dream", "paint", "style"]

OIL, PAINTERLY = "oil/flat", 1100  # the brush, if none is asked for, and how many strokes
EXAMPLE = "Example: [bold]wmpaint paint photo.jpg --brush charcoal --strokes 800 --budget 20s -o mine/ -o poster.svg[/]"
STYLE_EXAMPLE = "Example: [bold]wmpaint style castle starry_night --style-weight 2 --brush mypaint/oil -o starry/[/]"
DREAM_EXAMPLE = "Example: [bold]wmpaint dream --class goldfish[/], or [bold]wmpaint dream owl --layer block10[/]"

Net = Annotated[
    list[str] | None,
    typer.Option("--net", metavar="NAME", help="A network: lite0, lite1, lite2, vgg16, vgg19, googlenet."),
]


@common.guarded
@common.with_options(s.Session, *s.FIRST, "program", "pens", "paper", "init", "background", *s.LAST)
def paint(
    photo: Annotated[
        Path | None,
        typer.Argument(
            help="The picture to paint: PNG, JPEG, WebP, TIFF, HEIC… or a bundled one by name: sample, castle, owl, "
            "starry_night, cafe_terrace. Default: sample."
        ),
    ] = None,
    objective: Annotated[
        str | None,
        typer.Option(
            metavar="photo|painterly|sketch|intrinsic|economy",
            help="photo: look like it. painterly: as a painter would, in long strokes along the form, on a toned "
            "ground. sketch: its lines and shades on bare paper. intrinsic: what a network sees in it, as the brush "
            "would have it. economy: like it, in as few strokes as will do. Default: painterly in oil, photo with "
            "other brushes.",
        ),
    ] = None,
    detail: Annotated[
        float | None, typer.Option(help="Painterly: 0 (large masses) to 1 (all that strokes can hold). Default: 0.5.")
    ] = None,
    wildness: Annotated[
        float | None, typer.Option(help="Painterly: 0 (calm, true colors) to 1 (swinging, loud). Default: 0.5.")
    ] = None,
    thickness: Annotated[
        float | None, typer.Option(help="Painterly: of the paint, 0 (thin) to 1 (impasto). Default: 0.5.")
    ] = None,
    *,
    options: s.Session,
) -> int | None:
    """Paint a photo with brush strokes: in oil, if nothing else is asked for.

    Writes painting.wmp.json, dream.png (what the learned painter sees), real.png (the same strokes in the real
    program), painting.svg, timelapse.mp4 and report.json, and prints how near the two came to the photo.

    Ctrl-C stops painting, keeps what is painted, writes every output, and ends with code 130; a second one drops it.
    SIGTERM and a closed terminal do the same, with 143 and 129.
    """
    from ..image import sample_photo

    source = photo or sample_photo()
    options, aim = _usual(options, objective)

    def goal() -> Objective:
        from ..objectives.presets import preset

        return preset(aim, options.picture(source), **dials)

    known = {} if options.origin is None else options.origin.parameters
    given = {"detail": detail, "wildness": wildness, "thickness": thickness}
    given = {name: known.get(name) if value is None else value for name, value in given.items()}
    dials = {name: checks.number(f"--{name}", value, 0, 1) for name, value in given.items() if value is not None}
    notes: dict[str, Any] = {"objective": aim, **dials}
    strokes = PAINTERLY if aim == "painterly" else 500
    return s.perform(options, goal, [photo], strokes=strokes, source=source, notes=notes)


def _usual(options: s.Session, objective: str | None) -> tuple[s.Session, str]:
    """The options and the objective of a painting of which not all was said."""
    from ..color import to_hex
    from ..media import families
    from ..objectives.painterly import TONED
    from ..objectives.presets import PRESETS
    from ..painting.result import load

    known = {} if options.origin is None else options.origin.parameters
    if options.init is not None and options.init.endswith(".json"):
        first = load(options.init)
        known = dict(first.parameters)
        if options.background is None and first.canvas.background is not None:
            options = replace(options, background=to_hex(first.canvas.background))
    before = known.get("objective") if known.get("objective") in PRESETS else None
    objective, brush = objective or before, s.brushes_of(options.brush) or known.get("brush")
    if brush is None and objective in (None, "photo", "painterly") and not (options.pens or options.init):
        brush = OIL
    if brush is not None and options.brush is None and options.resume is None:
        options = replace(options, brush=[brush] if isinstance(brush, str) else list(brush))
    if objective is None:
        names = brush if isinstance(brush, list) else [brush] if brush else []
        oil = options.resume is None and bool(names) and all(families.load(name).info.name == "oil" for name in names)
        objective = "painterly" if oil else "photo"
    if objective == "painterly" and options.resume is None and options.background is None:
        options = replace(options, background=to_hex(TONED))
    return options, objective


@common.guarded
@common.with_options(s.Session, *s.FIRST, "background", "program", *s.LAST)
def style(
    content: Annotated[Path, typer.Argument(help="The picture that says what is where.")],
    pictures: Annotated[list[Path], typer.Argument(metavar="STYLE...", help="One or more pictures to paint like.")],
    style_weight: Annotated[float, typer.Option(help="How much the style counts beside the content's 1.")] = 1.2,
    scale: Annotated[
        float, typer.Option(help="Size of the style's marks; 1 as if the style were as large as the painting.")
    ] = 1.0,
    keep_color: Annotated[bool, typer.Option("--keep-color", help="Keep the palette of the content.")] = False,
    net: Net = None,
    *,
    options: s.Session,
) -> int | None:
    """Paint one picture in the style of others, in brush strokes.

    Writes what `wmpaint paint` writes. The report gives each term for the dream and for the replay, and the style's
    for the untouched content, to compare with.
    """
    from ..objectives.goal import Goal
    from ..objectives.presets import transfer

    if net is not None and len(net) != 1:
        raise InputError(f"expected one --net, got {len(net)}")
    name = "lite0" if net is None else net[0]

    def goal() -> Objective:
        from .. import features

        return transfer(
            options.picture(content), [options.picture(path) for path in pictures], features.load(name),
            weight=style_weight, scale=scale, keep_color=keep_color,
        )  # fmt: skip

    def judge(goal: Objective, dream: Tensor, real: Tensor | None) -> dict[str, Any]:
        aspect = dream.shape[2] / dream.shape[1]
        pictures = {"photo": Goal.of(goal).start.picture, "dream": dream, "real": real}
        return {
            f"{which}_terms": _terms(goal, picture, aspect)
            for which, picture in pictures.items()
            if picture is not None
        }

    notes = {
        "objective": "style", "styles": [path.name for path in pictures], "style_weight": style_weight,
        "scale": scale, "keep_color": keep_color, "net": name,
    }  # fmt: skip
    return s.perform(options, goal, [content, *pictures], strokes=1000, source=content, notes=notes, judge=judge)


@common.guarded
@common.with_options(s.Session, *s.FIRST, "background", "program", *s.LAST)
def dream(
    photo: Annotated[Path | None, typer.Argument(help="A picture to dream on. Default: a gray ground.")] = None,
    class_: Annotated[
        str | None, typer.Option("--class", metavar="NAME", help="A class of ImageNet: daisy, goldfish, volcano…")
    ] = None,
    layer: Annotated[str | None, typer.Option(help="A layer of the network: block4, block10…")] = None,
    channel: Annotated[int | None, typer.Option(help="One channel of the layer, counted from 0.")] = None,
    octaves: Annotated[
        int | None, typer.Option(help="How many sizes a layer looks at, each 1.4 times smaller. Default: 3.")
    ] = None,
    keep: Annotated[
        float | None, typer.Option(help="How much the photo counts beside the dream; 0 forgets it. Default: 1.")
    ] = None,
    net: Net = None,
    *,
    options: s.Session,
) -> int | None:
    """Paint what a network dreams of: a class of things, or all that a layer sees in a photo (DeepDream).

    For a class two networks look at once, where the second is installed (pip install wmpaint\\[nets]); a third that
    took no part says how high the class ranks in the dream and in the replay.
    """
    from .. import features
    from ..canvas import GRAY, Canvas
    from ..objectives.presets import class_dream, layer_dream, rank

    if (class_ is None) == (layer is None):
        got = "both" if class_ is not None else "neither"
        raise InputError(f"expected either --class or --layer, got {got}")
    for option, value, needs, there in (
        ("--channel", channel, "--layer", layer), ("--octaves", octaves, "--layer", layer),
        ("--keep", keep, "a photo", photo),
    ):  # fmt: skip
        if value is not None and there is None:
            raise InputError(f"expected {option} beside {needs} only, got {value}")
    octaves, keep = 3 if octaves is None else octaves, 1.0 if keep is None else keep
    names = net or ([n for n in ("lite0", "lite1") if features.installed(n)] if class_ is not None else ["lite0"])
    referee = next((n for n in ("lite2", "lite1", "lite0") if n not in names and features.installed(n)), None)

    def goal() -> Objective:
        nets = [features.load(name) for name in names]
        picture = None if photo is None else options.picture(photo)
        if class_ is not None:
            return class_dream(class_, nets, picture=picture, keep=keep)
        assert layer is not None
        return layer_dream(layer, nets, channel=channel, octaves=octaves, picture=picture, keep=keep)

    def judge(goal: Objective, dream: Tensor, real: Tensor | None) -> dict[str, Any]:
        if class_ is None:
            return {}
        own = features.load(names[0])
        found: dict[str, Any] = {"class": own.labels[own.class_index(class_)]}  # type: ignore[index]
        for prefix, name in (("", names[0]), ("judge_", referee)):
            for which, picture in (("dream", dream), ("real", real)):
                known = None if name is None or picture is None else rank(features.load(name), picture, class_)
                found[f"{prefix}{which}_rank"] = known
        return found

    notes: dict[str, Any] = {
        "objective": "dream",
        "class": class_,
        "layer": layer,
        "channel": channel,
        "nets": names,
        "octaves": octaves,
        "keep": keep,
    }
    canvas = Canvas(1.0, GRAY) if photo is None else None
    count = 300 if class_ is not None else 1000
    return s.perform(options, goal, [photo], strokes=count, canvas=canvas, source=photo, notes=notes, judge=judge)


def _terms(goal: Objective, picture: Tensor, aspect: float) -> dict[str, float]:
    """What an objective says of a picture, at the height that it looks at, without the program's variance."""
    import torch

    from ..image import resize
    from ..objectives.goal import Goal
    from ..objectives.scene import Scene

    heights = Goal.of(goal).plan.heights
    height = heights[1] if heights else 256
    small = resize(picture, height, max(1, round(height * aspect)))
    with torch.no_grad():
        _, terms = goal.evaluate(Scene.of(small))
    return {name: round(value, 5) for name, value in terms.items() if name != "variance"}
