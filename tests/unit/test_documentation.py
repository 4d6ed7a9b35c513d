"""What the documentation says is true; its commands are run by tests/test_repository.py."""

import re
from collections.abc import Iterator

import pytest

from engine.models.catalogue import BUNDLED, ROOT
from tests.unit.app import test_page_folders

READMES = ("README.md", "README.en.md")
TOPICS = sorted(path.name for path in (ROOT / "docs/en").glob("*.md"))
DOCUMENTS = (
    *READMES,
    *("CONTRIBUTING.md", "CHANGELOG.md"),
    *sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md")),
)
#: What a path may begin with; other text with slashes is no path of this repository.
ROOMS = ("app", "engine", "training", "benchmarks", "tests", "assets", "docs", "deploy")
PLACEHOLDERS = {
    "PAGE": ("story", "fewshot", "dialogue", "xiangqi", "parse_tree", "word2vec"),
    "NAME": tuple(spec.name for spec in BUNDLED),
}
#: Pages whose files have other names still; goes with the list there.
NOT_YET = getattr(test_page_folders, "NOT_YET", frozenset())


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(name: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", read(name), re.DOTALL)


def in_both_languages(topic: str) -> list[str]:
    return [f"docs/{language}/{topic}" for language in ("zh", "en")]


def test_the_readmes_are_short() -> None:
    assert all(len(read(name).splitlines()) <= 80 for name in READMES)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_a_document_points_to_is_there(name: str) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", read(name)):
        assert target.startswith("https://") or (ROOT / name).parent.joinpath(target).exists(), (
            target
        )


@pytest.mark.parametrize(
    "pair", [READMES, *(in_both_languages(topic) for topic in TOPICS)], ids=lambda pair: pair[0]
)
def test_both_languages_show_the_same_code(pair: tuple[str, str]) -> None:
    def code(name: str) -> list[str]:
        return [re.sub(r" +#.*", "", block) for block in blocks(name, r"\w+")]

    chinese, english = pair
    assert code(chinese) == code(english)


def test_every_topic_is_written_in_both_languages() -> None:
    assert sorted(path.name for path in (ROOT / "docs/zh").glob("*.md")) == TOPICS


@pytest.mark.parametrize("name", in_both_languages("xiangqi_library.md"))
def test_the_examples_of_the_xiangqi_library_are_true(name: str) -> None:
    namespace: dict[str, object] = {}
    shown = 0
    for line in "".join(blocks(name, "python")).splitlines():
        code, _, comment = line.partition("#")
        expected = comment.strip()
        if re.match(r"\d|None|[('\"]", expected) and "=" not in code:
            result = repr(eval(code, namespace))
            promise = re.split(r"[:：]", expected)[0] if expected[0] == "N" else expected
            assert result.startswith(promise.removesuffix("...'")), line
            shown += 1
        else:
            exec(line, namespace)
    assert shown == 6


def named_paths(text: str) -> Iterator[str]:
    """Paths in backticks, and the first word of each line of a tree (```text), as they are."""
    for found in re.findall(r"`([^`\s]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL)):
        if found.partition("/")[0] in ROOMS and "/" in found:
            yield found
    for tree in re.findall(r"```text\n(.*?)```", text, re.DOTALL):
        yield from (line.split()[0] for line in tree.splitlines() if line.strip())


def expanded(path: str) -> list[str]:
    """A path with a placeholder as all that it stands for."""
    for placeholder, values in PLACEHOLDERS.items():
        if placeholder in path.split("/"):
            return [path.replace(placeholder, value) for value in values]
    return [path]


def there(path: str) -> bool:
    return any(ROOT.glob(path.rstrip("/")))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_path_that_a_document_names_exists(name: str) -> None:
    paths = [path for found in named_paths(read(name)) for path in expanded(found)]
    paths = [
        path for path in paths if not path.startswith(tuple(f"app/pages/{p}/" for p in NOT_YET))
    ]
    # A long module is a folder of its name.
    missing = [p for p in paths if not (there(p) or there(p.removesuffix(".py")))]
    assert not missing
