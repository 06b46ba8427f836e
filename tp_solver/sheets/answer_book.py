"""The answer sheet as a workbook: what is asked, cells to fill in, and nothing that answers it."""

from __future__ import annotations

import re
from math import ceil
from typing import Any

from tp_solver.exercise.exercise import Asked
from tp_solver.exercise.questions import (
    AnyQuestion,
    ChoiceQuestion,
    ExpressionQuestion,
    NumberQuestion,
    TextQuestion,
)
from tp_solver.grading.readers.grid import NOT_ASKED
from tp_solver.graph.model import Model
from tp_solver.sheets.asking import answered, asked_text, digits_asked, printable, unit_of
from tp_solver.sheets.blocks import Block, blocks, last_shared, shared_blocks
from tp_solver.sheets.example import example
from tp_solver.sheets.head import digits_text, title_of
from tp_solver.sheets.workbook import saved
from tp_solver.text import Words

TEXT = "@"  # the format of a cell that keeps what is typed: 0,5498 and the zeros of 0.500
_LONGEST_TITLE = 31  # of a sheet
_LONGEST_HEAD = 100
_LONGEST_PROMPT = 255
_LONGEST_LIST = 255
_NOT_IN_TITLES = re.compile(r"[\\/*?:\[\]]")
_LABELS, _CELLS, _LEAST = 22, 14, 4  # widths of columns, in characters; how many a page has
_LINE = 15.0  # points of height
_ROOM, _TALL = 5, 1.3  # lines for an answer in words, for any other
_A4 = 9
_UPRIGHT = 6  # columns that an upright page has room for


def answer_book(model: Model, words: Words) -> bytes:
    """Return a workbook of one sheet, locked without a password but for the cells to fill in.

    On top whose it is and how answers are written; then, question by question, a list of answers
    or a table with a row a quantity. The reader of workbooks reads it back.
    """
    from openpyxl import Workbook

    book = Workbook()
    writer = _Writer(book.active, model, words)
    writer.top()
    last = last_shared(model)
    for number, asked in enumerate(model.exercise.questions, 1):
        writer.question(asked, number)
        if number == last:
            writer.shared()
    writer.finish()
    return saved(book)


class _Writer:
    """Writes the sheet from top to bottom."""

    def __init__(self, sheet: Any, model: Model, words: Words) -> None:
        self.sheet, self.model, self.words = sheet, model, words
        self.row = 0
        self.laid = {a.question.id: list(blocks(a, model)) for a in model.exercise.questions}
        units = any(unit_of(asked, words) for asked in model.exercise.questions)
        laid = [*self.laid.values(), shared_blocks(model)]
        widest = max(len(block.columns) for own in laid for block in own)
        self.width = max(_LEAST, 1 + max(1, widest) + units)
        self.example = example(model, words)
        self.hints: dict[tuple[str, str], list[str]] = {}  # letters and words to the cells

    def top(self) -> None:
        """Write whose the sheet is, and how answers are written."""
        words, own = self.words, self.model.exercise.own
        self.wide(printable(title_of(self.model, words)), bold=True, size=14)
        self.line(words("sheet.exercise"), answered(self.model.exercise))
        filled = (own.student, own.name) if own else ("", "")
        for key, text in zip(("gradebook.student", "gradebook.name"), filled, strict=True):
            self.line(words(key), bold=True)
            self.free(2, across=True)
            if text:
                self.put(2, text)
        self.wide(words("paper.how_book", digits=digits_asked(self.model, words)))
        self.line(words("paper.example"), self.example)
        self.look(2, "F2F2F2", italic=True)

    def question(self, asked: Asked, number: int) -> None:
        """Write a question and its answers to fill in."""
        self.row += 1
        self.wide(asked_text(asked, number, self.model, self.words), bold=True, fill="E4E9F4")
        unit = unit_of(asked, self.words)
        self.blocks(self.laid[asked.question.id], asked.question, unit)

    def shared(self) -> None:
        """Write the table that serves several questions."""
        self.row += 1
        self.wide(self.words("paper.table"), bold=True, fill="E4E9F4")
        self.blocks(shared_blocks(self.model))

    def blocks(
        self, found: list[Block], question: AnyQuestion | None = None, unit: str = ""
    ) -> None:
        """Write lists and tables, an empty row between them."""
        for i, block in enumerate(found):
            self.row += bool(i)
            self.block(block, question, unit)

    def block(self, block: Block, question: AnyQuestion | None, unit: str) -> None:
        """Write a list or a table."""
        from openpyxl.styles import Alignment

        label = self.words("solution.quantity" if block.columns else "sheet.answer").lower()
        heads = block.columns or (self.words("sheet.value"),)
        self.line(label, *heads, *([self.words("paper.unit")] if unit else []))
        for column in range(1, len(heads) + 2 + bool(unit)):
            self.look(column, "F2F2F2", bold=True)
        wide = isinstance(question, TextQuestion | ExpressionQuestion | NumberQuestion)
        for name, cells in block.rows:
            self.line(name)
            self.sheet.cell(self.row, 1).alignment = Alignment(vertical="center")
            for column, asks in enumerate(cells, 2):
                if asks is None:
                    self.put(column, NOT_ASKED)
                    self.look(column, "F2F2F2", middle=True)
                else:
                    self.free(column, across=wide and not unit)
                    self.hint(column, question)
            if unit:
                self.put(2 + len(cells), unit)
            lines = _ROOM if isinstance(question, TextQuestion) else _TALL
            self.sheet.row_dimensions[self.row].height = lines * _LINE

    def line(self, *texts: str, bold: bool = False) -> None:
        """Begin a row with some texts."""
        self.row += 1
        for column, text in enumerate(texts, 1):
            self.put(column, text)
            self.look(column, bold=bold)

    def wide(self, text: str, bold: bool = False, size: int = 11, fill: str = "") -> None:
        """Write a text over the width of the sheet, on as many lines as it takes."""
        from openpyxl.styles import Alignment

        self.line(text)
        self.look(1, fill, bold=bold, size=size)
        self.sheet.cell(self.row, 1).alignment = Alignment(wrap_text=True, vertical="top")
        self.merge(1)
        room = (_LABELS + _CELLS * (self.width - 1)) * 11 / size * (0.9 if bold else 1.0)
        self.sheet.row_dimensions[self.row].height = ceil(len(text) / room) * _LINE * size / 11

    def put(self, column: int, text: str) -> None:
        """Write a text as a text, whatever it begins with: nothing here is a formula."""
        cell = self.sheet.cell(self.row, column)
        cell.value = text
        cell.data_type = "s"

    def look(
        self,
        column: int,
        fill: str = "",
        bold: bool = False,
        italic: bool = False,
        middle: bool = False,
        size: int = 11,
    ) -> None:
        """Give a cell its look."""
        from openpyxl.styles import Alignment, Font, PatternFill

        cell = self.sheet.cell(self.row, column)
        cell.font = Font(bold=bold, italic=italic, size=size)
        if fill:
            cell.fill = PatternFill("solid", fgColor=fill)
        if middle:
            cell.alignment = Alignment(horizontal="center")

    def free(self, column: int, across: bool = False) -> None:
        """Make a cell one to fill in, as a text; `across` the rest of the row."""
        from openpyxl.styles import Alignment, Border, Protection, Side

        self.look(column, "FFF8DC")
        cell = self.sheet.cell(self.row, column)
        cell.number_format = TEXT
        cell.protection = Protection(locked=False)
        side = Side(style="thin", color="A0A0A0")
        cell.border = Border(side, side, side, side)
        if across:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            self.merge(column)

    def merge(self, first: int) -> None:
        """Join the cells of the row, from one of them on."""
        self.sheet.merge_cells(
            start_row=self.row, end_row=self.row, start_column=first, end_column=self.width
        )

    def hint(self, column: int, question: AnyQuestion | None) -> None:
        """Let a cell say what belongs there when it is chosen; nothing that is typed is refused."""
        letters = ""
        if isinstance(question, TextQuestion):
            return
        if isinstance(question, ChoiceQuestion):
            letters = ",".join(choice.id for choice in question.choices)
            text = self.words("paper.prompt_choice", letters=letters.replace(",", ", "))
        elif isinstance(question, ExpressionQuestion):
            text = self.words("paper.prompt_formula")
        else:
            digits = digits_text(self.model.exercise, self.words)
            text = self.words("paper.prompt_number", digits=digits, value=self.example)
            if isinstance(question, NumberQuestion):
                text = f"{text} {self.words('paper.prompt_vector')}"
        cell = self.sheet.cell(self.row, column).coordinate
        self.hints.setdefault((letters, text), []).append(cell)

    def add_hints(self) -> None:
        """Put what cells say into the sheet, once for all cells that say the same."""
        from openpyxl.worksheet.datavalidation import DataValidation

        for (letters, text), cells in self.hints.items():
            listed = 0 < len(letters) <= _LONGEST_LIST
            shown = {"type": "list", "formula1": f'"{letters}"'} if listed else {}
            made = DataValidation(**shown, sqref=" ".join(cells), allow_blank=True)
            made.showErrorMessage, made.showInputMessage = False, True
            made.promptTitle, made.prompt = self.words("paper.prompt"), text[:_LONGEST_PROMPT]
            self.sheet.add_data_validation(made)

    def finish(self) -> None:
        """Set the hints, the widths, the printed page, and the lock."""
        from openpyxl.utils import get_column_letter
        from openpyxl.worksheet.properties import PageSetupProperties

        self.add_hints()
        sheet, words = self.sheet, self.words
        sheet.title = _NOT_IN_TITLES.sub("-", words("page.answers"))[:_LONGEST_TITLE]
        for column in range(1, self.width + 1):
            width = _LABELS if column == 1 else _CELLS
            sheet.column_dimensions[get_column_letter(column)].width = width
        sheet.sheet_view.showGridLines = False
        sheet.page_setup.paperSize = _A4
        sheet.page_setup.orientation = "portrait" if self.width <= _UPRIGHT else "landscape"
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        title = f"{title_of(self.model, words)} ({self.model.exercise.id})"
        sheet.oddHeader.left.text = printable(title)[-_LONGEST_HEAD:].replace("&", "&&")
        sheet.oddFooter.right.text = f"{words('paper.page')} &P / &N"
        sheet.protection.enable()
        sheet.protection.formatColumns = sheet.protection.formatRows = False  # that is: allowed
