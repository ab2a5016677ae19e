"""The other site, as far as a run asks it anything: is it alive."""

from __future__ import annotations

from dataclasses import dataclass

from drplan.model.mapping import SiteDetails
from drplan.workflows.live_site import sign_of_life


@dataclass(frozen=True)
class SourceSite:
    """The source of a plan; no credentials are sent to it."""

    details: SiteDetails

    async def sign_of_life(self) -> str | None:
        """What answers at its address, in words; ``None`` where nothing does."""
        return await sign_of_life(self.details)
