"""Relief as maps and bodies, read back by other hands."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest
import torch
import toys
from PIL import Image

import wmpaint as wp
from wmpaint.errors import FileError, InputError
from wmpaint.media.ribbon import RibbonConfig, RibbonPainter
from wmpaint.painting.brush_ref import BrushRef


@pytest.fixture(scope="module")
def work() -> wp.Painting:
    config = RibbonConfig(hidden=8, marks="oil", shares=("load", "bristle"), relief=(0.02, 0.02, 0.75, 0.8))
    painter, strokes = RibbonPainter(config).requires_grad_(False), toys.strokes(12, seed=4).to_kind(wp.OilStrokes)
    canvas, brushes = wp.Canvas(1.5, surface="smooth"), (BrushRef("oil/flat"),)
    return wp.Painting(strokes, canvas, brushes, program="oil", program_height=64, painters=(painter,))


def relief(work: wp.Painting, height: int) -> np.ndarray:
    with torch.no_grad():
        found = wp.render(work.medium, work.strokes, work.frame(height)).relief
    assert found is not None
    return found.double().numpy()


def test_height_map(work: wp.Painting, tmp_path: Path) -> None:
    work.save(tmp_path / "a.height.png", height=48)

    with Image.open(tmp_path / "a.height.png") as picture:
        assert picture.size == (72, 48)
        seen = np.asarray(picture.convert("RGB"))[..., 0] / 255
        assert (tmp_path / "a.height.png").read_bytes()[24] == 16  # bits a channel, in the header
        words = picture.text["Description"]  # type: ignore[attr-defined]
    wanted = relief(work, 48)
    assert float(words.split()[4]) == pytest.approx(np.ptp(wanted), rel=1e-4)
    assert np.abs(seen - (wanted - wanted.min()) / np.ptp(wanted)).max() < 0.01


def test_normal_map(work: wp.Painting, tmp_path: Path) -> None:
    work.save(tmp_path / "a.normal.png", height=48, strength=3)
    work.save(tmp_path / "flat.normal.png", height=48, strength=0)
    with Image.open(tmp_path / "a.normal.png") as picture:
        found = np.asarray(picture.convert("RGB")).astype(float) / 255 * 2 - 1
    assert np.abs(np.linalg.norm(found, axis=-1) - 1).max() < 0.02 and found[..., 2].min() >= 0
    with Image.open(tmp_path / "flat.normal.png") as picture:
        assert np.unique(np.asarray(picture.convert("RGB")).reshape(-1, 3), axis=0).tolist() == [[128, 128, 255]]


def test_a_body_is_closed_and_as_large_as_told(work: wp.Painting, tmp_path: Path) -> None:
    work.save(tmp_path / "a.stl", height=20, width="120mm", base=3.0)
    data = (tmp_path / "a.stl").read_bytes()
    (count,) = struct.unpack("<I", data[80:84])
    assert len(data) == 84 + 50 * count
    table = np.frombuffer(data, np.dtype([("n", "<f4", 3), ("c", "<f4", (3, 3)), ("m", "<u2")]), count, 84)
    corners = table["c"].astype(float)
    low, high = corners.reshape(-1, 3).min(0), corners.reshape(-1, 3).max(0)
    assert high[0] - low[0] == pytest.approx(120 * 29 / 30) and high[1] - low[1] == pytest.approx(80 * 19 / 20)
    assert low[2] == pytest.approx(-3, abs=1e-5) and high[2] == pytest.approx(80 * relief(work, 20).max(), rel=1e-4)
    edges: dict[tuple[bytes, bytes], int] = {}
    for triangle in table["c"]:
        for k in range(3):
            a, b = triangle[k].tobytes(), triangle[(k + 1) % 3].tobytes()
            edges[a, b] = edges.get((a, b), 0) + 1
    assert all(n == 1 and edges.get((b, a)) == 1 for (a, b), n in edges.items())  # each edge once in either direction
    volume = np.einsum("ij,ij->i", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])).sum() / 6
    assert volume > 0.9 * 3 * 116 * 76


def test_gltf(work: wp.Painting, tmp_path: Path) -> None:
    work.save(tmp_path / "a.glb", height=16)
    data = (tmp_path / "a.glb").read_bytes()
    magic, version, size, length, kind = struct.unpack("<4sIIII", data[:20])
    assert (magic, version, size, kind) == (b"glTF", 2, len(data), 0x4E4F534A)
    said, body = json.loads(data[20 : 20 + length]), data[28 + length :]
    views = [body[v["byteOffset"] : v["byteOffset"] + v["byteLength"]] for v in said["bufferViews"]]
    points, index = np.frombuffer(views[0], "<f4").reshape(-1, 3), np.frombuffer(views[2], "<u4")
    assert len(points) == 16 * 24 and index.max() == len(points) - 1 and len(index) == 6 * 15 * 23
    assert said["accessors"][0]["max"] == pytest.approx(points.max(0).tolist()) and views[3].startswith(b"\x89PNG")
    places = np.frombuffer(views[1], "<f4")
    assert 0 < places.min() and places.max() < 1


def test_flat_paint_has_no_relief_and_bad_numbers_are_told(work: wp.Painting, tmp_path: Path) -> None:
    flat = wp.Painting.of(toys.strokes(3), "ink", height=32)
    for name in ("a.stl", "a.glb", "a.height.png", "a.normal.png"):
        with pytest.raises(InputError, match="with a relief"):
            flat.save(tmp_path / name)
    for options in ({"width": "0mm"}, {"base": -1.0}, {"strength": -1}, {"height": 1}, {"width": "wide"}, {"deep": 1}):
        with pytest.raises(InputError):
            work.save(tmp_path / "a.stl", **options)
    with pytest.raises(FileError):
        work.save(tmp_path / "none" / "a.stl", height=8)
    assert not list(tmp_path.iterdir())
