"""Equations in order: shapes, numbers, intervals, symbols, adjoint equations."""
