"""Strokes and paintings as files of every kind."""

from .svg import html_text, svg_text, write_html, write_pdf, write_svg

__all__ = ["html_text", "svg_text", "write_html", "write_pdf", "write_svg"]
