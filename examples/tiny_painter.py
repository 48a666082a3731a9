"""The whole idea in sixty lines: a painter lays marks on a frame, and Adam moves them until the picture is the photo.

`wmpaint.paint` is this, with rounds of new marks where the error is, from coarse to fine. Read this first.

python examples/tiny_painter.py [--photo sample --brush acrylic --strokes 400 --steps 100]
"""

from __future__ import annotations

import torch
from common import options

import wmpaint as wp
from wmpaint.image import resize, save_png


def main() -> None:
    chosen = options(__doc__, strokes=400, output="tiny_painter.png", photo="sample", brush="acrylic")

    # What is wanted, where it is painted, and with what: a photo, a frame, and a medium, learned from a paint program.
    photo = wp.load_image(chosen.photo)
    frame = wp.Frame(wp.Canvas.like(photo), 160, program_height=512)  # looked at small, painted large
    goal = resize(photo, *frame.size)
    painter = wp.painters.load(chosen.brush)

    # Marks are columns of numbers, each declared with a unit, a range and a step size. Here they begin at random.
    bounds = {"points": (-0.06, 0.06), "radius": (0.008, 0.05), "pressure": (0.4, 1.0)}
    chance = torch.Generator().manual_seed(chosen.seed)
    marks = painter.marks.sample(chosen.strokes, generator=chance, bounds=bounds)
    middle = torch.rand(chosen.strokes, 2, generator=chance) * torch.tensor([frame.canvas.aspect, 1.0])
    x, y = (middle * frame.height).long().unbind(1)
    marks = marks.moved(1.0, middle).replace(color=goal[:, y, x].t())

    # In its chart a column can be moved freely: a radius by its logarithm, say.
    columns = painter.marks.columns()
    values = {name: known.encode(getattr(marks, name)).requires_grad_() for name, known in columns.items()}
    adam = torch.optim.Adam([{"params": [value], "lr": 2 * columns[name].step} for name, value in values.items()])

    steps = chosen.steps or 100
    for step in range(steps):
        marks = painter.marks(**{name: columns[name].decode(value) for name, value in values.items()})
        state = painter.begin(frame)  # the bare canvas
        state = painter.lay(state, marks)  # marks on it
        picture = painter.look(state)  # the mean, and how far the program strays from it
        error = (picture.mean[:3] - goal).square().mean() + picture.variance.mean() / 3
        adam.zero_grad()
        error.backward()
        adam.step()
        with torch.no_grad():
            for name, value in values.items():
                value.clamp_(*columns[name].span(bounds[name] if name == "radius" else None))
        if step % 20 == 0 or step == steps - 1:
            print(f"step {step + 1} of {steps}: error {error.item():.4f}")

    # The same marks in the dream and in the real program: only the medium is another.
    program, large = wp.program(painter.brush), wp.Frame(frame.canvas, chosen.height)
    both = [wp.render(medium, marks.detach(), large).mean[:3] for medium in (painter, program)]
    save_png(chosen.output, torch.cat(both, 2).clamp(0, 1))
    print(f"{chosen.output}: the dream, and the same marks in {program.info.name}")


if __name__ == "__main__":
    main()
