"""A painting that paints itself: an animated SVG that looks like the brush, and a page to play it in.

python examples/animated_svg.py [--photo PHOTO] [--brush acrylic] [--seconds 8] [-o animated.svg]
"""

from __future__ import annotations

from pathlib import Path

from common import options, paint

import wmpaint as wp


def main() -> None:
    chosen = options(
        __doc__, strokes=300, output="animated.svg", brush="acrylic", photo=str(wp.sample_photo()), seconds=8.0
    )
    painting = paint(chosen.photo, chosen, brush=chosen.brush)
    svg, page = Path(chosen.output), Path(chosen.output).with_suffix(".html")
    painting.save(svg, style="brush", animate=True, seconds=chosen.seconds)
    painting.save(page, style="brush", seconds=chosen.seconds)
    for path in (svg, page):
        # The painting lies within, and can be painted on, or replayed in MyPaint, from either file.
        print(f"{path}: {path.stat().st_size / 1e6:.2f} MB, with {len(wp.load(path).strokes)} strokes inside")


if __name__ == "__main__":
    main()
