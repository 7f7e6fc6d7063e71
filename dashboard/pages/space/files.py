"""The picture as files: coordinates and measures as CSV, and an interactive HTML file that needs no connection."""

import json

import pandas as pd
import plotly.io
from plotly.offline import get_plotlyjs

from dashboard.kit.exports import csv
from dashboard.kit.markup import escape_html
from dashboard.pages.space.cache import Picture
from otcore.text.languages import language


def coordinates(picture: Picture, marked: list[int]) -> pd.DataFrame:
    """One row a point and state: where it stands, and what is measured of it in the original space."""
    points = picture.cloud.points
    chosen = set(marked)
    parts = []
    for state, places, found in zip(picture.cloud.states, picture.projection.coordinates, picture.measures, strict=True):
        part = {
            "state": state.name, "layer": state.layer, "language": [points.codes[k] for k in points.language], "sentence": points.sentence,
            "position": points.position, "text": points.texts,
        }  # fmt: skip
        part |= {axis: places[:, k] for k, axis in enumerate("xyz"[: places.shape[1]])}
        part |= {"translation_rank": found.typical_rank, "share_of_other_languages": found.mixing.round(4)}
        part["selected"] = [int(k in chosen) for k in range(len(points))]
        parts.append(pd.DataFrame(part))
    return pd.concat(parts, ignore_index=True)


def coordinates_csv(picture: Picture, marked: list[int]) -> str:
    """As text; a cell that a spreadsheet would take for a formula is made safe."""
    return csv(coordinates(picture, marked))


def html_page(figure, picture: Picture, facts: list[tuple[str, str, str]], reading: str) -> str:
    """One file: the figure with the drawing library inside, a search box that marks words, and the measures; all text is escaped."""
    figure.update_layout(template="plotly_white", paper_bgcolor="#fff")
    drawn = plotly.io.to_html(
        figure, include_plotlyjs=False, full_html=False, config={"displaylogo": False, "responsive": True}, div_id="space"
    )
    points, settings = picture.cloud.points, picture.projection.settings
    states = ", ".join(f"{state.name} (layer {state.layer})" for state in picture.cloud.states)
    names = ", ".join(language(code).name for code in points.codes)
    how = f"{settings.method.upper()}, {settings.dimensions} dimensions, {settings.metric}, {settings.neighbours} neighbours"
    if settings.method == "umap":
        how += f", minimum distance {settings.min_dist:g}, seed {settings.seed}"
    table = "".join(
        f"<tr><th>{escape_html(name)}</th><td>{escape_html(value)}</td><td>{escape_html(help)}</td></tr>" for name, value, help in facts
    )
    words = json.dumps(list(points.texts), ensure_ascii=False).replace("<", "\\u003c")
    body = (
        f"<h1>The space of {len(points):,} {points.kind}s: {escape_html(states)}</h1><p>{escape_html(names)}. {escape_html(how)}.</p>"
        "<p><label>Find a word <input id='find' autocomplete='off'></label> <output id='found'></output></p>"
        f"{drawn}<p>{escape_html(reading)}</p><table>{table}</table><script>const WORDS={words};{_SCRIPT}</script>"
    )
    head = f"<meta charset='utf-8'><meta name='viewport' content='width=device-width'><title>The space</title><style>{_CSS}</style>"
    return f"<!doctype html><html lang='en'><head>{head}<script>{get_plotlyjs()}</script></head><body>{body}</body></html>\n"


_CSS = """
:root{color-scheme:light}
body{font:16px/1.5 system-ui,sans-serif;max-width:80rem;margin:1.5rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}
h1{font-size:1.3rem}table{border-collapse:collapse;font-size:.85rem}th,td{border-bottom:1px solid #ccc;padding:.25rem .6rem;text-align:left}
"""
# Marks every point that holds the text; the points say who they are in their customdata.
_SCRIPT = """
document.getElementById("find").addEventListener("input", (event) => {
  const wanted = event.target.value.trim().toLowerCase(), plot = document.getElementById("space");
  const hits = new Set(wanted ? WORDS.flatMap((word, k) => (word.toLowerCase().includes(wanted) ? [k] : [])) : []);
  document.getElementById("found").textContent = wanted ? `${hits.size} found` : "";
  plot.data.forEach((trace, k) => {
    if (!trace.customdata || trace.type === "scatter3d") return;
    const marked = trace.customdata.flatMap((own, at) => (hits.has(own % 100000) ? [at] : []));
    Plotly.restyle(plot, { selectedpoints: [wanted ? marked : null] }, [k]);
  });
});
"""
