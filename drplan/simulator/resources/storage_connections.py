"""Storage connections: the rows of what hosts mount, one for each ``address:path``.

Importing a file domain makes its row; a failed look-up leaves the row behind (storage sheet 3.4).
"""

from __future__ import annotations

from drplan.simulator import answers
from drplan.simulator.connecting import names_on
from drplan.simulator.connections import connection_of
from drplan.simulator.faults import missing
from drplan.simulator.handling import Answer, Call, Route
from drplan.simulator.rules.messages import refuse_with


def delete_connection(call: Call) -> Answer:
    """DELETE /storageconnections/{id}: refused while a domain uses it (storage sheet 3.4)."""
    path = f"/storageconnections/{call.ids['id']}"
    row = call.store.find(path)
    if row is None:
        raise missing()
    names = names_on(call.store, connection_of(row))
    if names:
        raise refuse_with(
            "ACTION_TYPE_FAILED_STORAGE_CONNECTION_BELONGS_TO_SEVERAL_STORAGE_DOMAINS",
            action="remove",
            type="Storage Connection",
            domainNames=", ".join(names),
        )
    call.store.delete(path)
    return answers.action(call)


ROUTES: tuple[Route, ...] = (Route("DELETE", "/storageconnections/{id}", delete_connection),)
