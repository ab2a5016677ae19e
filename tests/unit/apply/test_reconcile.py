"""Predicted against found."""

from __future__ import annotations

from drplan.apply.reconcile import (
    cluster_surprises,
    left_out,
    left_out_surprises,
    nic_surprises,
)
from drplan.model.outcome import FoundNic
from drplan.model.prediction import Dropped, NicPrediction, Prediction

EVENT = (
    "The following entities could not be verified and will not be part of the imported VM web01: "
    "'Disks: data1, data2 Affinity groups: ag-web Users: ann@internal-authz ' "
    "(User: admin@internal-authz)."
)


def test_the_engines_list_of_what_it_left_out_is_read() -> None:
    """Event 1188 gives kinds and names."""
    assert left_out([EVENT]) == {
        ("disk", "data1"),
        ("disk", "data2"),
        ("affinity_group", "ag-web"),
        ("user", "ann@internal-authz"),
    }


def test_what_was_foreseen_is_no_surprise() -> None:
    """Only what the plan did not say is told."""
    prediction = Prediction(
        dropped=(
            Dropped(kind="disk", name="data1"),
            Dropped(kind="disk", name="data2"),
            Dropped(kind="affinity_group", name="ag-web"),
        )
    )
    assert left_out_surprises(prediction, left_out([EVENT])) == (
        "the Engine left out user ann@internal-authz, which was not predicted",
    )


def test_a_predicted_vnic_is_no_surprise() -> None:
    """The same profile and the same MAC, in whatever case, are what was predicted."""
    predicted = NicPrediction(
        nic="nic1", target="app/app", outcome="mapped", mac="56:6F:1A:00:00:01"
    )
    found = FoundNic(nic="nic1", profile="app/app", mac="56:6f:1a:00:00:01")
    assert nic_surprises([predicted], [found]) == ()


def test_another_profile_and_another_mac_are_surprises() -> None:
    """Each difference is one line."""
    predicted = NicPrediction(
        nic="nic1", target="app/app", outcome="mapped", mac="56:6f:1a:00:00:01"
    )
    found = FoundNic(nic="nic1", mac="56:6f:2a:00:00:01")
    assert nic_surprises([predicted], [found]) == (
        "nic1 is on no profile, predicted was app/app",
        "nic1 has MAC 56:6f:2a:00:00:01, predicted was 56:6f:1a:00:00:01",
    )


def test_a_mac_that_should_have_changed_and_did_not_is_a_surprise() -> None:
    """Reassigned means another one."""
    predicted = NicPrediction(
        nic="nic1", outcome="no_profile", mac="02:00:00:00:00:01", mac_outcome="reassigned"
    )
    found = FoundNic(nic="nic1", mac="02:00:00:00:00:01")
    assert nic_surprises([predicted], [found]) == (
        "nic1 kept MAC 02:00:00:00:00:01, predicted was another",
    )


def test_vnics_too_few_and_too_many_are_surprises() -> None:
    """Both directions are compared."""
    predicted = NicPrediction(nic="nic1", outcome="no_profile")
    assert nic_surprises([predicted], [FoundNic(nic="nic2")]) == (
        "nic1 is not there",
        "nic2 was not predicted",
    )


def test_another_cluster_is_a_surprise() -> None:
    """Where a VM landed is compared by name."""
    assert cluster_surprises(Prediction(cluster="a"), "b") == ("is in cluster b, predicted was a",)
    assert cluster_surprises(Prediction(cluster="a"), "a") == ()
