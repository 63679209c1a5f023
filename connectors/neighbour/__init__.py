"""What every sandbox neighbour shares: a ledger that survives kill -9, faults on demand, callbacks retried until taken,
and a page on which a person plays the other side.
"""

from connectors.neighbour.application import Sandbox, main
from connectors.neighbour.faults import Fault
from connectors.neighbour.ledger import Entry, Ledger

__all__ = ["Entry", "Fault", "Ledger", "Sandbox", "main"]
