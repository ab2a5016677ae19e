"""From views to text, Markdown and HTML, through the templates in ``templates/``.

No colour is decided here and nothing is computed: a template says only where a value stands.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import Literal

import jinja2

from drplan import resources
from drplan.model.outcome import Report
from drplan.model.plan import Plan
from drplan.report import plan_view, run_view, wording

Format = Literal["text", "md", "html"]

_SUFFIX = {"text": "txt", "md": "md", "html": "html"}
MINIMUM_WIDTH = 80


def render_plan(
    plan: Plan,
    form: Format,
    *,
    width: int = MINIMUM_WIDTH,
    full: bool = False,
    file: str = "PLAN",
    max_chars: int | None = None,
) -> str:
    """The plan for people. ``file`` is how the commands shown at the end name it.

    Markdown and HTML are always full; where Markdown is longer than ``max_chars``, the details are
    left out first, then what has no mark, never the verdict, the warnings or the digest.
    """
    template = _environment(form, width).get_template(f"plan.{_SUFFIX[form]}.j2")
    texts = (
        template.render(view=plan_view.view(plan, full=complete), full=detailed, file=file)
        for complete, detailed in _levels(form, full=full)
    )
    text = next(texts)
    while max_chars is not None and len(text) > max_chars:
        shorter = next(texts, None)
        if shorter is None:
            break
        text = shorter
    return text


def render_report(report: Report, form: Format, *, width: int = MINIMUM_WIDTH) -> str:
    """The run or rehearsal for people."""
    template = _environment(form, width).get_template(f"run.{_SUFFIX[form]}.j2")
    return template.render(view=run_view.view(report))


def _levels(form: Format, *, full: bool) -> Iterable[tuple[bool, bool]]:
    """What to try, longest first: (all lines, details too)."""
    if form == "text":
        yield full, full
    else:
        yield True, True
        yield True, False
        yield False, False


def _environment(form: Format, width: int) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(resources.template_folder()),
        autoescape=jinja2.select_autoescape(enabled_extensions=("html.j2",)),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=wording.markdown_value if form == "md" else wording.plain_value,
    )
    room = max(width, MINIMUM_WIDTH)
    environment.filters.update(
        code=wording.code,
        duration=wording.duration,
        size=wording.size,
        short=plan_view.short,
        pad=wording.padded,
        wrap=lambda text, indent=0: _wrapped(str(text), room, indent),
    )
    environment.globals.update(count=wording.count)
    return environment


def _wrapped(text: str, width: int, indent: int) -> str:
    """Lines of at most ``width`` columns where words allow it; a name is never cut."""
    return ("\n" + " " * indent).join(
        textwrap.wrap(
            wording.plain(text),
            max(20, width - indent),
            break_long_words=False,
            break_on_hyphens=False,
        )
    )
