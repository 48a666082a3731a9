"""Written characters: kana with the strokes of people, and digits."""

from __future__ import annotations

import importlib
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from wmpaint.data import Glyphs, WritingStyle, digits, kana
from wmpaint.data.agreement import agreements
from wmpaint.data.base import ENDLESS
from wmpaint.data.ink import draw
from wmpaint.errors import FileError, InputError, MissingProgram


def chance(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def some() -> Glyphs:
    return kana("kana", characters="あいのシぽ")


def test_all_kana_are_there_and_fit_in_15_curves() -> None:
    both = kana()
    assert len(both.classes) == both.count == 176 and both.channels == 1 and len(both) == ENDLESS
    assert (both.groups >= 0).sum(1).max() <= 15
    strokes = dict(zip(both.classes, (both.groups.amax(1) + 1).tolist(), strict=True))
    # counted by hand
    assert [strokes[c] for c in "あいのへほキンボ"] == [3, 2, 1, 1, 4, 3, 2, 6]
    assert len(kana("hiragana").classes) == 86 and len(kana("katakana").classes) == 90
    assert "KanjiVG" in both.credit and "BY-SA" in both.credit


def test_curves_keep_the_order_and_direction_of_the_drawing(some: Glyphs) -> None:
    # あ: across from the left, down, then the loop; starts as the drawing has them, in a box of 109
    a = some.curves[some.classes.index("あ")] * 109
    groups = some.groups[some.classes.index("あ")].tolist()
    first = [groups.index(g) for g in range(3)]
    assert torch.allclose(a[first, 0], torch.tensor([[31.01, 33.0], [49.76, 17.62], [65.63, 44.12]]), atol=0.01)
    assert a[0, 0, 0] < a[first[1] - 1, 2, 0]
    for k in range(1, len(groups)):
        if groups[k] == groups[k - 1] >= 0:
            assert torch.equal(a[k, 0], a[k - 1, 2])


def test_kanji_of_few_strokes() -> None:
    found = kana("kanji", characters="一人木鬱", max_strokes=4)
    assert found.classes == ("一", "人", "木")
    assert (found.groups.amax(1) + 1).tolist() == [1, 2, 4]


def test_pictures_are_drawn_from_the_known_strokes(some: Glyphs) -> None:
    found = some.sample(12, side=48, generator=chance())
    assert found.pictures.shape == (12, 1, 48, 48) and found.pictures.dtype == torch.float32
    assert found.pictures.amin() == 0 and found.pictures.amax() == 1
    strokes, groups = found.strokes, found.groups
    assert strokes is not None and groups is not None and found.labels is not None
    half = strokes.radius[..., None] * strokes.pressure
    assert torch.allclose(draw(strokes.points, half, groups >= 0, side=48), found.pictures[:, 0], atol=1e-5)
    assert torch.equal(groups, some.groups[found.labels])
    for k in range(12):
        strokes[k].check()


def test_ink_stays_inside_and_widths_in_their_range(some: Glyphs) -> None:
    wild = replace(some, style=WritingStyle(jitter=3.0, thin=0.1, thick=0.2))
    found = wild.sample(64, side=64, generator=chance())
    border = found.pictures.clone()
    border[:, :, 1:-1, 1:-1] = 0
    assert border.amax() == 0
    assert found.strokes is not None
    usual = some.sample(64, side=16, generator=chance()).strokes
    assert usual is not None
    assert 0.03 / 2 * 0.4 < usual.radius.min() and usual.radius.max() <= 0.09 / 2 + 1e-6


def test_without_jitter_the_curves_are_those_of_the_file(some: Glyphs) -> None:
    plain = replace(some, style=WritingStyle(jitter=0, taper=0, thin=0.04, thick=0.04))
    found = plain.take(range(5), side=32)
    there = some.groups >= 0
    assert found.strokes is not None
    assert torch.allclose(found.strokes.points[there], some.curves[there], atol=1e-5)
    assert torch.allclose(found.strokes.radius, torch.full_like(found.strokes.radius, 0.02))
    assert torch.allclose(found.strokes.pressure[there], torch.ones(()))


def test_numbers_give_the_same_pictures_and_parts_others(some: Glyphs) -> None:
    once, again = some.take([3, 8, 10**9], side=32), some.take(torch.tensor([8, 10**9, 3]), side=32)
    assert torch.equal(once.pictures, again.pictures[[2, 0, 1]])
    assert once.labels is not None and once.labels.tolist() == [3, 3, 0]
    assert not torch.equal(once.pictures[0], once.pictures[1])  # the same character in another hand
    train, test = some.split()
    assert torch.equal(train.take([0], side=32).pictures, some.take([0], side=32).pictures)
    assert not torch.equal(train.take([0], side=32).pictures, test.take([0], side=32).pictures)
    assert torch.equal(
        some.sample(3, side=16, generator=chance(1)).pictures, some.sample(3, side=16, generator=chance(1)).pictures
    )


def test_held_out_characters_are_never_seen(some: Glyphs) -> None:
    train, test = some.hold_out_characters(0.4)
    seen, rare = train.sample(200, side=8, generator=chance()), test.sample(200, side=8, generator=chance())
    assert seen.labels is not None and rare.labels is not None
    assert len(seen.labels.unique()) == 3 and len(rare.labels.unique()) == 2
    assert set(seen.labels.tolist()).isdisjoint(rare.labels.tolist())
    assert train.classes == some.classes
    for share in (0.0, 0.01, 1.0):
        with pytest.raises(InputError, match="expected a share that holds out 1 to 4 of 5 characters"):
            some.hold_out_characters(share)


def test_jittered_strokes_agree_with_themselves_and_with_each_other() -> None:
    data = digits(variants=False)
    one, other = data.take(range(10), side=8), data.take(range(10, 20), side=8)
    assert one.strokes is not None and other.strokes is not None and one.groups is not None and other.groups is not None
    for found in agreements(one.strokes, one.strokes, one.groups):
        assert found.order == 1 and found.direction > 0.95 and found.count == 0 and found.coverage > 0.99


def test_digits_have_a_class_each_and_no_files() -> None:
    data = digits()
    assert data.classes == tuple("0123456789") and data.count == 16
    assert digits(variants=False).count == 10
    plain = digits(variants=False)
    assert (plain.groups.amax(1) + 1).tolist() == [1, 1, 1, 1, 2, 2, 1, 1, 1, 1]
    labels = data.sample(400, side=8, generator=chance()).labels
    assert labels is not None and len(labels.unique()) == 10


def test_a_missing_package_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib import metadata

    def none(name: str) -> None:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "distribution", none)
    with pytest.raises(
        MissingProgram, match=r"expected the package kanjivg, got none; install it with: pip install 'wmpaint\[kana\]'"
    ):
        kana()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('<path id="kvg:03042-s2" d="M1 1L2 2"/>', r"expected strokes numbered from 1 in .*, got \[2\]"),
        ('<path id="kvg:03042-s1" d="M1 1A2 2"/>', "expected an SVG path of one piece"),
    ],
)
def test_broken_drawings_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "03042.svg").write_text(text)
    module = importlib.import_module("wmpaint.data.kana")  # the package has a function of this name
    monkeypatch.setattr(module, "_folder", lambda: tmp_path)
    with pytest.raises((FileError, InputError), match=message):
        kana("hiragana")


def test_bad_input_is_refused(some: Glyphs) -> None:
    with pytest.raises(InputError, match="expected a set of characters out of hiragana"):
        kana("latin")
    with pytest.raises(InputError, match="expected characters of hiragana, got 'ア'"):
        kana("hiragana", characters="あア")
    with pytest.raises(InputError, match="expected hiragana of at most 0 strokes, got none"):
        kana("hiragana", max_strokes=0)
    with pytest.raises(InputError, match=r"expected numbers of pictures in 0\.\.1,073,741,823, got -1"):
        some.take([-1], side=8)
    with pytest.raises(InputError, match="expected a side of 1 to 2048 pixels, got 0"):
        some.take([0], side=0)
    with pytest.raises(InputError, match="expected a count of 1 or more pictures, got 0"):
        some.sample(0, side=8, generator=chance())
    with pytest.raises(InputError, match="expected no number for endless data"):
        some.split(0.1)
    for bad in ({"jitter": -1.0}, {"thin": float("nan")}, {"taper": 2.0}, {"thin": 0.2, "thick": 0.1}):
        with pytest.raises(InputError, match=r"expected thin at most|expected (jitter|thin|taper) in"):
            WritingStyle(**bad)
