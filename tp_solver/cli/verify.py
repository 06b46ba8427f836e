"""`tp-solver verify`: the proof of the answer key."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from tp_solver.cli.common import ATTENTION, exercises_argument, models
from tp_solver.cli.students import sampled
from tp_solver.errors import UserError

if TYPE_CHECKING:
    from tp_solver.graph.model import Model

SAMPLE = 3
DRAWN = 500  # draws of which it is told how many may be handed out
SHOWN = 8  # warnings of one kind, unless all are asked for


def options(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    exercises_argument(parser)
    sample = f"students whose own numbers are proved too, where each has some (default: {SAMPLE})"
    parser.add_argument("--variants", type=sampled, default=SAMPLE, metavar="N", help=sample)
    parser.add_argument("--all", action="store_true", help="list every warning")
    parser.add_argument(
        "--suggest",
        action="store_true",
        help="look for nearby round numbers that let more mistakes show",
    )


def run(options: argparse.Namespace) -> int:
    """Prove answer keys three ways; print the largest disagreement of each."""
    from tp_solver.grading.credit import check_credit
    from tp_solver.verify import verify

    found, status = models(options.exercise)
    for model in found:
        check_credit(model.exercise)
        proof = verify(model)
        status = status if proof.holds else ATTENTION
        print(f"{proof.exercise}: {'proved' if proof.holds else 'NOT PROVED'}")
        for label, gap in (
            ("values, NumPy against SymPy at 50 digits", proof.values),
            ("gradients, NumPy against SymPy's differentiation", proof.gradients),
            ("gradients against finite differences (relative)", proof.differences),
        ):
            if gap is not None:
                print(f"  {label}: {gap.size:.1e} at {gap.where or '-'} ({gap.count} numbers)")
        if proof.skipped:
            print(f"  {proof.skipped}")
        if model.exercise.variants is not None and not prove_variants(model, options.variants):
            status = ATTENTION
        warn(model, everything=options.all)
        if options.suggest:
            suggest(model)
    return status


def prove_variants(model: Model, count: int) -> bool:
    """Prove the numbers of students 1, 2, …, and say how many draws are handed out."""
    from tp_solver.batch.roster import numbered
    from tp_solver.grading.drawing import Drawer
    from tp_solver.verify import verify

    drawer = Drawer(model)
    share = drawer.share(DRAWN)
    print(f"  variants: {share:.0%} of draws show enough mistakes to be handed out")
    try:
        family = drawer.family(numbered(count))
    except UserError as error:
        print(f"  variants NOT PROVED: {error}")
        return False
    failed = [str(row + 1) for row in range(count) if not verify(family.of(row)).holds]
    if failed:
        print(f"  variants NOT PROVED: those of the students {', '.join(failed)}")
    elif count:
        print(f"  variants proved: those of the students 1 to {count}")
    return not failed


def warn(model: Model, everything: bool) -> None:
    """Print the mistakes that the data can't tell from the right answer, or from another."""
    from tp_solver.grading.ambiguity import ambiguities
    from tp_solver.solution import solve

    # The most common mistakes come first; where each can't be told stands on one line.
    found = sorted(ambiguities(solve(model)), key=lambda a: (-a.mistake.weight, a.mistake.id))
    right: dict[str, list[str]] = {}
    alike: dict[str, list[str]] = {}
    for item in found:
        title = f"{item.mistake.id} ({item.mistake.title['en']})"
        if item.other is None:
            right.setdefault(title, []).append(item.left)
        else:
            both = f"{title} and {item.other.id} ({item.other.title['en']})"
            alike.setdefault(both, []).append(item.left)
    for what, places in (
        ("these mistakes give the right answer", right),
        ("these mistakes give the same numbers", alike),
    ):
        lines = [f"{name}: in {', '.join(dict.fromkeys(lefts))}" for name, lefts in places.items()]
        if lines:
            print(f"  warning, with this data {what}:")
        shown = lines if everything else lines[:SHOWN]
        for line in shown:
            print(f"    {line}")
        if len(shown) < len(lines):
            print(f"    … and {len(lines) - len(shown)} more: add --all")


def suggest(model: Model) -> None:
    """Print changes of given numbers with which more mistakes show."""
    from tp_solver.grading.better_data import suggestion
    from tp_solver.solution import solve

    found = suggestion(solve(model))
    if found.changes:
        print(f"  with these numbers {found.after} warnings are left, of {found.before}:")
        for change in found.changes:
            print(f"    {change.place.name}: {change.by}    (now {change.place.value})")
    elif found.before:
        print("  no nearby round numbers let more mistakes show")
