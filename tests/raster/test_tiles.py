"""Which strokes touch which tiles: none forgotten, few for nothing, and in paint order."""

from __future__ import annotations

import itertools

import pytest
import torch
from scenes import Scene, scene
from torch import Tensor

from wmpaint.raster import Layout, arrange
from wmpaint.raster.tiles import CHUNK_PIXELS, chunks, is_straight


def distances(given: Scene, height: int, width: int) -> Tensor:
    """[N, H, W] from each pixel's center to each curve, by sampling."""
    t = torch.linspace(0, 1, 801, dtype=torch.float64)[:, None]
    y, x = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    pixels = torch.stack([x, y], -1).double().view(-1, 2) + 0.5
    out = []
    for p in given.points:
        curve = (1 - t) ** 2 * p[0] + 2 * t * (1 - t) * p[1] + t**2 * p[2]
        out.append(torch.cdist(pixels, curve).amin(1).view(height, width))
    return torch.stack(out)


def touched(layout: Layout, count: int) -> Tensor:
    """[N, tiles] bool."""
    down = -(-layout.height // layout.tile)
    out = torch.zeros(count, down * layout.across, dtype=torch.bool)
    for k, tile in enumerate(layout.tiles.tolist()):
        out[layout.strokes[layout.starts[k] : layout.starts[k + 1]], tile] = True
    return out


@pytest.mark.parametrize("tile", [4, 8, 16])
@pytest.mark.parametrize("seed", range(3))
def test_no_pixel_is_forgotten_and_few_tiles_are_idle(tile: int, seed: int) -> None:
    given = scene(9, 45, 70, seed=seed)
    layout = arrange(given.points, given.half_width, 45, 70, tile)
    near = distances(given, 45, 70) < given.half_width[:, None, None]
    padded = torch.nn.functional.pad(near, (0, -70 % tile, 0, -45 % tile))
    needed = padded.unfold(1, tile, tile).unfold(2, tile, tile).flatten(3).any(3).flatten(1)
    found = touched(layout, 9)
    assert not (needed & ~found).any()
    # A circle around a tile may come within reach where its corners' pixels do not.
    assert int(found.sum()) < 1.6 * int(needed.sum()) + 9


def test_order() -> None:
    given = scene(40, 45, 70, seed=3)
    layout = arrange(given.points, given.half_width, 45, 70, 8)
    sizes = layout.starts[1:] - layout.starts[:-1]
    assert layout.starts[0] == 0 and layout.starts[-1] == layout.pairs == len(layout.strokes)
    assert (sizes > 0).all() and (sizes[1:] <= sizes[:-1]).all(), "fullest first"
    assert len(layout.tiles.unique()) == len(layout.tiles)
    for k in range(len(layout.tiles)):
        strokes = layout.strokes[layout.starts[k] : layout.starts[k + 1]]
        assert (strokes[1:] > strokes[:-1]).all(), "paint order, each stroke once"


@pytest.mark.parametrize("pixels", [1, 700, 4000, CHUNK_PIXELS])
def test_chunks_hold_every_pair_once_in_paint_order(pixels: int) -> None:
    given = scene(30, 45, 70, seed=4)
    layout = arrange(given.points, given.half_width, 45, 70, 8)
    whole = {(s, t) for s, t in touched(layout, 30).nonzero().tolist()}
    met: list[tuple[int, int]] = []
    for chunk in chunks(layout, pixels):
        assert len(chunk.stroke) * 64 <= pixels or len(chunk.tiles) == 1
        assert sum(chunk.slots) == len(chunk.stroke) and chunk.slots == sorted(chunk.slots, reverse=True)
        above = torch.full((len(chunk.tiles),), -1)
        start = 0
        for count in chunk.slots:
            part = slice(start, start + count)
            assert torch.equal(chunk.rank[part], torch.arange(count)), "the first tiles of the chunk, one stroke each"
            assert (chunk.stroke[part] > above[:count]).all(), "from the lowest stroke up"
            above[:count] = chunk.stroke[part]
            start += count
        met += list(zip(chunk.stroke.tolist(), chunk.tiles[chunk.rank].tolist(), strict=True))
    assert len(met) == len(set(met)) and set(met) == whole


def test_ranges_cover_all_tiles() -> None:
    layout = arrange(scene(30, 45, 70, seed=4).points, torch.full((30,), 4.0).double(), 45, 70, 8)
    for pixels in (1, 1000, 10**9):
        ranges = layout.ranges(pixels)
        assert ranges[0][0] == 0 and ranges[-1][1] == len(layout.tiles)
        assert all(a[1] == b[0] for a, b in itertools.pairwise(ranges))
        for first, last in ranges:
            assert last == first + 1 or int(layout.starts[last] - layout.starts[first]) * 64 <= pixels


def test_a_large_canvas_is_drawn_in_many_chunks() -> None:
    # What bounds the memory at 4096 pixels; the real thing is in benchmarks/raster.py.
    given = scene(400, 4096, 4096, seed=5, radius=(20, 40), length=1000, dtype=torch.float32)
    layout = arrange(given.points, given.half_width, 4096, 4096)
    parts = chunks(layout)
    assert len(parts) > 5
    assert max(len(part.stroke) for part in parts) * layout.tile**2 <= CHUNK_PIXELS
    assert sum(len(part.stroke) for part in parts) == layout.pairs


def test_strokes_that_are_nowhere() -> None:
    points = torch.tensor([[[5.0, 5], [6, 6], [7, 7]]]).repeat(4, 1, 1)
    points[0] += 1e7
    points[1] -= 1e7
    points[2, 1, 0] = float("nan")
    layout = arrange(points, torch.full((4,), 2.0), 16, 16)
    assert layout.strokes.unique().tolist() == [3]
    assert arrange(points[:0], torch.empty(0), 16, 16).pairs == 0


def test_a_stroke_over_everything() -> None:
    layout = arrange(torch.tensor([[[8.0, 8.0]] * 3]), torch.tensor([1e4]), 33, 50, 8)
    assert layout.pairs == len(layout.tiles) == 5 * 7 and layout.across == 7


def test_which_strokes_are_straight() -> None:
    lines = [[0, 0, 5, 0, 10, 0], [0, 0, 4.9, 0.1, 10, 0], [3, 3, 3, 3, 3, 3]]  # off the middle by 1 % of the chord
    bent = [[0, 0, 5, 1, 10, 0], [0, 0, 5, 0, 0, 0], [0, 0, 20, 0, 10, 0], [0, 0, 2, 0, 10, 0]]
    points = torch.tensor(lines + bent, dtype=torch.float32).view(-1, 3, 2)
    assert is_straight(points).tolist() == [True] * 3 + [False] * 4
    assert is_straight(points.double() * 1000).tolist() == [True] * 3 + [False] * 4
