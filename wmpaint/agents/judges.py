"""Judges of what an agent painted: pretrained features, and a critic that learns along (conditional WGAN-GP)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .environment import resized
from .policies.base import Eye

__all__ = ["Critic", "FeatureJudge"]

PENALTY = 10.0  # on the critic's slope (Gulrajani et al. 2017)


class Critic(nn.Module):
    """How real a picture looks beside its target: a real pair is a target beside itself.

    As in "Teaching agents to paint inside their own dreams" (Nakano 2019), after SPIRAL: a conditional WGAN-GP.
    """

    def __init__(self, channels: int, sees: int, width: int = 24) -> None:
        super().__init__()
        self.sees = sees
        self.eye = Eye(2 * channels, sees, width, 128, blocks=0)
        self.out = nn.Linear(128, 1)

    def forward(self, picture: Tensor, target: Tensor) -> Tensor:
        """[B] scores, higher for what looks real."""
        both = torch.cat([resized(picture, self.sees), resized(target, self.sees)], 1)
        return self.out(F.gelu(self.eye(both)))[:, 0]

    def loss(self, painted: Tensor, target: Tensor, mix: Tensor) -> Tensor:
        """What the critic minimizes; `mix` [B] in 0..1 says where between both its slope is looked at."""
        real, painted = resized(target, self.sees), resized(painted.detach(), self.sees)
        between = torch.lerp(painted, real, mix[:, None, None, None]).requires_grad_()
        slope = torch.autograd.grad(self(between, real).sum(), between, create_graph=True)[0]
        steep = slope.flatten(1).square().sum(1).add(1e-12).sqrt()
        return (self(painted, real) - self(real, real)).mean() + PENALTY * (steep - 1).square().mean()


class FeatureJudge:
    """Squared difference of what a pretrained network sees in two pictures, layer by layer."""

    def __init__(self, network: str = "lite0", layers: tuple[str, ...] = ("block1", "block2"), side: int = 64) -> None:
        from ..features.zoo import load

        self.net, self.layers, self.side = load(network), layers, side

    def __call__(self, painted: Tensor, target: Tensor) -> Tensor:
        """The mean over layers; each is measured in the target's own spread."""
        self.net.to(painted.device)
        ours, theirs = (
            self.net(resized(x.expand(-1, 3, -1, -1), self.side), self.layers) for x in (painted, target.detach())
        )
        terms = [(ours[n] - theirs[n]).square().mean() / theirs[n].var().clamp(min=1e-6) for n in self.layers]
        return torch.stack(terms).mean()
