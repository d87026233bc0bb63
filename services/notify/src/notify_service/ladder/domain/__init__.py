"""The ladder: steps of people and channels, walked until a human says who is going."""
