from typing import Any

class Request:
    method: str
    path: str
    query: dict[str, Any]
    headers: dict[str, str | None]
    body: str | None
    def __init__(
        self,
        method: str = "GET",
        path: str = "",
        query: dict[str, Any] | None = None,
        headers: dict[str, str | None] | None = None,
        body: str | None = None,
    ) -> None: ...

class Response:
    # The connection fills in bytes; readers take both.
    body: str | bytes | None
    code: int | None
    # The connection fills in a list of header lines; an empty dict is only the default.
    headers: Any
    message: str | None
    def __init__(
        self,
        body: str | bytes | None = None,
        code: int | None = None,
        headers: Any = None,
        message: str | None = None,
    ) -> None: ...
