"""What stories are told with."""
