"""Pages and files made of solutions and reports."""
