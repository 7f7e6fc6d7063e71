"""Colours and shapes, one meaning each: Okabe–Ito for categories, cividis for plans."""

BLUE, ORANGE, GREEN, VERMILLION, SKY, PURPLE, YELLOW = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9", "#CC79A7", "#F0E442"
GREY = "#8A8A8A"

PLAN_SCALE = "Cividis"
# the same scale in 33 steps, for what is drawn without Plotly
PLAN_COLORS = (
    "#00224e",
    "#052758",
    "#0a2d61",
    "#0f326b",
    "#173870",
    "#233d6e",
    "#2e436d",
    "#3a486c",
    "#424e6c",
    "#4a546d",
    "#52596d",
    "#595f6e",
    "#60646f",
    "#676a71",
    "#6e7073",
    "#767674",
    "#7d7c76",
    "#848177",
    "#8c8778",
    "#938e77",
    "#9b9476",
    "#a29a74",
    "#aba072",
    "#b3a76f",
    "#bcad6c",
    "#c4b468",
    "#ccbb63",
    "#d5c25d",
    "#ddc957",
    "#e6d050",
    "#eed848",
    "#f6e040",
    "#fee838",
)

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
