"""Each path measured beside its floor, in one run on one machine."""
