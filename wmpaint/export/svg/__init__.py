"""Strokes as SVG: lines, outlines or stacked outlines; still, animated, or in a page that plays them."""

from .reading import painting_text
from .shapes import STYLES
from .write import html_text, svg_text, write_html, write_pdf, write_svg

__all__ = ["STYLES", "html_text", "painting_text", "svg_text", "write_html", "write_pdf", "write_svg"]
