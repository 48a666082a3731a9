"""How near an SVG comes to the dream: PSNR and size of each style, for each bundled painter.

python benchmarks/svg.py [--brushes acrylic,charcoal] [--strokes 500] [--steps 40] [--height 512] [--folder OUT]

The bundled photo is painted with each brush in a few steps; the SVG of each style is drawn again by cairosvg at the
same height. With --folder the files and pictures are kept, to be looked at. Prints a table in Markdown.
"""

from __future__ import annotations

import argparse
import io
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

import wmpaint as wp
from wmpaint.export.svg import STYLES
from wmpaint.image import save_png
from wmpaint.media.families import filed
from wmpaint.media.ribbon import available
from wmpaint.metrics import psnr


def drawn(path: Path, height: int, width: int) -> Tensor:  # [3, H, W]
    """An SVG as cairosvg draws it."""
    import cairosvg
    from PIL import Image

    data = cairosvg.svg2png(url=str(path), output_height=height, output_width=width)
    picture = np.array(Image.open(io.BytesIO(data)).convert("RGB"))
    return torch.from_numpy(picture).permute(2, 0, 1) / 255


def row(brush: str, options: argparse.Namespace, folder: Path) -> list[str]:
    """A brush's line of the table."""
    how = {"strokes": options.strokes, "height": options.height, "steps": options.steps}
    painting = wp.paint(wp.sample_photo(), brush=brush, seed=0, **how)
    dream = painting.render()[:3]
    stem = brush.replace("/", "_")
    save_png(folder / f"{stem}_dream.png", dream)
    cells = [brush]
    for style in STYLES:
        path = folder / f"{stem}_{style}.svg"
        before = time.perf_counter()
        painting.save(path, style=style)
        seconds = time.perf_counter() - before
        picture = drawn(path, *dream.shape[1:])
        save_png(path.with_suffix(".png"), picture)
        cells += [f"{float(psnr(picture, dream)):.1f}", f"{path.stat().st_size / 1e6:.2f}", f"{seconds:.1f}"]
    return cells


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--brushes", default=",".join(map(filed, available())))
    parser.add_argument("--strokes", type=int, default=500)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--height", type=int, default=512)
    parser.add_argument("--folder", type=Path, default=None)
    options = parser.parse_args()
    head = ["brush", *(f"{style}: {what}" for style in STYLES for what in ("dB", "MB", "s"))]
    print("| " + " | ".join(head) + " |")
    print("|---" + "|--:" * (len(head) - 1) + "|")
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for brush in options.brushes.split(","):
            print("| " + " | ".join(row(brush, options, folder)) + " |", flush=True)


if __name__ == "__main__":
    main()
