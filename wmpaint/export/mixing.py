"""A mixing table, from which a painter can mix a painting's colors: .csv, .txt, and .palette.html with swatches."""

from __future__ import annotations

import csv
import html
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from .. import checks
from ..color import delta_e, to_hex, to_lab
from ..errors import InputError
from ..files import write_text
from ..frame import Frame
from ..medium import render
from ..tubes import TUBES, Tubes
from .bitmap import flatten
from .view import Exportable

__all__ = ["Heap", "mixing_table", "write_csv", "write_swatches", "write_table"]

COLORS, MOST = 24, 256
USUAL = "classic"
LOOK = 128  # pixels of the height at which areas are counted
GRAY = 9.0  # chroma in CIELAB below which paint is laid out with the grays
FIRST = 107.0  # degrees of hue in CIELAB: a palette begins with lemon yellow, and goes on over red and blue to green
PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{title}</title>
<style>body {{ font: 16px/1.4 sans-serif; margin: 2em }} td, th {{ padding: .3em 1em .3em 0; text-align: left }}
td:first-child {{ width: 5em; padding: 1.2em 0 }}</style>
<h1>{title}</h1>
<p>Tubes: {tubes}</p>
<table>
<tr><th></th><th>color</th><th>parts</th><th>of the picture</th><th>off by (CIEDE2000)</th></tr>
{rows}
</table>
</html>
"""


@dataclass(frozen=True)
class Heap:
    """A heap of paint on the palette.

    Args:
        color: sRGB of the mixture.
        recipe: parts of each tube, the most first.
        share: of the picture's area that is nearest to it, 0..1.
        off: CIEDE2000 from the color that is wanted; 0 where the painting was painted with mixtures.
    """

    color: tuple[float, ...]
    recipe: dict[str, int]
    share: float
    off: float

    @property
    def words(self) -> str:
        """As a painter reads it: "3 titanium white + 1 ultramarine"."""
        return " + ".join(f"{parts} {name}" for name, parts in self.recipe.items())


def mixing_table(
    work: Exportable, palette: str | Sequence[str] | None = None, colors: int = COLORS
) -> tuple[Tubes, list[Heap]]:
    """The tubes, and the paint to be mixed of them, in the order in which it is laid out on a palette.

    Colors of the strokes are gathered into at most so many by k-means in CIELAB, weighed by what strokes cover.

    Args:
        palette: as `Tubes.of` takes it; None is that which it was painted with, or "classic".
        colors: how many heaps at most, 1 to 256.

    Raises:
        InputError: a tube that there is not, a number out of range, or a painting without colored strokes.
    """
    colors = checks.whole("… colors to mix", colors, 1, MOST)
    known = work.metadata()["parameters"].get("palette")
    tubes = Tubes.of(palette or known or USUAL)
    strokes: Any = work.strokes
    strokes = strokes[strokes.present.nonzero()[:, 0].to(strokes.device)].replace(lifted=None)
    if not len(strokes) or not hasattr(strokes, "color"):
        raise InputError("expected strokes with colors for a mixing table, got none")
    wanted, weight = strokes.color.float(), _area(strokes).float()
    lab = to_lab(wanted)
    if len(wanted.unique(dim=0)) > colors:
        lab = _gathered(lab, weight, colors)
    mixtures = torch.cdist(lab, tubes.lab).argmin(1)
    off = delta_e(lab, tubes.lab[mixtures])
    used, place = mixtures.unique(return_inverse=True)
    frame = Frame(work.canvas, min(LOOK, work.program_height), program_height=work.program_height)
    with torch.no_grad():
        picture = to_lab(flatten(render(work.medium, strokes, frame).mean)[:3].clamp(0, 1).flatten(1).t())
    share = torch.cdist(picture, tubes.lab[used]).argmin(1).bincount(minlength=len(used)) / len(picture)
    heaps = [
        Heap(tuple(tubes.colors[m].tolist()), tubes.recipe(int(m)), float(share[k]), float(off[place == k].min()))
        for k, m in enumerate(used)
    ]
    order = sorted(range(len(used)), key=lambda k: _place(tubes.lab[used[k]]))
    return tubes, [heaps[k] for k in order]


def _area(strokes: Any) -> Tensor:
    """[N] about what each stroke covers."""
    points, radius = strokes.points.double(), strokes.radius.double()
    length = (points[:, 1:] - points[:, :-1]).norm(dim=2).sum(1)
    return 2 * radius * length + math.pi * radius.square()


def _gathered(lab: Tensor, weight: Tensor, count: int) -> Tensor:  # [N, 3], [N] -> [count, 3]
    """Centers of k-means, which begins with the largest and adds the color that is farthest from all so far."""
    centers = lab[weight.argmax()][None]
    for _ in range(count - 1):
        centers = torch.cat([centers, lab[(torch.cdist(lab, centers).amin(1) * weight.sqrt()).argmax()][None]])
    for _ in range(20):
        own = torch.cdist(lab, centers).argmin(1)
        total = weight.new_zeros(count).index_add(0, own, weight)
        means = torch.zeros_like(centers).index_add(0, own, lab * weight[:, None]) / total.clamp(min=1e-12)[:, None]
        centers = torch.where(total[:, None] > 0, means, centers)
    return centers


def _place(lab: Tensor) -> tuple[float, float, float]:
    """Where paint lies on a palette: grays from white to black, then hues from yellow over red and blue to green."""
    light, a, b = lab.tolist()
    if math.hypot(a, b) < GRAY:
        return 0, 0, -light
    return 1, (FIRST - math.degrees(math.atan2(b, a))) % 360 // 30, -light


def write_csv(
    path: Path, work: Exportable, *, palette: str | Sequence[str] | None = None, colors: int = COLORS
) -> None:
    """.csv: a mixing table, with a column a tube; options as of `mixing_table`."""
    tubes, heaps = mixing_table(work, palette, colors)
    stream = io.StringIO()
    table = csv.writer(stream, lineterminator="\n")
    table.writerow(["color", "share", "off", *tubes.names])
    for heap in heaps:
        parts = [heap.recipe.get(name, 0) for name in tubes.names]
        table.writerow([to_hex(heap.color), f"{heap.share:.4f}", f"{heap.off:.1f}", *parts])
    write_text(path, stream.getvalue())


def write_table(
    path: Path, work: Exportable, *, palette: str | Sequence[str] | None = None, colors: int = COLORS
) -> None:
    """.txt: a mixing table to read; options as of `mixing_table`."""
    _, heaps = mixing_table(work, palette, colors)
    lines = [f"{to_hex(heap.color)}  {heap.share:6.1%}  {heap.words}" for heap in heaps]
    write_text(path, "\n".join([work.title, "", *lines, ""]))


def write_swatches(
    path: Path, work: Exportable, *, palette: str | Sequence[str] | None = None, colors: int = COLORS
) -> None:
    """.palette.html: a mixing table with swatches, to print; options as of `mixing_table`."""
    tubes, heaps = mixing_table(work, palette, colors)
    rows = [
        f'<tr><td style="background: {to_hex(heap.color)}"></td><td>{to_hex(heap.color)}</td><td>{heap.words}</td>'
        f"<td>{heap.share:.1%}</td><td>{heap.off:.1f}</td></tr>"
        for heap in heaps
    ]
    names = ", ".join(f"{name} ({TUBES[name][0]})" for name in tubes.names)
    write_text(path, PAGE.format(title=html.escape(work.title), tubes=names, rows="\n".join(rows)))
