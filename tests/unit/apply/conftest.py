"""A simulated target with the replicas of the demo's domains, and a way to run one handler on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
import trio
from trio.testing import MockClock

from drplan.apply.context import Context, Shared
from drplan.apply.dispatcher import Effort
from drplan.apply.perform import carry_out
from drplan.apply.result import Result
from drplan.apply.stream import Stream
from drplan.apply.turns import Turns
from drplan.clock import OffsetClock
from drplan.engine.engine import Engine
from drplan.errors import AnswerLost
from drplan.model.action import Action, Alteration
from drplan.model.event import Event
from drplan.model.parameters import Parameters, Reference
from drplan.resources import fixture_folder
from drplan.simulator import core
from drplan.simulator.array import Array, LunPath
from drplan.simulator.replication import Placement, lay_out, replicate
from drplan.simulator.scenario.builders import build_engine
from drplan.simulator.scenario.reader import read_scenario
from drplan.simulator.scenario.site import Site
from drplan.simulator.transport import SimulatedTransport
from drplan.wire.request import Request
from drplan.wire.response import Response

NFS = "prod-nfs"
ISCSI = "prod-iscsi"
ISCSI_TARGET = "iqn.2026-01.org.example:south.prod"


@dataclass
class Forgetful:
    """A transport that loses the answers to writes whose path contains ``loses``, once each."""

    inner: SimulatedTransport
    loses: str | None = None
    sent: list[Request] = field(default_factory=list)
    _lost: set[str] = field(default_factory=set)

    async def exchange(self, request: Request) -> Response:
        """Carry the request; what it does at the Engine happens in any case."""
        self.sent.append(request)
        response = await self.inner.exchange(request)
        wanted = self.loses is not None and request.is_write and request.path.endswith(self.loses)
        if wanted and request.path not in self._lost:
            self._lost.add(request.path)
            raise AnswerLost("the answer was lost")
        return response

    def writes(self) -> list[str]:
        """Method and path of every write, without the API's prefix."""
        return [
            f"{request.method} {request.path.removeprefix('/ovirt-engine/api')}"
            for request in self.sent
            if request.is_write
        ]


@dataclass
class Bench:
    """The target, and what its actions know together."""

    world: core.Engine
    transport: Forgetful
    ids: dict[str, str]
    shared: Shared = field(default_factory=Shared)
    events: list[Event] = field(default_factory=list)

    def notice(self, event: Event) -> None:
        """Keep what is told."""
        self.events.append(event)

    def resolve(self, reference: str) -> str:
        """A secret is its own reference here."""
        return reference

    async def carry_out(self, address: str, parameters: Parameters, **fields: object) -> Result:
        """Carry out one action."""
        operation = type(parameters).__name__.removesuffix("Parameters").lower()
        action = Action(
            id="a-1",
            address=address,
            type="storage_domain",
            name=address.partition(".")[2],
            change=Alteration(
                operation="register" if operation.startswith("register") else operation,
                after=parameters,
            ),
            limit_class="attach",
            **fields,
        )
        stream = Stream(
            (self,),
            OffsetClock(datetime(2026, 3, 1, tzinfo=UTC), trio.current_time),
            run_id="r",
            plan_id="p",
        )
        engine = Engine(
            "south", "https://engine-south.example.org/ovirt-engine/api", self.transport
        )
        turn = Turns.for_ranks(1).of(1)
        effort = Effort()
        context = Context(action, engine, turn, effort, stream, "r", self, self.shared)
        return await carry_out(context)

    def run(self, address: str, parameters: Parameters, **fields: object) -> Result:
        """Carry out one action on a virtual clock that goes on where the last one stopped."""

        async def main() -> Result:
            return await self.carry_out(address, parameters, **fields)

        return self.play(main)

    def play(self, main: Callable[[], object]) -> object:
        """Run ``main`` on the clock of this bench."""
        clock = MockClock(autojump_threshold=0)
        clock.jump(self.world.now)
        return trio.run(main, clock=clock)

    def center(self, name: str = "dr-production") -> Reference:
        """A data center of the target, by name alone."""
        return Reference(name=name)


@pytest.fixture
def bench() -> Bench:
    """The demo's secondary, with a clean replica of an NFS and an iSCSI domain."""
    scenario, _ = read_scenario(fixture_folder("two-site") / "scenario.yml")
    primary, secondary = Site.of(scenario, "primary"), Site.of(scenario, "secondary")
    source, target = build_engine(primary, secondary), build_engine(secondary, primary)
    ids = {
        source.value(path, "name") or "": path.rpartition("/")[2]
        for path in source.members("/storagedomains")
    }
    array = Array()
    lay_out(target, array)
    replicate(
        source,
        array,
        [
            Placement(
                domain=ids[NFS],
                storage_type="nfs",
                address="nas-south.example.org",
                path="/replica/prod-nfs",
            ),
            Placement(
                domain=ids[ISCSI],
                storage_type="iscsi",
                targets=(LunPath("198.51.100.31", 3260, ISCSI_TARGET),),
            ),
        ],
    )
    world = core.Engine("secondary", target, array=array, start=datetime(2026, 3, 1, tzinfo=UTC))
    return Bench(world, Forgetful(SimulatedTransport(world)), ids)
