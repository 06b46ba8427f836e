"""A submission as it came, raw answers kept exactly as typed, and the bounds on what comes in."""

from __future__ import annotations

from dataclasses import dataclass

from tp_solver.grading.report import Remark, Student

# One submission.
LONGEST_ANSWER = 2000  # characters; a longer answer is called unreadable
LONGEST_RAW = 128 * 1024  # characters of an answer that are kept
LONGEST_NAME = 200  # characters of a student's id or name, and of an answer's name
MOST_ANSWERS = 5000
DEEPEST = 50  # levels of brackets

# One file, in bytes as it is read; tables and lines are streamed and may be long.
LARGEST_YAML = 512 * 1024
LARGEST_JSON = 4 * 1024 * 1024
LARGEST_BOOK = 16 * 1024 * 1024
LARGEST_STREAM = 16 * 1024**3
LONGEST_LINE = 512 * 1024
MOST_DOCUMENTS = 1000
MOST_CELLS = 3_000_000  # of a workbook, empty ones among them
MOST_GATHERED = 1_000_000  # rows with one answer, or cells under places: gathered by student
MOST_SHEETS = 500  # of a workbook

# One archive: ZIP files, and workbooks, which are ZIP files too.
MOST_MEMBERS = 200_000
LARGEST_INFLATED = 64 * 1024 * 1024  # one member of an archive, all parts of a workbook
LARGEST_TOTAL = 4 * 1024**3
STEEPEST = 100  # inflated size over packed size, where it matters:
FLAT = 1024 * 1024  # bytes below which any ratio will do
LONGEST_PATH = 300  # characters of a file's name that are shown

PARTED = "/"  # between an exercise's id and the code of a sheet's own numbers: `my-lstm/7f3a09`

# A raw answer: the text typed, nothing, or a list of such.
Raw = str | None | list["Raw"]


@dataclass(frozen=True)
class Submission:
    """What one student handed in; `refused` says why it can't be marked.

    `file` is the file's name as shown (`copies.zip/Ada/answers.csv`), `place` where in it the
    submission stands: a line or row (`12`), a row of a sheet (`Ada!3`), nothing where it is the
    whole file. `exercise` is the id of the exercise that it says it answers, if it says so.
    """

    student: Student
    file: str
    answers: dict[str, Raw]
    remarks: tuple[Remark, ...] = ()
    refused: Remark | None = None
    ambiguous: frozenset[str] = frozenset()
    exercise: str = ""
    place: str = ""

    def emptied(self) -> Submission:
        """Return who handed in and what is to be said of that, without the answers."""
        return Submission(
            self.student,
            self.file,
            {},
            self.remarks,
            self.refused,
            exercise=self.exercise,
            place=self.place,
        )
