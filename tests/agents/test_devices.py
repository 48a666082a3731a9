"""With another default device, all that does not say where it lies would lie there, without numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from pupils import Blobs, agent

from wmpaint.agents import (
    CoarseToFine,
    Copying,
    Freehand,
    LossWeights,
    Stage,
    Training,
    WeightedLessons,
    comparison_sheet,
    evaluate,
    write_grid,
)
from wmpaint.agents.judges import Critic
from wmpaint.data import paintings

TILES = {"side": 32, "per_look": 4, "strokes": 8, "program_height": 512, "radius": (0.05, 0.3)}


@pytest.mark.parametrize(
    ("kind", "config"),
    [("recurrent", {"strokes": 4, "stops": True}), ("set", {"strokes": 4, "per_look": 2}), ("tiles", TILES)],
)
def test_a_forgotten_device_would_be_noticed(tmp_path: Path, kind: str, config: dict[str, Any]) -> None:
    pupil, critic = agent(kind=kind, channels=3, **config), Critic(3, 16, width=4)
    pupil.medium.notes |= {"brush": "round", "brush_hash": ""}  # of a program
    known = paintings(pupil.medium, strokes=3)  # type: ignore[arg-type]
    picture = Blobs(3).take([0], side=32).pictures[0]
    expected = pupil(picture)
    torch.set_default_device("meta")
    try:
        assert torch.equal(pupil(picture).points, expected.points)
        free: Any = CoarseToFine(known, batch=2)
        if kind != "tiles":
            free = Freehand(known, batch=2, unroll=1, weights=LossWeights(critic=0.1), critic=critic)
        lesson = WeightedLessons((1.0, free), (0.5, Copying(known, batch=2)))
        training = Training(pupil, [Stage(lesson)], steps=2, critic=critic)
        steps = list(training)
        assert training.undone == 0 and len(steps) == 2 and steps[-1].loss > 0
        painted = training.learned()(picture)
        assert painted.device.type == "cpu" and not torch.equal(painted.points, expected.points)
        found = evaluate(pupil, known, limit=2, program="dabs")
        assert found.dream_mse > 0 and found.real_mse > 0
        assert (
            comparison_sheet(pupil, known.take([0], side=pupil.config.side).pictures, program="dabs").isfinite().all()
        )
        write_grid(tmp_path / "a.gif", pupil, [picture], cell=16, program="dabs", polish=0)
        assert (tmp_path / "a.gif").stat().st_size > 100
    finally:
        torch.set_default_device(None)
