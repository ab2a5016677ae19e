"""Calling an Engine: SDK services above, a transport below, and clear errors between."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import trio
import trio.testing
from ovirtsdk4 import types

from drplan.engine.engine import Engine
from drplan.errors import AnswerLost, EngineFault, EngineUnreachable, LoginFailed
from drplan.wire.request import Request
from drplan.wire.response import Response

Script = Callable[..., Any]
MakeEngine = Callable[[Any], Engine]

XML = (("Content-Type", "application/xml;charset=UTF-8"),)
HTML = (("Content-Type", "text/html;charset=UTF-8"),)
FAULT = (
    "<fault><detail>[Cannot attach Storage. The relevant Storage Domain is inaccessible.\n"
    "-Please handle Storage Domain issues and retry the operation.]</detail>"
    "<reason>Operation Failed</reason></fault>"
)


def run(function: Callable[[], Any]) -> Any:
    """Run an async function on a clock that jumps."""
    return trio.run(function, clock=trio.testing.MockClock(autojump_threshold=0))


def test_a_call_returns_what_the_service_returns(script: Script, make_engine: MakeEngine) -> None:
    """Objects of the SDK come out, read by the SDK."""
    transport = script({"GET /vms?search=a+b": "<vms><vm id='1'><name>x</name></vm></vms>"})
    engine = make_engine(transport)

    vms = run(lambda: engine.call(engine.system.vms_service().list, search="a b"))

    assert [(it.id, it.name) for it in vms] == [("1", "x")]
    assert engine.requests == 1


def test_a_correlation_id_goes_out_as_a_header(script: Script, make_engine: MakeEngine) -> None:
    """It names the call in the Engine's events, and is no part of the address."""
    transport = script({"GET /vms/1": "<vm id='1'/>"})
    engine = make_engine(transport)
    service = engine.system.vms_service().vm_service("1")

    run(lambda: engine.call(service.get, correlation_id="drp-0001", headers={"X-A": "b"}))

    assert transport.asked[0].header("Correlation-Id") == "drp-0001"
    assert transport.asked[0].header("X-A") == "b"
    assert transport.asked[0].query == ()


def test_fifty_calls_are_under_way_at_once(script: Script, make_engine: MakeEngine) -> None:
    """One connection on one thread carries all of them, and each gets its own answer."""
    answers = {f"GET /vms/{number}": f"<vm id='{number}'/>" for number in range(50)}
    engine = make_engine(script(answers, delay=3.0))
    found: dict[int, str] = {}

    async def read(number: int) -> None:
        vm = await engine.call(engine.system.vms_service().vm_service(str(number)).get)
        found[number] = vm.id

    async def all_of_them() -> float:
        async with trio.open_nursery() as nursery:
            for number in range(50):
                nursery.start_soon(read, number)
        return trio.current_time()

    assert run(all_of_them) == 3.0
    assert found == {number: str(number) for number in range(50)}


def test_an_action_returns_the_whole_answer(script: Script, make_engine: MakeEngine) -> None:
    """The SDK drops the job of most actions; here it is kept, and any member may be sent."""
    transport = script(
        {
            "POST /vms/1/start?x=y": "<action><job id='j1'/><status>complete</status>"
            "<vm id='1'/></action>"
        }
    )
    engine = make_engine(transport)
    service = engine.system.vms_service().vm_service("1")

    action = run(
        lambda: engine.action(
            service,
            "start",
            types.Action(name="new"),
            query={"x": "y"},
            correlation_id="drp-1",
        )
    )

    assert (action.job.id, action.status, action.vm.id) == ("j1", "complete", "1")
    assert transport.asked[0].body == b"<action>\n  <name>new</name>\n</action>\n"
    assert transport.asked[0].header("Correlation-Id") == "drp-1"


def test_a_removal_returns_its_job(script: Script, make_engine: MakeEngine) -> None:
    """The SDK loses a removal's answer altogether; a 202 without body is accepted too."""
    answers = {
        "DELETE /vms/1": Response(200, "OK", XML, b"<action><job id='j1'/></action>"),
        "DELETE /vms/2": Response(202, "Accepted"),
    }
    engine = make_engine(script(answers))
    service = engine.system.vms_service()

    assert run(lambda: engine.call(service.vm_service("1").remove)).job.id == "j1"
    assert run(lambda: engine.call(service.vm_service("2").remove)) is None


@pytest.mark.parametrize(
    ("response", "code", "detail"),
    [
        (Response(404, "Not Found"), 404, ""),
        (Response(500, "Error", HTML, b"<html>stack</html>"), 500, ""),
        (Response(503, "Unavailable", HTML, b"<html>down</html>"), 503, ""),
        (Response(409, "Conflict", XML, b"<fault><detail>[A.]</detail></fault>"), 409, "[A.]"),
        (Response(409, "Conflict", XML, b"<fault><detail>[A.]</det"), 409, ""),
        (Response(403, "Forbidden", XML, b"<fault><detail>[B.]</detail></fault>"), 403, "[B.]"),
    ],
)
@pytest.mark.parametrize("method", ["get", "remove"])
def test_a_refusal_keeps_status_and_detail(
    script: Script, make_engine: MakeEngine, response: Response, code: int, detail: str, method: str
) -> None:
    """Also where the body is a web server's page, is missing, or stops half-way."""
    engine = make_engine(script({"GET /vms/1": response, "DELETE /vms/1": response}))
    service = engine.system.vms_service().vm_service("1")

    with pytest.raises(EngineFault) as caught:
        run(lambda: engine.call(getattr(service, method)))

    assert (caught.value.code, caught.value.detail) == (code, detail)
    assert caught.value.is_missing == (code == 404)


@pytest.mark.parametrize("body", [FAULT, f"<action>{FAULT}<status>failed</status></action>"])
def test_a_refused_action_is_a_fault_in_either_form(
    script: Script, make_engine: MakeEngine, body: str
) -> None:
    """Some refusals are a bare fault, some stand inside the action (wire-facts section 6)."""
    engine = make_engine(
        script({"POST /vms/1/start": Response(409, "Conflict", XML, body.encode())})
    )
    service = engine.system.vms_service().vm_service("1")

    for call in (lambda: engine.action(service, "start"), lambda: engine.call(service.start)):
        with pytest.raises(EngineFault) as caught:
            run(call)

        assert (caught.value.code, caught.value.reason) == (409, "Operation Failed")
        assert caught.value.detail.startswith("[Cannot attach Storage.")


def test_wrong_credentials_are_not_a_fault(script: Script, make_engine: MakeEngine) -> None:
    """401 is about the login; the page that comes with it is not read."""
    engine = make_engine(script({"GET /vms": Response(401, "Unauthorized", HTML, b"<html/>")}))

    with pytest.raises(LoginFailed) as caught:
        run(lambda: engine.call(engine.system.vms_service().list))

    assert caught.value.where == "Brno"


@pytest.mark.parametrize(
    "response",
    [
        Response(200, "OK", XML, b"<vms><vm id='1'><name>x</na"),
        Response(200, "OK", XML, b"<vms><vm id='1'><memory>much</memory></vm></vms>"),
        Response(200, "OK", XML, b"<vms><vm id='1'><start_time></start_time></vm></vms>"),
        Response(200, "OK", XML, b""),
        Response(200, "OK", HTML, b"<html/>"),
        Response(200, "OK", (), b"<vms/>"),
        Response(302, "Found", HTML, b"<html/>"),
        Response(502, "Bad Gateway", HTML, b"<html/>"),
        Response(504, "Gateway Timeout", HTML, b"<html/>"),
    ],
)
def test_an_answer_that_cannot_be_read_is_lost(
    script: Script, make_engine: MakeEngine, capfd: pytest.CaptureFixture[str], response: Response
) -> None:
    """The request may have had its effect; nothing is printed by the SDK's parser."""
    engine = make_engine(script({"GET /vms": response}))

    with pytest.raises(AnswerLost):
        run(lambda: engine.call(engine.system.vms_service().list))

    assert capfd.readouterr() == ("", "")


def test_an_unknown_root_is_told(script: Script, make_engine: MakeEngine) -> None:
    """An answer newer than the SDK is named, not swallowed."""
    engine = make_engine(script({"GET /vms": "<flocks/>"}))

    with pytest.raises(EngineFault, match="flocks"):
        run(lambda: engine.call(engine.system.vms_service().list))


def test_unknown_elements_and_words_are_passed_over(
    script: Script, make_engine: MakeEngine
) -> None:
    """An Engine newer than the SDK is normal (wire-facts section 7)."""
    body = "<vms><vm id='1' new='x'><brand_new><a/></brand_new><status>dreaming</status></vm></vms>"
    engine = make_engine(script({"GET /vms": body}))

    (vm,) = run(lambda: engine.call(engine.system.vms_service().list))

    assert (vm.id, vm.status) == ("1", None)


def test_what_the_transport_raises_comes_through(make_engine: MakeEngine) -> None:
    """An Engine that does not answer is not turned into something else."""

    class Down:
        async def exchange(self, request: Request) -> Response:
            raise EngineUnreachable("no route")

    engine = make_engine(Down())

    with pytest.raises(EngineUnreachable, match="no route"):
        run(lambda: engine.call(engine.system.get))


def test_a_blocking_call_of_the_sdk_is_a_mistake(script: Script, make_engine: MakeEngine) -> None:
    """A service method without ``Engine.call`` would wait for ever; it fails at once."""
    engine = make_engine(script({}))

    with pytest.raises(RuntimeError, match=r"Engine\.call"):
        engine.system.vms_service().list()


def test_the_path_of_the_address_is_kept(script: Script) -> None:
    """An Engine behind another path, or written with a slash at the end, is asked there."""
    transport = script({})
    for url in ("https://x/proxy/api/", "https://x", "https://x/ovirt-engine/api"):
        engine = Engine("Brno", url, transport)
        with pytest.raises(EngineFault):
            run(lambda engine=engine: engine.call(engine.system.get))

    assert [it.path for it in transport.asked] == [
        "/proxy/api",
        "/ovirt-engine/api",
        "/ovirt-engine/api",
    ]
