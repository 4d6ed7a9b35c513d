"""A conversation as a file: plain text, Markdown, or JSON with every token."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from app.pages.dialogue.session import Bubble, Chat
from app.pages.dialogue.view import say, speaker
from app.text.drafts import ExportKind
from app.web.texts import Language

_MARKS: Final = re.compile(r"([\\`*_\[\]<>#|~])")


def export(chat: Chat, kind: ExportKind, lang: Language) -> str:
    """The conversation in that format."""
    if kind == "json":
        turns = [_plain(bubble) for bubble in chat]
        return json.dumps({"turns": turns}, ensure_ascii=False, indent=1) + "\n"
    if kind == "txt":
        gap = say("colon", lang)
        return "".join(f"{speaker(bubble, lang)}{gap}{bubble.text}\n" for bubble in chat)
    return "\n".join(_as_markdown(bubble, lang) for bubble in chat)


def _plain(bubble: Bubble) -> dict[str, Any]:
    plain: dict[str, Any] = {"side": bubble.side, "author": bubble.author, "text": bubble.text}
    if bubble.draft is not None:
        plain["draft"] = bubble.draft.to_dict()
    return plain


def _as_markdown(bubble: Bubble, lang: Language) -> str:
    words = _MARKS.sub(r"\\\1", bubble.text).replace("\n", "  \n")
    told = f"**{speaker(bubble, lang)}**{say('colon', lang)}{words}\n"
    draft = bubble.draft
    if draft is None:
        return told
    settings = json.dumps(draft.strategy.to_dict(), ensure_ascii=False)
    return f"{told}\n> `{draft.model}` · seed {draft.seed} · `{settings}`\n"
