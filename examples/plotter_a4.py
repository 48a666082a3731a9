"""From a photo to a sheet for a pen plotter: painted with twelve brush pens from the start, on A4.

python examples/plotter_a4.py [--photo PHOTO] [--pens brush_pens] [--fill insets] [-o plot.svg]

It prints how far each pen draws and travels, and writes the plot as SVG with a layer a pen, as G-code for a plotter
whose servo lifts the pen, and as a picture of what to expect. Needs pip install wmpaint[plotter].
"""

from __future__ import annotations

from pathlib import Path

import common

import wmpaint as wp


def main() -> None:
    chosen = common.options(
        __doc__, strokes=500, output="plot.svg", photo=wp.sample_photo(), pens="brush_pens", fill="insets"
    )
    painting = common.paint(chosen.photo, chosen, pens=chosen.pens, page="a4", margin="15mm")
    job = painting.plot(page="a4", margin="15mm", fill=chosen.fill, seed=chosen.seed)
    print(job)
    out = Path(chosen.output)
    for name in (out, out.with_suffix(".gcode"), out.with_suffix(".png")):
        for path in job.save(name):
            print(path)


if __name__ == "__main__":
    main()
