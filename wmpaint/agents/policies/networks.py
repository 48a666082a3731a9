"""What agents' networks are made of: an eye of convolutions, and a head that says actions."""

from __future__ import annotations

import math

from torch import Tensor, nn

__all__ = ["Eye", "head"]

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


def head(hidden: int, out: int) -> nn.Sequential:
    """A network that begins with small differences between pictures and large ones between marks."""
    last = nn.Linear(hidden, out)
    nn.init.normal_(last.weight, std=0.02)
    nn.init.normal_(last.bias, std=0.3)
    return nn.Sequential(nn.GELU(), nn.Linear(hidden, hidden), nn.GELU(), last)
