"""The equation language: text to tree, tree to text."""
