"""Everything drplan raises on purpose.

::

    DrplanError                 what is wrong, where, what to do next; carries the exit code
    ├── InvalidInput       65   a file that cannot be read, parsed or believed
    ├── Refused             4   a plan that must not be used (altered, newer format, other Engine)
    ├── Blocked             5   a check failed
    ├── RunFailed           1   nothing was written, and nothing can be
    ├── EngineUnreachable  69   no answer, or the request was never sent
    │   ├── AnswerLost          the request may have taken effect: look before doing anything
    │   └── NotTrusted          something answers, and its certificate is not to be trusted
    ├── NotRecorded        65   a recording holds no answer for the request
    ├── LoginFailed        77   no or wrong credentials, or no permission
    └── EngineFault         1   the Engine answered, and said no

Bugs are not in the tree: they end with exit code 70 and a request to report them.
No message ever holds a body, a header or a secret: only what the Engine gave as fault text.
"""

from __future__ import annotations

from collections.abc import Sequence


class DrplanError(Exception):
    """A condition that the operator can understand and act upon.

    ``summary`` is one sentence. ``where`` names the file and position, or the site and entity.
    ``next_step`` is the one thing to do now. ``findings`` are further lines, one problem each,
    when several were found at once.
    """

    exit_code = 1

    def __init__(
        self,
        summary: str,
        *,
        where: str | None = None,
        next_step: str | None = None,
        findings: Sequence[str] = (),
    ) -> None:
        super().__init__(summary)
        self.summary = summary
        self.where = where
        self.next_step = next_step
        self.findings = tuple(findings)

    def __str__(self) -> str:
        return f"{self.where}: {self.summary}" if self.where else self.summary


class InvalidInput(DrplanError):
    """A file that cannot be read, parsed or believed."""

    exit_code = 65


class NotRecorded(InvalidInput):
    """A recording holds no answer for the request that was made."""


class Refused(DrplanError):
    """A plan that must not be used: altered, of a newer format, for another Engine."""

    exit_code = 4


class Blocked(DrplanError):
    """A check that blocks has failed."""

    exit_code = 5


class RunFailed(DrplanError):
    """The command failed before the first write."""

    exit_code = 1


class EngineUnreachable(DrplanError):
    """No answer came, and the request had no effect."""

    exit_code = 69


class AnswerLost(EngineUnreachable):
    """The request was sent and its answer was lost: it may have taken effect."""


class NotTrusted(EngineUnreachable):
    """Something answers at the Engine's address, and its certificate is not trusted.

    Nothing was sent to it. For the question whether a site is alive, this is an answer.
    """


class LoginFailed(DrplanError):
    """No credentials that can be used, the Engine refused them, or a permission is lacking."""

    exit_code = 77


class EngineFault(DrplanError):
    """The Engine answered with an error.

    ``code`` is the HTTP status, or ``None`` where the SDK loses it; ``reason`` and ``detail`` are
    the fault's own texts, empty for answers without a body.
    """

    def __init__(self, code: int | None, reason: str, detail: str) -> None:
        text = detail.strip("[]") or reason or (f"HTTP {code}" if code else "no explanation")
        super().__init__(text)
        self.code = code
        self.reason = reason
        self.detail = detail

    @property
    def is_missing(self) -> bool:
        """Whether the entity does not exist (404, which has an empty body)."""
        return self.code == 404
