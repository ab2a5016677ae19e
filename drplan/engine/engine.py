"""An Engine as the rest of the program calls it: SDK services above, one transport below."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ovirtsdk4
from ovirtsdk4.reader import Reader
from ovirtsdk4.service import Future, Service
from ovirtsdk4.services import SystemService

from drplan.engine.connection import Call, EngineConnection
from drplan.engine.conversion import api_path, to_sdk, to_wire
from drplan.engine.faults import fault_of, refuse_what_the_sdk_cannot_read, unreadable
from drplan.wire.response import Response
from drplan.wire.transport import Transport

CORRELATION_HEADER = "Correlation-Id"


class Engine:
    """One Engine.

    ``site`` is its name for people, ``url`` where its API is. ``requests`` counts what was sent.
    """

    def __init__(self, site: str, url: str, transport: Transport) -> None:
        self.site = site
        self.url = url
        self.requests = 0
        self._transport = transport
        self._connection = EngineConnection(url)
        self._prefix = api_path(url)

    @property
    def system(self) -> SystemService:
        """The root of the SDK's services; their methods are called through ``call``."""
        return self._connection.system_service()

    async def call(
        self,
        method: Callable[..., Any],
        *arguments: Any,
        correlation_id: str | None = None,
        **parameters: Any,
    ) -> Any:
        """Call one method of an SDK service and return what it returns.

        A removal returns the ``types.Action`` of the answer, or nothing where it has no body.
        ``correlation_id`` names the call in the Engine's events and jobs (36 characters are kept).

        Raises ``EngineFault`` when the Engine refuses, ``LoginFailed`` on 401, ``AnswerLost`` when
        the answer cannot be read, and what the transport raises.
        """
        headers = _headers(parameters.pop("headers", None), correlation_id)
        future: Future | None = method(*arguments, headers=headers, wait=False, **parameters)
        call = self._connection.take()
        response = await self._exchange(call)
        return self._read(response, future.wait if future else lambda: _removed(response))

    async def action(
        self,
        service: Service,
        name: str,
        action: Any = None,
        *,
        query: dict[str, str] | None = None,
        correlation_id: str | None = None,
    ) -> Any:
        """Run an action and return the whole ``types.Action`` of the answer, with its job.

        The SDK's own methods drop it, and some accept less than the Engine does. ``action`` is a
        ``types.Action``; without it an empty one is sent. Raises as ``call`` does.
        """
        body = ovirtsdk4.types.Action() if action is None else action
        headers = _headers(None, correlation_id)
        future: Future = service._internal_action(  # noqa: SLF001
            body, name, None, headers, query, wait=False
        )
        response = await self._exchange(self._connection.take())
        self._read(response, future.wait)
        return Reader.read(response.body)

    async def _exchange(self, call: Call) -> Response:
        self.requests += 1
        response = await self._transport.exchange(to_wire(call.request, self._prefix))
        refuse_what_the_sdk_cannot_read(response, self.site)
        call.response = to_sdk(response)
        return response

    def _read(self, response: Response, read: Callable[[], Any]) -> Any:
        try:
            return read()
        except ovirtsdk4.Error as error:
            if not response.body:
                raise unreadable(response, self.site) from error
            raise fault_of(error, response) from error
        except (ValueError, LookupError) as error:
            # The SDK's readers, for a number, a boolean or a date that is none.
            raise unreadable(response, self.site) from error


def _headers(extra: dict[str, str] | None, correlation_id: str | None) -> dict[str, str]:
    headers = dict(extra or {})
    if correlation_id is not None:
        headers[CORRELATION_HEADER] = correlation_id
    return headers


def _removed(response: Response) -> Any:
    """What a DELETE answered. The SDK loses the future of a removal and accepts 200 alone."""
    body = Reader.read(response.body) if response.body else None
    if response.status >= 400 or getattr(body, "fault", None) is not None:
        fault = body if isinstance(body, ovirtsdk4.types.Fault) else getattr(body, "fault", None)
        raise ovirtsdk4.Error("the removal was refused", response.status, fault)
    return body
