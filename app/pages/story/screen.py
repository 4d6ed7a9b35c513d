"""What a handler gives back: the desk and everything on the page that shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import gradio as gr

from app.pages.story.desk import Desk, Node, Run
from app.pages.story.widgets import Card, Try, cards_value, tree_value
from app.pages.story.words import beginning, card_name, conditions_name, say
from app.text.drafts import summary
from app.text.tokens import tokens_value
from app.web.texts import Language, text
from engine.tokenizers.scripts import Script, converted, converted_pieces

if TYPE_CHECKING:
    from app.text.drafts import Draft
    from engine.generation.text import Token

#: Characters of the manuscript that stand before a continuation in the token view.
_LEAD: int = 48


class Screen(NamedTuple):
    """The outputs of every handler that changes what is seen, in this order."""

    desk: Desk
    manuscript: Any
    tokens: Any
    cards: Any
    tree: Any
    notice: Any
    go_on: Any
    here: Any
    stop: Any
    retry: Any
    undo: Any
    redo: Any
    seed: Any


def settled(desk: Desk, lang: Language, *, notice: str = "") -> Screen:
    """The desk between two runs.

    Args:
        notice: one line over the manuscript.
    """
    node = desk.node
    return Screen(
        desk=desk,
        manuscript=desk.now.text,
        tokens="" if node is None else node_tokens(node, lang),
        cards=choice_cards(desk, lang),
        tree=tree_value(
            [_try(node, lang) for node in desk.nodes.values()], current=desk.now.node, lang=lang
        ),
        notice=notice,
        go_on=gr.Button(visible=True),
        here=gr.Button(interactive=True),
        stop=gr.Button(visible=False),
        retry=gr.Button(interactive=node is not None),
        undo=gr.Button(interactive=desk.history.can_undo),
        redo=gr.Button(interactive=desk.history.can_redo),
        seed=gr.skip(),
    )


def idle(desk: Desk) -> Screen:
    """Nothing is written, and all is as it was: a run was refused before it began."""
    blank = Screen(desk, *[gr.skip()] * (len(Screen._fields) - 1))
    return blank._replace(
        go_on=gr.Button(visible=True),
        here=gr.Button(interactive=True),
        stop=gr.Button(visible=False),
    )


def starting(desk: Desk, run: Run, seed: int, lang: Language, *, notice: str) -> Screen:
    """The desk at the beginning of a run: nothing is there yet, and it can be stopped."""
    blank = Screen(desk, *[gr.skip()] * (len(Screen._fields) - 1))
    return blank._replace(
        tokens=_tokens((), run, lang, running=True) if run.count == 1 else "",
        cards=cards_value() if run.count == 1 else _cards(run, lang),
        notice=notice,
        go_on=gr.Button(visible=False),
        here=gr.Button(interactive=False),
        stop=gr.Button(visible=True),
        retry=gr.Button(interactive=False),
        undo=gr.Button(interactive=False),
        redo=gr.Button(interactive=False),
        seed=seed,
    )


def progress(desk: Desk, run: Run, lang: Language) -> Screen:
    """The desk while a run goes on."""
    blank = Screen(desk, *[gr.skip()] * (len(Screen._fields) - 1))
    if run.count > 1:
        return blank._replace(cards=_cards(run, lang))
    (draft,) = run.drafts
    return blank._replace(tokens=_tokens(draft.tokens, run, lang, running=True))


def node_tokens(node: Node, lang: Language) -> str:
    """A finished continuation in the token view; its seq is the node's number."""
    return tokens_value(
        in_script(node.draft.tokens, node.script),
        seq=node.id,
        lang=lang,
        prompt=lead(node.request.before),
        status=status(node.draft, lang),
    )


def choice_cards(desk: Desk, lang: Language) -> str:
    """The continuations of the run that the desk's last node is of, where there are several."""
    last = desk.run_shown
    nodes = [] if last is None else desk.siblings(last)
    if len(nodes) < 2:
        return cards_value()
    cards = [
        Card(
            name=card_name(number, node.request, lang),
            text=node.written,
            meta=short_status(node.draft, lang),
            done=True,
        )
        for number, node in enumerate(nodes, 1)
    ]
    ids = [node.id for node in nodes]
    chosen = ids.index(desk.now.node) if desk.now.node in ids else None
    return cards_value(cards, seq=nodes[0].run, lang=lang, chosen=chosen)


def status(draft: Draft, lang: Language) -> str:
    """How a text was written, and with which seed."""
    draft = replace(draft, finish=draft.finish or "closed")
    return f"{summary(draft, lang)} · {say('status.seed', lang, seed=draft.seed)}"


def short_status(draft: Draft, lang: Language) -> str:
    """What tells continuations apart that were written side by side."""
    value = "–" if draft.perplexity is None else f"{draft.perplexity:.1f}"
    return text("text.summary.perplexity", lang, value=value)


def in_script(tokens: Sequence[Token], script: Script) -> list[Token]:
    """Tokens as the visitor reads them; models write Simplified."""
    if script == "simplified":
        return list(tokens)
    texts = converted_pieces([token.text for token in tokens], script)
    found = []
    for token, word in zip(tokens, texts, strict=True):
        words = converted_pieces([other.text for other in token.alternatives], script)
        others = [
            replace(other, text=word) for other, word in zip(token.alternatives, words, strict=True)
        ]
        found.append(replace(token, text=word, alternatives=tuple(others)))
    return found


def lead(before: str) -> str:
    """The end of what stands before a continuation."""
    return before if len(before) <= _LEAD else f"…{before[-_LEAD:]}"


def _tokens(tokens: Sequence[Token], run: Run, lang: Language, *, running: bool) -> str:
    return tokens_value(
        in_script(tokens, run.script),
        seq=run.id,
        lang=lang,
        prompt=lead(run.request.before),
        running=running,
    )


def _cards(run: Run, lang: Language) -> str:
    cards = []
    for number, request in enumerate(run.requests):
        draft = run.drafts[number] if number < len(run.drafts) else None
        words = "" if draft is None else draft.text
        if run.script == "traditional":
            words = converted(words, run.script)
        done = draft is not None and draft.finish is not None
        meta = short_status(draft, lang) if draft is not None and done else ""
        name = card_name(number + 1, request, lang)
        cards.append(Card(name=name, text=words, meta=meta, done=done))
    return cards_value(cards, seq=run.id, lang=lang, running=True)


def _try(node: Node, lang: Language) -> Try:
    name = conditions_name(node.request, lang)
    return Try(id=node.id, parent=node.parent, text=beginning(node), meta=name)
