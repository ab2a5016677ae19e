"""To which network and profile each vNIC is connected (entities sheet 1.5, MapVnicFlow).

The steps, in the Engine's order: the mapping's profile id; the mapping's names (both empty: no
profile on purpose); the original names; no profile.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from drplan.model.entities import Cluster, Nic, VnicProfile
from drplan.model.parameters import VnicPair
from drplan.model.prediction import NicOutcome
from drplan.plan.site_index import SiteIndex


@dataclass(frozen=True)
class VnicPrediction:
    """Where one vNIC ends.

    ``source`` and ``target`` are ``network/profile``. ``step`` is 1 to 4 as in the sheet. ``lost``
    tells that a connection is lost without anybody having asked for it.
    """

    nic: Nic
    source: str | None
    profile: VnicProfile | None
    target: str | None
    step: int
    reason: str
    lost: bool = False
    pair: VnicPair | None = None

    @property
    def outcome(self) -> NicOutcome:
        """The result in the plan's words."""
        if self.profile is None:
            return "no_profile"
        return "same_name" if self.step == 3 else "mapped"


@dataclass(frozen=True)
class ClusterProfiles:
    """The profiles a cluster offers: those of the networks that are attached to it."""

    by_names: dict[tuple[str, str], VnicProfile]
    attached: dict[str, VnicProfile]
    known: dict[str, VnicProfile]


def cluster_profiles(target: SiteIndex, cluster: Cluster) -> ClusterProfiles:
    """The profiles of one cluster of the target."""
    attached = {
        profile.id: profile
        for profile in target.inventory.vnic_profiles
        if target.attached_to(profile, cluster)
    }
    by_names: dict[tuple[str, str], VnicProfile] = {}
    for profile in attached.values():
        names = target.profile_names(profile.id)
        if names is not None:
            by_names.setdefault(names, profile)
    return ClusterProfiles(by_names, attached, dict(target.vnic_profiles))


def predict_vnics(
    nics: Iterable[Nic],
    source: SiteIndex,
    target: SiteIndex,
    profiles: ClusterProfiles,
    pairs: tuple[VnicPair, ...],
) -> tuple[VnicPrediction, ...]:
    """Where each of the NICs ends, in their order."""
    table: dict[tuple[str, str], VnicPair] = {}
    for pair in pairs:
        table.setdefault((pair.network, pair.profile), pair)
    return tuple(_predict(nic, source, target, profiles, table) for nic in nics)


def label(names: tuple[str, str] | None) -> str | None:
    """``network/profile``; ``None`` for no profile."""
    return "/".join(names) if names is not None and any(names) else None


def _predict(
    nic: Nic,
    source: SiteIndex,
    target: SiteIndex,
    profiles: ClusterProfiles,
    table: dict[tuple[str, str], VnicPair],
) -> VnicPrediction:
    names = source.profile_names(nic.vnic_profile_id) or ("", "")
    pair = table.get(names)
    told = label(names)
    failed: list[str] = []
    if pair is not None and pair.profile_id is not None:
        profile = profiles.attached.get(pair.profile_id)
        if profile is not None:
            found = label(target.profile_names(profile.id))
            return VnicPrediction(nic, told, profile, found, 1, "mapped by id", pair=pair)
        failed.append(
            "the mapped profile id exists, but its network is not attached to the cluster"
            if pair.profile_id in profiles.known
            else "the mapped profile id does not exist"
        )
    if pair is not None and pair.target_network is not None and pair.target_profile is not None:
        wanted = (pair.target_network, pair.target_profile)
        if wanted == ("", ""):
            return VnicPrediction(
                nic, told, None, None, 2, "mapped to no profile on purpose", pair=pair
            )
        profile = profiles.by_names.get(wanted)
        if profile is not None:
            return VnicPrediction(
                nic, told, profile, label(wanted), 2, _why("mapped by name", failed), pair=pair
            )
        failed.append(f"the cluster offers no {label(wanted)}")
    if told is not None:
        profile = profiles.by_names.get(names)
        if profile is not None:
            return VnicPrediction(nic, told, profile, told, 3, _why("same name", failed), pair=pair)
        failed.append(f"the cluster offers no {told}")
        return VnicPrediction(
            nic, told, None, None, 4, _why("no profile", failed), lost=True, pair=pair
        )
    return VnicPrediction(nic, None, None, None, 4, "had no profile", pair=pair)


def _why(result: str, failed: list[str]) -> str:
    return f"{result}: {'; '.join(failed)}" if failed else result
