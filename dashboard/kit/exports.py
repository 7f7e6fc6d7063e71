"""Results as files: Pharaoh, CSV, JSON. User text stays text, also in a spreadsheet."""

import json

import pandas as pd

from dashboard.kit.word_view import View
from otcore.corpora.pharaoh import format_links

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def pharaoh(view: View) -> str:
    """One line of 0-based links."""
    return format_links(view.result.alignment.pairs) + "\n"


def csv(table: pd.DataFrame) -> str:
    """The table of links; a cell that a spreadsheet would take for a formula gets an apostrophe in front."""
    return table.map(safe_cell).to_csv(index=False)


def safe_cell(cell: object) -> object:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def as_json(view: View, encoder: str) -> str:
    """The whole result: words, settings, plan, cost, masses, links with confidence, scores."""
    result = view.result
    plan, settings = result.plan, result.settings
    content = {
        "source": _side(result.pair.source, result.source, settings.unit),
        "target": _side(result.pair.target, result.target, settings.unit),
        "encoder": encoder,
        "layer": result.layer,
        "unit": settings.unit,
        "pooling": settings.pooling,
        "cost_kind": settings.cost,
        "masses": settings.masses,
        "solver": {"kind": settings.solver.name, **vars(settings.solver)},
        "link_rule": {"rule": settings.links.name, **vars(settings.links)},
        "epsilon": plan.epsilon,
        "value": plan.value,
        "transport_cost": plan.transport_cost,
        "marginal_error": plan.marginal_error,
        "iterations": plan.iterations,
        "converged": plan.converged,
        "source_mass": plan.problem.source_mass.tolist(),
        "target_mass": plan.problem.target_mass.tolist(),
        "cost": plan.problem.cost.round(6).tolist(),
        "plan": plan.plan.round(9).tolist(),
        "potentials": [side.round(9).tolist() for side in plan.potentials] if plan.potentials else None,
        "links": [vars(link) for link in result.alignment.links],
        "source_null": result.alignment.source_null,
        "target_null": result.alignment.target_null,
        "scores": view.scores.as_dict() if view.scores else None,
    }
    return json.dumps(content, ensure_ascii=False, indent=1)


def _side(sentence, vectors, unit: str) -> dict:
    points = vectors.words if unit == "word" else vectors.pieces
    return {
        "language": sentence.language,
        "text": sentence.text,
        "words": sentence.words,
        "points": points,
        "point_words": vectors.groups(unit).tolist(),
        "words_cut": vectors.cut,
    }
