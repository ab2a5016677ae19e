from typing import Any

from vcr.request import Request

CASSETTE_FORMAT_VERSION: int

def deserialize(
    cassette_string: str, serializer: Any
) -> (
    tuple[list[Request], list[dict[str, Any]]]
    | tuple[list[Request], list[dict[str, Any]], dict[str, Any]]
): ...
def serialize(cassette_dict: dict[str, Any], serializer: Any) -> str: ...
