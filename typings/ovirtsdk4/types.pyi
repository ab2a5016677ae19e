"""Generated in the SDK, one class for every type of the API; each is open here."""

from typing import Any

def __getattr__(name: str) -> Any: ...
