"""A painting's relief as height map, normal map, and as a body for printers and 3D programs: .height.png, .normal.png,
.stl, .glb.
"""

from __future__ import annotations

import io
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import torch

from .. import checks, memory
from ..errors import InputError
from ..files import write_bytes
from ..frame import Frame
from ..light import normals
from ..medium import Picture, render
from ..units import length
from .bitmap import flatten
from .encoders import encode_png
from .view import Exportable

__all__ = ["write_glb", "write_height", "write_normal", "write_stl"]

ROWS = 400  # of points of a body, where nothing else is said
MOST_ROWS = 4000
MOST_MM = 5000
EXAGGERATED = 1.0


def write_height(
    path: str | Path,
    work: Exportable,
    *,
    height: int | None = None,
    program: str | None = None,
    seed: int | None = None,
) -> None:
    """.height.png: 16 bits a channel, black where paint lies lowest and white where it lies highest.

    Not a color: read it as data. The file's description says how high white is, in canvas heights.
    """
    relief = _relief(_seen(work, height, program, seed))
    low, high = float(relief.min()), float(relief.max())
    gray = ((relief - low) / max(high - low, 1e-12)).expand(3, -1, -1)
    text = {"Title": work.title, "Description": f"height map; white is {high - low:.6g} canvas heights above black"}
    _write_png(path, gray, text, bits=16)


def write_normal(
    path: str | Path,
    work: Exportable,
    *,
    height: int | None = None,
    program: str | None = None,
    seed: int | None = None,
    strength: float = EXAGGERATED,
) -> None:
    """.normal.png: unit normals as colors (x to the right, y up, z out of the canvas; 0.5 is 0), as OpenGL has them.

    `strength` exaggerates slopes.
    """
    strength = checks.number("a strength", strength, 0, 100)
    relief = _relief(_seen(work, height, program, seed))
    found = normals(relief, relief.shape[0], strength) * relief.new_tensor([1, -1, 1])[:, None, None]
    _write_png(path, found / 2 + 0.5, {"Title": work.title, "Description": "normal map, OpenGL"}, bits=8)


def write_stl(
    path: str | Path,
    work: Exportable,
    *,
    width: str | float = "150mm",
    base: str | float = "2mm",
    strength: float = EXAGGERATED,
    height: int | None = None,
    program: str | None = None,
    seed: int | None = None,
) -> None:
    """.stl: a closed body in millimetres, binary: the relief on a plate.

    `width` is that of the canvas, `base` the plate's thickness, `strength` exaggerates the relief, `height` is the
    number of rows of points.
    """
    picture = _seen(work, ROWS if height is None else height, program, seed)
    top, _ = _points(picture, work, _mm(width, "a width", 1.0), strength)
    triangles = _body(top, _mm(base, "a base", 0.1))
    out = np.zeros(len(triangles), np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("more", "<u2")]))
    across = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    out["normal"] = across / np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-12)
    out["corners"] = triangles
    write_bytes(path, b"wmpaint relief, mm".ljust(80) + struct.pack("<I", len(out)) + out.tobytes())


def write_glb(
    path: str | Path,
    work: Exportable,
    *,
    strength: float = EXAGGERATED,
    height: int | None = None,
    program: str | None = None,
    seed: int | None = None,
) -> None:
    """.glb: glTF 2.0 for Blender and browsers: the relief as a surface, 1 m wide, with its colors as a texture.

    `height` is the number of rows of points; the texture has the painting's own size.
    """
    picture = _seen(work, ROWS if height is None else height, program, seed)
    points, (rows, columns) = _points(picture, work, 1.0, strength)
    texture = io.BytesIO()
    encode_png(texture, flatten(_seen(work, None, program, seed).mean).clamp(0, 1))
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
    places = np.stack([(x + 0.5) / columns, (y + 0.5) / rows], -1).reshape(-1, 2)
    index = _squares(rows, columns).astype(np.uint32)
    parts = [points.reshape(-1, 3).astype("<f4").tobytes(), places.astype("<f4").tobytes(), index.tobytes()]
    parts.append(texture.getvalue())
    views, at = [], 0
    for part in parts:
        views.append({"buffer": 0, "byteOffset": at, "byteLength": len(part)})
        at += len(part) + -len(part) % 4
    flat = points.reshape(-1, 3)
    said: dict[str, Any] = {
        "asset": {"version": "2.0", "generator": "wmpaint"}, "scene": 0, "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "name": work.title}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0, "TEXCOORD_0": 1}, "indices": 2, "material": 0}]}],
        "materials": [
            {
                "doubleSided": True,
                "pbrMetallicRoughness": {"baseColorTexture": {"index": 0}, "metallicFactor": 0, "roughnessFactor": 0.5},
            }
        ],
        "textures": [{"source": 0}], "images": [{"bufferView": 3, "mimeType": "image/png"}],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": len(flat), "type": "VEC3",
             "min": flat.min(0).tolist(), "max": flat.max(0).tolist()},
            {"bufferView": 1, "componentType": 5126, "count": len(flat), "type": "VEC2"},
            {"bufferView": 2, "componentType": 5125, "count": index.size, "type": "SCALAR"},
        ],
        "bufferViews": views, "buffers": [{"byteLength": at}],
    }  # fmt: skip
    text = json.dumps(said).encode()
    chunks = [(b"JSON", text + b" " * (-len(text) % 4)), (b"BIN\0", b"".join(p + bytes(-len(p) % 4) for p in parts))]
    body = b"".join(struct.pack("<I4s", len(data), kind) + data for kind, data in chunks)
    write_bytes(path, struct.pack("<4sII", b"glTF", 2, 12 + len(body)) + body)


def _seen(work: Exportable, height: int | None, program: str | None, seed: int | None) -> Picture:
    """Color without light, and relief."""
    height = work.program_height if height is None else checks.whole("a height of … pixels", height, 2, MOST_ROWS)
    memory.check_picture(*work.canvas.pixels(height))
    medium = work.medium if program is None else work.in_program(program, seed)
    with torch.no_grad():
        return render(medium, work.strokes, Frame(work.canvas, height, program_height=work.program_height))


def _mm(value: str | float, name: str, least: float) -> float:
    found = length(value, name)
    if not least <= found <= MOST_MM:
        raise InputError(f"expected {name} of {least:g} to {MOST_MM:,} mm, got {value!r:.40}")
    return found


def _relief(picture: Picture) -> torch.Tensor:
    """[H, W] canvas heights.

    Raises:
        InputError: paint without a relief.
    """
    if picture.relief is None:
        raise InputError("expected paint with a relief, such as oil's, got flat paint")
    return picture.relief.cpu().double()


def _points(picture: Picture, work: Exportable, width: float, strength: float) -> tuple[np.ndarray, tuple[int, int]]:
    """[H, W, 3] points of the relief (x to the right, y up, z out of the canvas), for a canvas so wide."""
    strength = checks.number("a strength", strength, 0, 100)
    relief = _relief(picture).numpy()
    rows, columns = relief.shape
    size = width / work.canvas.aspect  # of the canvas' height
    y, x = np.mgrid[0:rows, 0:columns]
    points = np.stack([(x + 0.5) / columns * width, (rows - y - 0.5) / rows * size, strength * size * relief], -1)
    return points, (rows, columns)


def _squares(rows: int, columns: int) -> np.ndarray:
    """[T, 3] numbers of the corners of two triangles a square, against the clock as seen from above."""
    first = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)).reshape(-1)
    a, b, c, d = first, first + 1, first + columns, first + columns + 1
    return np.concatenate([np.stack([a, c, b], 1), np.stack([b, c, d], 1)])


def _body(top: np.ndarray, base: float) -> np.ndarray:
    """[T, 3, 3] corners of the triangles of a closed body: the surface, a flat bottom, and walls."""
    rows, columns, _ = top.shape
    bottom = top.copy()
    bottom[..., 2] = min(0.0, float(top[..., 2].min())) - base
    upper, lower = top.reshape(-1, 3), bottom.reshape(-1, 3)
    squares = _squares(rows, columns)
    ring = np.concatenate([
        np.arange(columns), np.arange(1, rows) * columns + columns - 1,
        (rows - 1) * columns + np.arange(columns - 1)[::-1], np.arange(1, rows - 1)[::-1] * columns,
    ])  # fmt: skip
    here, there = ring, np.roll(ring, -1)
    walls = [
        np.stack([upper[here], upper[there], lower[here]], 1),
        np.stack([upper[there], lower[there], lower[here]], 1),
    ]
    return np.concatenate([upper[squares], lower[squares[:, ::-1]], *walls])


def _write_png(path: str | Path, picture: torch.Tensor, text: dict[str, str], bits: int) -> None:
    stream = io.BytesIO()
    encode_png(stream, picture.float().clamp(0, 1), bits=bits, text=text)
    write_bytes(path, stream.getvalue())
