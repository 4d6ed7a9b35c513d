"""Every page is one folder with the same files: whoever knows one page knows where to look."""

from pathlib import Path
from typing import Final

import pytest

from app import pages
from app.shell import PAGES

FOLDER: Final = Path(pages.__file__).parent
#: What every page has. ``handlers``, ``layout`` and ``examples`` may be folders instead.
SAME: Final = {
    *("__init__", "page", "layout", "state", "inputs", "handlers", "view", "saved", "api"),
    *("texts", "examples", "page-style", "widgets"),
}
#: Modules that one page has besides, two at most: what they do is no role of those above.
OWN: Final[dict[str, set[str]]] = {
    "fewshot": {"masked", "table"},
    "parse_tree": {"models", "scores"},
    "story": {"task"},
    "xiangqi": {"opponent", "puzzles"},
    "word2vec": {"spaces"},
}
#: Pages without an endpoint for programs: a game is no question with an answer, and the engine
#: speaks UCI.
NO_ENDPOINT: Final = {"xiangqi"}


def parts(page: str) -> set[str]:
    """The names of a page's files and folders, without their endings."""
    names = {path.name for path in (FOLDER / page).iterdir()} - {"__pycache__"}
    return {"page-style" if name == "page.css" else Path(name).stem for name in names}


@pytest.mark.parametrize("name", [page.ID for page in PAGES])
def test_a_page_has_the_same_files_as_all_others(name: str) -> None:
    own = OWN.get(name, set())
    assert len(own) <= 2
    same = SAME - {"api"} if name in NO_ENDPOINT else SAME
    assert parts(name) == same | own


def test_every_folder_is_a_page() -> None:
    folders = {path.name for path in FOLDER.iterdir() if path.is_dir()} - {"__pycache__"}
    assert folders == {page.ID for page in PAGES}
