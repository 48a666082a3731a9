from __future__ import annotations

import pytest
import torch
from flat import Flat

from wmpaint.errors import InputError
from wmpaint.media.programs import Dabs, brush_entries, bundled, contact_sheet
from wmpaint.media.programs.contact_sheet import GROUND, TILE


def test_a_tile_for_each_brush_and_ground_for_the_rest() -> None:
    sheet = contact_sheet(Dabs, ["ink", "pencil", "calligraphy"], columns=2)
    width, height = TILE
    assert sheet.shape == (3, 2 * height, 2 * width)
    ground = torch.tensor(GROUND)[:, None, None]
    assert torch.allclose(sheet[:, height:, width:], ground.expand(3, height, width))
    for y, x in ((0, 0), (0, width), (height, 0)):
        tile = sheet[:, y : y + height, x : x + width]
        assert ((tile - ground).abs().amax(0) > 0.2).float().mean() > 0.01
    assert sheet.min() >= 0 and sheet.max() <= 1


def test_any_renderer_will_do_and_all_brushes_are_the_default() -> None:
    flat = Flat()
    sheet = contact_sheet(lambda name: flat, columns=7)
    assert len(flat.calls) == len(bundled())
    assert sheet.shape == (3, -(-len(bundled()) // 7) * TILE[1], 7 * TILE[0])


def test_impossible_sheets_are_refused() -> None:
    with pytest.raises(InputError, match="expected at least one brush"):
        contact_sheet(Dabs, [])
    with pytest.raises(InputError, match="expected 1 to 64 columns, got 0"):
        contact_sheet(Dabs, ["ink"], columns=0)


def test_listing_has_a_row_for_each_bundled_brush() -> None:
    rows = brush_entries()
    assert [row["name"] for row in rows] == bundled()
    for row in rows:
        assert row["plain"] is True and row["why_not"] == "" and row["description"].endswith(".")
    noise = {row["name"]: row["noise"] for row in rows}
    assert noise["round"] == 0 and noise["dry_brush"] > noise["pencil"] > 0
