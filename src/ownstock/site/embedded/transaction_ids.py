"""A new data folder counts its transactions on from where an old server was.

Facts carry the id of the transaction that wrote them, and whoever reads what is new compares these ids with the server's
own count. A dump brings the facts along, but not the count.
"""

from __future__ import annotations

from ownstock.site.embedded import cluster
from ownstock.site.embedded.cluster import Cluster

# pg_resetwal makes no file of commit states: the new id must be the first of one, which the server then makes itself.
IDS_OF_A_FILE = 2**20
IDS_OF_AN_EPOCH = 2**32
# The rows of a new folder have the first ids of all. Those up to half an epoch on read them as past; half of that is used.
SEEN_AS_PAST = 2**30


def begin_beyond(new: Cluster, transaction_id: int) -> None:
    """Let the server of a new, still empty data folder give ids beyond that of another. Raises Unavailable."""
    program = new.programs.program("pg_resetwal")
    cluster.run_offline(new, [program, *resetwal_options(transaction_id), "-D", str(new.data_folder)])


def resetwal_options(transaction_id: int) -> list[str]:
    """How pg_resetwal is told to go on beyond an id, not further than need be.

    PostgreSQL keeps 32 bits of an id in its rows and compares them around a circle. Where the next id would lie so far
    along the circle that a new folder's own rows seemed to be of the future, a new epoch is begun and the place kept.
    """
    epoch, place = divmod((transaction_id // IDS_OF_A_FILE + 1) * IDS_OF_A_FILE, IDS_OF_AN_EPOCH)
    if 0 < place <= SEEN_AS_PAST:
        return ["-e", str(epoch), "-x", str(place)]
    return ["-e", str(epoch + 1)]
