"""Anything at all into MyPaint: every call must return or raise one of wmpaint's errors. Run by test_fuzz.py.

    python tests/media/programs/fuzz.py numbers|strokes|sizes|settings|bytes|names [EXAMPLES]

It runs in a process of its own, since what it looks for is a crash of the interpreter.
"""

from __future__ import annotations

import copy
import json
import math
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wmpaint.canvas import Canvas
from wmpaint.errors import BrushError, InputError, WmpaintError
from wmpaint.frame import Frame
from wmpaint.media.programs import Brush, MyPaint, bundled
from wmpaint.media.programs.settings import INPUTS, SETTINGS
from wmpaint.medium import render
from wmpaint.strokes import Strokes

ODD = [0.0, -0.0, 1e-45, 1e-310, 1e-30, 1e9, -1e9, 1e38, -1e308, math.nan, math.inf, -math.inf]
NUMBER = st.one_of(st.sampled_from(ODD), st.floats(), st.floats(-100, 200))
GOOD = st.floats(-64, 128)
ANYTHING = st.one_of(st.none(), st.text(max_size=5), st.binary(max_size=5), st.lists(NUMBER, max_size=4), NUMBER)
SEED = st.one_of(st.integers(), st.floats(), st.none(), st.integers(0, 1000))
NAME = st.sampled_from(bundled())


def numbers(examples: Callable[..., Any]) -> None:
    def array(*shape: int) -> Any:
        return st.lists(NUMBER, min_size=math.prod(shape), max_size=math.prod(shape)).map(
            lambda x: np.array(x).reshape(shape)
        )

    @examples
    @given(
        NAME,
        st.one_of(
            array(3, 2), st.lists(GOOD, min_size=6, max_size=6).map(lambda x: np.array(x).reshape(3, 2)), ANYTHING
        ),
        st.one_of(NUMBER, st.floats(0.01, 100), ANYTHING),
        st.one_of(array(2), st.tuples(st.floats(0, 1), st.floats(0, 1)), ANYTHING),
        st.one_of(st.just(1.0), st.floats(1e-4, 49), NUMBER, ANYTHING),
        SEED,
    )
    def run(name: str, points: Any, radius: Any, pressure: Any, pace: Any, seed: Any) -> None:
        program = MyPaint(name)
        options: dict[str, Any] = {"height": 40, "width": 70, "seed": seed, "pace": pace}
        try:
            alpha = program.alpha(points, radius, pressure, **options)
        except InputError:
            return
        assert alpha.shape == (40, 70) and 0 <= alpha.min() and alpha.max() <= 1

    run()


def strokes(examples: Callable[..., Any]) -> None:
    @examples
    @given(NAME, st.integers(1, 4), st.integers(1, 300), st.data())
    def run(name: str, count: int, height: int, data: st.DataObject) -> None:
        def column(shape: tuple[int, ...], good: Any) -> torch.Tensor:
            size = math.prod((count, *shape))
            odd = data.draw(st.booleans()) and data.draw(st.booleans())
            value = data.draw(st.lists(NUMBER if odd else good, min_size=size, max_size=size))
            return torch.tensor(value, dtype=torch.float64).reshape(count, *shape)

        unit = st.floats(0, 1)
        given_strokes = Strokes(
            column((3, 2), st.one_of(st.floats(-64, 64), unit)),
            column((), st.one_of(st.floats(1e-3, 16), st.floats(0.01, 0.5))),
            column((2,), unit),
            column((3,), unit),
        )
        aspect = data.draw(st.sampled_from([1.0, 1 / 64, 0.3, 7.0]))
        background = data.draw(st.sampled_from([None, (0.5, 0.0, 1.0)]))
        try:
            picture = render(MyPaint(name), given_strokes, Frame(Canvas(aspect, background), height)).mean
        except InputError:
            return
        assert picture.shape[0] == 4 and 0 <= picture.min() and picture.max() <= 1

    run()


def sizes(examples: Callable[..., Any]) -> None:
    side = st.one_of(st.integers(), st.integers(-2, 300), st.sampled_from([0, 16384, 16385, 1 << 31, 1 << 63]), NUMBER)
    program = MyPaint("pencil")

    @examples
    @given(side, side)
    def run(height: Any, width: Any) -> None:
        right = all(isinstance(value, int) and 1 <= value <= 16384 for value in (height, width))
        if right and height * width > 1 << 24:
            return  # but large
        try:
            alpha = program.alpha([[1, 1], [5, 9], [9, 1]], 3.0, (0.5, 1.0), height=height, width=width)
        except InputError:
            return
        assert alpha.shape == (height, width)

    run()


def paint_with(data: bytes) -> None:
    """If these bytes are a brush, paint a few strokes with it."""
    try:
        program = MyPaint(data)
        program.alpha([[5, 50], [40, -30], [80, 60]], 4.0, (0.1, 1.0), height=64, width=64)
        program.alpha([[5, 50], [5, 50], [5, 50]], 0.3, (1.0, 0.0), height=64, width=64, pace=3.0)
        program.alpha([[-900, 50], [400, -30], [2000, 60]], 60.0, (0.9, 0.5), height=64, width=64)
        point = torch.tensor([[[0.1, 0.2], [0.5, 0.9], [0.9, 0.1]]])
        stroke = Strokes(point, torch.tensor([0.2]), torch.ones(1, 2), torch.zeros(1, 3))
        render(program, stroke, Frame(Canvas(), 50))
    except InputError:  # a BrushError is one
        return


def brush_settings(examples: Callable[..., Any]) -> None:
    names, inputs = st.sampled_from(sorted(SETTINGS)), st.sampled_from(sorted(INPUTS))

    def within(name: str) -> Any:
        low, _, high = SETTINGS[name]
        return st.one_of(
            st.floats(low, high), st.sampled_from([low, high, 0.0]), NUMBER if name == "hardness" else st.just(low)
        )

    @st.composite
    def curve(draw: Any, name: str) -> Any:
        low, _, high = SETTINGS[name]
        span = high - low
        xs = sorted(draw(st.lists(st.floats(-10, 10), min_size=2, max_size=5)))
        return [[x, draw(st.floats(-span, span))] for x in xs]

    @st.composite
    def brush(draw: Any) -> bytes:
        table = {}
        for name in draw(st.lists(names, min_size=1, max_size=12, unique=True)):
            curves = {key: draw(curve(name)) for key in draw(st.lists(inputs, max_size=3, unique=True))}
            table[name] = {"base_value": draw(within(name)), "inputs": curves}
        table.setdefault("opaque_multiply", {"base_value": 1.0, "inputs": {}})
        return json.dumps({"version": 3, "settings": table}).encode()

    @examples
    @given(brush())
    def run(data: bytes) -> None:
        paint_with(data)

    run()


def brush_bytes(examples: Callable[..., Any]) -> None:
    value = st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.just(10**400)),
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
        max_leaves=6,
    )

    @st.composite
    def damaged(draw: Any) -> bytes:
        data = Brush.load(draw(NAME)).data
        kind = draw(st.sampled_from(["cut", "flip", "replace", "noise"]))
        if kind == "cut":
            return data[: draw(st.integers(0, len(data)))]
        if kind == "flip":
            raw = bytearray(data)
            for _ in range(draw(st.integers(1, 20))):
                raw[draw(st.integers(0, len(raw) - 1))] = draw(st.integers(32, 126))
            return bytes(raw)
        if kind == "noise":
            return draw(st.binary(max_size=200))
        whole = copy.deepcopy(json.loads(data))
        place, key = whole, draw(st.sampled_from(["settings", "version"]))
        if key == "settings" and draw(st.booleans()):
            place, key = whole["settings"], draw(st.sampled_from(sorted(whole["settings"])))
            if draw(st.booleans()):
                place, key = place[key], draw(st.sampled_from(["base_value", "inputs"]))
                if key == "inputs" and draw(st.booleans()):
                    place, key = place[key], draw(st.sampled_from(sorted(INPUTS)))
        place[key] = draw(value)
        return json.dumps(whole).encode()

    @examples
    @given(damaged())
    def run(data: bytes) -> None:
        paint_with(data)

    run()


def names(examples: Callable[..., Any]) -> None:
    @examples
    @given(st.one_of(st.text(), ANYTHING, st.text(alphabet="./\\\0~ab*?", max_size=20)))
    def run(name: Any) -> None:
        try:
            Brush.load(name)
        except BrushError as error:
            assert "\n" not in str(error).replace("\\n", "")

    run()


RUNS = {
    "numbers": numbers,
    "strokes": strokes,
    "sizes": sizes,
    "settings": brush_settings,
    "bytes": brush_bytes,
    "names": names,
}

if __name__ == "__main__":
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    calm = settings(
        max_examples=count, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    try:
        RUNS[sys.argv[1]](calm)
    except WmpaintError as error:
        raise SystemExit(f"unexpected {type(error).__name__}: {error}") from error
    print("survived")
