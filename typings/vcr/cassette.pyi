from collections.abc import Callable, Sequence
from typing import Any

from vcr.record_mode import RecordMode
from vcr.request import Request

class Cassette:
    data: list[tuple[Request, dict[str, Any]]]
    dirty: bool
    _metadata: dict[str, Any]
    def __init__(
        self,
        path: Any,
        serializer: Any = None,
        persister: Any = None,
        record_mode: RecordMode = ...,
        match_on: Sequence[Callable[[Request, Request], object]] = ...,
        before_record_request: Callable[[Request], Request | None] | None = None,
        before_record_response: Callable[[dict[str, Any]], dict[str, Any] | None] | None = None,
        *,
        allow_playback_repeats: bool = False,
        drop_unused_requests: bool = False,
    ) -> None: ...
    @classmethod
    def load(cls, **kwargs: Any) -> Cassette: ...
    @property
    def requests(self) -> list[Request]: ...
    @property
    def responses(self) -> list[dict[str, Any]]: ...
    def append(self, request: Request, response: dict[str, Any]) -> None: ...
    def _as_dict(self) -> dict[str, Any]: ...
    def _save(self, force: bool = False) -> None: ...
    def __len__(self) -> int: ...
