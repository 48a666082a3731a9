"""A training to be started by torchrun or alone: `python teamwork.py CASE OUT`; the leader writes what came of it."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path

import torch
from pupils import Blobs, Known, agent

from wmpaint.agents import Copying, Freehand, Stage, Training, Weights
from wmpaint.agents.judges import Critic
from wmpaint.agents.lessons import Lesson
from wmpaint.agents.parallel import join
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


def main(case: str, out: Path) -> None:
    team = join()
    stops = case.startswith("copying")
    pupil = agent(strokes=5, stops=stops, kind="set" if case == "copying set" else "recurrent",
                  per_look=5 if case == "copying set" else 1)  # fmt: skip
    critic = None
    lesson: Lesson
    if stops:
        lesson = Copying(Known(pupil, 4), batch=4, team=team)
    elif case == "blemished":
        lesson = Freehand(Blemished(), batch=4, team=team)
    else:
        torch.manual_seed(1)
        critic = Critic(1, 16, width=4)
        lesson = Freehand(Blobs(), batch=4, unroll=2, weights=Weights(critic=0.05), critic=critic, team=team)
    training = Training(pupil, [Stage(lesson)], steps=6, critic=critic, team=team)
    losses = [step.loss for step in training]
    weights = torch.cat([p.detach().flatten() for p in pupil.net.parameters()])
    if team.leads:
        found = {"losses": [x if math.isfinite(x) else None for x in losses], "weights": weights.tolist()}
        out.write_text(json.dumps(found))
    team.leave()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
