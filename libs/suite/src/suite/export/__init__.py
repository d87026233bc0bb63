"""A neutral export as the operations team makes it and as a successor proves it."""
