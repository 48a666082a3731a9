"""Random paintings by a painter."""

from __future__ import annotations

import importlib

import pytest
import torch
from toys import painter

from wmpaint.canvas import Canvas
from wmpaint.data import load, paintings
from wmpaint.errors import BrushError, InputError
from wmpaint.frame import Frame
from wmpaint.medium import render


def chance() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def test_pictures_are_what_the_painter_paints_of_the_strokes() -> None:
    data = paintings(painter(), strokes=5)
    found = data.take([3, 4], side=32)
    assert found.pictures.shape == (2, 3, 32, 32) and found.strokes is not None and found.strokes.count == 5
    assert found.groups is not None and found.groups.tolist() == [[0, 1, 2, 3, 4]] * 2
    for picture, strokes in zip(found.pictures, (found.strokes[0], found.strokes[1]), strict=True):
        paint = render(data.painter, strokes, Frame(Canvas(background=None), 32)).mean
        ground = (picture - paint[:3]) / (1 - paint[3]).clamp(min=1e-3)
        bare = paint[3] < 0.2
        assert bare.any() and ground[:, bare].std(1).max() < 1e-3  # one color
        strokes.check()


def test_strokes_go_from_large_to_small() -> None:
    found = paintings(painter(), strokes=16).sample(200, side=8, generator=chance()).strokes
    assert found is not None
    radius = found.radius.log().mean(0)
    assert (radius[1:] < radius[:-1]).float().mean() > 0.8
    assert 0.02 <= found.radius.min() and found.radius.max() <= 0.22


def test_numbers_give_the_same_paintings_and_parts_others() -> None:
    data = load("paintings:round", strokes=3)
    assert data.name == "paintings:round" and len(data) == 1 << 30 and data.channels == 3
    train, test = data.split()
    one = train.take([7], side=16).pictures
    assert torch.allclose(one, train.take([5, 7], side=16).pictures[1:], atol=1e-5)
    assert not torch.allclose(one, test.take([7], side=16).pictures, atol=0.05)
    again = [data.sample(2, side=16, generator=chance()).pictures for _ in range(2)]
    assert torch.equal(*again)


def test_large_batches_are_rendered_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    data = paintings(painter(), strokes=2)
    whole = data.take(range(5), side=16).pictures
    monkeypatch.setattr(importlib.import_module("wmpaint.data.paintings"), "_AT_ONCE", 2 * 16 * 16)
    assert torch.allclose(data.take(range(5), side=16).pictures, whole, atol=1e-5)


def test_bad_input_is_refused() -> None:
    with pytest.raises(BrushError, match="expected the name of a brush with a painter"):
        load("paintings:nothing")
    for strokes in (0, 257, 2.0, True):
        with pytest.raises(InputError, match="expected 1 to 256 strokes of a painting"):
            paintings(painter(), strokes=strokes)  # type: ignore[arg-type]
    for radius in ((0.2, 0.1), (0.0, 0.1), (0.1, float("nan"))):
        with pytest.raises(InputError, match="expected the smallest and the largest radius"):
            paintings(painter(), radius=radius)
    with pytest.raises(InputError, match="expected no number for endless data"):
        paintings(painter()).split(3)
