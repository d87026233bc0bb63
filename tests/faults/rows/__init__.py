"""Rows of the fault matrix, a file a family; each file's ROWS and UNSTAGED are found by the matrix."""
