"""Grading as a job: results stored as they come, resumed, regraded, spread and merged."""
