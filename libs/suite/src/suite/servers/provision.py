"""What the services of one suite need in the servers: a database each, a broker user each, and nobody else's."""

from suite.servers.broker import provision_broker
from suite.servers.databases import DatabaseUrls, clone_database, drop_database, provision_databases

__all__ = ["DatabaseUrls", "clone_database", "drop_database", "provision_broker", "provision_databases"]
