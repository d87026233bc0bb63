"""`python -m suite`: the `eldercare` command."""

from suite.cli import main

main()
