"""A payment processor to practise with: its own process, its own memory, no code of the ledger.

It charges nobody. What it answered it keeps in a file before it answers, so a kill loses nothing it has said.
"""
