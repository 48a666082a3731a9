"""From strokes to a plotter's job: `plan(painting, "fineliners", page="a4", fill="offsets") -> Job`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ... import checks
from ...canvas import WHITE, Canvas
from ...errors import InputError
from ...explain import explained
from ...marks import Marks
from ...media import measuring
from ...pens import MOST_PENS, WIDTH, PenSet, Placement, load_pens
from ...strokes import Strokes
from ..view import curves_of, trails_of
from .files import Job
from .fill import FILLS, Fillable
from .inks import PenStrokes, mixed, nearest_pens, own_pens, plot_order
from .order import Order, need_vpype
from .plot import Effort, PlotLayer, Speeds, shade
from .shapes import Spine, cut, lines_of, shapes, spines, strings_of, veils
from .stopping import Check, Stop, stop_check

__all__ = ["plan"]

SOLID = 0.5  # opacity from which a stroke counts as opaque
ROUGH = 0.005  # mm that lines may be off
SHORTEST = 0.3  # pen widths of a line that is worth a lift
TUCK = 0.25  # pen widths that a line goes on beneath what hides it, so that little paper shows between the two
LOOSE = 0.5  # that of offsets, whose outermost lines keep less to the edge
APART = 1.5  # pen widths from hair to hair, so that one sees them
FARTHEST = 10  # km to draw
Hairs = dict[tuple[int, float], tuple[np.ndarray, ...]]  # lines by (stroke, pen's width)


@explained
def plan(
    source: Any,
    pens: Any = None,
    *,
    page: str | Sequence[Any] | None = None,
    landscape: bool | None = None,
    margin: Any = None,
    fill: str | None = None,
    hide: float | None = None,
    overlap: float = 0.1,
    mix: bool | None = None,
    order: Order | None = None,
    speeds: Speeds | None = None,
    canvas: Canvas | None = None,
    seed: int = 0,
    stop: Stop | None = None,
) -> Job:
    """Plan a plot.

    Args:
        source: a `Painting`, or `Strokes` (whose painted width is then 2 radius, at any pressure).
        pens: as `load_pens` takes them, or a number of pens whose colors are found in the strokes' own. "own"
            are those it was painted with; None is those, or else four fineliners.
        page: a name such as "a4", "200x150mm", or (width, height). None: what it was painted for, where it is drawn
            with the pens it was painted with, or else "a4".
        landscape: None turns a named page as the canvas lies.
        margin: a length, bare on all sides. None: as it was painted for, or else 15 mm.
        fill: how strokes get their width: "center" (they do not), "outline", "offsets" (lines beside the middle),
            "insets" (ring in ring, solid), "hatch" (by tone), "hairs" (as each of an oil brush's leaves paint, lifted
            where it runs dry; offsets of other brushes). None: "hatch" where colors are mixed, else "hairs" where a
            brush has some, else "offsets".
        hide: what later strokes hide of earlier ones: the inner share of their width, 0 (nothing) to 1 (all of it).
            None: all of it, but nothing where the fill is "center", since a line hides no more than itself.
        overlap: share of the pen's width by which neighboring lines overlap, 0 to 0.9.
        mix: whether colors are mixed from translucent pens; None as the set of pens says.
        order: how lines are joined and sorted; `Order()` if None.
        speeds: of the plotter; `Speeds()` if None.
        canvas: of bare strokes; a white square if None.
        seed: of what is random: the palette, and where closed lines begin.
        stop: a function of nothing that is asked again and again whether to give up; any deadline is its own.

    Raises:
        Stopped: `stop` said so.
        InputError: a value out of range, no strokes, none dark enough, a pen wider than the page.
        FileError: a pen file with a mistake.
        MissingProgram: vpype is not installed.
    """
    fill = None if fill is None else checks.one_of("a fill", fill, FILLS)
    for name, given, kind in (("order", order, Order), ("speeds", speeds, Speeds), ("canvas", canvas, Canvas)):
        if given is not None:
            checks.instance(name, given, kind)
    check = stop_check(stop)
    own = _painted_for(source, pens)
    page = own.get("page", "a4") if page is None else page
    margin = own.get("margin", "15mm") if margin is None else margin
    if fill is None and own.get("fill") == "line":
        fill = "center"
    if hide is None:
        hide = 0.0 if fill == "center" and not own else 1.0
    hide, overlap = checks.number("hide", hide, 0, 1), checks.number("overlap", overlap, 0, 0.9)
    seed = checks.seed(seed)
    strokes, canvas, medium, height = _read(source, canvas)
    if not len(strokes):
        raise InputError("expected strokes to plot, got none")
    placement = Placement.of(canvas, page, landscape, margin)
    need_vpype()  # before the work
    paper = canvas.background or WHITE
    share, opacity = _measured(medium, strokes, height)
    bones = spines(strokes, placement, share)
    area = opacity.new_tensor([float(s.half.mean() * s.length) for s in bones])
    chosen, inks = _assigned(own, strokes, pens, paper, opacity, area, mix, fill == "hatch", seed, check)
    _fits(chosen, placement)
    hairs = (
        {} if (fill or ("hatch" if chosen.mix else "hairs")) != "hairs" else _hairs(source, chosen, placement, overlap)
    )
    fill = fill or ("hatch" if chosen.mix else "hairs" if hairs else "offsets")
    layers, hidden = _layers(bones, inks, chosen, placement, fill, hide, overlap, opacity.numpy(), paper, hairs, check)
    if not layers:
        lost, (showing, bare) = len(strokes) - int(inks.bare.sum()), shade(paper)
        raise InputError(
            f"expected a stroke on the canvas and {showing} enough for one of {len(chosen)} pens, "
            f"got {int(inks.bare.sum())} too {bare}, and {lost} hidden or outside"
        )
    speeds = speeds or Speeds()
    before = tuple(Effort.of(layer.paths, speeds) for layer in layers)
    text = getattr(source, "to_json", None)
    return Job(
        (order or Order())(layers, seed, check=check),
        placement,
        paper,
        before,
        speeds,
        strokes=len(strokes),
        bare=int(inks.bare.sum()),
        hidden=hidden,
        title=getattr(source, "title", "") or f"{len(strokes):,} strokes",
        settings={
            "page": list(placement.page), "margin": placement.margin, "fill": fill, "hide": hide, "overlap": overlap,
            "mix": chosen.mix, "seed": seed, "order": asdict(order or Order()), "speeds": asdict(speeds),
            "pens": [pen.as_dict() for pen in chosen.pens],
        },
        painting=None if text is None else text(),
    )  # fmt: skip


def _read(source: Any, canvas: Canvas | None) -> tuple[Strokes, Canvas, Any, int]:
    """Strokes that show, their canvas, and what to measure their widths on."""
    if isinstance(source, Strokes):
        strokes, medium, height = source, None, 0
        canvas = canvas or Canvas()
    elif isinstance(getattr(source, "strokes", None), Marks):
        strokes, medium, height = curves_of(source.strokes, "a plot"), source.medium, source.program_height
        if canvas is None:
            canvas = source.canvas
            if getattr(source, "has_relief", False) and "pens" not in getattr(source, "parameters", {}):
                canvas = replace(canvas, background=WHITE)  # what lies beneath thick paint is no paper
    else:
        raise InputError(f"expected a painting or strokes to plot, got {type(source).__name__}")
    return strokes.detach().to("cpu", torch.float32).check().shown(), canvas, medium, height


def _painted_for(source: Any, pens: Any) -> dict[str, Any]:
    """The pens, page, margin and fill that a painting was painted for, if it is to be drawn with those pens.

    Raises:
        InputError: it is to be, and was not painted with pens.
    """
    if pens is not None and pens != "own":
        return {}
    known = getattr(source, "parameters", {})
    if known.get("pens") is not None and source.strokes.pen is not None:
        return {name: known[name] for name in ("pens", "page", "margin", "fill") if name in known}
    if pens == "own":
        raise InputError("expected a painting that was painted with pens, to be drawn with its own, got another")
    return {}


def _measured(medium: Any, strokes: Strokes, height: int) -> tuple[np.ndarray, Tensor]:  # [N, 2], [N]
    """Painted width as a share of the diameter at both ends, and opacity, as the painter has them."""
    if medium is None:
        return np.ones((len(strokes), 2)), torch.ones(len(strokes), device=strokes.device)
    # Both ends at once, as strokes of even pressure: what is painted to measure them serves both.
    ends = [strokes.replace(pressure=strokes.pressure[:, k : k + 1].expand(-1, 2)) for k in range(2)]
    wide, clear = measuring.measure(medium, Strokes.cat(ends), height=height)
    return wide.view(2, -1).t().double().numpy(), clear.view(2, -1).mean(0)


def _assigned(
    own: dict[str, Any],
    strokes: Strokes,
    pens: Any,
    paper: tuple[float, float, float],
    opacity: Tensor,
    area: Tensor,
    mix: bool | None,
    toned: bool,
    seed: int,
    check: Check,
) -> tuple[PenSet, PenStrokes]:
    """The pens, and which draws what."""
    colors, solidity = strokes.color.float(), (opacity / SOLID).clamp(max=1)
    if own and strokes.pen is not None:
        found = load_pens(own["pens"])
        pen = strokes.pen.numpy()
        bare = (pen < 0) | (pen >= len(found))  # the paper, as an eraser
        kept = np.flatnonzero(~bare)
        return found, PenStrokes(kept, pen[kept], solidity.numpy()[kept], bare)
    if isinstance(pens, str) and pens.strip().isdecimal():
        pens = int(pens)
    pens = "fineliners" if pens is None else pens
    if isinstance(pens, int) and not isinstance(pens, bool):
        pens = checks.whole("… pens", pens, 1, MOST_PENS)
        found = own_pens(colors, area * solidity, pens, paper, width=WIDTH, seed=seed)
    else:
        found = load_pens(pens)
    found.check_shows(paper)
    mixing = found.mix if mix is None else mix
    if mixing:
        return PenSet(found.pens, True), mixed(colors, found, paper, solidity, check=check)
    return PenSet(found.pens), nearest_pens(colors, found, paper, solidity, toned=toned)


def _hairs(source: Any, pens: PenSet, placement: Placement, overlap: float) -> Hairs:
    """Lines of hairs by stroke and pen's width, mm, where a painting's brushes have hairs."""
    if not hasattr(source, "in_program"):  # bare strokes
        return {}
    order = {number: k for k, number in enumerate(source.strokes.present.nonzero()[:, 0].tolist())}
    found: Hairs = {}
    for width in {pen.width for pen in pens.pens}:
        for number, trail in trails_of(source, APART * width * (1 - overlap) / placement.scale, even=True).items():
            lines, across = [], trail.edges.mean(1)
            for line, first, last in trail.runs():
                places = np.linspace(first, last, max(2, math.ceil(last - first)))
                points = placement.place(trail.points(places, np.full(len(places), across[line])))
                if np.linalg.norm(np.diff(points, axis=0), axis=1).sum() >= width:
                    lines.append(points)
            found[order[number], width] = tuple(lines)
    return found


def _fits(pens: PenSet, placement: Placement) -> None:
    room = min(placement.box[2] - placement.box[0], placement.box[3] - placement.box[1])
    for pen in pens.pens:
        if pen.width >= room:
            raise InputError(
                f"expected pens narrower than the drawing, which is {room:.4g} mm, got {pen.name!r} of {pen.width:g} mm"
            )


def _layers(
    bones: list[Spine],
    inks: PenStrokes,
    pens: PenSet,
    placement: Placement,
    fill: str,
    hide: float,
    overlap: float,
    opacity: np.ndarray,
    paper: tuple[float, float, float],
    hairs: Hairs,
    check: Check,
) -> tuple[list[PlotLayer], int]:
    """Each pen's lines in paint order, the pens in theirs; and how many strokes nothing is left of."""
    import shapely

    # What lies off the canvas is neither seen nor filled.
    bodies = shapely.intersection(shapely.simplify(shapes(bones, check=check), ROUGH), shapely.box(*placement.box))
    for stroke, index in zip(inks.stroke.tolist(), inks.pen.tolist(), strict=True):
        width = pens.pens[index].width
        if (known := hairs.get((stroke, width))) is not None:  # where all its hairs are dry it hides nothing
            inked = shapely.union_all(shapely.buffer(strings_of(known), APART * width / 2, quad_segs=2))
            bodies[stroke] = shapely.intersection(shapely.simplify(inked, 0.1 * width), shapely.box(*placement.box))
    if fill in ("offsets", "insets", "hatch", "hairs"):
        widths = np.array([pen.width for pen in pens.pens])[inks.pen]
        kilometres = float((shapely.area(bodies)[inks.stroke] / widths).sum()) / 1e6
        if kilometres > FARTHEST:
            raise InputError(
                f"expected at most {FARTHEST} km of lines, got about {kilometres:.0f} km: "
                "try a smaller page, wider pens, or another fill"
            )
    covering = np.full(len(bones), None, dtype=object)
    if hide > 0:
        opaque = np.flatnonzero(opacity >= SOLID)
        covering[opaque] = bodies[opaque] if hide == 1 else shapes([bones[k] for k in opaque], hide, check=check)
    veil = veils(bodies, covering, inks.stroke.tolist(), check=check)
    draw, tuck = FILLS[fill], LOOSE if fill in ("offsets", "hairs") else TUCK
    paths: list[list[np.ndarray]] = [[] for _ in pens.pens]
    shown = np.zeros(len(bones), bool)
    last, width, cover = -1, 0.0, None
    for stroke, index, coverage in zip(inks.stroke.tolist(), inks.pen.tolist(), inks.coverage.tolist(), strict=True):
        check()
        pen = pens.pens[index]
        if bodies[stroke].is_empty:
            continue
        over = veil.get(stroke)
        if over is not None:
            if (stroke, pen.width) != (last, width):  # several pens for one stroke, one after the other
                buried = over.covers(bodies[stroke])
                near = np.array(bodies[stroke].bounds) + 2 * pen.width * np.array([-1, -1, 1, 1])
                cover = None if buried else shapely.clip_by_rect(over, *near).buffer(-tuck * pen.width, quad_segs=4)
                cover = cover if cover is None or cover.is_valid else shapely.make_valid(cover)  # GEOS clips carelessly
                last, width = stroke, pen.width
            if cover is None:
                continue
            over = cover
        lines = draw(Fillable(bones[stroke], bodies[stroke], pen.width, overlap, coverage, pen.angle, check,
                              hairs.get((stroke, pen.width))))  # fmt: skip
        left = _clip(cut(lines, over, SHORTEST * pen.width), placement, pen.width / 2)
        shown[stroke] |= bool(left)
        paths[index] += _simplified(left)
    layers = [PlotLayer(pens.pens[k], tuple(paths[k])) for k in plot_order(pens, paper) if paths[k]]
    return layers, int((~shown[np.unique(inks.stroke)]).sum())


def _simplified(lines: list[np.ndarray]) -> list[np.ndarray]:
    """Lines without the points that hardly matter."""
    import shapely

    strings = shapely.simplify(strings_of(lines), ROUGH, preserve_topology=False)
    return lines_of(strings[shapely.length(strings) > ROUGH])


def _clip(lines: list[np.ndarray], placement: Placement, inset: float) -> list[np.ndarray]:
    """The parts of lines whose ink stays on the canvas."""
    import shapely

    left, top, right, bottom = placement.box
    inset -= 1e-6  # or lines along the very edge would be lost
    low, high = np.array([left, top]) + inset, np.array([right, bottom]) - inset
    if all((line >= low).all() and (line <= high).all() for line in lines):
        return lines
    return lines_of(shapely.clip_by_rect(strings_of(lines), *low, *high))
