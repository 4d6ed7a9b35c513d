"""Files between a browser and the server: uploaded texts decoded, and texts saved."""

from __future__ import annotations

import json
from typing import Final

from app.web.limits import Refusal
from engine.xiangqi.records.encodings import decode_text

_REPLACED: Final = "\ufffd"
_SAVE: Final = """content => {
  if (!content) return;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([content], {type: TYPE}));
  link.download = NAME;
  link.click();
  URL.revokeObjectURL(link.href);
}"""


def decoded(content: bytes, refusal: str) -> str:
    """A file as text: UTF-8, UTF-16, GB18030 or Big5.

    Args:
        refusal: what is said of a file that is none of them.

    Raises Refusal.
    """
    found = decode_text(content)
    if _REPLACED in found and _REPLACED.encode() not in content:
        raise Refusal(refusal)
    return found


def save_script(name: str, kind: str) -> str:
    """JavaScript for the js= of an event: saves the text that it is given in the browser.

    Args:
        name: of the file.
        kind: its media type.
    """
    return _SAVE.replace("TYPE", json.dumps(kind)).replace("NAME", json.dumps(name))
