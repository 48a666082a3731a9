"""An agent's networks: an eye of convolutions, and what decides on strokes after a look.

`RecurrentNet` follows SPIRAL (Ganin et al. 2018) and the world painters (Nakano 2019): convolutions over target
and canvas, residual blocks, an LSTM, and a head that says the next stroke.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from .action import SEEN
from .config import AgentConfig

__all__ = ["Eye", "RecurrentNet", "SetNet", "build"]

SMALLEST = 4  # pixels of the eye's last map


class Residual(nn.Module):
    """Two convolutions beside a way around them; it begins as that way alone."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first, self.second = (nn.Conv2d(channels, channels, 3, padding=1) for _ in range(2))
        for parameter in self.second.parameters():
            nn.init.zeros_(parameter)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.second(nn.functional.gelu(self.first(nn.functional.gelu(x))))


class Eye(nn.Module):
    """Pictures [B, C, sees, sees] -> [B, hidden]."""

    def __init__(self, channels: int, sees: int, width: int, hidden: int, blocks: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        before, after = channels, width
        for _ in range(int(math.log2(sees // SMALLEST))):
            layers += [nn.Conv2d(before, after, 3, 2, 1), nn.GELU()]
            before, after = after, min(2 * after, 2 * width)
        layers[-1:] = [*(Residual(before) for _ in range(blocks)), nn.GELU()]
        self.layers = nn.Sequential(*layers, nn.Flatten(), nn.Linear(before * SMALLEST**2, hidden))

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


def _head(hidden: int, out: int) -> nn.Sequential:
    """A network that begins with small differences between pictures and large ones between strokes."""
    last = nn.Linear(hidden, out)
    nn.init.normal_(last.weight, std=0.02)
    nn.init.normal_(last.bias, std=0.3)
    return nn.Sequential(nn.GELU(), nn.Linear(hidden, hidden), nn.GELU(), last)


class SetNet(nn.Module):
    """One look, `per_look` strokes. It sees the canvas where it paints more than one look's worth."""

    def __init__(self, config: AgentConfig) -> None:
        super().__init__()
        self.config = config
        self.looks_at_canvas = config.looks > 1 or config.kind == "tiles"
        pictures = 2 if self.looks_at_canvas else 1
        self.eye = Eye(pictures * config.channels, config.sees, config.width, config.hidden, blocks=0)
        self.situation = nn.Linear(2, config.hidden)
        self.head = _head(config.hidden, config.per_look * config.numbers)

    def begin(self, target: Tensor) -> Tensor:
        """What it remembers before the first look, [B, memory]: nothing."""
        return target.new_zeros(len(target), 0)

    def forward(self, target: Tensor, canvas: Tensor, memory: Tensor, situation: Tensor) -> tuple[Tensor, Tensor]:
        """[B, per_look, numbers] and the memory, from target and canvas [B, C, sees, sees] and `situation` [B, 2]."""
        seen = torch.cat([target, target - canvas], 1) if self.looks_at_canvas else target
        x = self.eye(seen) + self.situation(situation)
        return self.head(x).view(len(x), self.config.per_look, self.config.numbers), memory


class RecurrentNet(nn.Module):
    """Look, remember, lay `per_look` strokes."""

    def __init__(self, config: AgentConfig) -> None:
        super().__init__()
        self.config = config
        self.eye = Eye(2 * config.channels, config.sees, config.width, config.hidden, blocks=2)
        self.told = nn.Linear(SEEN + 2, config.hidden)
        self.memory = nn.LSTMCell(config.hidden, config.hidden)
        self.head = _head(config.hidden, config.per_look * config.numbers)

    def begin(self, target: Tensor) -> Tensor:
        """[B, 2 * hidden + SEEN]: the LSTM's two states and the last stroke."""
        return target.new_zeros(len(target), 2 * self.config.hidden + SEEN)

    def forward(self, target: Tensor, canvas: Tensor, memory: Tensor, situation: Tensor) -> tuple[Tensor, Tensor]:
        """As `SetNet`; the last SEEN numbers of the memory are for the caller to fill with the stroke laid."""
        return self.decide(self.watch(target, canvas), memory, situation)

    def watch(self, target: Tensor, canvas: Tensor) -> Tensor:
        """[B, hidden] what the eye makes of a target and a canvas; it needs no memory."""
        return self.eye(torch.cat([target, target - canvas], 1))

    def decide(self, seen: Tensor, memory: Tensor, situation: Tensor) -> tuple[Tensor, Tensor]:
        """[B, per_look, numbers] and the memory, from what the eye saw."""
        h, c, last = memory.split([self.config.hidden, self.config.hidden, SEEN], 1)
        x = seen + self.told(torch.cat([last, situation], 1))
        h, c = self.memory(nn.functional.gelu(x), (h, c))
        raw = self.head(h + x).view(len(x), self.config.per_look, self.config.numbers)
        return raw, torch.cat([h, c, last], 1)


def build(config: AgentConfig) -> SetNet | RecurrentNet:
    """The network of an agent."""
    return RecurrentNet(config) if config.kind == "recurrent" else SetNet(config)
