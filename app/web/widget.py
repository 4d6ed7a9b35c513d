"""Put a widget together from small files in the folders widgets/ of app/.

Gradio takes the script of a gr.HTML as one string, the body of a function of (element,
trigger, props, server, upload, watch). The files of a widget are joined in the order given,
so each may use what those before it define, and nothing of it leaks into the page.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from app.web.texts import catalogue

FOLDER: Final = Path(__file__).resolve().parent.parent


def script(
    files: Sequence[str], *, texts: str, data: Sequence[str] = (), style: str | None = None
) -> str:
    """The value of js_on_load.

    Args:
        files: the scripts, as paths below app/.
        texts: the group of texts whose words the script finds in TEXTS, by key and language.
        data: JSON files below app/; glyphs.json becomes the constant GLYPHS.
        style: becomes the constant STYLE, for a widget whose values change often: gradio
            evaluates css_template and restyles the whole page with every value.
    """
    prefix = f"{texts}."
    words = {
        key.removeprefix(prefix): both
        for key, both in catalogue().items()
        if key.startswith(prefix)
    }
    constants = [f"const TEXTS = {json.dumps(words, ensure_ascii=False)};"]
    for name in data:
        content = json.loads((FOLDER / name).read_text(encoding="utf-8"))
        compact = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        constants.append(f"const {Path(name).stem.upper()} = {compact};")
    if style is not None:
        constants.append(f"const STYLE = {json.dumps(style, ensure_ascii=False)};")
    return "\n".join(['"use strict";', *constants, *(_read(name) for name in files)])


def style(files: Sequence[str]) -> str:
    """The value of css_template.

    Raises ValueError for what gradio would evaluate there: the style is a template of both
    Handlebars and JavaScript to it, and it nests everything in one rule, in which @keyframes
    are ignored.
    """
    css = "\n".join(_read(name) for name in files)
    for forbidden in ("`", "${", "{{", "\\", "@keyframes"):
        if forbidden in css:
            raise ValueError(f"{forbidden} in {', '.join(files)}")
    return css


def _read(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")
