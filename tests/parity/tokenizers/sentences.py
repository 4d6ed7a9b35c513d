"""Ten thousand sentences to compare tokenizers on, the same ones everywhere.

They are made from a seed and from sample.txt: whole lines, cut lines, and lines mixed with what
tokenizers stumble over. `python -m tests.parity.tokenizers.sentences` prints them.
"""

import random
from collections.abc import Callable, Iterator
from pathlib import Path

SEED = 20261121
COUNT = 10_000
SAMPLE = Path(__file__).with_name("sample.txt")

# Ranges of code points that have been assigned since Unicode 8, so that the version of a
# reference's Unicode tables does not matter.
_HAN = (0x4E00, 0x9FA5)
_RARE = ((0x3400, 0x4DB5), (0x20000, 0x2A6D6), (0x2A700, 0x2B734), (0xF900, 0xFA2D))
_SCRIPTS = (
    (0x3041, 0x3096),  # hiragana
    (0x30A1, 0x30FA),  # katakana
    (0xAC00, 0xD7A3),  # hangul
    (0x0410, 0x044F),  # cyrillic
    (0x03B1, 0x03C9),  # greek
    (0x0905, 0x0939),  # devanagari
    (0x05D0, 0x05EA),  # hebrew
    (0x00C0, 0x017F),  # latin with accents
    (0x1E00, 0x1EFF),  # more of it
    (0xFF21, 0xFF5A),  # fullwidth
)
_EMOJI = "😀😂🤔🙏👍🏽❤️🎉🐼🚀🌏🍜👨‍👩‍👧🇨🇳☕♻️✈️🀄️"
_BLANKS = (" ", "  ", "   ", "\t", "\n", "\n\n", "\r\n", "\u3000", "\u00a0", "\u2003", " \n ")
_UNSEEN = (
    "\u200b", "\u200d", "\ufeff", "\u00ad", "\u2028", "\u2029", "\u0000", "\u0007", "\u001f",
    "\u0085", "\u202e", "\ufffd", "\ue000", "\uffff", "\u0301", "\u0307", "\u20e3", "\ufe0f",
)  # fmt: skip
_MARKS = "，。！？；：、“”‘’《》（）…—·,.!?;:'\"()[]{}<>/\\|@#$%^&*-_=+~`№§¶†‰′″※€£¥°×÷±≠∞"


def sentences() -> list[str]:
    """The sentences, COUNT of them, all different."""
    rng = random.Random(SEED)
    lines = SAMPLE.read_text(encoding="utf-8").splitlines()
    found = dict.fromkeys([*lines, "", " ", "\n", "中" * 150, "a" * 101, "b" * 100, "c" * 250])
    while len(found) < COUNT:
        found["".join(_parts(rng, lines))] = None
    return list(found)


def _parts(rng: random.Random, lines: list[str]) -> Iterator[str]:
    makers: list[Callable[[], str]] = [
        lambda: rng.choice(lines),
        lambda: _cut(rng, rng.choice(lines)),
        lambda: _cut(rng, rng.choice(lines)),
        lambda: _number(rng),
        lambda: _from_ranges(rng, [_HAN]),
        lambda: _from_ranges(rng, [rng.choice(_RARE)]),
        lambda: _from_ranges(rng, [rng.choice(_SCRIPTS)]),
        lambda: "".join(rng.choices(_EMOJI, k=rng.randint(1, 4))),
        lambda: "".join(rng.choices(_MARKS, k=rng.randint(1, 4))),
        lambda: rng.choice(_BLANKS),
        lambda: rng.choice(_BLANKS),
        lambda: rng.choice(_UNSEEN),
        lambda: _changed_case(rng, _cut(rng, rng.choice(lines))),
    ]
    for _ in range(rng.randint(1, 5)):
        yield rng.choice(makers)()


def _cut(rng: random.Random, line: str) -> str:
    start = rng.randrange(len(line))
    return line[start : start + rng.randint(1, 24)]


def _number(rng: random.Random) -> str:
    number = rng.randrange(10 ** rng.randint(1, 12))
    form = rng.choice(("{}", "{:,}", "-{}", "{}%", "0.{}", "{}年", "第{}", "¥{:,}", "{:x}", "{:e}"))
    return form.format(number)


def _from_ranges(rng: random.Random, ranges: list[tuple[int, int]]) -> str:
    first, last = rng.choice(ranges)
    return "".join(chr(rng.randint(first, last)) for _ in range(rng.randint(1, 8)))


def _changed_case(rng: random.Random, text: str) -> str:
    return rng.choice((str.upper, str.lower, str.title, str.swapcase))(text)


if __name__ == "__main__":
    for sentence in sentences():
        print(repr(sentence))
