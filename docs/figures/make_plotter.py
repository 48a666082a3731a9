"""The pictures of docs/plotter.md: one painting plotted in several ways, and a close look at fills.

python docs/figures/make_plotter.py [--painting out/painting.wmp.json] [--only ways|fills|travel]
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from PIL import Image

import wmpaint as wp
from wmpaint.image import to_uint8

PICTURES = Path(__file__).parent.parent / "pictures"
WAYS = [("4", {"fill": "offsets"}), ("brush_pens", {"fill": "insets"}), ("black", {"fill": "hatch"}), ("cmyk", {})]
FILLS = ("center", "outline", "offsets", "insets", "hatch")


def sheet(job: wp.plotter.Job, width: int, **options: bool) -> torch.Tensor:
    """A page of about so many pixels' width."""
    return job.preview(25.4 * width / job.placement.page[0], **options)


def save(name: str, rows: list[list[torch.Tensor]]) -> None:
    """Pictures of one size as a grid."""
    height, width = rows[0][0].shape[1:]
    rows = [[picture[:, :height, :width] for picture in row] for row in rows]
    grid = torch.cat([torch.cat(row, 2) for row in rows], 1)
    path = PICTURES / name
    Image.fromarray(to_uint8(grid)).save(path, quality=82, optimize=True)
    print(path.name, f"{path.stat().st_size // 1024} KiB", flush=True)


def ways(painting: wp.Painting) -> None:
    """The same painting by different pens and fills, and one that was painted with its pens."""
    sheets = []
    for pens, options in WAYS:
        job = painting.plot(int(pens) if pens.isdigit() else pens, page="a4", **options)
        print(job, flush=True)
        sheets.append(sheet(job, 520))
    own = wp.paint(wp.sample_photo(), pens="brush_pens", page="a4", strokes=500, seed=0)
    sheets.append(sheet(own.plot(page="a4", fill="insets"), 520))
    sheets.append(sheet(painting.plot("cmyk", page="a4", fill="insets", mix=False), 520))
    save("plotter.jpg", [sheets[:2], sheets[2:4], sheets[4:]])


def fills() -> None:
    """Three strokes in each fill, close by."""
    bow, arch = [[0.15, 0.25], [0.55, 0.0], [0.85, 0.3]], [[0.2, 0.75], [0.5, 0.3], [0.8, 0.8]]
    dot = [[0.5, 0.9], [0.5, 0.9], [0.52, 0.9]]
    points = torch.tensor([bow, arch, dot])
    color = torch.tensor([[0.2, 0.3, 0.7], [0.45, 0.5, 0.75], [0.1, 0.15, 0.5]])
    strokes = wp.Strokes(points, torch.tensor([0.09, 0.12, 0.07]), torch.ones(3, 2), color)
    pen = wp.plotter.Pen("blue", (0.1, 0.2, 0.6), 0.8)
    row = [sheet(wp.plotter.plan(strokes, pen, page="60x60mm", margin="3mm", fill=fill), 320) for fill in FILLS]
    save("fills.jpg", [row])


def travel(painting: wp.Painting) -> None:
    """The pen's way through the air, in paint order and sorted."""
    plain = wp.plotter.Order(merge=0, sort=False)
    before = painting.plot("fineliners", page="a4", fill="outline", order=plain)
    after = painting.plot("fineliners", page="a4", fill="outline")
    save("travel.jpg", [[sheet(before, 640, pen_up=True), sheet(after, 640, pen_up=True)]])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--painting", type=Path, default=None)
    parser.add_argument("--only", choices=("ways", "fills", "travel"), default=None)
    chosen = parser.parse_args()
    if chosen.only in (None, "fills"):
        fills()
    if chosen.only == "fills":
        return
    painting = wp.load(chosen.painting) if chosen.painting else wp.paint(wp.sample_photo(), strokes=500)
    if chosen.only in (None, "ways"):
        ways(painting)
    if chosen.only in (None, "travel"):
        travel(painting)


if __name__ == "__main__":
    main()
