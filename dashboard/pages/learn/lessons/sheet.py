"""The printable sheet of a lesson: one HTML file, the questions on the first page and the answers on the next."""

from dashboard.kit.markup import escape_html
from dashboard.pages.learn.lessons.types import Lesson

_STYLE = (
    "body{font:15px/1.5 Georgia,serif;max-width:44rem;margin:2rem auto;padding:0 1rem;color:#111}h1{font-size:1.6rem;margin:0}"
    "h2{font-size:1.15rem;margin:1.6rem 0 .4rem}li{margin:.35rem 0}.lines{height:4.2rem;border-bottom:1px dotted #999}"
    ".box{display:inline-block;width:.8em;height:.8em;border:1px solid #111;margin-right:.5em}.meta{color:#555}"
    ".answers{break-before:page;page-break-before:always}@media print{body{margin:0}}"
)


def sheet(lesson: Lesson, address: str) -> str:
    """The sheet as a whole HTML document.

    address: where the lesson is on the web, or "" where that is not known
    """
    say = escape_html
    idea = say(lesson.idea.replace("*", ""))
    link = f'<p class="meta">{say(address)}</p>' if address else ""
    options = "".join(f'<li><span class="box"></span>{say(option.text)}</li>' for option in lesson.question.options)
    tasks = "".join(f'<li>{say(task)}<div class="lines"></div></li>' for task, _ in lesson.tasks)
    reasons = "".join(
        f"<li>{'<b>Right.</b>' if lesson.question.is_right(option.text) else 'Wrong.'} {say(option.text)} — {say(option.why)}</li>"
        for option in lesson.question.options
    )
    answers = "".join(f"<li>{say(task)}<br><b>{say(answer)}</b></li>" for task, answer in lesson.tasks)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{say(lesson.title)}</title><style>{_STYLE}</style></head><body>'
        f'<section class="questions"><p class="meta">Lesson {lesson.number} · Name: ______________________</p><h1>{say(lesson.title)}</h1>'
        f"{link}<p>{idea}</p><h2>Move and look</h2><p>{say(lesson.look)}</p><h2>Question</h2><p>{say(lesson.question.text)}</p>"
        f'<ul style="list-style:none;padding:0">{options}</ul><h2>With pencil and paper</h2><ol>{tasks}</ol></section>'
        f'<section class="answers"><p class="meta">Lesson {lesson.number} · for the teacher</p><h1>{say(lesson.title)}: answers</h1>'
        f"<h2>Question</h2><p>{say(lesson.question.text)}</p><ul>{reasons}</ul><h2>With pencil and paper</h2><ol>{answers}</ol>"
        f"<p>{say(lesson.moral)}</p></section></body></html>"
    )
