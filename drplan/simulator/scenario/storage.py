"""What really stands behind the secondary, where it is not a clean replica of the primary.

``drplan simulator make`` writes ``storage.yml`` beside the cassettes where the scenario says so; a
rehearsal reads it. A folder without the file means: every replica is where the mapping says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from drplan.errors import InvalidInput
from drplan.files import read_text
from drplan.simulator.replication import LunPlacement, Placement
from drplan.simulator.scenario.definition import Scenario
from drplan.simulator.scenario.site import Site

FILE = "storage.yml"
FORMAT = 1

State = Literal["absent", "empty", "read_only", "occupied"]


class Finding(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the replica of one domain (by id), or one direct LUN, is otherwise than expected.

    ``occupied`` means that the target's own domain lies at the place and stays there.
    """

    state: State
    domain: str | None = None
    lun: str | None = None
    name: str = ""


class StorageNotes(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that is otherwise; empty where nothing is."""

    format: int = FORMAT
    replicas: tuple[Finding, ...] = ()

    def placements(self, expected: Iterable[Placement]) -> tuple[Placement, ...]:
        """The placements as they really are, from where the mapping expects the replicas."""
        return tuple(found for item in expected for found in self._placement(item))

    def luns(self, expected: Iterable[LunPlacement]) -> tuple[LunPlacement, ...]:
        """The direct LUNs that are really there."""
        missing = {note.lun for note in self.replicas if note.lun is not None}
        return tuple(item for item in expected if item.lun_id not in missing)

    def _placement(self, expected: Placement) -> Iterator[Placement]:
        state = next((n.state for n in self.replicas if n.domain == expected.domain), None)
        if state is None:
            yield expected
        elif state == "empty":
            yield replace(expected, empty=True)
        elif state != "occupied":
            yield replace(expected, state=state)


def read_storage(folder: Path) -> StorageNotes:
    """What the ``storage.yml`` in ``folder`` says; nothing where there is none.

    Raises :class:`InvalidInput` for a file that cannot be read.
    """
    path = folder / FILE
    if not path.is_file():
        return StorageNotes()
    try:
        data = YAML(typ="safe", pure=True).load(read_text(path))
        notes = msgspec.convert(data, StorageNotes, strict=False)
    except (YAMLError, RecursionError, msgspec.ValidationError) as error:
        reason = str(error).splitlines()[0]
        raise InvalidInput(
            f"not a description of storage: {reason}",
            where=str(path),
            next_step="write it again with drplan simulator make",
        ) from error
    if notes.format != FORMAT:
        raise InvalidInput(
            f"storage notes of format {notes.format}",
            where=str(path),
            next_step="write it again with drplan simulator make",
        )
    return notes


def storage_text(scenario: Scenario) -> str | None:
    """The ``storage.yml`` of a scenario, ``None`` where every replica is clean."""
    if not scenario.storage_behind_secondary:
        return None
    primary = Site.of(scenario, "primary")
    lines = [
        "# Where the storage behind the secondary is not a clean replica of the primary's.",
        "# Written by drplan simulator make; a rehearsal reads it.",
        f"format: {FORMAT}",
        "replicas:",
    ]
    for behind in scenario.storage_behind_secondary:
        if behind.domain is not None:
            lines.append(f"- domain: {primary.domain_id(primary.domains[behind.domain][1])}")
            lines.append(f"  name: {behind.domain}")
        else:
            lines.append(f'- lun: "{behind.lun}"')
        lines.append(f"  state: {behind.state}")
    return "\n".join(lines) + "\n"
