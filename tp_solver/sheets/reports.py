"""Writing what grading gives into a folder: names that no student's text can bend."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from tp_solver.grading.report import Report
from tp_solver.sheets.feedback_page import feedback_view
from tp_solver.sheets.files import title_of, write
from tp_solver.sheets.gradebook import gradebook, status
from tp_solver.sheets.html import page
from tp_solver.sheets.json_format import dumps
from tp_solver.sheets.report_json import report_data
from tp_solver.solution import Solution
from tp_solver.text import Words

GENERATOR = '<meta name="generator" content="tp_solver">'
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)


def write_reports(
    solution: Solution, reports: Sequence[Report], folder: Path, form: str, words: Words
) -> list[Path]:
    """Write what grading gives: a gradebook and JSON, and unless only data is wanted, pages."""
    written = [
        write(folder / "gradebook.csv", gradebook(solution.exercise, reports, words)),
        write(folder / "report.json", dumps(report_data(report, words) for report in reports)),
    ]
    if form != "html":
        return written
    names = file_names(reports)
    remove_stale(folder / "feedback", names)
    for report, name in zip(reports, names, strict=True):
        if report.refused is None:
            view = feedback_view(report, solution, words)
            written.append(
                write(folder / "feedback" / name, page("feedback.html.j2", words, view=view))
            )
    written.insert(0, _class_page(solution, reports, names, folder, words))
    return written


def remove_stale(folder: Path, names: Sequence[str]) -> None:
    """Remove the pages of an earlier run whose students are not in this one; nothing else."""
    for path in folder.glob("*.html"):
        if path.name not in names and GENERATOR in path.read_text("utf-8", errors="replace")[:600]:
            path.unlink()


def _class_page(
    solution: Solution, reports: Sequence[Report], names: list[str], folder: Path, words: Words
) -> Path:
    scores = [report.score for report in reports if report.score is not None]
    mean = ""
    if scores:
        total = max(report.out_of for report in reports)
        mean = words(
            "grade.mean",
            mean=words.number(sum(scores) / len(scores)),
            total=words.number(total),
            count=len(scores),
        )
    rows = [
        {
            "name": report.student.name or report.student.id,
            "id": report.student.id,
            "page": f"feedback/{name}" if report.refused is None else "",
            "score": _score(report, words),
            "status": status(report, words),
        }
        for report, name in zip(reports, names, strict=True)
    ]
    title = title_of(solution.model, words)
    text = page("class.html.j2", words, plain_title=title, mean=mean, rows=rows)
    return write(folder / "index.html", text)


def _score(report: Report, words: Words) -> str:
    if report.score is None:
        return "–"
    return f"{words.number(report.score)} / {words.number(report.out_of)}"


def file_names(reports: Sequence[Report]) -> list[str]:
    """Name a page for each report: plain letters only, never the same twice, never a path."""
    used: set[str] = set()
    names = []
    for report in reports:
        folded = unicodedata.normalize("NFKD", report.student.id).encode("ascii", "ignore").decode()
        stem = re.sub(r"[^A-Za-z0-9_-]+", "-", folded).strip("-")[:60]
        plain = stem == report.student.id and not _RESERVED.fullmatch(stem)
        if not plain or stem.lower() in used:
            key = f"{report.student.id}\0{report.file}\0{len(used)}".encode("utf-8", "replace")
            stem = f"{stem or 'student'}-{hashlib.sha256(key).hexdigest()[:8]}"
        used.add(stem.lower())
        names.append(f"{stem}.html")
    return names
