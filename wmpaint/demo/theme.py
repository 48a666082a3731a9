"""How the page looks: paper and ink."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

__all__ = ["CSS", "FOOT", "HEAD", "SCRIPT", "page_theme"]

HEAD = """<header class=head><h1>wmpaint</h1>
<p>Painters that dream of a real paint program. What they paint is strokes.</p></header>"""
FOOT = """<footer class=foot>Everything here is computed on this machine. The brushes are CC0.</footer>"""
CSS = (Path(__file__).parent / "page.css").read_text("utf-8")
SCRIPT = f"<script>\n{(Path(__file__).parent / 'names.js').read_text('utf-8')}</script>"

INK = gr.themes.Color(
    name="ink", c50="#f3f5f8", c100="#e2e8f0", c200="#c5d1e0", c300="#9db2ca", c400="#6f8db0", c500="#4a6c94",
    c600="#365679", c700="#2b4562", c800="#22374e", c900="#1b2b3d", c950="#121d2a",
)  # fmt: skip
PAPER = gr.themes.Color(
    name="paper", c50="#fbfaf7", c100="#f5f2ec", c200="#e9e4da", c300="#d6cfc2", c400="#a89f90", c500="#7d7567",
    c600="#5e574c", c700="#45403a", c800="#2c2925", c900="#1e1c19", c950="#151412",
)  # fmt: skip
SANS = ("ui-sans-serif", "system-ui", "-apple-system", "Segoe UI", "Helvetica Neue", "Arial", "sans-serif")
MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")


def page_theme() -> gr.themes.Base:
    """Warm paper, blue ink, and the fonts of the visitor's own machine."""
    made = gr.themes.Base(
        primary_hue=INK, secondary_hue=INK, neutral_hue=PAPER, radius_size="md", spacing_size="md", text_size="md",
        font=SANS, font_mono=MONO,
    )  # fmt: skip
    return made.set(
        body_background_fill="*neutral_50", body_background_fill_dark="*neutral_950",
        block_background_fill="white", block_background_fill_dark="*neutral_900",
        block_border_width="1px", block_border_color="*neutral_200", block_border_color_dark="*neutral_800",
        body_text_color_subdued="*neutral_600", body_text_color_subdued_dark="*neutral_300",
        block_info_text_color="*neutral_600", block_info_text_color_dark="*neutral_300",
        block_title_text_color="*neutral_700", block_title_text_color_dark="*neutral_200",
        input_placeholder_color="*neutral_500", input_placeholder_color_dark="*neutral_400",
        block_label_text_color="*neutral_600", block_label_text_color_dark="*neutral_300",
        block_title_text_weight="600", block_shadow="none",
        input_background_fill="*neutral_50", input_background_fill_dark="*neutral_950",
        button_primary_background_fill="*primary_700", button_primary_background_fill_hover="*primary_800",
        button_primary_background_fill_dark="*primary_300", button_primary_background_fill_hover_dark="*primary_200",
        button_primary_text_color="white", button_primary_text_color_dark="*neutral_950",
        button_secondary_background_fill="*neutral_100", button_secondary_background_fill_dark="*neutral_800",
        slider_color="*primary_600", slider_color_dark="*primary_300",
    )  # fmt: skip
