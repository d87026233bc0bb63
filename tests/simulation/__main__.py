"""`python -m tests.simulation 7 8 9` prints a digest of what happened under each seed."""

import sys

from tests.simulation.timeline import Simulation, fingerprint

simulation = Simulation()
for seed in sys.argv[1:]:
    sys.stdout.write(f"{seed} {fingerprint(simulation.play(int(seed)))}\n")
