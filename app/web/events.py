"""How the pages' events and the state of their visits are set: alike for all of them."""

from typing import Any, Final

import gradio as gr
from gradio.context import Context

QUIET: Final[dict[str, Any]] = {"show_progress": "hidden", "api_visibility": "private"}
#: Answers that need no model come past the queue, if they can neither refuse nor tell anything:
#: gradio shows a notice of an event in the queue only.
QUICK: Final[dict[str, Any]] = {**QUIET, "queue": False}
#: Runs of all visitors at the same time; the models decode them in one batch.
RUNS: Final = 16
#: Those that keep a model busy.
SLOW: Final[dict[str, Any]] = {**QUIET, "concurrency_limit": RUNS}

#: Seconds for which a visit is remembered after it last changed. Gradio itself forgets an hour
#: after a tab was closed, but a program that never opened one would be remembered forever.
REMEMBERED: Final = 6 * 60 * 60.0


def visit(value: Any) -> gr.State:
    """What the server remembers of one visit; what is being written keeps it."""
    return gr.State(value, time_to_live=REMEMBERED)


def root() -> gr.Blocks:
    """The application that is being built, for its load event. Raises RuntimeError outside."""
    if Context.root_block is None:
        raise RuntimeError("a page has to be placed inside gr.Blocks()")
    return Context.root_block
