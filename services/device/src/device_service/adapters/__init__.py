"""Wire formats in, neutral events out."""
