"""Where the eye goes."""

from __future__ import annotations

import torch

from wmpaint.canvas import Canvas
from wmpaint.image import load_image, resize
from wmpaint.objectives import Scene
from wmpaint.objectives.focus import Striking, focus
from wmpaint.objectives.start import Plan


def test_a_cats_eyes_draw_the_eye() -> None:
    cat = load_image("sample")
    place = resize(focus(cat)[None], 30, 40)[0]
    assert float(place.min()) >= 0 and float(place.max()) <= 1
    eyes, fur = place[11:14, 16:19].mean(), place[18:28, 4:12].mean()
    assert eyes > 0.5 > 2 * fur


def test_a_plain_picture_and_a_thin_one_have_a_focus() -> None:
    for picture in (torch.full((3, 40, 40), 0.5), torch.rand(3, 3, 300), torch.rand(3, 1, 1)):
        place = focus(picture)
        assert bool(place.isfinite().all()) and place.ndim == 2


def test_errors_count_by_place() -> None:
    picture, place = torch.zeros(3, 8, 8), torch.zeros(8, 8)
    place[:, :4] = 1
    objective = Striking(picture, place, Plan(details=0.3))
    left, right = torch.zeros(3, 8, 8), torch.zeros(3, 8, 8)
    left[:, :, :4], right[:, :, 4:] = 0.5, 0.5
    wide = torch.full((3, 8, 16), 0.5)
    assert float(objective(Scene.of(left))) == 0.5 * float(objective(Scene.of(torch.full((3, 8, 8), 0.5)))) * 2 > 0
    assert float(objective(Scene.of(right))) == 0
    assert float(objective(Scene.of(wide, canvas=Canvas(2.0)))) > 0, "a picture is stretched to the canvas"
