"""What the hops of stock nameko are called; in a module of its own because theirs patches all that loads it."""

EVENT = "moved"


def service_of(hop: int) -> str:
    return f"bench_hop_{hop}"


def queue_of(hop: int) -> str:
    """nameko's own name for what this hop sends into."""
    return f"evt-{service_of(hop)}-{EVENT}--{service_of(hop + 1)}.heard"
