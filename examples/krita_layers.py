"""A painting to paint on: each round of strokes is a layer of an OpenRaster file, which Krita and MyPaint open.

python examples/krita_layers.py [--strokes 400 --brush gouache --program mypaint] [--layers 50] [-o krita_layers.ora]
"""

from __future__ import annotations

import zipfile
from xml.etree import ElementTree

from common import options, paint

import wmpaint as wp


def main() -> None:
    chosen = options(
        __doc__, strokes=400, output="krita_layers.ora", brush="gouache", photo=str(wp.sample_photo()),
        program="auto", layers="rounds",
    )  # fmt: skip
    painting = paint(chosen.photo, chosen, brush=chosen.brush)
    layers = int(chosen.layers) if chosen.layers.isdigit() else chosen.layers
    painting.save(chosen.output, layers=layers, program=chosen.program)
    with zipfile.ZipFile(chosen.output) as archive:
        stack = ElementTree.fromstring(archive.read("stack.xml"))
    print(f"{chosen.output}, painted by {painting.program_name(chosen.program)}; its layers from the top:")
    for layer in stack.iter("layer"):
        print(f"  {layer.get('name')}")


if __name__ == "__main__":
    main()
