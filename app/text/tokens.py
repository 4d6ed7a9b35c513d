"""A text by its tokens: shaded by probability or rank, with alternatives to branch from.

    widget = tokens(elem_id="story-text", placeholder="story.empty")
    widget.branch(on_branch, ...)    # evt: gr.EventData with evt.seq, evt.index and evt.id
    yield tokens_value(written, seq=3, prompt="从前", running=True)
    yield tokens_value(written, seq=3, prompt="从前", status="128 tokens · 1.2 s")

A value is JSON Lines: what holds for the whole text, a line a token, and a last line once it is
finished. Values of a text that is being written therefore begin with the one before, as long as
seq and the other arguments stay the same: gradio sends what was added, and the browser parses
and draws only that. Where a new text begins with the tokens of the old one (a branch), those stay
on the screen as they are.

A branch is asked for at most once a value. Its seq says in which text the person saw the
alternative; it, the index and the id can be anything, so the server checks all three.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Literal

import gradio as gr

from app.web.texts import Language, catalogue
from app.web.widget import dumps, widget

if TYPE_CHECKING:
    from engine.generation import Token, TokenRank

Shading = Literal["probability", "rank"]

SURPRISE: Final = -99.0
"""The least logprob that is sent: JSON has no infinity."""

_SCRIPTS: Final = (
    "words.js",
    "stream.js",
    "shading.js",
    "place.js",
    "popover.js",
    "legend.js",
    "histogram.js",
    "passage.js",
    "input.js",
    "main.js",
)
_STYLES: Final = ("tokens.css", "popover.css", "legend.css")


def tokens_value(
    tokens: Sequence["Token | TokenRank"],
    *,
    seq: int,
    lang: Language = "en",
    mode: Shading = "probability",
    prompt: str = "",
    status: str = "",
    running: bool = False,
    branchable: bool = True,
) -> str:
    """A text as the value of the widget.

    Args:
        tokens: in their order; ranks are shown where they are known.
        seq: which text this is; the same in all values of one text, another for another text.
        lang: of labels and of what a screen reader says.
        mode: what the shades mean; "rank" (GLTR, Gehrmann et al. 2019) wants TokenRanks, counts
            the tokens among the first 10, 100 and 1000 and draws a histogram.
        prompt: stands before the tokens, unshaded.
        status: one line under a finished text: tokens, tokens a second, perplexity, why it ended.
            While the text is written the browser counts by itself, and status is not sent.
        running: more tokens will come; a caret is shown, and nothing can be branched.
        branchable: an alternative can be chosen once the text is finished.
    """
    head = {"seq": seq, "lang": lang, "mode": mode, "prompt": prompt, "branchable": branchable}
    lines = [dumps(head), *map(token_line, tokens)]
    if not running:
        lines.append(dumps({"status": status}))
    return "".join(f"{line}\n" for line in lines)


def tokens(
    value: str = "",
    *,
    elem_id: str | None = None,
    elem_classes: Sequence[str] = (),
    placeholder: str = "",
    visible: bool = True,
    render: bool = True,
) -> gr.HTML:
    """The component; `value` is what tokens_value returns, or "" for nothing yet.

    Args:
        elem_classes: "tk-scrolls" among them gives a long text a height of its own.
        placeholder: key of the text that stands there while there is nothing ("story.empty").

    Raises KeyError for a placeholder that there is no text for.
    """
    return widget(
        "text/widgets",
        _SCRIPTS,
        texts="tokens",
        template='<div class="tk"></div>',
        value=value,
        styles=_STYLES,
        elem_id=elem_id,
        elem_classes=[*elem_classes],
        visible=visible,
        render=render,
        placeholder=catalogue()[placeholder] if placeholder else None,
    )


def token_line(token: "Token | TokenRank") -> str:
    """A token as a line of a value, for the scripts that draw it."""
    others = [[other.text, other.id, rounded(other.logprob)] for other in token.alternatives]
    line = [token.text, token.id, rounded(token.logprob), others]
    rank = getattr(token, "rank", None)
    return dumps(line if rank is None else [*line, rank])


def rounded(logprob: float) -> float:
    """A logprob as it is sent."""
    return round(max(logprob, SURPRISE), 3)
