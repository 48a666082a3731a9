"""Judges with an answer on paper."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

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
