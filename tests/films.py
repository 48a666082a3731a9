"""Films made by ffmpeg, small, for tests; and how Chromium sees and hears them."""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path
from typing import Any

__all__ = ["EXACT", "RED", "TICKS", "flat", "heard", "made", "shown"]

RED = (173, 42, 29)
# Two seconds of 25 frames: frame n is as bright as 20 + 4 n, of 255.
TICKS = ["-f", "lavfi", "-i", "nullsrc=s=64x48:r=25:d=2,format=gray,geq=lum='20+4*N',format=yuv420p"]
EXACT = ["-c:v", "libx264", "-crf", "3", "-g", "10"]

SHOWN = """async (url) => {
  const film = document.createElement('video'); film.muted = true; film.src = url; document.body.append(film);
  await new Promise((good, bad) => { film.onloadeddata = good; film.onerror = () => bad(film.error.message) });
  await new Promise((good) => { film.requestVideoFrameCallback(good); film.play() });
  film.pause();
  const canvas = document.createElement('canvas'); canvas.width = film.videoWidth; canvas.height = film.videoHeight;
  const pen = canvas.getContext('2d'); pen.drawImage(film, 0, 0);
  return [...pen.getImageData(canvas.width >> 1, canvas.height >> 1, 1, 1).data].slice(0, 3)
}"""
# The seconds, and when it is first loud.
HEARD = """async (url) => {
  const bytes = Uint8Array.from(atob(url.split(',')[1]), (letter) => letter.charCodeAt(0));
  const sound = await new OfflineAudioContext(1, 1, 48000).decodeAudioData(bytes.buffer);
  const channels = [...Array(sound.numberOfChannels).keys()].map((number) => sound.getChannelData(number));
  const first = channels.map((values) => values.findIndex((value) => Math.abs(value) > 0.2)).filter((at) => at >= 0);
  return [sound.duration, Math.min(...first) / sound.sampleRate]
}"""


def made(path: Path, *options: str) -> Path:
    """What ffmpeg makes of some options."""
    import imageio_ffmpeg

    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *options, f"file:{path}"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return path


def flat(color: str = "0xAD2A1D", size: str = "64x48", kind: str = "gbrp") -> list[str]:
    """Input of three frames of one color."""
    return ["-f", "lavfi", "-i", f"color={color}:s={size}:r=10:d=0.3,format={kind}"]


def _in_page(chromium: Any, script: str, film: Path) -> Any:
    page = chromium.new_page()
    try:
        return page.evaluate(script, "data:video/mp4;base64," + base64.b64encode(film.read_bytes()).decode())
    finally:
        page.close()


def shown(chromium: Any, film: Path) -> list[int]:
    """The color in the middle of a film, as Chromium plays it."""
    found = _in_page(chromium, SHOWN, film)
    assert isinstance(found, list)
    return found


def heard(chromium: Any, film: Path) -> tuple[float, float]:
    """How many seconds of sound Chromium decodes, and when it is first loud."""
    seconds, first = _in_page(chromium, HEARD, film)
    return seconds, first
