"""Known mistakes as a page tells them: what was done, what to do."""

from __future__ import annotations

from markupsafe import Markup

from tp_solver.errors import FormulaError
from tp_solver.exercise.fields import Text
from tp_solver.grading.misconceptions import Mistake, catalogue
from tp_solver.grading.misconceptions.wording import worded
from tp_solver.grading.report import Finding
from tp_solver.sheets.entities import escaped
from tp_solver.sheets.head import Writer
from tp_solver.sheets.prose import foreign

MOST_KEPT = 10_000


class Explained:
    """Draws explanations, each once."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.rows: dict[Finding, str] = {}

    def row(self, finding: Finding) -> str:
        """Return a row of a table of marks that explains a number."""
        if finding not in self.rows:
            if len(self.rows) > MOST_KEPT:
                self.rows.clear()
            told = "".join(self.possible(finding))
            self.rows[finding] = f'<tr class="found"><td colspan="5">{told}</td></tr>'
        return self.rows[finding]

    def possible(self, finding: Finding) -> list[str]:
        """Return a paragraph for each possibility, and one before them where there are several."""
        words, known = self.writer.words, catalogue()
        lines = []
        if len(finding.possible) > 1:
            lines.append(f"<p>{escaped(words('grade.either'))}</p>")
        for ids, names in zip(finding.possible, finding.names, strict=True):
            both = f"{escaped(words('grade.both'))} " if len(ids) > 1 else ""
            parts = [self.told(known[one], dict(names)) for one in ids if one in known]
            lines.append(f"<p>{both}{' '.join(parts)}</p>")
        return lines

    def told(self, mistake: Mistake, names: dict[str, str]) -> str:
        """Tell one mistake: its name, what was done, what to do."""
        language = mistake.spoken(self.writer.language)
        title = mistake.title[language]
        label = escaped(title[:1].upper() + title[1:])
        done = self.drawn(mistake.explain[language], names, mistake.id)
        todo = self.drawn(mistake.remedy[language], names, mistake.id)
        told = f"<strong>{label}.</strong> {done} <em>{todo}</em>"
        return told if language == self.writer.language else foreign(told, language)

    def drawn(self, text: str, names: dict[str, str], mistake: str) -> Markup:
        """Draw a text whose formulas are filled with a student's own names."""
        try:
            filled = worded(text, names, mistake)
            return self.writer.prose(Text(fr=filled, en=filled), inline=True)
        except FormulaError:  # of a name that only makes sense in its own equation
            return escaped(text.replace("$", ""))
