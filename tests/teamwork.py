"""Trainings to be started by torchrun: `python teamwork.py FOLDER`; the leader writes what came of them."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path

import torch
from pupils import Blobs, Known, agent

from wmpaint.agents import Copying, Freehand, LossWeights, Stage, Training
from wmpaint.agents.judges import Critic
from wmpaint.agents.lessons import Lesson
from wmpaint.agents.parallel import Team, join
from wmpaint.data.base import Examples


class Blemished(Blobs):
    """Every process's last picture is none at the third draw; in a team that is the second one's."""

    count = 0

    def sample(self, count: int, *, side: int, generator: torch.Generator) -> Examples:
        found = super().sample(count, side=side, generator=generator)
        self.count += 1
        if self.count == 3:
            found.pictures[-1, 0, 0, 0] = math.nan
        return found


CASES = ("freehand", "copying", "copying set", "blemished")


def train(case: str, team: Team) -> dict[str, list[float | None]]:
    stops = case.startswith("copying")
    kind, per_look = ("set", 5) if case == "copying set" else ("recurrent", 1)
    pupil = agent(strokes=5, stops=stops, kind=kind, per_look=per_look)
    critic = None
    lesson: Lesson
    if stops:
        lesson = Copying(Known(pupil, 4), batch=4, team=team)
    elif case == "blemished":
        lesson = Freehand(Blemished(), batch=4, team=team)
    else:
        torch.manual_seed(1)
        critic = Critic(1, 16, width=4)
        lesson = Freehand(Blobs(), batch=4, unroll=2, weights=LossWeights(critic=0.05), critic=critic, team=team)
    losses = [step.loss for step in Training(pupil, [Stage(lesson)], steps=6, critic=critic, team=team)]
    weights = torch.cat([p.detach().flatten() for p in pupil.net.parameters()])
    return {"losses": [x if math.isfinite(x) else None for x in losses], "weights": weights.tolist()}


def command(path: Path) -> list[str]:
    """The same as it is typed, with a critic and a painting that goes on from step to step."""
    return [
        "agent", "train", "--data", "digits", "--strokes", "3", "--side", "16", "--kind", "recurrent", "--unroll", "2",
        "--steps", "4", "--batch", "4", "--loss", "critic=0.01", "--program", "dabs", "-o", str(path),
    ]  # fmt: skip


if __name__ == "__main__":
    from wmpaint.cli.app import app

    team, folder = join(), Path(sys.argv[1])
    found = {case: train(case, team) for case in CASES}
    if team.leads:
        (folder / "found.json").write_text(json.dumps(found))
    app(command(folder / "two.safetensors"))
