"""The gallery's films of agents: target, dream and real program, stroke by stroke, as animated WebP.

python gallery/make_agents.py [digits kana photos] [--mnist mnist.npz]          # all of them when none is named

Digits are MNIST's where these are given, else drawn for the purpose.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import wmpaint as wp
from wmpaint.agents import write_grid
from wmpaint.image import load_image

HERE = Path(__file__).parent
POEM = "いろはにほへとちり"  # "colors bloom, yet scatter": how the old order of kana begins
PHOTOS = ("castle.jpg", "owl.jpg")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", default=["digits", "kana", "photos"])
    parser.add_argument("--mnist", default="digits")
    chosen = parser.parse_args()
    for name in chosen.names:
        path = HERE / f"agent_{name}.webp"
        if name == "digits":
            _, test = wp.data.load(chosen.mnist).split()
            agent = wp.agents.load("mnist-8")
            write_grid(path, agent, test.take(range(12), side=agent.config.side).pictures, cell=128)
        elif name == "kana":
            kana = wp.data.load("kana")
            agent = wp.agents.load("kana-15")
            index = [kana.classes.index(letter) for letter in POEM]
            write_grid(path, agent, kana.split()[1].take(index, side=agent.config.side).pictures, cell=144)
        elif name == "photos":
            pictures = [HERE.parent / "examples" / "pictures" / photo for photo in PHOTOS]
            images = [load_image(p)[:3] for p in (wp.sample_photo(), *pictures) if p.exists()]
            write_grid(path, wp.agents.load("photo"), images, cell=224)
        else:
            sys.exit(f"gallery/make_agents.py: expected digits, kana or photos, got {name}")
        print(path)


if __name__ == "__main__":
    main()
