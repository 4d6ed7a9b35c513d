"""What is shown of a visit: screens, files, and what the page says."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import gradio as gr

from app.pages.story import say
from app.pages.story.state import Node, Visit, Writing
from app.pages.story.widgets import Card, Chip, Try, cards_value, chips_value, tree_value
from app.text.drafts import ExportKind, summary
from app.text.tokens import tokens_value
from app.web.markdown import escaped
from app.web.texts import Language, text
from engine.tokenizers.scripts import Script, converted, converted_pieces

if TYPE_CHECKING:
    from app.text.drafts import Draft
    from engine.generation.text import Token
    from engine.story import StoryPrompt, StoryRequest, Title

#: Characters of the manuscript that stand before a continuation in the token view.
_LEAD: Final = 48
#: Characters of a continuation in the tree.
_BEGINNING: Final = 16


class Screen(NamedTuple):
    """What every handler returns that changes what is seen, by the components' names; gr.skip()
    for what stays."""

    visit: Visit
    text: Any = gr.skip()
    tokens: Any = gr.skip()
    cards: Any = gr.skip()
    tree: Any = gr.skip()
    notice: Any = gr.skip()
    go_on: Any = gr.skip()
    here: Any = gr.skip()
    stop: Any = gr.skip()
    retry: Any = gr.skip()
    undo: Any = gr.skip()
    redo: Any = gr.skip()
    seed: Any = gr.skip()


def settled(visit: Visit, lang: Language, *, notice: str = "") -> Screen:
    """The visit between two runs.

    Args:
        notice: one line over the manuscript.
    """
    node = visit.node
    return Screen(
        visit,
        text=visit.now.text,
        tokens="" if node is None else _node_tokens(node, lang),
        cards=_choices(visit, lang),
        tree=tree_value(
            [_try(node, lang) for node in visit.nodes.values()], current=visit.now.node, lang=lang
        ),
        notice=notice,
        go_on=gr.Button(visible=True),
        here=gr.Button(interactive=True),
        stop=gr.Button(visible=False),
        retry=gr.Button(interactive=node is not None),
        undo=gr.Button(interactive=visit.history.can_undo),
        redo=gr.Button(interactive=visit.history.can_redo),
    )


def starting(visit: Visit, writing: Writing, seed: int, lang: Language) -> Screen:
    """The visit at the beginning of a run: nothing is there yet, and it can be stopped."""
    single = len(writing.requests) == 1
    return Screen(
        visit,
        tokens=_tokens((), writing, lang) if single else "",
        cards=cards_value() if single else _cards(writing, lang),
        notice=writing.notice,
        go_on=gr.Button(visible=False),
        here=gr.Button(interactive=False),
        stop=gr.Button(visible=True),
        retry=gr.Button(interactive=False),
        undo=gr.Button(interactive=False),
        redo=gr.Button(interactive=False),
        seed=seed,
    )


def progress(visit: Visit, writing: Writing, lang: Language) -> Screen:
    """The visit while a run goes on."""
    if len(writing.requests) > 1:
        return Screen(visit, cards=_cards(writing, lang))
    (draft,) = writing.drafts
    return Screen(visit, tokens=_tokens(draft.tokens, writing, lang))


def notice(request: StoryRequest, prompt: StoryPrompt, lang: Language) -> str:
    """What the model does not see of what it was given."""
    parts = []
    if prompt.cut:
        parts.append(say("notice.cut", lang, count=f"{prompt.cut:,}"))
    if prompt.cut_memory or prompt.cut_note:
        count = prompt.cut_memory + prompt.cut_note
        parts.append(say("notice.cut_memory", lang, count=f"{count:,}"))
    if request.after:
        parts.append(say("notice.middle", lang))
    return " ".join(parts)


def titles(found: Sequence[Title], lang: Language) -> str:
    """Titles as chips; how much each helps the model is shown when one points at it."""
    chips = []
    for title in found:
        hint = say("titles_gain", lang, ratio=f"{math.exp(title.gain):.2f}")
        chips.append(Chip(zh=title.text, en=title.text, hint=hint))
    return chips_value(chips)


def export(kind: ExportKind, visit: Visit, title: str, manuscript: str) -> str:
    """The content of a file."""
    if kind == "txt":
        return f"{title}\n\n{manuscript}\n" if title else f"{manuscript}\n"
    if kind == "md":
        body = f"{escaped(manuscript)}\n"
        return f"# {escaped(title)}\n\n{body}" if title else body
    tries = [
        {
            "id": node.id,
            "parent": node.parent,
            "request": asdict(node.request),
            "written": node.written,
            "draft": node.draft.to_dict(),
        }
        for node in visit.nodes.values()
    ]
    whole = {"title": title, "text": manuscript, "current": visit.now.node, "tries": tries}
    return json.dumps(whole, ensure_ascii=False, indent=1)


def _node_tokens(node: Node, lang: Language) -> str:
    """A finished continuation in the token view; its seq is the node's number."""
    seed = say("status.seed", lang, seed=node.draft.seed)
    return tokens_value(
        _in_script(node.draft.tokens, node.script),
        seq=node.id,
        lang=lang,
        prompt=_lead(node.request.before),
        status=f"{summary(node.draft, lang)} · {seed}",
    )


def _tokens(tokens: Sequence[Token], writing: Writing, lang: Language) -> str:
    return tokens_value(
        _in_script(tokens, writing.script),
        seq=writing.id,
        lang=lang,
        prompt=_lead(writing.requests[0].before),
        running=True,
    )


def _choices(visit: Visit, lang: Language) -> str:
    """The continuations that stand side by side, where there are several."""
    nodes = visit.choices()
    if visit.group is None or len(nodes) < 2:
        return cards_value()
    cards = [
        _card(number, node.request, node.written, node.draft, lang)
        for number, node in enumerate(nodes, 1)
    ]
    ids = [node.id for node in nodes]
    chosen = ids.index(visit.now.node) if visit.now.node in ids else None
    return cards_value(cards, seq=visit.group, lang=lang, chosen=chosen)


def _cards(writing: Writing, lang: Language) -> str:
    """Continuations as far as they are written."""
    cards = []
    for number, request in enumerate(writing.requests):
        draft = writing.drafts[number] if number < len(writing.drafts) else None
        written = "" if draft is None else draft.text
        if writing.script == "traditional":
            written = converted(written, writing.script)
        cards.append(_card(number + 1, request, written, draft, lang))
    return cards_value(cards, seq=writing.id, lang=lang, running=True)


def _card(
    number: int, request: StoryRequest, written: str, draft: Draft | None, lang: Language
) -> Card:
    name = " · ".join(filter(None, (str(number), _conditions(request, lang))))
    if draft is None or draft.finish is None:
        return Card(name=name, text=written, meta="", done=False)
    value = "–" if draft.perplexity is None else f"{draft.perplexity:.1f}"
    meta = text("text.summary.perplexity", lang, value=value)
    return Card(name=name, text=written, meta=meta, done=True)


def _try(node: Node, lang: Language) -> Try:
    words = " ".join(node.written.split())
    words = words if len(words) <= _BEGINNING else f"{words[:_BEGINNING]}…"
    return Try(id=node.id, parent=node.parent, text=words, meta=_conditions(node.request, lang))


def _conditions(request: StoryRequest, lang: Language) -> str:
    """武侠 · 悲伤: what the model is told besides the text; "" for nothing."""
    chosen = (("genre", request.genre), ("mood", request.mood))
    return " · ".join(say(f"{kind}.{value}", lang) for kind, value in chosen if value != "any")


def _in_script(tokens: Sequence[Token], script: Script) -> list[Token]:
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


def _lead(before: str) -> str:
    """The end of what stands before a continuation."""
    return before if len(before) <= _LEAD else f"…{before[-_LEAD:]}"
