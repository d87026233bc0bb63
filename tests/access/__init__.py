"""The authorization matrix, played row by row against the services."""
