"""The picture as files: coordinates and measures as CSV, and an interactive HTML file that needs no connection."""

import pandas as pd
import plotly.io
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from dashboard.kit import markup
from dashboard.pages.space.figures import POINTS
from dashboard.pages.space.picture import Picture
from otcore.space.metrics import METRICS
from otcore.text.languages import language


def coordinates(picture: Picture, marked: list[int]) -> pd.DataFrame:
    """One row a point and state: where it stands, and what is measured of it in the original space."""
    points, chosen = picture.cloud.points, set(marked)
    parts = []
    for state, places, found in zip(picture.cloud.states, picture.projection.coordinates, picture.measures, strict=True):
        part = {"state": state.name, "layer": state.layer, "language": [points.codes[k] for k in points.language]}
        part |= {"sentence": points.sentence, "position": points.position, "text": points.texts}
        part |= {axis: places[:, k] for k, axis in enumerate("xyz"[: places.shape[1]])}
        part |= {"translation_rank": found.typical_rank, "share_of_other_languages": found.mixing.round(4)}
        parts.append(pd.DataFrame(part | {"selected": [int(k in chosen) for k in range(len(points))]}))
    return pd.concat(parts, ignore_index=True)


def html_page(figure, picture: Picture, facts: list[tuple[str, str, str]], reading: str) -> str:
    """One file: the figure with the drawing library inside, a search box that marks words, and the measures; all text is escaped."""
    figure.update_layout(template="plotly_white", paper_bgcolor="#fff")
    config = {"displaylogo": False, "responsive": True}
    drawn = plotly.io.to_html(figure, include_plotlyjs=False, full_html=False, config=config, div_id="space")
    points, settings = picture.cloud.points, picture.projection.settings
    how = [settings.method.label, f"{settings.dimensions} dimensions", METRICS[settings.metric].label, f"{settings.neighbours} neighbours"]
    values = {"points": points, "most": POINTS, "facts": facts, "reading": reading}
    values |= {"figure": Markup(drawn), "library": Markup(get_plotlyjs())}
    values["states"] = ", ".join(f"{state.name} (layer {state.layer})" for state in picture.cloud.states)
    values["languages"] = ", ".join(language(code).name for code in points.codes)
    values["how"] = ", ".join(filter(None, [*how, settings.method.told()]))
    return markup.filled("pages/space/export.html", values)
