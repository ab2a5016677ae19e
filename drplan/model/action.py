"""One thing to do on the target Engine, and everything a reviewer and the executor need of it."""

from __future__ import annotations

from typing import Literal

import msgspec

from drplan.model.parameters import Parameters
from drplan.model.prediction import Prediction

Operation = Literal[
    "connect", "import", "update", "attach", "activate", "sweep", "register", "start"
]
ResourceType = Literal["storage_domain", "template", "vm"]
TerraformAction = Literal["create", "update", "delete", "no-op", "read"]
Confidence = Literal["observed", "predicted", "unknown"]
LimitClass = Literal["connect", "import", "attach", "sweep", "register", "start"]


class Mapped(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    rename={"source": "from", "target": "to", "where": "source"},
):
    """A value that the mapping turned into another. ``where`` is ``file:line``."""

    path: str
    source: str | None = None
    target: str | None = None
    where: str | None = None


class Alteration(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The change in Terraform's shape.

    ``actions`` is empty for an invocation (a start creates nothing). ``after`` holds the operation's
    parameters; ``after_unknown`` names what only the Engine will decide.
    """

    operation: Operation
    actions: tuple[TerraformAction, ...] = ()
    before: None = None
    after: Parameters
    after_unknown: dict[str, bool] = {}
    mapped: tuple[Mapped, ...] = ()


class Expectation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the action was planned upon, read again before it runs.

    ``absent`` and ``present`` hold words such as ``vm:ID`` or ``vm-name:DC/NAME``; ``fingerprint``
    is the digest of the fields that matter.
    """

    absent: tuple[str, ...] = ()
    present: tuple[str, ...] = ()
    fingerprint: str = ""


class Estimate(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Seconds that the action usually takes, and at most."""

    usual_s: int
    max_s: int


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A request the action may make; braces stand for ids."""

    method: str
    path: str


class Action(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A node of the plan's graph.

    ``id`` is short and stable for the same inputs; ids sort in plan order. ``address`` names the
    entity (``vm.db01``). ``depends_on`` must be done before (a failure there skips this action);
    ``after`` must merely have ended, however. ``exclusive`` are keys: two actions that share one
    never run at the same time. ``priority`` orders what is ready, lower first. ``expected_failure``
    is the reason why the Engine will refuse this, foreseen; the action is tried all the same.
    """

    id: str
    address: str
    type: ResourceType
    name: str
    change: Alteration
    confidence: Confidence = "observed"
    action_reason: str = ""
    wave: int = 0
    limit_class: LimitClass = msgspec.field(name="class")
    limit_scope: str = ""
    """What the limit of the class is counted over: a data center's name, or nothing."""
    priority: int = 0
    depends_on: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    exclusive: tuple[str, ...] = ()
    expect: Expectation = msgspec.field(default_factory=Expectation)
    expected_failure: str | None = None
    predicts: Prediction | None = None
    estimate: Estimate | None = None
    calls: tuple[Call, ...] = ()
    diagnostics: tuple[str, ...] = ()
    """Ids of the plan's diagnostics that speak of this action."""

    @property
    def operation(self) -> Operation:
        """What is done."""
        return self.change.operation

    @property
    def parameters(self) -> Parameters:
        """What it is done with."""
        return self.change.after
