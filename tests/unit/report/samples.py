"""A small plan and a small run, with names as hostile as an Engine allows."""

from __future__ import annotations

import msgspec

from drplan.model.action import Action, Alteration, Mapped
from drplan.model.check import Check
from drplan.model.desired import Desired, DesiredVm, NotDone
from drplan.model.diagnostic import Diagnostic, Position, SourceRange
from drplan.model.gate import Gate
from drplan.model.inventory import EngineIdentity
from drplan.model.outcome import Failure, Fate, FoundNic, Outcome, Report, Step
from drplan.model.parameters import (
    AttachParameters,
    ImportParameters,
    Reference,
    RegisterVmParameters,
    StartParameters,
)
from drplan.model.plan import (
    Author,
    Direction,
    Limits,
    MappingReference,
    Plan,
    Site,
    Summary,
    Wave,
)
from drplan.model.prediction import Dropped, NicPrediction, Prediction

HOSTILE = "x\x1b[2J|<script>alert(1)</script>`*_\u202e"
DR = Reference(name="DR", id="d1")
DIRECTION = Direction(
    source="site-a", target="site-b", source_role="primary", target_role="secondary"
)


def plan(*, name: str = "db01") -> Plan:
    """One NFS domain and one VM, called ``name``, that changes its MAC and is started."""
    vm = f"vm.{name}"
    domain = "storage_domain.data-01"
    return Plan(
        drplan_version="0.1.0",
        plan_id="7f3c-91d2-e04b",
        timestamp="2026-08-22T03:14:09Z",
        mode="failover",
        created_by=Author(user="operator", host="jump1"),
        direction=DIRECTION,
        source=Site(site="site-a", engine=EngineIdentity(), taken="2026-08-22T02:00:00Z"),
        target=Site(
            site="site-b",
            url="https://engine-b.example.org/ovirt-engine/api",
            engine=EngineIdentity(full_version="4.5.6-1.el9", instance_id="e2"),
        ),
        mapping=MappingReference(file="mapping.yml", sha256="sha256:3c1f9ab2"),
        applyable=True,
        complete=False,
        resource_changes=(
            Action(
                id="a001",
                address=domain,
                type="storage_domain",
                name="data-01",
                wave=1,
                limit_class="import",
                depends_on=("g1",),
                change=Alteration(
                    operation="import",
                    actions=("create",),
                    after=ImportParameters(
                        storage_type="nfs",
                        data_center=DR,
                        domain_id="s1",
                        address="nas-b.example.org",
                        path="/exports/data",
                    ),
                ),
            ),
            Action(
                id="a002",
                address=domain,
                type="storage_domain",
                name="data-01",
                wave=1,
                limit_class="attach",
                depends_on=("a001",),
                change=Alteration(
                    operation="attach",
                    actions=("create",),
                    after=AttachParameters(data_center=DR, domain_id="s1", master=True),
                ),
            ),
            Action(
                id="a003",
                address=vm,
                type="vm",
                name=name,
                wave=2,
                limit_class="register",
                confidence="predicted",
                depends_on=("a002",),
                diagnostics=("W1",),
                change=Alteration(
                    operation="register",
                    actions=("create",),
                    after=RegisterVmParameters(vm_id="v1", domain_id="s1", domain=domain),
                    mapped=(
                        Mapped(path="cluster", source="prod", target="dr", where="mapping.yml:18"),
                    ),
                ),
                predicts=Prediction(
                    cluster="dr",
                    nics=(
                        NicPrediction(
                            nic="nic1",
                            source="lan/lan",
                            target="dr-lan/dr-lan",
                            outcome="mapped",
                            mac="56:6f:1a:2b:00:07",
                            mac_outcome="reassigned",
                            mac_reason="outside pool dr-pool",
                        ),
                    ),
                    dropped=(Dropped(kind="affinity_group", name="ag-db", reason="not there"),),
                ),
            ),
        ),
        action_invocations=(
            Action(
                id="a004",
                address=vm,
                type="vm",
                name=name,
                wave=3,
                limit_class="start",
                depends_on=("a003",),
                change=Alteration(operation="start", after=StartParameters(vm_id="v1")),
                expected_failure="no host has 16 GiB for it",
            ),
        ),
        gates=(
            Gate(id="g1", name="storage-promoted", text="LUNs are writable?", before="storage"),
        ),
        checks=(
            Check(name="target-hosts", status="pass", summary="2 hosts are up", rule="R5"),
            Check(name="source-fenced", status="unknown", summary="seen at apply", when="apply"),
        ),
        waves=(
            Wave(number=1, title="Storage", actions=("a001", "a002")),
            Wave(number=2, title="Virtual machines", actions=("a003",)),
            Wave(number=3, title="Start", actions=("a004",)),
        ),
        not_done=(NotDone(address="vm.app01", operation="start", reason="was_down_at_source"),),
        planned_values=Desired(
            vms=(
                DesiredVm(
                    address=vm,
                    id="v1",
                    name=name,
                    cluster="dr",
                    domains=(domain,),
                    power="up",
                    high_availability=True,
                    priority=50,
                ),
            )
        ),
        limits=Limits(),
        summary=Summary(add=2, invoke=1, warnings=1, expected_failures=1),
        diagnostics=(
            Diagnostic(
                severity="warning",
                id="W1",
                summary=f"{name} gets a new MAC address",
                address=vm,
                range=SourceRange(filename="mapping.yml", start=Position(41, 3)),
            ),
        ),
    )


def report(*, name: str = "db01") -> Report:
    """A rehearsal of that plan in which the VM did not start."""
    return Report(
        drplan_version="0.1.0",
        run_id="r-1",
        rehearsal=True,
        plan_id="7f3c-91d2-e04b",
        plan_digest="sha256:9c41",
        mode="failover",
        direction=DIRECTION,
        started="2026-08-22T03:21:06Z",
        duration_ms=411_000,
        success=False,
        outcomes=(
            Outcome(
                action="a003",
                address=f"vm.{name}",
                operation="register",
                status="done",
                started_ms=0,
                ended_ms=14_000,
                attempts=1,
            ),
            Outcome(
                action="a004",
                address=f"vm.{name}",
                operation="start",
                status="failed",
                ended_ms=16_000,
                attempts=1,
                failure=Failure(summary="no host satisfies memory", code=409, expected=True),
            ),
        ),
        fates=(
            Fate(
                address=f"vm.{name}",
                name=name,
                id="v1",
                high_availability=True,
                registered=True,
                status="down",
                cluster="dr",
                nics=(FoundNic(nic="nic1", profile="dr-lan/dr-lan"),),
                reason="no host satisfies memory",
                dropped=("affinity group ag-db",),
            ),
        ),
        critical_path=(Step(address=f"vm.{name}", operation="register", seconds=14),),
    )


def with_many_vms(number: int) -> Plan:
    """The same plan with that many registrations in its second wave."""
    base = plan()
    one = base.resource_changes[2]
    more = tuple(
        msgspec.structs.replace(
            one, id=f"b{index:05}", address=f"vm.web-{index}", name=f"web-{index}", diagnostics=()
        )
        for index in range(number)
    )
    ids = ("a003", *(action.id for action in more))
    return msgspec.structs.replace(
        base,
        resource_changes=base.resource_changes + more,
        waves=(base.waves[0], Wave(number=2, title="Virtual machines", actions=ids)),
    )
