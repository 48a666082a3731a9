"""The site, built as CI builds it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from pages import ROOT

# --quiet would hide warnings from --strict as well: what is not logged is not counted.
STRICT = ["mkdocs", "build", "--strict"]


def build(site: Path, config: Path = ROOT / "mkdocs.yml") -> subprocess.CompletedProcess[str]:
    """Exit code and output of a build into the folder `site`."""
    return subprocess.run(
        [sys.executable, "-m", *STRICT, "--site-dir", str(site), "--config-file", str(config)],
        cwd=config.parent, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
