from __future__ import annotations

import pytest

from drplan.simulator import elements, storage_views
from drplan.simulator.rules.memory import MIB, HostMemory, VmSize
from drplan.wire.response import Response
from tests.unit.simulator.behaviour.sites import GIB, Site, fault, tree, uid
from tests.unit.simulator.behaviour.worlds import World

VM = uid("vm", 1)
BUSY = "Related operation is currently in progress. Please try again later."


@pytest.fixture
def target(world: World) -> Site:
    """A target with a VM that is down and has one image on the active master."""
    site = world.plain_target()
    site.vm(1, disks=(site.disk(1, (9,)),))
    return world.open()


def start(target: Site, vm: str = VM, body: str = "", **headers: str) -> Response:
    """Start a VM."""
    return target.ask("POST", f"/vms/{vm}/start", f"<action>{body}</action>", **headers)


def scheduling(target: Site, host: int = 1) -> int:
    """The host's scheduling memory as GET shows it, in bytes."""
    return int(
        tree(target.ask("GET", f"/hosts/{uid('host', host)}")).findtext("max_scheduling_memory")
        or 0
    )


def limit(target: Site, *sizes: int) -> None:
    """Give the hosts so much scheduling memory (MiB)."""
    for number, size in enumerate(sizes, start=1):
        path = f"/hosts/{uid('host', number)}"
        target.store.set_value(path, "max_scheduling_memory", str(size * MIB))


def test_a_started_vm_goes_through_its_statuses(target: Site) -> None:
    """4.2: wait_for_launch, powering_up, up; 200 once the host accepted; events 153 and 32."""
    answer = start(target)
    seen = [target.store.value(f"/vms/{VM}", "status")]
    for _ in range(40):
        target.settle(2)
        now = target.store.value(f"/vms/{VM}", "status")
        if now != seen[-1]:
            seen.append(now)

    assert answer.status == 200
    assert tree(answer).findtext("status") == "complete"
    assert seen == ["wait_for_launch", "powering_up", "up"]
    assert target.events(153) == ["VM vm1 was started by admin@internal-authz (Host: h1-b)."]
    assert target.events(32) == ["VM vm1 started on Host h1-b"]


def test_the_job_of_a_start_runs_until_the_vm_is_up(target: Site) -> None:
    """4.1: and is found by its correlation id."""
    start(target, Correlation_Id="drp-0001")
    query = "/jobs?search=correlation_id%3Ddrp-0001"
    during = [job.findtext("status") for job in tree(target.ask("GET", query))]
    target.settle(120)
    after = [job.findtext("status") for job in tree(target.ask("GET", query))]

    assert (during, after) == (["started"], ["finished"])


def test_a_running_vm_has_host_and_start_time(target: Site) -> None:
    """Wire 5: on every running VM and on no other."""
    start(target)

    vm = tree(target.ask("GET", f"/vms/{VM}"))
    assert vm.find("host").get("id") == uid("host", 1)
    assert vm.find("start_time") is not None


def test_a_start_takes_memory_off_its_host(target: Site) -> None:
    """4.5: size, overhead of 1024/512 + 64, video RAM and vCPUs; pending at once."""
    before = scheduling(target)

    start(target)

    assert before - scheduling(target) == (1024 + 66 + 16 + 16) * MIB


def test_the_host_with_the_most_memory_left_is_taken(target: Site) -> None:
    """4.5: and the first by name among equals."""
    for number in (2, 3, 4):
        target.vm(number)
    limit(target, 8000, 9000)

    for number in (2, 3, 4):
        start(target, uid("vm", number))

    hosts = [target.store.reference(f"/vms/{uid('vm', n)}", "host") for n in (2, 3, 4)]
    assert hosts == [uid("host", 2), uid("host", 1), uid("host", 2)]


def test_too_little_memory_is_refused_at_once_with_event_54(target: Site) -> None:
    """4.3 and 4.4: one line for each host, and each repeats the first host's values."""
    limit(target, 1000, 900)

    status, detail = fault(start(target))

    line = (
        "The host h1-b did not satisfy internal filter Memory because its available memory is too"
        " low (1000 MB) to run the VM."
    )
    head = (
        "Cannot run VM. There is no host that satisfies current scheduling constraints. See below"
        " for details:"
    )
    assert status == 409
    assert detail == f"[{head}, {line}, {line}]"
    assert target.events(54) == [
        f"Failed to run VM vm1 due to a failed validation: {detail} (User: admin@internal-authz)."
    ]


def test_pending_memory_counts_in_a_burst(target: Site) -> None:
    """4.4: starts that do not fit with pending ones are refused, not queued."""
    for number in (2, 3):
        target.vm(number)
    limit(target, 1500, 0)
    tickets = [target.submit("POST", f"/vms/{uid('vm', n)}/start", "<action/>") for n in (1, 2, 3)]
    target.settle(120)

    assert [t.response.status for t in tickets if t.response] == [200, 409, 409]


def test_too_few_cores_are_refused(target: Site) -> None:
    """4.5: vCPUs of one VM against the cores of one host."""
    with target.store.edit(f"/vms/{VM}") as vm:
        elements.set_text(vm, "cpu/topology/sockets", "17")

    assert "insufficient amount of CPU cores" in fault(start(target))[1]


def test_threads_count_where_the_cluster_says_so(target: Site) -> None:
    """4.5: ``threads_as_cores``."""
    with target.store.edit(f"/vms/{VM}") as vm:
        elements.set_text(vm, "cpu/topology/sockets", "17")
    with target.store.edit(f"/clusters/{uid('cl', 1)}") as cluster:
        elements.set_text(cluster, "threads_as_cores", "true")

    assert start(target).status == 200


def test_no_up_host_is_a_400(target: Site) -> None:
    """4.3 SCHEDULING_NO_HOSTS has no type."""
    for host in target.store.members("/hosts"):
        target.store.set_value(host, "status", "maintenance")

    assert fault(start(target))[0] == 400
    assert fault(start(target))[1].startswith("[There are no hosts to use.")


@pytest.mark.parametrize(
    ("status", "text"),
    [
        ("up", "[Cannot run VM because the VM is in Up status.]"),
        ("powering_up", "[Cannot run VM because the VM is in Powering Up status.]"),
        ("unknown", "[Cannot run VM because the VM is in Unknown status.]"),
        ("image_locked", "[Cannot run VM: VM is locked. Please try again in a few minutes.]"),
    ],
)
def test_statuses_that_cannot_be_started(target: Site, status: str, text: str) -> None:
    """4.3: the names of the statuses, also for an ordinary second start."""
    target.store.set_value(f"/vms/{VM}", "status", status)

    assert fault(start(target)) == (409, text)


def test_a_paused_vm_is_resumed_where_it_is(target: Site) -> None:
    """4.1: the only check is its host."""
    start(target)
    target.settle(120)
    target.store.set_value(f"/vms/{VM}", "status", "paused")
    before = scheduling(target)

    assert start(target).status == 200
    assert target.store.value(f"/vms/{VM}", "status") == "up"
    assert scheduling(target) == before


def test_two_starts_at_once_meet_the_lock(target: Site) -> None:
    """2.2: exclusive on the VM until the host has it."""
    first = target.submit("POST", f"/vms/{VM}/start", "<action/>")
    second = start(target)
    while first.response is None:
        target.step()

    assert first.response.status == 200
    assert fault(second) == (409, f"[Cannot run VM. {BUSY}]")


def test_an_unknown_vm_is_not_found(target: Site) -> None:
    """RunVm validates: ACTION_TYPE_FAILED_VM_NOT_FOUND, no 404."""
    assert fault(start(target, uid("vm", 77))) == (400, "[Cannot run VM. VM is not found.]")


def test_the_data_center_must_be_up_for_a_vm_with_images(target: Site) -> None:
    """4.3: a diskless VM starts all the same."""
    target.vm(2)
    target.store.set_value(f"/datacenters/{uid('dc', 1)}", "status", "maintenance")

    assert fault(start(target)) == (409, "[Cannot run VM. Unknown Data Center status.]")
    assert start(target, uid("vm", 2)).status == 200


def test_the_domains_of_its_images_must_be_active(target: Site) -> None:
    """4.3 STORAGE_DOMAIN_STATUS_ILLEGAL2 and NOT_EXIST."""
    storage_views.set_status(target.store, uid("sd", 9), "inactive")
    inactive = fault(start(target))
    storage_views.detach(target.store, uid("sd", 9))
    gone = fault(start(target))

    detail = "[Cannot run VM. The relevant Storage Domain's status is Inactive.]"
    assert inactive == (409, detail)
    assert gone == (400, "[Cannot run VM. Storage Domain doesn't exist.]")


@pytest.mark.parametrize(("is_ha", "status"), [("false", 409), ("true", 200)])
def test_low_space_stops_vms_that_are_not_ha(target: Site, is_ha: str, status: int) -> None:
    """4.3 and 4.6: thin disks on a domain below its critical space."""
    storage_views.set_field(target.store, uid("sd", 9), "available", str(GIB))
    storage_views.set_field(target.store, uid("sd", 9), "critical_space_action_blocker", "5")
    with target.store.edit(f"/vms/{VM}") as vm:
        elements.set_text(vm, "high_availability/enabled", is_ha)

    answer = start(target)

    assert answer.status == status
    if status == 409:
        assert fault(answer)[1] == "[Cannot run VM. Low disk space on Storage Domain d9.]"


def test_a_locked_disk_is_refused(target: Site) -> None:
    """4.3 ACTION_TYPE_FAILED_DISKS_LOCKED."""
    target.store.set_value(f"/disks/{uid('disk', 1)}", "status", "locked")

    assert fault(start(target)) == (
        409,
        "[Cannot run VM: The following disks are locked: disk1. Please try again in a few"
        " minutes.]",
    )


def test_a_vm_that_boots_from_disk_needs_one(target: Site) -> None:
    """4.3 VM_CANNOT_RUN_FROM_DISK_WITHOUT_DISK: what partial import can leave."""
    target.vm(2, extra="<os><boot><devices><device>hd</device></devices></boot></os>")

    status, detail = fault(start(target, uid("vm", 2)))
    assert status == 409
    assert detail.startswith("[Cannot run VM without at least one bootable disk.\n")


def test_a_domain_flagged_backup_is_refused(target: Site) -> None:
    """4.3 ACTION_TYPE_FAILED_VM_DISKS_ON_BACKUP_STORAGE."""
    storage_views.set_field(target.store, uid("sd", 9), "backup", "true")

    assert fault(start(target))[0] == 400
    assert "backup storage domain" in fault(start(target))[1]


def test_a_stateless_ha_vm_is_refused(target: Site) -> None:
    """4.3 VM_CANNOT_RUN_STATELESS_HA."""
    with target.store.edit(f"/vms/{VM}") as vm:
        elements.set_text(vm, "high_availability/enabled", "true")
        elements.set_text(vm, "stateless", "true")

    assert fault(start(target))[1] == (
        "[Cannot run VM. Highly Available Virtual servers can not be run as stateless.]"
    )


def test_a_custom_level_below_the_data_center_is_refused(target: Site) -> None:
    """4.3 ACTION_TYPE_FAILED_VM_COMPATIBILITY_VERSION_NOT_SUPPORTED."""
    with target.store.edit(f"/vms/{VM}") as vm:
        elements.set_text(vm, "custom_compatibility_version/major", "4")
        elements.set_text(vm, "custom_compatibility_version/minor", "2")

    assert fault(start(target)) == (
        409,
        "[Cannot run VM. The Custom Compatibility Version of VM vm1 (4.2) is not supported in Data"
        " Center compatibility version 4.7.]",
    )


def test_a_network_outside_the_cluster_fails_the_validation(target: Site) -> None:
    """4.3: the Network filter dereferences null since 4.3."""
    profile = target.network(7, "apart", cluster=0)
    target.nic(VM, 1, profile=profile)

    assert fault(start(target)) == (500, "[General command validation failure.]")


def test_mixed_initialisation_is_a_bare_fault(target: Site) -> None:
    """4.1: two init flags set true together."""
    body = "<use_cloud_init>true</use_cloud_init><use_sysprep>true</use_sysprep>"

    answer = start(target, body=body)

    assert (answer.status, tree(answer).tag) == (409, "fault")


RULE = (
    "<vms_rule><enabled>true</enabled><enforcing>true</enforcing><positive>{}</positive></vms_rule>"
)


@pytest.mark.parametrize(("positive", "hosts"), [("false", [1, 2]), ("true", [1, 1])])
def test_enforcing_groups_keep_vms_apart_or_together(
    target: Site, positive: str, hosts: list[int]
) -> None:
    """4.3, filter VmAffinityGroups."""
    other = target.vm(2)
    target.group(1, "ag", VM, other, rule=RULE.format(positive))
    limit(target, 9000, 8500)

    for vm in (VM, other):
        start(target, vm)

    assert [target.store.reference(f"/vms/{vm}", "host") for vm in (VM, other)] == [
        uid("host", n) for n in hosts
    ]


def test_a_third_vm_of_a_negative_group_finds_no_host(target: Site) -> None:
    """4.3: the text of the filter."""
    others = [target.vm(number) for number in (2, 3)]
    target.group(1, "ag", VM, *others, rule=RULE.format("false"))
    for vm in (VM, others[0]):
        start(target, vm)

    status, detail = fault(start(target, others[1]))
    assert status == 409
    assert "filter VmAffinityGroups because it matched negative affinity rules ag." in detail


def test_a_host_creates_four_vms_at_a_time(world: World) -> None:
    """4.4: the fifth waits for a place."""
    site = world.plain_target()
    for number in range(1, 6):
        site.vm(number)
    target = world.open()
    target.store.set_value(f"/hosts/{uid('host', 2)}", "status", "maintenance")
    for number in range(1, 6):
        target.submit("POST", f"/vms/{uid('vm', number)}/start", "<action/>")
    target.settle(8)

    statuses = [target.store.value(f"/vms/{uid('vm', n)}", "status") for n in range(1, 6)]
    assert statuses == ["powering_up"] * 4 + ["wait_for_launch"]


def test_an_idle_host_has_386_mib_less_than_its_memory() -> None:
    """4.5: 65 of guest overhead and 321 reserved."""
    assert HostMemory(physical=65536, overcommit_percent=100).max_scheduling_memory == 65536 - 386


@pytest.mark.parametrize(
    ("size", "static"),
    [
        (VmSize(memory=4096, max_memory=16384, vcpus=2), 72),
        (VmSize(memory=4096, max_memory=16384, vcpus=2, architecture="ppc64"), 356),
    ],
)
def test_the_static_overhead_depends_on_the_architecture(size: VmSize, static: int) -> None:
    """4.5: x86 mem/512 + 64; ppc 100 + the next power of two of the largest memory / 64."""
    assert size.static_overhead == static
