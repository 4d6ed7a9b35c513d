"""A button that makes a share link, and the field that shows it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import gradio as gr
from gradio.components import Component

from app.web.events import SLOW
from app.web.texts import label

#: The address is known to the browser alone, which may have come through a proxy.
_ABSOLUTE: Final = "query => query && location.origin + location.pathname + query"


@dataclass(frozen=True)
class ShareLink:
    """The components."""

    button: gr.Button
    box: gr.Textbox

    def connect(self, shared: Callable[..., gr.Textbox], inputs: Sequence[Component]) -> None:
        """Let the button show a link.

        Args:
            shared: returns the box, visible, with the query string of app.web.sharing.
            inputs: whose values it is called with.
        """
        # In the queue: a refusal that came past it would be a notice without words.
        made: Any = self.button.click(shared, [*inputs], [self.box], **SLOW)
        made.success(None, [self.box], [self.box], js=_ABSOLUTE)


def share_link(page: str, ids: str) -> ShareLink:
    """Place them.

    Args:
        page: whose texts "share" and "link" they show.
        ids: the beginning of the components' ids.
    """
    button = gr.Button(label(f"{page}.share"), size="sm", elem_id=f"{ids}-share")
    box = gr.Textbox(
        label=label(f"{page}.link"),
        buttons=["copy"],
        interactive=False,
        visible=False,
        max_lines=4,
        elem_id=f"{ids}-link",
    )
    return ShareLink(button, box)
