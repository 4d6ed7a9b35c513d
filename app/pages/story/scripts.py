"""The page's few lines of JavaScript, for the js= of events."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Final

from app.pages.story.desk import MAX_CHARS
from app.pages.story.store import Page
from app.pages.story.words import PAGE
from app.web.texts import LANGUAGES, text

#: Values of an event before the cursor: the desk and the manuscript.
_CURSOR: Final = 2

AT_END: Final = f"(...values) => {{ values[{_CURSOR}] = null; return values; }}"
#: Python counts characters where JavaScript counts UTF-16 units.
AT_CURSOR: Final = f"""(...values) => {{
  const area = document.querySelector('#story-manuscript textarea');
  values[{_CURSOR}] = area ? [...area.value.slice(0, area.selectionStart)].length : null;
  return values;
}}"""

#: The seed of a link stays until the visitor wants another. Said once more when all fields are
#: filled: the seed's own listener hands back the switch as it was before.
KEEPS_SEED: Final = f"lucky => new URLSearchParams(location.search).has('{PAGE}') ? false : lucky"

_SAVE: Final = """(...values) => {
  OPENED
  const words = WORDS[document.documentElement.lang.startsWith('zh') ? 'zh' : 'en'];
  const count = [...(values[1] ?? '').replace(/\\s/g, '')].length.toLocaleString();
  const most = MAXIMUM;
  const full = (values[1] ?? '').length > most ? ` / ${most.toLocaleString()}` : '';
  const parts = matchMedia('(hover: none)').matches ? words.slice(0, 1) : words;
  const line = parts.map((word) => word.replace('{count}', count + full)).join(' · ');
  if (!window.storyIsOpen) return [values[values.length - 1], line];
  const page = Object.fromEntries(NAMES.map((name, index) => [name, values[index]]));
  return [page, line];
}"""


def save(*, opened: bool = False) -> str:
    """The page as the browser keeps it, and the line that counts characters.

    Shortcuts are told to those who have a keyboard, and the limit to those who are beyond it.

    Nothing is kept before the page was opened: its empty fields would replace what is there.

    Args:
        opened: from now on it is.
    """
    keys = ("count", "count_keys")
    words = {
        lang: [text(f"{PAGE}.{key}", lang, count="{count}") for key in keys] for lang in LANGUAGES
    }
    names = [field.name for field in fields(Page)]
    return (
        _SAVE.replace("WORDS", json.dumps(words, ensure_ascii=False))
        .replace("NAMES", json.dumps(names))
        .replace("MAXIMUM", str(MAX_CHARS))
        .replace("OPENED", "window.storyIsOpen = true;" if opened else "")
    )
