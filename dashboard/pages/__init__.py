"""The pages; `registry` lists them. A page is a folder here with the same few files in each:

page.py      `page()`, which puts the parts of the page together
choices.py   what a person can choose on it, declared once
controls.py  the widgets that need more than their declaration
view.py      what is drawn of a result;  figures.py  pure: a result in, a Plotly figure out
cache.py     what is computed for it and kept
"""
