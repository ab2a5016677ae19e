"""Make two simulated sites from a scenario: their mapping, and a recording of each Engine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

import trio
import trio.testing

from drplan.engine.engine import Engine
from drplan.engine.recording import RecordingTransport
from drplan.errors import InvalidInput, RunFailed
from drplan.files import cannot_write, write_atomic
from drplan.inventory.collect import collect
from drplan.model.inventory import Inventory
from drplan.simulator.core import Engine as SimulatedEngine
from drplan.simulator.scenario.builders import build_engine
from drplan.simulator.scenario.definition import Scenario
from drplan.simulator.scenario.mapping_file import mapping_text
from drplan.simulator.scenario.reader import read_scenario
from drplan.simulator.scenario.references import check_references
from drplan.simulator.scenario.site import Site
from drplan.simulator.scenario.storage import FILE as STORAGE_FILE
from drplan.simulator.scenario.storage import storage_text
from drplan.simulator.transport import SimulatedTransport
from drplan.wire.cassette import write_cassette
from drplan.wire.recording import Recording

MAPPING_FILE = "mapping.yml"
ROLES = ("primary", "secondary")


@dataclass(frozen=True)
class MakeRequest:
    """Which scenario to make, and where; ``force`` replaces what stands there."""

    scenario: Path
    out: Path
    force: bool = False


@dataclass(frozen=True)
class MadeSite:
    """One recorded site, in numbers."""

    role: str
    name: str
    vms: int
    hosts: int
    storage_domains: int
    requests: int


@dataclass(frozen=True)
class Made:
    """What was written, and what is in it."""

    name: str
    files: tuple[Path, ...]
    sites: tuple[MadeSite, ...]


def make_scenario(request: MakeRequest) -> Made:
    """Write ``mapping.yml``, ``primary.yaml``, ``secondary.yaml``, and ``storage.yml`` if needed.

    The same scenario gives the same bytes. Everything is made before the first file is written;
    each file is written whole. Raises :class:`InvalidInput` for a scenario that is wrong, and
    :class:`RunFailed` where files are in the way or cannot be written.
    """
    scenario, source = read_scenario(request.scenario)
    check_references(scenario, source)
    if not request.force:
        _refuse_overwriting(request.out, _names(scenario))
    return write_sites(scenario, request.out)


def write_sites(scenario: Scenario, out: Path) -> Made:
    """Write the files of a scenario whose references have been checked.

    Files that are there are replaced. Raises :class:`RunFailed` where they cannot be written.
    """
    texts = {MAPPING_FILE: mapping_text(scenario), STORAGE_FILE: storage_text(scenario)}
    recorded = {role: _record(scenario, role) for role in ROLES}
    _make_folder(out)
    for name, text in texts.items():
        if text is not None:
            write_atomic(out / name, text)
    for role, (recording, _) in recorded.items():
        write_cassette(out / f"{role}.yaml", recording)
    return Made(
        scenario.name,
        tuple(out / name for name in _names(scenario)),
        tuple(_made(role, recording, found) for role, (recording, found) in recorded.items()),
    )


def _names(scenario: Scenario) -> tuple[str, ...]:
    """The files of a scenario."""
    notes = (STORAGE_FILE,) if scenario.storage_behind_secondary else ()
    return (MAPPING_FILE, *notes, *(f"{role}.yaml" for role in ROLES))


def _refuse_overwriting(folder: Path, names: tuple[str, ...]) -> None:
    there = [name for name in names if (folder / name).exists()]
    if there:
        raise RunFailed(
            f"{', '.join(there)} would be replaced",
            where=str(folder),
            next_step="give another folder with --out, or --force",
        )


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from error


def _record(scenario: Scenario, role: str) -> tuple[Recording, Inventory]:
    """Read a site as drplan reads a real one, on a virtual clock, and keep what was said."""
    other = "secondary" if role == "primary" else "primary"
    site = Site.of(scenario, role)
    store = build_engine(site, Site.of(scenario, other))
    simulated = SimulatedEngine(role, store, start=site.taken)
    transport = RecordingTransport(SimulatedTransport(simulated))
    url = f"https://{site.spec.engine.host}/ovirt-engine/api"
    taken = site.taken.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    async def read() -> Inventory:
        return await collect(Engine(site.spec.name, url, transport), taken=taken)

    inventory = trio.run(read, clock=trio.testing.MockClock(autojump_threshold=0))
    if simulated.unimplemented:
        raise InvalidInput(
            f"the simulator has no rule for {', '.join(sorted(set(simulated.unimplemented)))}",
            where=str(role),
        )
    recording = transport.recording(
        url=url,
        site=site.spec.name,
        recorded_at=taken,
        engine_version=site.spec.engine.version,
    )
    return recording, inventory


def _made(role: str, recording: Recording, inventory: Inventory) -> MadeSite:
    return MadeSite(
        role,
        inventory.site,
        len(inventory.vms),
        len(inventory.hosts),
        len(inventory.storage_domains),
        len(recording.exchanges),
    )
