"""Judges with an answer on paper."""

from __future__ import annotations

import pytest
import torch
from pupils import Blobs, agent, chance
from torch import Tensor, nn

from wmpaint.agents import Freehand, LossWeights, Stage, Training
from wmpaint.agents.judges import PENALTY, Critic, FeatureJudge


class Sum(nn.Module):
    """A score that grows by `slope` for a step of length 1 in any one direction of the picture's 256 pixels."""

    def __init__(self, slope: float) -> None:
        super().__init__()
        self.slope = slope

    def forward(self, both: Tensor) -> Tensor:
        return both[:, :1].flatten(1).sum(1, keepdim=True).expand(-1, 128) * (self.slope / 16 / 128)


@pytest.mark.parametrize("slope", [0.0, 1.0, 3.0])
def test_a_straight_critic(slope: float, monkeypatch: pytest.MonkeyPatch) -> None:
    critic = Critic(1, 16)
    monkeypatch.setattr(torch.nn.functional, "gelu", lambda x: x)
    critic.eye = Sum(slope)  # type: ignore[assignment]
    nn.init.ones_(critic.out.weight)
    nn.init.zeros_(critic.out.bias)
    painted, target = torch.full((2, 1, 16, 16), 0.75), torch.full((2, 1, 16, 16), 0.25)
    # Its gradient is slope / 16 at 256 pixels, so its length is slope; scores differ by 256 * slope / 16 * 0.5.
    expected = 8 * slope + PENALTY * (slope - 1) ** 2
    assert float(critic.loss(painted, target, torch.tensor([0.2, 0.9])).detach()) == pytest.approx(expected, rel=1e-4)


def test_features_reach_the_painted_picture_only() -> None:
    judge = FeatureJudge()
    painted, target = torch.rand(2, 3, 32, 32).requires_grad_(), torch.rand(2, 3, 32, 32).requires_grad_()
    judge(painted, target).backward()
    assert painted.grad is not None and float(painted.grad.abs().max()) > 0 and target.grad is None


def test_critic_scores_slopes_and_learns() -> None:
    critic = Critic(1, 16)
    real, painted, mix = torch.rand(4, 1, 16, 16), torch.rand(4, 1, 16, 16), torch.rand(4)
    with torch.no_grad():
        for parameter in critic.parameters():
            parameter.zero_()
    # A critic that sees nothing has a slope of 0, and so the penalty 10 (0 - 1)^2, and no difference of scores.
    assert float(critic.loss(painted, real, mix).detach()) == pytest.approx(10, abs=1e-3)
    pupil = agent()
    training = Training(
        pupil,
        [Stage(Freehand(Blobs(), batch=4, weights=LossWeights(critic=0.1), critic=(judge := Critic(1, 16))))],
        steps=3,
        critic=judge,
    )
    before = [p.clone() for p in judge.parameters()]
    steps = list(training)
    assert all("critic" in step.terms for step in steps)
    assert any(not torch.equal(a, b) for a, b in zip(before, judge.parameters(), strict=True))
    assert all(p.requires_grad for p in judge.parameters())


def test_features_of_alike_pictures_are_alike() -> None:
    judge = FeatureJudge()
    target = torch.rand(2, 1, 32, 32, generator=chance())
    assert float(judge(target, target)) == 0
    painted = torch.rand(2, 1, 32, 32, generator=chance(1)).requires_grad_()
    judge(painted, target).backward()
    assert painted.grad is not None and float(painted.grad.abs().sum()) > 0
