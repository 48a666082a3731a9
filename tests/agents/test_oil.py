"""An agent with a brush of oil: its strokes have load and bristles, and its films are lit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image

from wmpaint.agents import Agent, AgentConfig
from wmpaint.agents.environment import resized
from wmpaint.agents.evaluation import painted_by, real_program
from wmpaint.agents.film import GUTTER, write_grid
from wmpaint.frame import Frame
from wmpaint.image import to_uint8
from wmpaint.light import lit
from wmpaint.media import families
from wmpaint.media.oil import OilProgram, OilStrokes
from wmpaint.medium import render


def pupil() -> Agent:
    with torch.random.fork_rng():
        torch.manual_seed(3)
        sizes = {"kind": "set", "channels": 3, "side": 32, "sees": 32, "width": 4, "hidden": 32, "radius": (0.1, 0.3)}
        return Agent(AgentConfig(strokes=4, per_look=4, **sizes), families.load("oil/flat"))


def test_dream_and_real_are_lit(tmp_path: Path) -> None:
    agent, picture = pupil(), torch.linspace(0, 1, 32).expand(1, 3, 32, 32).clone()
    (painted,) = write_grid(tmp_path / "grid.png", agent, picture, cell=96)
    real, frame = real_program(agent), Frame(agent.policy.canvas(picture[0]), 96)
    assert isinstance(painted, OilStrokes) and isinstance(real, OilProgram)
    grid, edge = np.asarray(Image.open(tmp_path / "grid.png")).astype(float), round(GUTTER * 96)
    for place, medium in ((1, agent.medium), (2, real)):
        with torch.no_grad():
            below = render(medium, painted, frame)
        cell = grid[edge : edge + 96, edge + place * (96 + edge) :][:, :96]
        seen, flat = (to_uint8(p[:3]) for p in (lit(below.mean, below.relief, 96), below.mean))
        assert np.abs(cell - seen).max() <= 1 < 4 < np.abs(cell - flat).max()


def test_what_it_sees_of_itself_is_lit() -> None:
    agent = pupil()
    marks = agent(torch.rand(2, 3, 32, 32))
    for medium in (agent.medium, real_program(agent)):
        frame = agent.environment.frame(marks, 32 if medium is agent.medium else agent.config.program_height)
        with torch.no_grad():
            flat = resized(agent.environment.observe(render(medium, marks, frame)), 32)
        seen = painted_by(medium, agent, marks)
        assert seen.shape == (2, 3, 32, 32) and float((seen - flat).abs().max()) > 0.01
