"""Marking: submissions in, verdicts with codes out; the words for them live in text/."""
