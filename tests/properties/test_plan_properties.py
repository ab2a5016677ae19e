"""What holds of every plan, whatever the two sites and the mapping are."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from drplan.documents.plan_file import with_digest
from drplan.model.drplan_section import StartRules, StartTier
from drplan.model.graph import topological
from drplan.model.inventory import Inventory
from drplan.model.mapping import Mapping
from drplan.model.parameters import ImportParameters, RegisterVmParameters
from drplan.model.plan import Plan
from drplan.plan.builder import build_plan
from drplan.plan.diff import diff
from drplan.plan.drift import classify
from drplan.plan.request import PlanRequest
from tests.unit.plan.builders import (
    iscsi,
    mapping,
    nfs,
    pair,
    reached,
    request,
    section,
    settings,
    vnic,
)
from tests.unit.plan.site_builder import SiteBuilder

DOMAINS = ("d1", "d2", "d3")
CLUSTERS = ("c1", "c2")
NAMES = ("a", "b", "c", "d", "e", "f")
MACS = (None, "56:6f:1a:00:00:01", "56:6f:1a:00:00:02", "00:1a:4a:00:00:01")

some_domains = st.lists(st.sampled_from(DOMAINS), unique=True, max_size=2).map(tuple)
some_nics = st.lists(
    st.tuples(st.sampled_from((None, "app/app", "db/db")), st.sampled_from(MACS)), max_size=2
).map(tuple)


@st.composite
def sources(draw: st.DrawFn) -> SiteBuilder:
    """A primary site with up to six VMs on up to three domains, some of them thin."""
    site = SiteBuilder("north")
    for cluster in CLUSTERS:
        site.add_cluster(cluster)
    site.add_network("app")
    site.add_network("db")
    for number, domain in enumerate(DOMAINS):
        site.add_domain(domain, master=number == 0)
    copies = draw(some_domains)
    if copies:
        site.add_template("base", cluster=draw(st.sampled_from(CLUSTERS)), domains=copies)
    for number in range(draw(st.integers(0, 6))):
        thin = bool(copies) and draw(st.booleans())
        site.add_vm(
            draw(st.sampled_from(NAMES)) if draw(st.booleans()) else NAMES[number],
            id=f"vm-{number}",
            cluster=draw(st.sampled_from(CLUSTERS)),
            domains=draw(some_domains),
            nics=draw(some_nics),
            luns=draw(st.sampled_from(((), ("3600a",)))),
            status=draw(st.sampled_from(("up", "up", "down", "paused"))),
            memory=draw(st.sampled_from((1, 6, 12))),
            ha=draw(st.sampled_from((None, None, 0, 1, 50))),
            template_id="t-base" if thin else None,
        )
    return site


@st.composite
def targets(draw: st.DrawFn) -> SiteBuilder:
    """A secondary site: with or without storage, with more or less room, with VMs of its own."""
    site = SiteBuilder("south", status=draw(st.sampled_from(("up", "uninitialized"))))
    for cluster in draw(st.sampled_from((CLUSTERS, ("c1",), ("c2", "dr")))):
        site.add_cluster(
            cluster, memory=draw(st.sampled_from((8, 14, 64))), hosts=draw(st.integers(0, 2))
        )
    site.add_network("app")
    site.add_pool("56:6f:1a:00:00:00", "56:6f:1a:00:00:03")
    if draw(st.booleans()):
        site.add_vm("a", id="own", domains=(), nics=(("app/app", MACS[1]),), status="down")
    if draw(st.booleans()):
        site.add_domain("d2", data_center=draw(st.sampled_from((None, "dc"))))
    return site


@st.composite
def mapped(draw: st.DrawFn) -> Mapping:
    """A mapping of some of the domains, with rules about anything."""
    storages = [nfs("d1", master=draw(st.booleans()))]
    if draw(st.booleans()):
        storages.append(nfs("d2", master=draw(st.booleans())))
    if draw(st.booleans()):
        storages.append(iscsi("d3", "iqn.1", domain_id="sd-d3"))
    waits = draw(st.dictionaries(st.sampled_from("abc"), st.sampled_from(("d", "[ef]"))))
    return mapping(
        *storages,
        clusters=draw(st.sampled_from(((), (pair("c1", "dr"),), (pair("c2", "c1"),)))),
        networks=draw(st.sampled_from(((), (vnic("db/db", "app/app"),), (vnic("app/app", "/"),)))),
        settings=settings(
            reset_mac_pool=draw(st.sampled_from((None, True, False))),
            partial_import=draw(st.sampled_from((None, True))),
        ),
        drplan=section(
            start=StartRules(
                tiers=(StartTier(name="first", vms=(draw(st.sampled_from(NAMES)),)),),
                depends_on={name: (need,) for name, need in waits.items()},
                barrier=draw(st.booleans()),
            )
        ),
    )


requests = st.builds(request, sources(), targets(), mapped())


@given(requests)
def test_every_edge_leads_to_a_node_and_none_goes_round(asked: PlanRequest) -> None:
    """Gates and actions together are a graph that can be walked."""
    made = build_plan(asked)
    edges: dict[str, tuple[str, ...]] = {
        gate.id: gate.depends_on + gate.after for gate in made.gates
    }
    edges |= {action.id: action.depends_on + action.after for action in made.actions()}
    assert {need for needs in edges.values() for need in needs} <= edges.keys()
    assert len(topological(edges)) == len(edges)


def shuffled(inventory: Inventory | None, seed: int) -> Inventory | None:
    """The same inventory in another order."""
    if inventory is None:
        return None
    dice = random.Random(seed)
    turned: dict[str, Any] = {}
    for name in inventory.__struct_fields__:
        value = getattr(inventory, name)
        if isinstance(value, tuple) and name not in {"gaps", "started_vm_ids"}:
            turned[name] = tuple(dice.sample(value, len(value)))
    return msgspec.structs.replace(inventory, **turned)


@given(requests, st.integers(0, 1000))
def test_the_order_in_which_an_engine_lists_things_changes_nothing(
    asked: PlanRequest, seed: int
) -> None:
    """Same content, same plan, to the digest."""
    turned = replace(
        asked,
        source_inventory=shuffled(asked.source_inventory, seed),
        target_inventory=shuffled(asked.target_inventory, seed),
    )
    first, second = build_plan(asked), build_plan(turned)
    assert first.resource_changes == second.resource_changes
    assert first.action_invocations == second.action_invocations
    assert with_digest(first).digest == with_digest(second).digest


@given(requests)
def test_who_asks_and_when_changes_nothing(asked: PlanRequest) -> None:
    """The digest is of what will be done."""
    later = replace(asked, plan_id="another", timestamp="2026-03-14T04:00:00Z", ticket="CHG2")
    assert with_digest(build_plan(asked)).digest == with_digest(build_plan(later)).digest


@given(requests)
def test_ha_comes_before_others_in_every_queue(asked: PlanRequest) -> None:
    """R40: by priority, among registrations and among starts."""
    made = build_plan(asked)
    urgent = {vm.address for vm in made.planned_values.vms if vm.high_availability}
    for operation in ("register", "start"):
        queue = [a for a in made.actions() if a.type == "vm" and a.operation == operation]
        ha = [a.priority for a in queue if a.address in urgent]
        others = [a.priority for a in queue if a.address not in urgent]
        assert not ha or not others or max(ha) < min(others)


@given(requests)
def test_no_import_can_create_a_domain(asked: PlanRequest) -> None:
    """Design 22: an import has no name to send, and a block domain always the id that is expected."""
    for action in build_plan(asked).actions():
        if isinstance(action.parameters, ImportParameters):
            assert not hasattr(action.parameters, "name")
            if action.parameters.storage_type in {"iscsi", "fcp"}:
                assert action.parameters.domain_id is not None


@given(requests)
def test_the_sources_of_every_mapping_that_is_sent_are_unique(asked: PlanRequest) -> None:
    """A duplicate would be an HTTP 500 (entities sheet 1.12)."""
    for action in build_plan(asked).actions():
        if isinstance(action.parameters, RegisterVmParameters):
            sent = action.parameters.registration
            for pairs in (sent.clusters, sent.roles, sent.affinity_groups, sent.affinity_labels):
                assert len({item.source for item in pairs}) == len(pairs)
            assert len({(item.network, item.profile) for item in sent.vnics}) == len(sent.vnics)


@given(requests)
def test_every_vm_of_the_source_has_a_fate(asked: PlanRequest) -> None:
    """It is registered, or it is said why not."""
    made = build_plan(asked)
    told = {vm.address for vm in made.planned_values.vms} | {i.address for i in made.not_done}
    assert asked.source_inventory is not None
    assert len({name for name in told if name.startswith("vm")}) == len(asked.source_inventory.vms)


@given(requests)
def test_nothing_that_is_lost_goes_without_a_warning(asked: PlanRequest) -> None:
    """A refusal, a loss, a new address: the action refers to a diagnostic."""
    made = build_plan(asked)
    for action in made.actions():
        lost = action.predicts is not None and (
            any("on purpose" not in item.reason for item in action.predicts.dropped)
            or any(nic.mac_outcome == "reassigned" for nic in action.predicts.nics)
        )
        if action.expected_failure is not None or lost:
            assert action.diagnostics, action.address


@given(requests)
def test_a_plan_fits_the_target_that_it_was_made_for(asked: PlanRequest) -> None:
    """Nothing drifts while nothing changes."""
    for action in build_plan(asked).actions():
        assert classify(action, asked.target_inventory).drift == "same"


@given(requests)
def test_the_plan_of_the_reached_state_is_empty(asked: PlanRequest) -> None:
    """Where nothing is foreseen to fail: once all is as desired, there is nothing left to do."""
    made: Plan = build_plan(asked)
    if made.summary.expected_failures or any("skipped" in d.summary for d in made.diagnostics):
        return
    assert asked.source_inventory is not None
    target = asked.target_inventory
    bare = msgspec.structs.replace(
        target,
        storage_domains=tuple(
            item
            for item in target.storage_domains
            if item.id not in {domain.id for domain in made.planned_values.domains}
        ),
    )
    after = reached(asked.source_inventory, bare, made)
    assert diff(made.planned_values, after) == ()
    assert build_plan(replace(asked, target_inventory=after)).actions() == ()
