"""What each channel of some layers likes, for the page's Dream tab: sheets in wmpaint/demo/pictures.

    python gallery/make_channels.py            # some two minutes a layer on two cores

Pictures are optimized by their spectra, as in "Feature Visualization" (Olah et al. 2017): sigmoid of the inverse
Fourier transform of amplitudes scaled by 1 / frequency, moved about a little between steps.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path

import torch
from PIL import Image

import wmpaint as wp
from wmpaint.demo.examples import CHANNELS, COLUMNS, FOLDER, TILE
from wmpaint.image import to_uint8

SIDE, STEPS, BATCH = 112, 72, 20
# Colors of photographs vary together; from the spectrum's own axes to RGB.
COLORS = torch.tensor([[0.56, 0.19, 0.05], [0.58, 0.0, -0.11], [0.58, -0.19, 0.06]]) / 0.6


def liked(net: wp.features.FeatureNet, layer: str, first: int, count: int, seed: int = 0) -> torch.Tensor:
    """[count, 3, SIDE, SIDE] for channels from `first` on."""
    generator = torch.Generator().manual_seed(seed + first)
    fy, fx = torch.fft.fftfreq(SIDE)[:, None], torch.fft.rfftfreq(SIDE)[None]
    scale = 1 / torch.maximum((fy**2 + fx**2).sqrt(), torch.tensor(1 / SIDE))
    spectrum = (torch.randn(count, 3, SIDE, SIDE // 2 + 1, 2, generator=generator) * 0.01).requires_grad_()
    optimizer = torch.optim.Adam([spectrum], lr=0.025)
    index = torch.arange(count)

    def picture() -> torch.Tensor:
        waves = torch.fft.irfft2(torch.view_as_complex(spectrum) * scale, s=(SIDE, SIDE), norm="ortho")
        return torch.sigmoid(torch.einsum("rc,bchw->brhw", COLORS, waves))

    for _ in range(STEPS):
        seen = picture()
        move = torch.randint(-6, 7, (2,), generator=generator).tolist()
        zoom = 0.9 + 0.2 * float(torch.rand((), generator=generator))
        turn = math.radians(8) * float(torch.randn((), generator=generator))
        matrix = torch.tensor([[math.cos(turn), -math.sin(turn), 0.0], [math.sin(turn), math.cos(turn), 0.0]]) * zoom
        grid = torch.nn.functional.affine_grid(matrix.expand(count, 2, 3), [count, 3, SIDE, SIDE], align_corners=False)
        seen = torch.nn.functional.grid_sample(
            seen.roll(move, (2, 3)), grid, padding_mode="reflection", align_corners=False
        )
        value = net(seen, layer)[layer][index, first + index]
        lines, columns = value.shape[1] // 4, value.shape[2] // 4
        middle = value[:, lines : -lines or None, columns : -columns or None]
        loss = -middle.mean((1, 2)).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return picture().detach()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("layers", nargs="*", default=list(CHANNELS))
    parser.add_argument("-o", "--output", type=Path, default=FOLDER)
    chosen = parser.parse_args()
    net = wp.features.load("lite0")
    for layer in chosen.layers:
        count = CHANNELS[layer]
        found = torch.cat([liked(net, layer, k, min(BATCH, count - k)) for k in range(0, count, BATCH)])
        edge = (SIDE - 72) // 2  # borders see less
        small = torch.nn.functional.interpolate(
            found[:, :, edge:-edge, edge:-edge], (TILE, TILE), mode="bilinear", antialias=True, align_corners=False
        )
        rows = math.ceil(count / COLUMNS)
        sheet = Image.new("RGB", (COLUMNS * TILE, rows * TILE))
        for k, picture in enumerate(small):
            sheet.paste(Image.fromarray(to_uint8(picture.clamp(0, 1))), (k % COLUMNS * TILE, k // COLUMNS * TILE))
        path = chosen.output / f"channels_{layer}.webp"
        sheet.save(path, quality=80)
        print(path)


if __name__ == "__main__":
    main()
