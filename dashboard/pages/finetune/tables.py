"""Fine-tuning runs as numbers, tables and sentences."""

import streamlit as st

from dashboard.pages.finetune.trainings import Standing
from otcore.finetuning.schedule import Clock
from otcore.runs.course import Course
from otcore.runs.store import Run

_FIGURES = {"aer": "AER", "retrieval": "P@1", "layer_retrieval": "P@1, aligned layer"}
_CHANGE = 128  # pixels: "0.123 → 0.456" is seen whole

_STEP_FACTS = (  # entry of the log, name, format, explanation
    ("pairs_per_second", "pairs per second", ".0f", "sentence pairs trained on, at the last step"),
    ("loss", "loss", ".4g", "of the last step's batches, anchor included"),
    ("gradient_norm", "gradient norm", ".3g", "before it is clipped; a sudden rise is a warning"),
    ("cosine", "collapse", ".3f", "mean cosine of random words: near 1 all vectors are alike, and the run stops itself"),
    ("marginal_error", "marginal error", ".1e", "the worst of the step's transports: how far its sums are from the masses"),
)


def pace(run: Run, course: Course) -> tuple[float, float | None]:
    """How much of a run is done, in [0, 1], and the seconds left by its pace so far, or None before there is one."""
    if not course.latest:
        return 0.0, None
    clock, step = Clock(run.settings), course.latest["step"]
    clock.steps, clock.seconds = run.steps, course.latest["seconds"]
    left = clock.left(step)
    return clock.share(step) if left is not None else 0.0, left


def of_steps(run: Run, course: Course) -> str:
    """How many steps a run makes: their number where it is given, about how many by the pace so far, or nothing yet."""
    step, clock = course.latest["step"], Clock(run.settings)
    ends = [run.steps] if run.steps else []
    if clock.budget is not None and step > 1 and course.seconds[-1] > course.seconds[0]:
        pace = (course.seconds[-1] - course.seconds[0]) / (step - 1)
        ends.append(step + round(max(clock.budget - course.latest["seconds"], 0) / pace))
    if not ends:
        return ""
    return f" of {run.steps:,}" if min(ends) == run.steps else f" of about {min(ends):,}"


def facts(run: Run, course: Course) -> list[tuple[str, str, str]]:
    """(name, value, explanation) of a run's latest step and held-out figures."""
    entries = []
    if now := course.latest:
        steps = f"{now['step']:,}" + (f" / {run.steps:,}" if run.steps else "")
        entries += [
            ("steps", steps, "done, and of how many where their number is known"),
            ("time of work", duration(now["seconds"]), "over all parts of the run, looking at held-out sentences included"),
            *((name, format(now[key], how), told) for key, name, how, told in _STEP_FACTS),
        ]
    if course.held_out:
        first, last = course.held_out[0][2], course.held_out[-1][2]
        pairs = f"{course.pairs} pairs a language that are never trained on, always the same" if course.pairs else "held-out sentences"
        told = f"before → now, on {pairs}"
        entries += [(name, _change(first[key], last[key]), told) for key, name in _FIGURES.items() if key in last]
    return entries


def columns() -> dict:
    """How the table's columns are told."""
    column = st.column_config
    return {
        "lr": column.NumberColumn("lr", format="%.2g", help="Highest learning rate."),
        "λ": column.NumberColumn("λ", format="%.2g", help="Weight of the anchor on English."),
        "ε": column.NumberColumn("ε", format="%.2g", help="Entropic strength of the transport in the loss."),
        "AER": column.TextColumn("AER", width=_CHANGE, help="Share of word links that are wrong: lower is better."),
        "P@1": column.TextColumn("P@1", width=_CHANGE, help="Sentences whose nearest neighbour is their translation: higher is better."),
    }


def spoken(course: Course) -> str:
    """The held-out curves in a sentence."""
    first, last = course.held_out[0][2], course.held_out[-1][2]
    told = [f"{name} from {first[key]:.3f} to {last[key]:.3f}" for key, name in _FIGURES.items() if key in last and key in first]
    return "Held-out figures: " + "; ".join(told) + "."


def duration(seconds: float) -> str:
    """Seconds or minutes, as people say them."""
    return f"{max(seconds, 0):.0f} s" if seconds < 90 else f"{seconds / 60:.1f} min"


def row(run: Run, standing: Standing) -> dict:
    """Of the table of runs."""
    settings, result = run.settings, run.result or {}
    before, after = result.get("before", {}), result.get("after", {})
    return {
        "run": run.name,
        "state": f"waiting, {standing.ahead} ahead" if standing.state == "waiting" else standing.state,
        "objective": settings.objective.name,
        "languages": ", ".join(settings.languages),
        "AER": _change(before.get("aer"), after.get("aer")),
        "P@1": _change(before.get("retrieval"), after.get("retrieval")),
        "steps": run.step,
        "time": duration(run.seconds),
        "from": settings.encoder,
        "lr": settings.learning_rate,
        "λ": getattr(settings.objective, "anchor", None),
        "ε": getattr(settings.objective, "epsilon", None),
        "batch": settings.batch,
        "seed": settings.seed,
    }


def _change(before: float | None, after: float | None) -> str:
    return "–" if before is None or after is None else f"{before:.3f} → {after:.3f}"
