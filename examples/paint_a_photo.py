"""The shortest way from a photo to files: strokes, dream, SVG and film.

python examples/paint_a_photo.py [PHOTO] [--brush acrylic] [--strokes 500] [--height 512]
"""

from __future__ import annotations

import argparse

import wmpaint as wp


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photo", nargs="?", default=wp.sample_photo())
    parser.add_argument("--brush", default="acrylic")
    parser.add_argument("--strokes", type=int, default=500)
    parser.add_argument("--height", type=int, default=512)
    parser.add_argument("--steps", type=int, default=None)
    parser.add_argument("--tiny", action="store_true", help="few strokes and steps, to see that it runs")
    options = parser.parse_args()
    how = {"strokes": options.strokes, "height": options.height, "steps": options.steps}
    if options.tiny:
        how = {"strokes": 20, "height": 64, "steps": 3}
    painting = wp.paint(options.photo, brush=options.brush, seed=7, **how)
    for name in ("painted.wmp.json", "painted.png", "painted.svg", "painted.mp4"):
        painting.save(name)
        print(name)
    print(painting.report(program="auto"))


if __name__ == "__main__":
    main()
