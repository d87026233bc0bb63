"""Faults staged on one machine."""
