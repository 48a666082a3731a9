"""Whatever public functions are given, what they raise is ours, or Python's TypeError with their own name."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pytest
import torch
from wrong import NET, PAINTING, PHOTO, STROKES, WRONG

import wmpaint as wp
from wmpaint.errors import InputError, WmpaintError
from wmpaint.explain import check_options, explained

PEN = wp.plotter.Pen("a", (0, 0, 0))
# function, good arguments, and which of the optional ones are tried beside them
CASES: dict[str, tuple[Any, tuple[Any, ...], tuple[str, ...]]] = {
    "Run": (wp.Run, (PHOTO,), tuple(inspect.signature(wp.Run).parameters)[1:-1]),
    "Canvas": (wp.Canvas, (), ("aspect", "background", "paper")),
    "like": (wp.Canvas.like, (PHOTO,), ("background",)),
    "of": (wp.Painting.of, (STROKES, "round"), ("canvas", "height", "seed")),
    "Painting": (wp.Painting, (STROKES, wp.Canvas(), PAINTING.brushes), ("program_height", "seed")),
    "load": (wp.load, ("no_such.wmp.json",), ()),
    "load_image": (wp.load_image, (PHOTO,), ("background", "max_pixels")),
    "program": (wp.program, ("round",), ("seed",)),
    "Dabs": (wp.Dabs, ("round",), ("seed",)),
    "RibbonPainter": (wp.RibbonPainter, (), ("config",)),
    "photo": (wp.photo, (PHOTO,), ("variance",)),
    "ssim": (wp.ssim, (PHOTO,), ("window",)),
    "edges": (wp.edges, (PHOTO,), ()),
    "content": (wp.content, (PHOTO, NET), ("layers",)),
    "style": (wp.style, (PHOTO, NET), ("layers", "shares", "scale", "masks", "kind")),
    "transfer": (wp.transfer, (PHOTO, [PHOTO], NET), ("weight", "scale")),
    "dream": (wp.dream, (NET,), ("class_", "layer", "channel", "neuron", "direction", "transforms", "views")),
    "class_dream": (wp.class_dream, (1, [NET]), ("picture", "keep")),
    "palette": (wp.palette, (["#ff0000", "#00ff00"],), ("picture", "hardness")),
    "align": (wp.align, (PHOTO,), ("scale",)),
    "sinkhorn": (wp.sinkhorn, (PHOTO,), ("blur", "position", "mass")),
    "ink": (wp.ink, (), ("budget",)),
    "overlap": (wp.overlap, (), ("rows",)),
    "radii": (wp.objectives.radii, (0.1, 0.2), ()),
    "render": (PAINTING.render, (16,), ()),
    "replay": (PAINTING.replay, ("dabs",), ("height", "seed")),
    "plot": (
        PAINTING.plot,
        ("black",),
        ("page", "margin", "fill", "hide", "overlap", "mix", "order", "speeds", "stop"),
    ),
    "save": (PAINTING.save, ("no/such/folder/x.png",), ("height",)),
    "plan": (wp.plotter.plan, (STROKES, "black"), ("page", "landscape", "canvas", "seed")),
    "load_pens": (wp.plotter.load_pens, ("black",), ()),
    "Pen": (wp.plotter.Pen, ("a", (0.0, 0.0, 0.0)), ("width", "opacity", "speed", "pause", "plot", "opaque")),
    "PenSet": (wp.plotter.PenSet, ((PEN,),), ("mix",)),
    "Speeds": (wp.plotter.Speeds, (), ("down", "up", "lift")),
    "Order": (wp.plotter.Order, (), ("merge", "passes", "two_opt")),
    "fit": (wp.fit, (wp.RibbonPainter(), wp.Dabs("round")), ()),
    "paint_video": (wp.paint_video, ("no.mp4", "out.mp4"), ("brush", "fps", "limit", "steps", "still")),
    "Strokes": (wp.Strokes, (STROKES.points, STROKES.radius, STROKES.pressure, STROKES.color), ("brush", "pen")),
}
CHEAP = {"fit": (1,)}  # which good arguments are exchanged, where a call that works takes long


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", CASES)
def test_what_is_wrong_is_told_in_our_words(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    function, args, options = CASES[name]
    calls = [((*args[:k], wrong, *args[k + 1 :]), {}) for k in CHEAP.get(name, range(len(args))) for wrong in WRONG]
    calls += [(args, {option: wrong}) for option in options for wrong in WRONG]
    for given, how in calls:
        try:
            function(*given, **how)
        except WmpaintError as error:
            assert 10 < len(str(error)) <= 500 and "\n" not in str(error)
        except TypeError as error:
            assert str(error).startswith(f"{name}() "), (given, how)


@pytest.mark.parametrize("name", CASES)
def test_an_unknown_keyword_names_the_function(name: str) -> None:
    function, args, _ = CASES[name]
    with pytest.raises((TypeError, InputError)) as error:
        function(*args, no_such_option=1)
    assert "no_such_option" in str(error.value)
    assert isinstance(error.value, InputError) or str(error.value).startswith(f"{name}() got an unexpected keyword")


def test_the_nearest_keyword_is_named() -> None:
    with pytest.raises(
        TypeError, match=r"^paint\(\) got an unexpected keyword argument 'stroke': did you mean 'strokes'"
    ):
        wp.paint(PHOTO, stroke=3)
    with pytest.raises(
        TypeError, match=r"^plot\(\) got an unexpected keyword argument 'pagesize': did you mean 'page'"
    ):
        PAINTING.plot(pagesize="a4")
    with pytest.raises(TypeError, match=r"^Run\(\) got an unexpected keyword argument 'brushes': did you mean 'brush'"):
        wp.Run(PHOTO, brushes="oil")
    with pytest.raises(TypeError, match=r"^photo\(\) missing a required argument: 'picture'"):
        wp.photo()  # type: ignore[call-arg]


def test_steps_and_callbacks_of_paint() -> None:
    for wrong in ([1], "no", 3):
        for name in ("progress", "steer"):
            with pytest.raises(InputError, match=rf"expected {name} of paint\(\) to be Callable"):
                wp.paint(PHOTO, strokes=2, steps=1, height=16, **{name: wrong})


def test_strokes_to_begin_with_of_several_brushes() -> None:
    mixed = STROKES.replace(brush=torch.tensor([0, 1, 1]))
    with pytest.raises(
        InputError, match=r"strokes of one brush to begin with, got brush 1: name all in brush=, or init\.replace"
    ):
        wp.Run(PHOTO, strokes=3, height=16, init=mixed)
    assert wp.Run(PHOTO, brush=["round", "ink"], strokes=3, height=16, init=mixed) is not None


def test_errors_of_those_who_are_called_are_left_alone() -> None:
    def broken(scene: wp.Scene) -> torch.Tensor:
        raise AttributeError("their own")

    with pytest.raises(AttributeError, match=r"^their own$"):
        wp.paint(wp.photo(PHOTO) + broken, strokes=2, steps=1, height=16)


def test_what_works_is_never_refused() -> None:
    @explained
    def half(number: int) -> float:
        return number / 2

    assert half(3.0) == 1.5 and half.__name__ == "half" and list(inspect.signature(half).parameters) == ["number"]
    with pytest.raises(InputError, match=r"expected number of half\(\) to be int, got 'x'"):
        half("x")  # type: ignore[arg-type]
    check_options("f", ["a"], ["a", "b"])
