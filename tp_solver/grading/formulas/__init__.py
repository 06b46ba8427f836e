"""Formulas told apart or found equal: see `decision` for the order in which it is tried."""
