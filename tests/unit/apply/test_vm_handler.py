"""Registering and starting on the simulated Engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import trio

from drplan.apply.result import ActionFailed, Result
from drplan.errors import EngineFault
from drplan.model.parameters import (
    AttachParameters,
    ImportParameters,
    NamePair,
    Reference,
    RegisterTemplateParameters,
    RegisterVmParameters,
    Registration,
    StartParameters,
    SweepParameters,
    VnicPair,
)
from drplan.model.prediction import NicPrediction, Prediction

if TYPE_CHECKING:
    from conftest import Bench

NFS = "storage_domain.prod-nfs"
REGISTRATION = Registration(
    clusters=(NamePair("prod-main", "dr-main"),),
    vnics=(
        VnicPair(network="app", profile="app", target_network="dr-app", target_profile="dr-app"),
    ),
)


@pytest.fixture
def attached(bench: Bench) -> Bench:
    """The NFS domain stands attached, with what it holds."""
    bench.run(
        NFS,
        ImportParameters(
            storage_type="nfs",
            data_center=bench.center(),
            domain_id=bench.ids["prod-nfs"],
            address="nas-south.example.org",
            path="/replica/prod-nfs",
        ),
    )
    bench.run(NFS, AttachParameters(data_center=bench.center(), domain_id=bench.ids["prod-nfs"]))
    return bench


def found_on(bench: Bench, kind: str, name: str) -> str:
    """The id of an unregistered entity of the NFS domain."""
    collection = f"/storagedomains/{bench.ids['prod-nfs']}/{kind};unregistered"
    store = bench.world.store
    for path in store.members(collection):
        if store.value(path, "name") == name:
            return path.rpartition("/")[2]
    raise AssertionError(f"{name} is not on the domain")


def register(bench: Bench, name: str, **fields: object) -> RegisterVmParameters:
    """The registration of a VM of the NFS domain."""
    known: dict[str, object] = {
        "vm_id": found_on(bench, "vms", name),
        "domain_id": None,
        "domain": NFS,
        "cluster": Reference(name="dr-main"),
        "registration": REGISTRATION,
    }
    bench.shared.found.setdefault(NFS, {})["id"] = bench.ids["prod-nfs"]
    return RegisterVmParameters(**(known | fields))


def test_a_vm_is_registered_where_the_mapping_says(attached: Bench) -> None:
    """Afterwards it is there, down, in the target's cluster and network."""
    parameters = register(attached, "dns-1")
    result = attached.run("vm.dns-1", parameters)
    assert result.status == "done"
    store = attached.world.store
    assert store.value(f"/vms/{parameters.vm_id}", "status") == "down"


def test_a_second_registration_sends_nothing(attached: Bench) -> None:
    """The id tells that it is registered; the Engine's text would not."""
    parameters = register(attached, "dns-1")
    attached.run("vm.dns-1", parameters)
    before = len(attached.transport.writes())
    assert attached.run("vm.dns-1", parameters).status == "converged"
    assert len(attached.transport.writes()) == before


def test_a_lost_answer_of_a_registration_is_looked_up(attached: Bench) -> None:
    """The VM is there: nothing is sent again."""
    attached.transport.loses = "/register"
    attached.run("vm.dns-1", register(attached, "dns-1"))
    assert sum(line.endswith("/register") for line in attached.transport.writes()) == 1


def test_a_refused_registration_keeps_the_engines_words(attached: Bench) -> None:
    """A thin VM without its template is refused, and the reason comes through."""
    with pytest.raises(EngineFault, match="The relevant Template doesn't exist"):
        attached.run("vm.web-01", register(attached, "web-01"))


def test_what_was_predicted_wrongly_is_a_surprise(attached: Bench) -> None:
    """The registered VM is compared with the prediction, vNIC by vNIC."""
    prediction = Prediction(
        cluster="dr-main",
        nics=(
            NicPrediction(nic="nic1", target="dr-app/dr-app", outcome="mapped"),
            NicPrediction(nic="nic2", target="dr-app/dr-app", outcome="mapped"),
        ),
    )
    result = attached.run("vm.dns-1", register(attached, "dns-1"), predicts=prediction)
    assert result.surprises == ("nic2 is on ovirtmgmt/ovirtmgmt, predicted was dr-app/dr-app",)


def test_what_the_engine_left_out_is_kept(attached: Bench) -> None:
    """Event 1188 of this very request is in the outcome, and unforeseen losses are surprises."""
    result = attached.run(
        "vm.erp-app-1", register(attached, "erp-app-1"), predicts=Prediction(cluster="dr-main")
    )
    assert any("erp-app-apart" in text for text in result.engine_events)
    assert any("erp-app-apart" in text for text in result.surprises)


def test_a_template_is_registered_and_then_left_alone(attached: Bench) -> None:
    """The first time it is sent, the second time it is there."""
    parameters = RegisterTemplateParameters(
        template_id=found_on(attached, "templates", "rhel9"),
        domain_id=attached.ids["prod-nfs"],
        domain=NFS,
        cluster=Reference(name="dr-main"),
        registration=REGISTRATION,
    )
    attached.run("template.rhel9", parameters)
    assert attached.run("template.rhel9", parameters).status == "converged"


def test_a_vm_is_started_and_waited_for(attached: Bench) -> None:
    """The action ends when the VM is up, and says on which host."""
    parameters = register(attached, "dns-1")
    attached.run("vm.dns-1", parameters)
    result = attached.run("vm.dns-1", StartParameters(vm_id=parameters.vm_id))
    assert result.found["host"].startswith("south-")
    assert attached.world.store.value(f"/vms/{parameters.vm_id}", "status") == "up"


def test_a_vm_that_is_up_refuses_a_start_and_that_is_fine(attached: Bench) -> None:
    """Its status tells that there is nothing left to do."""
    parameters = register(attached, "dns-1")
    attached.run("vm.dns-1", parameters)
    start = StartParameters(vm_id=parameters.vm_id)
    attached.run("vm.dns-1", start)
    assert attached.run("vm.dns-1", start).status == "converged"


def test_the_first_thing_a_start_sends_is_the_start(attached: Bench) -> None:
    """Between being let go and being sent nothing more urgent can become ready."""
    parameters = register(attached, "dns-1")
    attached.run("vm.dns-1", parameters)
    before = len(attached.transport.sent)
    attached.run("vm.dns-1", StartParameters(vm_id=parameters.vm_id))
    assert attached.transport.sent[before].path.endswith(f"/vms/{parameters.vm_id}/start")


def test_a_vm_that_goes_down_while_starting_has_failed(attached: Bench) -> None:
    """The start was accepted, and the VM is down for good: the action says so in time."""
    parameters = register(attached, "dns-1")
    attached.run("vm.dns-1", parameters)
    path = f"/vms/{parameters.vm_id}"
    store = attached.world.store
    began = attached.world.now

    async def crash() -> None:
        for _ in range(200):
            await trio.sleep(1.0)
            if trio.current_time() > began + 20:
                store.set_value(path, "status", "down")

    async def main() -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(crash)
            with pytest.raises(ActionFailed, match="went down again"):
                await attached.carry_out("vm.dns-1", StartParameters(vm_id=parameters.vm_id))
            nursery.cancel_scope.cancel()

    attached.play(main)


def shrink_hosts(bench: Bench) -> None:
    """Leave every host of the target next to no memory."""
    for path in bench.world.store.members("/hosts"):
        bench.world.store.set_value(path, "memory", str(2**30))
        bench.world.store.set_value(path, "max_scheduling_memory", str(2**28))


def test_a_lack_of_memory_is_tried_again_for_a_while(attached: Bench) -> None:
    """While others start it may pass; in the end the Engine's words remain."""
    parameters = register(attached, "dns-1")
    attached.run("vm.dns-1", parameters)
    shrink_hosts(attached)
    with pytest.raises(EngineFault, match="available memory is too low"):
        attached.run("vm.dns-1", StartParameters(vm_id=parameters.vm_id))
    assert sum(line.endswith("/start") for line in attached.transport.writes()) > 1


def test_a_foreseen_lack_of_memory_is_tried_once(attached: Bench) -> None:
    """The plan said so: nothing is gained by waiting."""
    parameters = register(attached, "dns-1")
    attached.run("vm.dns-1", parameters)
    shrink_hosts(attached)
    with pytest.raises(EngineFault):
        attached.run(
            "vm.dns-1", StartParameters(vm_id=parameters.vm_id), expected_failure="no memory"
        )
    assert sum(line.endswith("/start") for line in attached.transport.writes()) == 1


def sweep(bench: Bench, **fields: object) -> Result:
    """A sweep of the NFS domain."""
    parameters = SweepParameters(
        domain_id=bench.ids["prod-nfs"], registration=REGISTRATION, **fields
    )
    return bench.run(NFS, parameters)


def test_a_sweep_that_only_lists_changes_nothing(attached: Bench) -> None:
    """Everything is told, nothing is sent."""
    before = len(attached.transport.writes())
    result = sweep(attached, policy="list")
    assert any(line.startswith("vm.dns-1: found, and left as it is") for line in result.unexpected)
    assert len(attached.transport.writes()) == before


def test_a_sweep_leaves_what_the_plan_takes_care_of(attached: Bench) -> None:
    """Entities of other actions are not unexpected."""
    result = sweep(attached, policy="list", expected_ids=(found_on(attached, "vms", "dns-1"),))
    assert not any("vm.dns-1:" in line for line in result.unexpected)


def test_a_sweep_registers_and_starts_nothing(attached: Bench) -> None:
    """Templates come before the VMs that need them; what is refused is told and stops nothing."""
    result = sweep(attached, policy="register")
    assert "template.rhel9: registered" in result.unexpected
    assert "vm.web-01: registered, not started" in result.unexpected
    assert any("vm.reporting" in line for line in result.unexpected)
    assert not any(line.endswith("/start") for line in attached.transport.writes())
    assert all(
        b"<allow_partial_import>false" in item.body
        for item in attached.transport.sent
        if item.path.endswith("/register")
    )


def test_a_sweep_keeps_to_its_limit(attached: Bench) -> None:
    """Beyond the limit things are told and left alone."""
    result = sweep(attached, policy="register", limit=1)
    left = [line for line in result.unexpected if "more than 1 were found" in line]
    assert len(left) == len(result.unexpected) - 1
