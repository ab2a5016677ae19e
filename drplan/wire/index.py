"""Finding the recorded answer to a request, in one look-up."""

from __future__ import annotations

import difflib
from collections import Counter, defaultdict

from lxml import etree

from drplan.wire.recording import Recording
from drplan.wire.request import Request
from drplan.wire.response import Response
from drplan.wire.scrubbing import scrub_request

Key = tuple[str, str, tuple[tuple[str, str], ...], bytes]

_OF_ONE_RUN = frozenset({"correlation_id"})


class ReplayIndex:
    """The answers of a recording by request.

    The n-th time a request is made it gets the n-th answer that was recorded for it; once these are
    used up the last one is given again and again. So a status that took three reads to change does
    so again, and polling goes on for as long as it likes.
    """

    def __init__(self, recording: Recording) -> None:
        self._answers: defaultdict[Key, list[Response]] = defaultdict(list)
        self._asked: Counter[Key] = Counter()
        self._targets: defaultdict[str, dict[str, None]] = defaultdict(dict)
        for exchange in recording.exchanges:
            self._answers[request_key(exchange.request)].append(exchange.response)
            self._targets[exchange.request.method][exchange.request.target()] = None

    def holds(self, request: Request) -> bool:
        """Whether this very request was recorded; asking here does not count as asking."""
        return request_key(request) in self._answers

    def next_answer(self, request: Request) -> Response | None:
        """The answer to this asking of ``request``; ``None`` where it was never recorded."""
        key = request_key(request)
        answers = self._answers.get(key)
        if not answers:
            return None
        turn = min(self._asked[key], len(answers) - 1)
        self._asked[key] += 1
        return answers[turn]

    def nearest(self, request: Request) -> str | None:
        """The recorded request that looks most like ``request``, as method and target."""
        targets = self._targets[request.method]
        same_path = [it for it in targets if it.partition("?")[0] == request.path]
        near = same_path or difflib.get_close_matches(request.target(), targets, n=1, cutoff=0.7)
        return f"{request.method} {near[0]}" if near else None


def request_key(request: Request) -> Key:
    """What makes two requests the same: method, path, sorted parameters, normalised body.

    Not the host, not the headers, not a correlation id; secrets do not count, as no recording has
    them.
    """
    plain = scrub_request(request)
    query = tuple(sorted(pair for pair in plain.query if pair[0] not in _OF_ONE_RUN))
    return plain.method, plain.path.rstrip("/"), query, normalised_body(plain.body)


def normalised_body(body: bytes) -> bytes:
    """The body without what does not matter in XML: indentation, attribute order, declaration.

    What is not XML is only stripped.
    """
    stripped = body.strip()
    if not stripped.startswith(b"<"):
        return stripped
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_blank_text=True)
    try:
        root = etree.fromstring(stripped, parser)
    except etree.XMLSyntaxError:
        return stripped
    for element in root.iter():
        element.text = (element.text or "").strip() or None
        element.tail = (element.tail or "").strip() or None
    return etree.tostring(root, method="c14n")
