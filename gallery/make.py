"""The gallery's pictures: each example at full size, the dream beside the same strokes in MyPaint, as JPEG.

python gallery/make.py [NAME...]          # style_transfer, goldfish, … ; all of them when none is named
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image

HERE = Path(__file__).parent
EXAMPLES = HERE.parent / "examples"
CLASSES = ("goldfish", "monarch", "flamingo", "strawberry", "daisy", "lemon")
COMMANDS: dict[str, list[str]] = {
    "style_transfer": ["style_transfer.py"],
    "two_styles_masked": ["two_styles_masked.py"],
    "deep_dream": ["deep_dream.py"],
    "economy_sketch": ["economy_sketch.py"],
    "own_objective": ["own_objective.py"],
    "flow_field": ["flow_field.py", "--height", "640"],
    "circle_packing": ["circle_packing.py", "--height", "640"],
    **{name: ["class_painting.py", "--name", name] for name in CLASSES},
}


def main() -> None:
    names = sys.argv[1:] or list(COMMANDS)
    unknown = set(names) - set(COMMANDS)
    if unknown:
        sys.exit(f"gallery/make.py: expected names out of {', '.join(COMMANDS)}, got {', '.join(sorted(unknown))}")
    for name in names:
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            picture = Path(folder) / "picture.png"
            script, *options = COMMANDS[name]
            subprocess.run([sys.executable, str(EXAMPLES / script), *options, "-o", str(picture)], check=True)
            Image.open(picture).convert("RGB").save(HERE / f"{name}.jpg", quality=88, optimize=True)
        print(f"{name}: {time.monotonic() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main()
