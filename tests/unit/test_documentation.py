"""What the documentation says is true; its commands are run by tests/test_repository.py."""

import re

import pytest

from engine.models.catalogue import ROOT

READMES = ("README.md", "README.en.md")
TOPICS = sorted(path.name for path in (ROOT / "docs/en").glob("*.md"))
DOCUMENTS = (
    *READMES,
    *("CONTRIBUTING.md", "CHANGELOG.md"),
    *sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md")),
)


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
