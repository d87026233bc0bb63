"""What docs/ shows is run for real."""
