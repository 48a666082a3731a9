"""Names of things are one short line."""

from __future__ import annotations

import re

import pytest
import torch
from plots import planned
from wrong import NET, PAINTING, PHOTO, STROKES

import wmpaint as wp


def told() -> dict[str, object]:
    many = sum((k * wp.edges(PHOTO).named(f"a long name {k}") for k in range(1, 30)), wp.variance())
    found: dict[str, object] = {
        "painting": PAINTING, "strokes": STROKES,
        "run": wp.Run(PHOTO, strokes=3, height=16), "painter": wp.painters.load("round"), "bare": wp.RibbonPainter(),
        "net": NET, "canvas": wp.Canvas(), "scene": wp.Scene.of(PHOTO), "job": planned(), "layer": planned().layers[0],
        "agent": wp.agents.load("photo"), "program": wp.Dabs("round"), "report": PAINTING.report(program=None),
        "many": many, "pen": wp.plotter.Pen("a", (0, 0, 0)), "within": wp.photo(PHOTO).within(torch.ones(3, 16, 24)),
        "function": wp.photo(PHOTO) + (lambda scene: scene.picture.mean()),
    }  # fmt: skip
    for name in ("photo", "edges", "ssim"):
        found[name] = getattr(wp, name)(PHOTO)
    for name in ("curvature", "economy", "flow", "ink", "muted", "overlap", "variance"):
        found[name] = getattr(wp, name)()
    found |= {"content": wp.content(PHOTO, NET), "style": wp.style(PHOTO, NET), "dream": wp.dream(NET, class_=1)}
    return found


@pytest.mark.parametrize(("name", "thing"), told().items(), ids=str)
def test_a_repr_is_one_short_line(name: str, thing: object) -> None:
    words = repr(thing)
    assert len(words) <= 200 and "\n" not in words and not re.search(r"object at 0x|tensor\(", words), words


def test_reprs_say_what_there_is() -> None:
    goal = wp.photo(PHOTO) + 0.5 * wp.curvature() - wp.ink()
    assert repr(goal) == "Sum(error + variance + 0.5 * curvature + -1 * ink)"
    assert repr(STROKES) == "Strokes(3)" and "3 strokes of round" in repr(PAINTING)
