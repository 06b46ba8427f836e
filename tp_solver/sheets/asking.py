"""What blank answer files say beside the blanks: the question in short, its unit, the digits."""

from __future__ import annotations

from tp_solver.exercise.exercise import Asked, Exercise
from tp_solver.exercise.questions import ChoiceQuestion, NumberQuestion, ValuesQuestion
from tp_solver.exercise.variants import sheet_code
from tp_solver.grading.submission import PARTED
from tp_solver.graph.model import Model
from tp_solver.sheets import prose
from tp_solver.sheets.head import digits_text
from tp_solver.text import Words

LONGEST = 400  # characters of a question's text that are repeated beside its answers


def digits_asked(model: Model, words: Words) -> str:
    """Say how many digits are asked for, and that a comma and a point are both understood."""
    digits = words("statement.precision", digits=digits_text(model.exercise, words))
    return f"{digits} {words('paper.comma_or_point')}"


def answered(exercise: Exercise) -> str:
    """Say which exercise an answer file is for, and which numbers: `my-lstm/7f3a09`."""
    code = sheet_code(exercise)
    return f"{exercise.id}{PARTED}{code}" if code else exercise.id


def points_text(points: float, words: Words) -> str:
    """Say how many points something is worth."""
    return words.plural("solution.points", points)


def unit_of(asked: Asked, words: Words) -> str:
    """Return the unit of a question's answers in a language; nothing where it has none."""
    question = asked.question
    if isinstance(question, NumberQuestion | ValuesQuestion) and question.unit:
        return printable(question.unit[words.language])
    return ""


def asked_text(asked: Asked, number: int, model: Model, words: Words) -> str:
    """Say a question on one line: its number, its points, its text, what may be chosen."""
    question = asked.question
    text = prose.plain_text(question.text[words.language], model.exercise.functions)
    if len(text) > LONGEST:
        text = f"{text[:LONGEST].rpartition(' ')[0]} …"
    head = f"{words('solution.question', n=number)} ({points_text(question.points, words)})"
    line = f"{head}{words('solution.colon')} {text}"
    if isinstance(question, ChoiceQuestion):
        letters = ", ".join(choice.id for choice in question.choices)
        line = f"{line} {words('paper.choices', letters=letters)}"
    return printable(line)


def printable(text: str) -> str:
    """Return a text on one line, without characters that nobody can see."""
    return "".join(char for char in " ".join(text.split()) if char.isprintable())
