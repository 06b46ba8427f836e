"""Time grading: `python benchmarks/grading.py [submissions]`, on one core but for the last lines.

A submission has 200 numeric answers (an LSTM over 20 steps), one in ten wrong. With `notebooks`
as a second argument, executing one notebook that asserts the same answers is timed beside, which
is the least that a grader of notebooks does (`pip install nbclient ipykernel`); with `formulas`, a
grader of typed formulas that reads each answer with SymPy.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from tp_solver.grading.carry import Judge
from tp_solver.grading.explain import Explainer
from tp_solver.grading.marking import Marker
from tp_solver.grading.reading import Reader
from tp_solver.grading.report import Student
from tp_solver.grading.submission import Submission
from tp_solver.sheets.feedback import FeedbackWriter
from tp_solver.solution import Solution, loads, solve
from tp_solver.text import words

STEPS = 20
NAMES = ("z_f", "f", "z_i", "i", "z_C", "C_tilde", "z_o", "o", "C", "h")
BATCH = 2048
DIFFERENT = 500


def exercise() -> str:
    """Return an exercise that asks for 200 numbers."""
    draw = random.Random(1)
    inputs = ", ".join(str(round(draw.uniform(-1, 1), 1)) for _ in range(STEPS))
    weights = {
        "f": (0.1, 0.2, 0.1),
        "i": (0.3, -0.1, 0.1),
        "C": (0.2, 0.4, 0.2),
        "o": (0.1, 0.3, -0.1),
    }
    given = "".join(f"  W_{g}: [{a}, {b}]\n  b_{g}: {c}\n" for g, (a, b, c) in weights.items())
    return (
        f"id: large\ntitle: Large\nindices: {{t: 1..{STEPS}}}\nuse: lstm\ngiven:\n"
        f"  x: [{inputs}]\n  h[0]: 0\n  C[0]: 0\n{given}precision: {{decimals: 4}}\nquestions:\n"
        f"- {{id: all, text: All., answers: [{', '.join(NAMES)}], points: 20}}\n"
    )


def answers(solution: Solution, count: int) -> Iterator[dict[str, str]]:
    """Yield sheets in which a tenth of the answers is off by 1 to 50 %."""
    draw = random.Random(2)
    true = {
        f"{name}[{t}]": float(solution.value(name, (t,)))
        for name in NAMES
        for t in range(1, STEPS + 1)
    }
    for _ in range(count):
        yield {
            name: f"{value * (1 + draw.choice((-1, 1)) * draw.uniform(0.01, 0.5)):.4f}"
            if draw.random() < 0.1
            else f"{value:.4f}"
            for name, value in true.items()
        }


def best(run: Callable[[], object], times: int = 5) -> float:
    """Return the least CPU time of several runs."""
    found = []
    for _ in range(times):
        start = time.process_time()
        run()
        found.append(time.process_time() - start)
    return min(found)


def in_process(solution: Solution, sheets: list[dict[str, str]]) -> float:
    """Report what one core does; return the CPU seconds of a submission with mistakes named."""
    handed = [
        Submission(Student(str(n)), f"{n}.yaml", dict(sheets[n % len(sheets)]))
        for n in range(BATCH)
    ]
    reader, explainer = Reader(solution), Explainer(solution)
    readings = reader.read(handed)
    explainer.explain(Judge(solution, readings))
    reading = best(lambda: reader.read(handed))
    judging = best(lambda: Judge(solution, readings))
    both = best(lambda: explainer.explain(Judge(solution, readings)))
    print(f"texts to numbers       {BATCH / reading:9,.0f} submissions a second")
    print(f"verdicts               {BATCH / judging:9,.0f}")
    print(f"verdicts and mistakes  {BATCH / both:9,.0f}")
    marker, writer = Marker(solution), FeedbackWriter(solution, words("fr"))
    reports = list(marker.reports(handed[:512]))
    writer.page(reports[0])
    pages = best(lambda: [writer.page(report) for report in reports], 3)
    print(f"feedback pages         {len(reports) / pages:9,.0f}")
    return (reading + both) / BATCH


def end_to_end(sheets: list[dict[str, str]], count: int) -> None:
    """Report whole runs of the command from a file of JSON lines, start-up included."""
    for form, sizes in (("scores", (count, 4 * count, 10 * count)), ("html", (count, 2 * count))):
        before: list[tuple[int, float]] = []
        for size in sizes:
            with tempfile.TemporaryDirectory() as folder:
                spent, peak = one_run(Path(folder), form, size, sheets)
            print(
                f"end to end, {form:6} {size:7,}: {spent:6.1f} s, {size / spent:7,.0f} a second, "
                f"peak {peak} MB a process"
            )
            before.append((size, spent))
        (fewer, first), (more, last) = before[0], before[-1]
        print(f"  between these two {(more - fewer) / (last - first):9,.0f} a second")


def one_run(place: Path, form: str, size: int, sheets: list[dict[str, str]]) -> tuple[float, int]:
    """Run the command on so many copies; return the seconds it takes and its memory in MB."""
    (place / "large.yaml").write_text(exercise(), encoding="utf-8")
    with (place / "all.jsonl").open("w", encoding="utf-8") as file:
        for n in range(size):
            sheet = {"student": {"id": f"s{n}"}, "answers": sheets[n % len(sheets)]}
            file.write(json.dumps(sheet) + "\n")
    command = [sys.executable, "-m", "tp_solver", "grade", str(place / "large.yaml")]
    command += [str(place / "all.jsonl"), "-o", str(place / "out"), "--format", form]
    start = time.perf_counter()
    run = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(run.pid, 0)
    run.returncode = os.waitstatus_to_exitcode(status)
    assert run.returncode == 0
    return time.perf_counter() - start, used.ru_maxrss // 1024


def notebook(sheet: dict[str, str]) -> float:
    """Return the CPU seconds of executing a notebook that asserts the answers."""
    import nbformat
    from nbclient import NotebookClient

    cell = "\n".join(f"assert abs({value} - ({value})) < 1e-4" for value in sheet.values())
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)])
    NotebookClient(book).execute()
    before = os.times()
    for _ in range(3):
        NotebookClient(book).execute()
    after = os.times()
    spent = (after.user + after.children_user) - (before.user + before.children_user)
    return spent / 3


def formulas(sheet: dict[str, str]) -> float:
    """Return the CPU seconds of reading each answer as a formula and comparing its value."""
    from sympy.parsing.sympy_parser import parse_expr

    def run() -> None:
        for value in sheet.values():
            assert abs(float(parse_expr(value).evalf()) - float(value)) < 1e-4

    return best(run, 2)


def main() -> None:
    """Measure and report."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    solution = solve(loads(exercise()))
    sheets = list(answers(solution, DIFFERENT))
    ours = in_process(solution, sheets)
    for name, theirs in (("notebooks", notebook), ("formulas", formulas)):
        if name in sys.argv[2:]:
            spent = theirs(sheets[0])
            print(f"{name}: {spent:.3f} s of CPU a submission, {spent / ours:,.0f} times as much")
    end_to_end(sheets, count)


if __name__ == "__main__":
    main()
