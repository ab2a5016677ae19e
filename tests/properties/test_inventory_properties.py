"""The order in which an Engine writes things means nothing."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from drplan.engine.engine import Engine
from drplan.engine.replay import ReplayTransport
from drplan.inventory.collect import collect
from drplan.model.inventory import Inventory
from drplan.resources import fixture_folder
from drplan.wire.cassette import find_cassette, read_cassette
from drplan.wire.recording import Exchange, Recording


def shuffled(exchange: Exchange, random: Random) -> Exchange:
    """The answer with lists, links and members in another order."""
    if not exchange.response.body:
        return exchange
    root = etree.fromstring(exchange.response.body)
    for element in root.iter():
        children = list(element)
        random.shuffle(children)
        for child in children:
            element.append(child)
    return replace(exchange, response=replace(exchange.response, body=etree.tostring(root)))


def read(recording: Recording) -> Inventory:
    """The inventory of a recording."""
    return trio.run(collect, Engine("site", recording.url, ReplayTransport(recording)))


@pytest.mark.parametrize("role", ["primary", "secondary"])
@given(seed=st.integers(0, 2**32))
@settings(max_examples=8)
def test_no_order_of_elements_changes_the_inventory(role: str, seed: int) -> None:
    """The same nine links of a cluster came in eleven orders from real Engines."""
    recording = read_cassette(find_cassette(fixture_folder("two-site"), role))
    random = Random(seed)
    mixed = replace(recording, exchanges=tuple(shuffled(it, random) for it in recording.exchanges))

    assert read(mixed) == read(recording)
