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
    body: str | None
    code: int | None
    # The connection fills in a list of header lines; an empty dict is only the default.
    headers: Any
    message: str | None
    def __init__(
        self,
        body: str | None = None,
        code: int | None = None,
        headers: Any = None,
        message: str | None = None,
    ) -> None: ...
