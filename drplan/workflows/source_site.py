"""The other site, as far as a run asks it anything: is it alive, and what does it say it has."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from drplan.engine.token import Login
from drplan.errors import LoginFailed
from drplan.inventory.collect import collect
from drplan.model.inventory import Inventory
from drplan.model.mapping import SiteDetails
from drplan.workflows.credentials import Credentials
from drplan.workflows.live_site import LiveOptions, open_live_site, sign_of_life


@dataclass(frozen=True)
class SourceSite:
    """The source of a plan. Nobody is asked for its password: it is used where it is known."""

    details: SiteDetails
    credentials: Credentials
    live: LiveOptions

    async def sign_of_life(self) -> str | None:
        """What answers at its address, in words; ``None`` where nothing does."""
        return await sign_of_life(self.details)

    async def inventory(self) -> Inventory | None:
        """What its Engine has; ``None`` where there are no credentials for it."""
        if self._login is None:
            return None
        async with open_live_site(self.details, self._login, self.live) as site:
            return await collect(site.engine(), storage_of_hosts=False, unregistered=False)

    @cached_property
    def _login(self) -> Login | None:
        try:
            return self.credentials.login(self.details)
        except LoginFailed:
            return None
