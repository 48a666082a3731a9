"""libmypaint at work: a `NativeBrush` (brush engine) draws on a `NativeSurface` (tiles of pixels).

libmypaint aborts or faults on bad input, so nothing here may be called with numbers that
were not checked: `base.py` does that for strokes, `brush.py` for brushes.
"""

from __future__ import annotations

import ctypes as C
import json
from collections.abc import Iterable, Mapping

import numpy as np

from ._library import Library, Rectangle, TileRequest
from .brush import Brush
from .settings import Setting, paced

__all__ = ["ONE", "TILE", "NativeBrush", "NativeSurface", "around"]

ONE = 1 << 15  # 1.0 in libmypaint's fixed point: values are 0..32768
TILE = 64  # MYPAINT_TILE_SIZE
STATE_X, STATE_Y, STATE_PRESSURE = 0, 1, 2
JUMP = 10.0  # seconds passed with the call that consumes a reset
# A pressure that paints nothing yet is not zero: from zero, a step of more than 0.1 s would be
# split by libmypaint's workaround for tablets that are silent without pressure.
TOUCH = 1e-30


class _Memory:
    """Owns a C surface. Arrays over its tiles keep this alive, so that none can dangle."""

    def __init__(self, lib: Library, pointer: int, address: int, shape: tuple[int, ...]) -> None:
        self._unref, self._pointer = lib.c.mypaint_surface_unref, pointer
        self.__array_interface__ = {"version": 3, "typestr": "<u2", "shape": shape, "data": (address, False)}

    def __del__(self) -> None:
        self._unref(self._pointer)


class NativeSurface:
    """A surface of width x height pixels; `tiles` is uint16 [rows, columns, 64, 64, 4], premultiplied, transparent.

    Raises:
        MemoryError: there is not enough memory for 8 bytes a pixel.
    """

    def __init__(self, lib: Library, height: int, width: int) -> None:
        c = lib.c
        self.height, self.width = height, width
        fixed = c.mypaint_fixed_tiled_surface_new(width, height)
        if not fixed:
            raise MemoryError(f"a picture of {width} x {height} pixels")
        self.pointer = c.mypaint_fixed_tiled_surface_interface(fixed)
        request = TileRequest()
        c.mypaint_tile_request_init(C.byref(request), 0, 0, 0, 0)  # tile 0, 0; the others follow it row by row
        c.mypaint_tiled_surface_tile_request_start(self.pointer, C.byref(request))
        c.mypaint_tiled_surface_tile_request_end(self.pointer, C.byref(request))
        shape = (-(-height // TILE), -(-width // TILE), TILE, TILE, 4)
        memory = _Memory(lib, self.pointer, C.addressof(request.buffer.contents), shape)
        self.tiles: np.ndarray = np.asarray(memory)
        self.tiles[...] = 0  # libmypaint starts with 0xFFFF everywhere, which is out of range

    def fill(self, color: tuple[float, float, float]) -> None:
        """Cover with one opaque color, 0..1."""
        pixel = np.array([*(round(value * ONE) for value in color), ONE], np.uint16)
        self.tiles.view(np.uint64)[...] = pixel.view(np.uint64)[0]  # one store a pixel

    def put(self, picture: np.ndarray) -> None:  # [4, height, width] float32, premultiplied
        """Show a picture, to the 1/32768 that a sheet can hold."""
        for row, tiles in enumerate(self.tiles):  # [columns, 64, 64, 4]
            part = np.zeros((4, TILE, len(tiles) * TILE), np.float32)
            strip = picture[:, row * TILE : (row + 1) * TILE]
            part[:, : strip.shape[1], : self.width] = strip
            blocks = part.reshape(4, TILE, len(tiles), TILE).transpose(2, 1, 3, 0)
            tiles[...] = np.rint(blocks.clip(0, 1) * ONE)


class NativeBrush:
    """One brush engine: a brush's settings, the state of a stroke, its own random numbers. Not for two threads."""

    def __init__(self, lib: Library, brush: Brush) -> None:
        self.lib, self.brush = lib, brush
        c = lib.c
        self._stroke_to, self._set = c.mypaint_brush_stroke_to, c.mypaint_brush_set_base_value
        self._set_state = c.mypaint_brush_set_state
        self._reset, self._new_stroke = c.mypaint_brush_reset, c.mypaint_brush_new_stroke
        self._begin, self._end = c.mypaint_surface_begin_atomic, c.mypaint_surface_end_atomic
        self._ids = [lib.settings[name] for name in ("radius_logarithmic", "color_h", "color_s", "color_v")]
        self._timed = [name for name in paced(brush.settings, 2.0) if self._matters(name)]
        self._json = _to_json(lib, brush.settings)
        self._scratch = NativeSurface(lib, 1, 1)
        self._box = Rectangle()
        self.pointer: int | None = None
        self.pace, self._color = 1.0, (0.0, 0.0, 0.0)
        self._fresh()

    def _matters(self, name: str) -> bool:
        brush = self.brush
        if "brush_radius" in brush.settings[name].curves:
            return True
        if name.endswith("_slowness") and name.startswith("speed"):
            return name[:6] in brush.inputs()
        if name == "direction_filter":
            return brush.follows_direction
        if name == "offset_by_speed_slowness":
            return brush.uses("offset_by_speed")
        if name == "gridmap_scale":
            return bool(brush.inputs() & {"gridmap_x", "gridmap_y"})
        return brush.uses(name)

    def _fresh(self) -> None:
        """A new engine, whose random numbers start at libmypaint's own seed."""
        c, old = self.lib.c, self.pointer
        self.pointer = c.mypaint_brush_new()
        if not self.pointer:
            raise MemoryError("a brush of libmypaint")
        c.mypaint_brush_from_defaults(self.pointer)
        c.mypaint_brush_from_string(self.pointer, self._json)
        if old:
            c.mypaint_brush_unref(old)
        self._rng = None
        if self.lib.rng_offset is not None:
            self._rng = C.c_void_p.from_address(self.pointer + self.lib.rng_offset).value
        pace, self.pace = self.pace, 1.0
        self.set_pace(pace)
        color, self._color = self._color, (-1.0, -1.0, -1.0)
        self.set_color(*color)
        # A new brush holds uninitialised values until its first steps; take them, without pressure.
        sheet = self._scratch.pointer
        self._reset(self.pointer)
        self._begin(sheet)
        self._stroke_to(self.pointer, sheet, 0.0, 0.0, 0.0, 0.0, 0.0, JUMP)
        for _ in range(2):
            self._stroke_to(self.pointer, sheet, 0.0, 0.0, 0.0, 0.0, 0.0, 1e-4)
        self._end(sheet, C.byref(self._box))

    def seed(self, seed: int) -> None:
        """Start the random numbers anew; `seed` in 0..2**30."""
        if self._rng is not None:
            self.lib.c.rng_double_set_seed(self._rng, seed)
            return
        # By public functions alone: a new brush, then each reset and step takes one number.
        self._fresh()
        sheet = self._scratch.pointer
        for _ in range(seed % 251):
            self._reset(self.pointer)
            self._stroke_to(self.pointer, sheet, 0.0, 0.0, 0.0, 0.0, 0.0, JUMP)

    def set_color(self, hue: float, saturation: float, value: float) -> None:
        if (hue, saturation, value) != self._color:
            self._color = (hue, saturation, value)
            for k, number in zip(self._ids[1:], self._color, strict=True):
                self._set(self.pointer, k, number)

    def set_pace(self, pace: float) -> None:
        """Stretch the brush's times and lengths, see `settings.paced`."""
        if pace == self.pace:
            return
        self.pace = pace
        settings = {**self.brush.settings, **paced(self.brush.settings, pace)}
        for name in self._timed:
            setting, k = settings[name], self.lib.settings[name]
            self._set(self.pointer, k, setting.base)
            for source, points in setting.curves.items():
                for n, (x, y) in enumerate(points):
                    self.lib.c.mypaint_brush_set_mapping_point(self.pointer, k, self.lib.inputs[source], n, x, y)

    def draw(
        self,
        sheet: NativeSurface,
        events: list[list[float]],  # [x, y, pressure] in pixels and 0..1, the first of them the pen's landing
        log_radius: float,
        dtime: float,
        flush: bool = False,
    ) -> tuple[int, int, int, int]:
        """Paint one stroke; the rectangle (x, y, width, height) of pixels that may have changed.

        `flush` paints after every event instead of at the end, which bounds the queue of dabs.
        """
        # libmypaint counts time in double steps of single precision; a number that both hold exactly
        # keeps what is left of an event from ending below zero, which it would remark on.
        dtime = C.c_float(dtime).value
        brush, surface, box = self.pointer, sheet.pointer, self._box
        stroke_to = self._stroke_to
        self._set(brush, self._ids[0], log_radius)
        self._reset(brush)
        self._new_stroke(brush)
        self._begin(surface)
        x, y, _ = events[0]
        # The call that consumes the reset still starts from where and how the last stroke ended; a
        # pen that is already there, touching, leaves no trace of it.
        self._set_state(brush, STATE_X, x)
        self._set_state(brush, STATE_Y, y)
        self._set_state(brush, STATE_PRESSURE, TOUCH)
        stroke_to(brush, surface, x, y, TOUCH, 0.0, 0.0, JUMP * self.pace)
        boxes = []
        for x, y, pressure in events:
            stroke_to(brush, surface, x, y, pressure, 0.0, 0.0, dtime)
            if flush:
                self._end(surface, C.byref(box))
                boxes.append((box.x, box.y, box.width, box.height))
                self._begin(surface)
        self._end(surface, C.byref(box))
        return around([*boxes, (box.x, box.y, box.width, box.height)])

    def __del__(self) -> None:
        if getattr(self, "pointer", None):
            self.lib.c.mypaint_brush_unref(self.pointer)
            self.pointer = None


def around(boxes: Iterable[tuple[int, int, int, int]]) -> tuple[int, int, int, int]:
    """The rectangle (x, y, width, height) around all of these that are not empty; 0, 0, 0, 0 if there is none."""
    sides = [(x, y, x + width, y + height) for x, y, width, height in boxes if width > 0 and height > 0]
    if not sides:
        return 0, 0, 0, 0
    x0, y0, x1, y1 = (end(side) for end, side in zip((min, min, max, max), zip(*sides, strict=True), strict=True))
    return x0, y0, x1 - x0, y1 - y0


def _to_json(lib: Library, settings: Mapping[str, Setting]) -> bytes:
    """A brush as libmypaint reads it, without what this libmypaint does not know."""
    table = {
        name: {
            "base_value": setting.base,
            "inputs": {key: points for key, points in setting.curves.items() if key in lib.inputs},
        }
        for name, setting in settings.items()
        if name in lib.settings
    }
    return json.dumps({"version": 3, "settings": table}).encode()
