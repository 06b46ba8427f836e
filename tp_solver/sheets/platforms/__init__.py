"""Exercises and marks in the files of learning platforms: Moodle, IMS QTI 3, Gradescope."""
