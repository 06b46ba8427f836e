"""Exercises: YAML in, parsed and checked equations out."""
