"""Flicker of a film that is painted with carried strokes, against frames painted each by itself.

python benchmarks/video.py [--frames 16] [--height 192] [--strokes 400] [--brushes mypaint/oil round]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import wmpaint as wp

sys.path.insert(0, str(Path(__file__).parent.parent / "examples"))
from paint_video import rolling_ball


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=16)
    parser.add_argument("--height", type=int, default=192)
    parser.add_argument("--strokes", type=int, default=400)
    parser.add_argument("--brushes", nargs="+", default=["mypaint/oil", "round"])
    chosen = parser.parse_args()
    print("| brush | frames | flicker | alone | ratio | PSNR | alone | s a frame | alone |")
    print("|---|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "in"
        source.mkdir()
        rolling_ball(source, chosen.frames, chosen.height)
        for brush in chosen.brushes:
            how = {"brush": brush, "strokes": chosen.strokes, "height": chosen.height}
            carried = wp.paint_video(source, Path(folder) / "carried.mp4", **how)
            alone = wp.paint_video(source, Path(folder) / "alone.mp4", **how, alone=True)
            assert carried.flicker is not None and alone.flicker is not None
            print(
                f"| {brush} | {carried.frames} | {carried.flicker:.2f} | {alone.flicker:.2f} | "
                f"{carried.flicker / alone.flicker:.2f} | {carried.psnr:.1f} dB | {alone.psnr:.1f} dB | "
                f"{carried.seconds / carried.frames:.1f} | {alone.seconds / alone.frames:.1f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
