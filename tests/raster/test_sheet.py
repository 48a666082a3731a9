"""Pictures side by side on a sheet: where each lies, and that no stroke leaves its own."""

from __future__ import annotations

import pytest
import torch

from wmpaint.raster.tiles import Mosaic, arrange


def test_where_pictures_lie() -> None:
    sheet = Mosaic(5, 10, 17, 8)  # cells of 2 x 3 tiles, 2 in a row
    assert sheet.across == 2 and sheet.cell == (2, 3) and sheet.size == (48, 48)
    assert sheet.origin(torch.arange(5)).tolist() == [[0, 0], [24, 0], [0, 16], [24, 16], [0, 32]]
    pixels = torch.arange(48 * 48.0).view(1, 48, 48)
    cut = sheet.cut(pixels)
    assert cut.shape == (5, 1, 10, 17)
    for k, (x, y) in enumerate(sheet.origin(torch.arange(5)).tolist()):
        assert torch.equal(cut[k], pixels[:, y : y + 10, x : x + 17])


@pytest.mark.parametrize("pictures", [1, 2, 7])
def test_each_picture_has_the_tiles_of_a_plan_of_its_own(pictures: int) -> None:
    sheet = Mosaic(pictures, 13, 30, 8)
    points = torch.rand(20, 3, 2, generator=torch.Generator().manual_seed(0)) * 60 - 15  # many reach far outside
    reach, picture = torch.linspace(1, 6, 20), torch.arange(20) % pictures
    whole = sheet.arrange(points, reach, picture).check(20)
    assert (whole.height, whole.width) == sheet.size
    found = []
    for k in range(len(whole.tiles)):
        row, column = divmod(int(whole.tiles[k]), whole.across)
        rows, columns = sheet.cell
        owner = row // rows * sheet.across + column // columns
        strokes = whole.strokes[whole.starts[k] : whole.starts[k + 1]]
        assert (picture[strokes] == owner).all() and (strokes.diff() > 0).all()
        found += [(int(s), row % rows * columns + column % columns) for s in strokes]
    expected = []
    for p in range(pictures):
        mine = (picture == p).nonzero()[:, 0]
        alone = arrange(points[mine], reach[mine], 13, 30, 8)
        for k in range(len(alone.tiles)):
            strokes = mine[alone.strokes[alone.starts[k] : alone.starts[k + 1]]]
            expected += [(int(s), int(alone.tiles[k])) for s in strokes]
    assert sorted(found) == sorted(expected) and len(found) > 20
