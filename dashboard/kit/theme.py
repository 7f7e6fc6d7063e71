"""Colours and shapes, one meaning each: Okabe–Ito for categories, cividis for plans."""

BLUE, ORANGE, GREEN, VERMILLION, SKY, PURPLE, YELLOW = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9", "#CC79A7", "#F0E442"
GREY = "#8A8A8A"

PLAN_SCALE = "Cividis"

# Gold status of a link: a colour and a shape, so that colour never carries it alone.
STATUS = {
    "hit": (GREEN, "circle", "●"),
    "possible": (SKY, "diamond", "◆"),
    "false": (VERMILLION, "x", "✕"),
    "missed": (ORANGE, "circle-open", "○"),
    "link": (BLUE, "square", "■"),
}
# How the line of each looks between the words: CSS border styles, as in components/links.css.
STATUS_LINES = {"hit": "solid", "possible": "solid", "false": "dashed", "missed": "dotted", "link": "solid"}
