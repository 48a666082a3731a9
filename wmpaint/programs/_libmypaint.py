"""libmypaint 1.5 and 1.6 through ctypes: a `Pen` (brush engine) draws on a `Sheet` (tiles of pixels).

libmypaint aborts or faults on bad input, so nothing here may be called with numbers that
were not checked: `mypaint.py` does that, `brush.py` checks the brush. Signatures are those of
libmypaint's public headers; only MyPaintTileRequest and MyPaintRectangle are mirrored.
"""

from __future__ import annotations

import ctypes as C
import ctypes.util
import functools
import json
import os
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import MissingProgram
from .brush import Brush
from .settings import INPUTS, SETTINGS, Setting, paced

__all__ = ["ONE", "TILE", "Library", "Pen", "Sheet", "library", "load"]

ONE = 1 << 15  # 1.0 in libmypaint's fixed point: values are 0..32768
TILE = 64  # MYPAINT_TILE_SIZE
STATE_X, STATE_Y, STATE_PRESSURE = 0, 1, 2
JUMP = 10.0  # seconds passed with the call that consumes a reset
# A pressure that paints nothing yet is not zero: from zero, a step of more than 0.1 s would be
# split by libmypaint's workaround for tablets that are silent without pressure.
TOUCH = 1e-30
FAR = 32_768.0  # pixels; libmypaint keeps 16 bytes for each tile of a square out to the farthest dab

INSTALL = "apt install libmypaint-1.5-1, brew install libmypaint, pacman -S libmypaint or dnf install libmypaint"
VARIABLE = "WMPAINT_LIBMYPAINT"  # a path or name to load instead


class _TileRequest(C.Structure):
    _fields_ = [
        ("tx", C.c_int),
        ("ty", C.c_int),
        ("readonly", C.c_int),
        ("buffer", C.POINTER(C.c_uint16)),
        ("context", C.c_void_p),
        ("thread_id", C.c_int),
        ("mipmap_level", C.c_int),
    ]


class _Rectangle(C.Structure):
    _fields_ = [("x", C.c_int), ("y", C.c_int), ("width", C.c_int), ("height", C.c_int)]


_P, _F, _I, _D, _L = C.c_void_p, C.c_float, C.c_int, C.c_double, C.c_long
_SIGNATURES: dict[str, tuple[Any, ...]] = {  # name: result, arguments
    "mypaint_init": (None,),
    "mypaint_brush_new": (_P,),
    "mypaint_brush_unref": (None, _P),
    "mypaint_brush_from_string": (_I, _P, C.c_char_p),
    "mypaint_brush_from_defaults": (None, _P),
    "mypaint_brush_set_base_value": (None, _P, _I, _F),
    "mypaint_brush_set_mapping_point": (None, _P, _I, _I, _I, _F, _F),
    "mypaint_brush_set_state": (None, _P, _I, _F),
    "mypaint_brush_reset": (None, _P),
    "mypaint_brush_new_stroke": (None, _P),
    "mypaint_brush_stroke_to": (_I, _P, _P, _F, _F, _F, _F, _F, _D),
    "mypaint_brush_setting_from_cname": (_I, C.c_char_p),
    "mypaint_brush_input_from_cname": (_I, C.c_char_p),
    "mypaint_fixed_tiled_surface_new": (_P, _I, _I),
    "mypaint_fixed_tiled_surface_interface": (_P, _P),
    "mypaint_surface_unref": (None, _P),
    "mypaint_surface_begin_atomic": (None, _P),
    "mypaint_surface_end_atomic": (None, _P, C.POINTER(_Rectangle)),
    "mypaint_tile_request_init": (None, C.POINTER(_TileRequest), _I, _I, _I, _I),
    "mypaint_tiled_surface_tile_request_start": (None, _P, C.POINTER(_TileRequest)),
    "mypaint_tiled_surface_tile_request_end": (None, _P, C.POINTER(_TileRequest)),
}
_SEEDING: dict[str, tuple[Any, ...]] = {  # exported by most builds, though in no public header
    "rng_double_new": (_P, _L),
    "rng_double_set_seed": (None, _P, _L),
    "rng_double_free": (None, _P),
}


@dataclass(frozen=True, eq=False)
class Library:
    """A loaded libmypaint: its functions, its version, and what it calls its settings and inputs."""

    c: Any
    version: str
    settings: dict[str, int]
    inputs: dict[str, int]
    rng_offset: int | None  # of the pointer to the random generator inside a brush

    def flush(self) -> None:
        """Let out what libmypaint has printed, before something else prints; it remarks on odd rounding."""
        flush = _flush()
        if flush is not None:
            flush(None)


@functools.cache
def _flush() -> Any:
    try:
        return C.CDLL(None).fflush
    except (OSError, AttributeError, TypeError):  # Windows
        return None


def names() -> list[str]:
    """What libmypaint is called on the systems that have it, the likeliest first."""
    chosen = os.environ.get(VARIABLE)
    if chosen:
        return [chosen]
    found = [ctypes.util.find_library(name) for name in ("mypaint-1.5", "mypaint")]
    return [
        "libmypaint-1.5.so.1",
        "libmypaint.so.0",
        *(name for name in found if name),
        "/opt/homebrew/lib/libmypaint.dylib",
        "/usr/local/lib/libmypaint.dylib",
        "/opt/local/lib/libmypaint.dylib",
        "libmypaint-0.dll",
        "libmypaint-1.5.dll",
        "libmypaint.so",
        "libmypaint-2.0.so.0",  # to say why it will not do
    ]


def load(open_library: Callable[[str], Any] = C.CDLL, candidates: Sequence[str] | None = None) -> Library:
    """The first libmypaint found under `candidates`.

    Raises:
        MissingProgram: none is installed, or only one with another binary interface (1.4 and older, 2.x).
    """
    refused = ""
    for name in candidates if candidates is not None else names():
        try:
            c = open_library(name)
        except OSError:
            continue
        refused = refused or _unfit(name, c)
        if not _unfit(name, c):
            return _bind(c)
    if refused:
        raise MissingProgram(f"expected libmypaint 1.5 or 1.6, got {refused}; install one with {INSTALL}")
    raise MissingProgram(f"expected libmypaint 1.5 or 1.6, got none; install it with {INSTALL}")


def _unfit(name: str, c: Any) -> str:
    """Why this library cannot be called, or nothing.

    libmypaint 2 dropped stroke_to_2 and gave stroke_to four more arguments; up to 1.4 there was
    no stroke_to_2 either, and speed was measured in radii.
    """
    stem = os.path.basename(name)
    if "mypaint-2" in stem:
        return f"{stem}, of version 2"
    if not hasattr(c, "mypaint_brush_stroke_to_2"):
        return f"{stem}, of version {'2' if hasattr(c, 'mypaint_brush_new_with_buckets') else '1.4 or older'}"
    missing = [function for function in _SIGNATURES if not hasattr(c, function)]
    return f"{stem}, without {missing[0]}" if missing else ""


def _bind(c: Any) -> Library:
    for name, (result, *arguments) in {**_SIGNATURES, **_SEEDING}.items():
        if hasattr(c, name):
            function = getattr(c, name)
            function.restype, function.argtypes = result, arguments
    c.mypaint_init()
    settings = {name: c.mypaint_brush_setting_from_cname(name.encode()) for name in SETTINGS}
    inputs = {name: c.mypaint_brush_input_from_cname(name.encode()) for name in INPUTS}
    version = "1.6" if hasattr(c, "mypaint_brush_stroke_to_2_linearsRGB") else "1.5"
    return Library(
        c,
        version,
        {name: k for name, k in settings.items() if 0 <= k < 256},
        {name: k for name, k in inputs.items() if 0 <= k < 256},
        _find_rng(c),
    )


def _find_rng(c: Any) -> int | None:
    """Where a brush keeps the pointer to its random generator; None where that cannot be found out safely.

    A new brush's generator is in the state that rng_double_new(1000) makes. Reading through
    /proc/self/mem turns a wrong guess into an error instead of a fault, so this is for Linux;
    elsewhere seeding goes the long way round.
    """
    if sys.platform != "linux" or not all(hasattr(c, name) for name in _SEEDING):
        return None
    brush, model = c.mypaint_brush_new(), c.rng_double_new(1000)
    try:
        with open("/proc/self/mem", "rb", buffering=0) as memory:
            state = C.string_at(model, 80)  # ten doubles
            for k, address in enumerate(np.frombuffer(C.string_at(brush, 320), np.uint64).tolist()):
                try:
                    memory.seek(address)
                    if memory.read(80) == state:
                        return 8 * k
                except (OSError, OverflowError, ValueError):
                    continue
    except OSError:
        pass
    finally:
        c.mypaint_brush_unref(brush)
        c.rng_double_free(model)
    return None


_lock = threading.Lock()


@functools.cache
def _library() -> Library:
    return load()


def library() -> Library:
    """The system's libmypaint, loaded on the first call.

    Raises:
        MissingProgram: see `load`.
    """
    with _lock:
        return _library()


class _Memory:
    """Owns a C surface. Arrays over its tiles keep this alive, so that none can dangle."""

    def __init__(self, lib: Library, pointer: int, address: int, shape: tuple[int, ...]) -> None:
        self._unref, self._pointer = lib.c.mypaint_surface_unref, pointer
        self.__array_interface__ = {"version": 3, "typestr": "<u2", "shape": shape, "data": (address, False)}

    def __del__(self) -> None:
        self._unref(self._pointer)


class Sheet:
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
        request = _TileRequest()
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


class Pen:
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
        self._scratch = Sheet(lib, 1, 1)
        self._box = _Rectangle()
        self.pointer: int | None = None
        self.pace, self._color = 1.0, (-1.0, -1.0, -1.0)
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
        self._color = (-1.0, -1.0, -1.0)
        pace, self.pace = self.pace, 1.0
        self.set_pace(pace)
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
        sheet: Sheet,
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
        if not flush:
            for x, y, pressure in events:
                stroke_to(brush, surface, x, y, pressure, 0.0, 0.0, dtime)
            self._end(surface, C.byref(box))
            return box.x, box.y, box.width, box.height
        boxes = []
        for x, y, pressure in events:
            stroke_to(brush, surface, x, y, pressure, 0.0, 0.0, dtime)
            self._end(surface, C.byref(box))
            if box.width > 0 and box.height > 0:
                boxes.append((box.x, box.y, box.x + box.width, box.y + box.height))
            self._begin(surface)
        self._end(surface, C.byref(box))
        if not boxes:
            return 0, 0, 0, 0
        x0, y0, x1, y1 = (f(side) for f, side in zip((min, min, max, max), zip(*boxes, strict=True), strict=True))
        return x0, y0, x1 - x0, y1 - y0

    def __del__(self) -> None:
        if getattr(self, "pointer", None):
            self.lib.c.mypaint_brush_unref(self.pointer)
            self.pointer = None


def _to_json(lib: Library, settings: dict[str, Setting] | Any) -> bytes:
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
