"""POST /datacenters/{dc}/storagedomains/{sd}/deactivate (storage sheet 6.2)."""

from __future__ import annotations

from collections.abc import Iterator

from drplan.simulator import answers, elements, masters, storage_views
from drplan.simulator import entities_on_domains as living
from drplan.simulator.deactivating import Deactivation, switch_off, with_ovf_update
from drplan.simulator.faults import Refusal
from drplan.simulator.handling import Answer, Background, Call, Process, Route, Wait
from drplan.simulator.rules import storage_domains as rules
from drplan.simulator.rules.messages import Finding, refusal, refuse_with
from drplan.simulator.store import Store

_DEACTIVATE = {"action": "deactivate", "type": "Storage"}
_MONITORED = frozenset({"active", "inactive"})


def deactivate(call: Call) -> Answer | Process:
    """Answers 200 at once for a data domain; the work goes on in a callback.

    An ISO or export domain has no OVF update and is switched off inside the request. A refused
    command has a failed job (10.1).
    """
    center, domain = call.ids["dc"], call.ids["sd"]
    engine, store = call.engine, call.store
    name = store.value(f"/storagedomains/{domain}", "name") or domain
    center_name = store.value(f"/datacenters/{center}", "name") or ""
    job = engine.jobs.start(
        f"Deactivating Storage Domain {name} in Data Center {center_name}", call.correlation_id
    )
    owner = engine.new_id()
    try:
        _lock(call, owner)
        before = _validate(call)
    except Refusal:
        engine.locks.release(owner)
        engine.end_job(job, "failed")
        raise
    force = elements.text_of(call.body(), "force") == "true" if call.request.body else False
    work = Deactivation(engine, center, domain, owner, job, call.correlation_id, before, force)
    storage_views.set_status(store, domain, "locked")
    if store.value(f"/storagedomains/{domain}", "type") != "data":
        return _inside(call, work)
    engine.spawn(with_ovf_update(work))
    return _answer(call, job)


def _inside(call: Call, work: Deactivation) -> Process:
    """A failure of this is not reported either."""
    process = switch_off(work)
    for wait in process:
        if call.engine.jobs.status(work.job) != "started":
            call.engine.spawn(_go_on(wait, process))
            break
        yield wait
    return _answer(call, work.job)


def _go_on(wait: Wait, process: Background) -> Background:
    """What is left of the work after the answer: the hosts let go."""
    yield wait
    yield from process


def _answer(call: Call, job: str) -> Answer:
    return answers.action(
        call, answers.link("storage_domain", call.path[: -len("/deactivate")]), job=job
    )


def _lock(call: Call, owner: str) -> None:
    """Exclusive on the domain; the master takes its data center exclusively too (section 11)."""
    center, domain = call.ids["dc"], call.ids["sd"]
    pool = ("POOL", center)
    is_master = masters.is_master(call.store, domain)
    call.engine.locks.acquire(
        owner,
        exclusive=[("STORAGE", domain), *([pool] if is_master else [])],
        shared=[] if is_master else [pool],
        action="deactivate",
        type="Storage",
    )


def _validate(call: Call) -> str:
    """The validations in their order; gives the domain's status."""
    store, center, domain = call.store, call.ids["dc"], call.ids["sd"]
    if not store.exists(f"/storagedomains/{domain}"):
        raise refuse_with("ACTION_TYPE_FAILED_STORAGE_DOMAIN_NOT_EXIST", **_DEACTIVATE)
    status = storage_views.status(store, domain) or "unknown"
    if status in rules.IN_PROCESS:
        raise refuse_with("ACTION_TYPE_FAILED_OBJECT_LOCKED", **_DEACTIVATE)
    if status not in _MONITORED or storage_views.data_center_of(store, domain) != center:
        raise refuse_with(
            "ACTION_TYPE_FAILED_STORAGE_DOMAIN_STATUS_ILLEGAL2",
            **_DEACTIVATE,
            status=rules.status_name(status),
        )
    found = next(_obstacles(call, center, domain), None)
    if found is not None:
        raise refusal([found], **_DEACTIVATE)
    return status


def _obstacles(call: Call, center: str, domain: str) -> Iterator[Finding]:
    """What stands in the way after the status, the Engine's first one first."""
    store = call.store
    is_master = masters.is_master(store, domain)
    if living.is_transferring(store, domain):
        yield Finding("ERROR_CANNOT_DEACTIVATE_STORAGE_DOMAIN_DURING_UPLOAD_OR_DOWNLOAD")
    if living.holds_hosted_engine(store, domain):
        yield Finding("ACTION_TYPE_FAILED_HOSTED_ENGINE_STORAGE")
    if is_master:
        yield from _of_master(store, center, domain)
    leased = tuple(living.running_with_lease(store, domain))
    if leased:
        yield Finding(
            "ERROR_CANNOT_DEACTIVATE_DOMAIN_WITH_RUNNING_VMS_WITH_LEASES",
            {"vmNames": ", ".join(leased)},
        )
    mounted = tuple(living.running_with_disc(store, domain, center))
    if mounted:
        yield Finding(
            "ERROR_CANNOT_DEACTIVATE_STORAGE_DOMAIN_WITH_ISO_ATTACHED",
            {"VmNames": ",".join(mounted)},
        )
    if living.active_vms(store, domain):
        yield Finding("ACTION_TYPE_FAILED_DETECTED_ACTIVE_VMS")
    if masters.has_spm(store, center):
        yield from _tasks(call, center, domain, is_master=is_master)


def _of_master(store: Store, center: str, domain: str) -> Iterator[Finding]:
    others = [it for it in storage_views.domains_of(store, center) if it != domain]
    active = [it for it in others if storage_views.status(store, it) == "active"]
    if active and all(store.value(f"/storagedomains/{it}", "type") != "data" for it in active):
        yield Finding("ERROR_CANNOT_DEACTIVATE_MASTER_WITH_NON_DATA_DOMAINS")
    if any(storage_views.status(store, it) in rules.IN_PROCESS for it in others):
        yield Finding("ERROR_CANNOT_DEACTIVATE_MASTER_WITH_LOCKED_DOMAINS")


def _tasks(call: Call, center: str, domain: str, *, is_master: bool) -> Iterator[Finding]:
    """Only while the data center has an SPM: any task for the master, its own for others."""
    tasks = call.engine.tasks
    running = tasks.in_center(center) if is_master else tasks.on_domain(center, domain)
    names = {"tasksNames": ", ".join(dict.fromkeys(task.name for task in running))}
    if running and is_master:
        yield Finding("ERROR_CANNOT_DEACTIVATE_MASTER_DOMAIN_WITH_TASKS_ON_POOL", names)
    elif running and call.store.value(f"/storagedomains/{domain}", "type") != "iso":
        yield Finding("ERROR_CANNOT_DEACTIVATE_DOMAIN_WITH_TASKS", names)


ROUTES: tuple[Route, ...] = (
    Route("POST", "/datacenters/{dc}/storagedomains/{sd}/deactivate", deactivate, is_action=True),
)
