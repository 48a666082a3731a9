"""docs/cli.md is what the app itself says."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def test_the_page_of_the_command_line_is_as_the_app_is() -> None:
    made = runpy.run_path(str(ROOT / "docs/figures/make_cli.py"))
    page = made["page"]()
    assert page == (ROOT / "docs/cli.md").read_text("utf-8"), "python docs/figures/make_cli.py renews it"
    for command in ("paint", "style", "dream", "video", "replay", "export", "brushes", "agent train", "demo"):
        assert f"\n## wmpaint {command}\n" in page


@pytest.mark.parametrize(("text", "said"), [("a [bold]b[/] | c <d>", "a b \\| c &lt;d>"), (None, "")])
def test_help_is_safe_in_a_table(text: str | None, said: str) -> None:
    assert runpy.run_path(str(ROOT / "docs/figures/make_cli.py"))["plain"](text) == said
