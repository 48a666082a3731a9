"""How the page looks: paper and ink."""

from __future__ import annotations

import gradio as gr

__all__ = ["CSS", "FOOT", "HEAD", "SCRIPT", "page_theme"]

HEAD = """<header class=head><h1>wmpaint</h1>
<p>Painters that dream of a real paint program. What they paint is strokes.</p></header>"""
FOOT = """<footer class=foot>Everything here is computed on this machine. The brushes are CC0.</footer>"""

# Pictures to try have no names of their own; a screen reader hears those of their files.
SCRIPT = """<script>
new MutationObserver(() => {
  for (const button of document.querySelectorAll("button.gallery-item:not([aria-label])")) {
    const source = button.querySelector("img")?.src || "";
    const name = source.split("/").pop().replace(/[.][a-z]+$/, "").replace(/_/g, " ");
    if (name) button.setAttribute("aria-label", `try ${name}`);
  }
}).observe(document, { childList: true, subtree: true });
</script>"""

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


CSS = """
.head { padding: 6px 2px 2px; display: flex; gap: 14px; align-items: baseline; flex-wrap: wrap; }
.head h1 { font: 600 30px/1 Georgia, "Times New Roman", serif; letter-spacing: -0.5px; margin: 0; }
.head p { color: var(--body-text-color-subdued); margin: 0; font-size: 15px; }
.foot { color: var(--body-text-color-subdued); font-size: 13px; text-align: center; padding: 6px; }
.gradio-container { overflow: clip !important; }  /* not hidden, or nothing within could be sticky */
.room { gap: 22px !important; align-items: flex-start; }
.stage { margin: 0; display: grid; place-items: center; min-height: 380px; border-radius: 10px; overflow: hidden;
  background: var(--block-background-fill); border: 1px solid var(--border-color-primary); }
.stage img { width: 100%; max-height: 620px; object-fit: contain; display: block; }
.stage.empty figcaption { color: var(--body-text-color-subdued); padding: 30px; text-align: center; max-width: 34ch; }
.doing { display: grid; gap: 4px; padding: 4px 0; }
.doing progress { width: 100%; height: 6px; appearance: none; border: 0; border-radius: 3px; overflow: hidden;
  background: var(--neutral-200); }
.dark .doing progress { background: var(--neutral-800); }
.doing progress::-webkit-progress-bar { background: transparent; }
.doing progress::-webkit-progress-value { background: var(--slider-color); transition: width .2s; }
.doing progress::-moz-progress-bar { background: var(--slider-color); }
.doing progress:indeterminate { background: linear-gradient(90deg, var(--neutral-200) 30%, var(--slider-color) 50%,
  var(--neutral-200) 70%) 0 0 / 300% 100%; animation: doing 2.4s linear infinite; }
.dark .doing progress:indeterminate { background-image: linear-gradient(90deg, var(--neutral-800) 30%,
  var(--slider-color) 50%, var(--neutral-800) 70%); }
.doing progress:indeterminate::-moz-progress-bar { background: transparent; }
@keyframes doing { from { background-position: 100% 0; } to { background-position: -50% 0; } }
@media (prefers-reduced-motion: reduce) { .doing progress:indeterminate { animation: none; } }
.waits { align-items: center; gap: 10px !important; }
.waits .html-container, .waits .prose { padding: 0 !important; }
.doing output, .hint { color: var(--body-text-color-subdued); font-size: 14px; font-variant-numeric: tabular-nums; }
.hint { margin: 4px 2px; }
table.numbers { width: 100%; border-collapse: collapse; font-size: 14px; }
table.numbers caption { text-align: left; font-weight: 600; padding: 4px 0; }
table.numbers th { text-align: left; font-weight: 400; color: var(--body-text-color-subdued); padding: 3px 10px 3px 0;
  white-space: nowrap; }
table.numbers td { padding: 3px 0; font-variant-numeric: tabular-nums; }
.brushrow { align-items: stretch; gap: 10px !important; }
.swatch, .swatch * { padding: 0 !important; }
.swatch img { height: 96px; width: auto; border-radius: 8px; display: block; }
.brushrow .swatch { flex: 0 0 auto !important; min-width: 0 !important; width: auto !important; }
.goon { align-items: stretch; }
.dice { align-items: stretch; }
.dice button, .goon button { font-size: 14px; font-weight: 500; }
.easel .html-container, .easel .prose { padding: 0 !important; }
#wall .grid-container, #brushes-wall .grid-container {
  grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)) !important;
  grid-template-rows: none !important; grid-auto-rows: auto !important; height: auto !important; }
#wall .grid-wrap, #brushes-wall .grid-wrap { max-height: none !important; height: auto !important; padding-top: 34px; }
#wall .thumbnail-item, #brushes-wall .thumbnail-item { aspect-ratio: 4 / 3; }
#dream-channels .grid-container { grid-template-columns: repeat(auto-fill, minmax(58px, 1fr)) !important; gap: 4px; }
#dream-channels .grid-wrap { padding-top: 34px; }
#dream-channels .caption-label { font-size: 10px; padding: 0 4px; }
table.numbers, table.numbers thead, table.numbers tbody, table.numbers tr { border: 0 !important; }
table.numbers td, table.numbers th { border: 0 !important;
  border-bottom: 1px solid var(--border-color-primary) !important; }
table.numbers tbody tr:last-child > * { border-bottom: 0 !important; }
table.pens th, table.pens td { white-space: nowrap; padding-right: 14px; }
.wide { overflow-x: auto; }
.sum { font-weight: 600; margin: 4px 0; }
.sheet { position: relative; width: 100%; margin: 0 auto; border-radius: 10px; overflow: hidden; background: white;
  border: 1px solid var(--border-color-primary); box-shadow: 0 1px 8px rgb(0 0 0 / 8%); touch-action: none; }
.sheet img, .sheet canvas { position: absolute; inset: 0; width: 100%; height: 100%; display: block; }
.sheet canvas { cursor: crosshair; touch-action: none; }
.sheet canvas:focus-visible { outline: 3px solid var(--primary-400); outline-offset: -3px; }
.twin { display: block; }
.twin figure { display: inline-block; width: calc(50% - 6px); margin: 3px; }
.twin img { width: 100%; border-radius: 8px; display: block; }
.twin figcaption { font-size: 13px; color: var(--body-text-color-subdued); text-align: center; }
.go { font-weight: 600; position: sticky; bottom: 10px; z-index: 5; box-shadow: 0 2px 10px rgb(0 0 0 / 18%); }
.go::after { content: ""; position: absolute; inset: 100% 0 auto; height: 10px;
  background: var(--body-background-fill); }
.dark input[type="range"] { --neutral-200: var(--neutral-700); }  /* what is left of a slider's track */
footer > .divider { display: none; }  /* between links, of which there is one */
.dark #tabs button.selected { color: var(--primary-300); border-color: var(--primary-300); }
@media (max-width: 640px) {
  .stage { min-height: 240px; }
  #tabs .tab-container button { padding: 0 4px; font-size: 13px; min-width: 0; }
  #tabs .tab-container { gap: 1px; }
  .head h1 { font-size: 26px; }
  .head p { font-size: 14px; }
  .gradio-container .main, .gradio-container main, .gradio-container .app { padding: 8px !important; }
}
"""
