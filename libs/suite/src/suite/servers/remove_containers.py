"""Run by the guard: removes the containers of a process that is gone."""

import sys

from suite.servers.container import OWNER_LABEL, remove

if __name__ == "__main__":
    remove(**{OWNER_LABEL: sys.argv[1]})
