"""`tp-solver verify`: the proof of the answer key."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from tp_solver.cli.common import ATTENTION, exercises_argument, models

if TYPE_CHECKING:
    from tp_solver.graph.model import Model

SHOWN = 8  # warnings of one kind, unless all are asked for


def options(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    exercises_argument(parser)
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
        warn(model, everything=options.all)
        if options.suggest:
            suggest(model)
    return status


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
