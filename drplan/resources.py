"""The only reader of ``schemas/``, ``templates/`` and ``fixtures/``.

They stand at the root of the project, where people look for them, and travel in the wheel as
``drplan/_data/``. Which of the two places is there decides; nothing else needs to know.
"""

from __future__ import annotations

from pathlib import Path

from drplan.errors import RunFailed

_PACKAGE = Path(__file__).parent
_SCHEMA_SUFFIX = ".schema.json"


def schema_names() -> list[str]:
    """The names of the published JSON Schemas, sorted."""
    files = _folder("schemas").glob(f"*{_SCHEMA_SUFFIX}")
    return sorted(file.name.removesuffix(_SCHEMA_SUFFIX) for file in files)


def schema_text(name: str) -> str:
    """The JSON Schema called ``name``, for example ``plan``. Raises :class:`RunFailed`."""
    return _text(_folder("schemas") / f"{name}{_SCHEMA_SUFFIX}")


def template_folder() -> Path:
    """The folder that holds the Jinja2 templates."""
    return _folder("templates")


def template_text(name: str) -> str:
    """The template in the file ``name``. Raises :class:`RunFailed`."""
    return _text(_folder("templates") / name)


def fixture_folder(name: str) -> Path:
    """The folder of the fixture ``name``, for example ``two-site``. Raises :class:`RunFailed`."""
    folder = _folder("fixtures") / name
    if not folder.is_dir():
        raise RunFailed(f"there is no fixture called {name}", where=str(folder.parent))
    return folder


def _folder(kind: str) -> Path:
    installed = _PACKAGE / "_data" / kind
    if installed.is_dir():
        return installed
    checkout = _PACKAGE.parent / kind
    if checkout.is_dir():
        return checkout
    raise RunFailed(
        f"the installation of drplan is damaged: its {kind} are missing",
        where=str(installed),
        next_step="install drplan again",
    )


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise RunFailed(
            "the installation of drplan is damaged: a file is missing",
            where=str(file),
            next_step="install drplan again",
        ) from error
