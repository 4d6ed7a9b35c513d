"""Dialogues of a corpus folder: clean turns, and none about hurting oneself."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from training.common.files import corpus_file, read_objects
from training.corpus.stories import written_blocks
from training.corpus.text import HAN, clean

DIALOGUES: Final = {
    "smile": "dialogue/smile_psych_multiturn",
    "cpsycoun": "dialogue/cpsycoun",
    "emollm": "dialogue/emollm_data_aiwei_tiangou",
    "lccc": "dialogue/lccc_base_validtest_toy",
    "kdconv": "dialogue/kdconv_devtest",
    "crosswoz": "dialogue/crosswoz_valtest",
    "chatterbot": "dialogue/chatterbot_zh",
    "oasst": "simple/dialog_oasst_zh",
}
"""Files of a corpus folder."""
WRITTEN: Final = "talk"
"""A file of the folder `written` beside this one: a friendly listener, written for these models."""
COUNSELLORS: Final = ("smile", "cpsycoun", "emollm")

LONGEST_TURN: Final = {"lccc": 60, "oasst": 160}
"""Characters of a turn, of which the first sentences are kept; 300 where nothing is said."""
LEAST_TURN: Final = {"lccc": 4}
"""Shorter turns end a dialogue: of social media they are mostly noise."""

_HARM: Final = re.compile(
    "自杀|自残|自伤|自尽|轻生|割腕|想死|去死|寻死|等死|不想活|活不下去|活着没|活着有什么|跳楼|跳河|跳下去|"
    "结束生命|结束自己|了结|遗书|遗言|上吊|服毒|安眠药|安乐死|伤害自己|死了算|死掉|一死了之|抑郁自|划自己|刀片"
)
_RUDE: Final = re.compile(
    "傻逼|傻B|煞笔|妈的|操你|日你|草泥马|卧槽|我操|艹|尼玛|你妹|他妈|特么|贱人|婊|妓|做爱|强奸|约炮|裸|胸部|奶子|"
    "屌|鸡巴|阴道|性交|高潮|操蛋|滚蛋|滚粗|死全家|屎|党|习近平|毛泽东|六四|台独|法轮|共产|政府|日本鬼子|黑鬼|奸"
)
_BLANKS: Final = re.compile(r"(?<=[^\x00-\x7f]) +| +(?=[^\x00-\x7f])|(?<=\d) +(?=\d)")
_NOISE: Final = re.compile(
    r"https?\S*|@\S+|#[^#]*#|[（(][^（()）]{0,12}[)）]$|转发微博|回复[:：]?|[\ufe0f\u200d]|"
    r"^(来访者|咨询师|心理咨询师|客户|支持者|求助者)[：:]"
)
_STAGE: Final = re.compile(
    r"[（(][^（()）]{1,20}[)）]|[\U0001f000-\U0001ffff\u2600-\u27bf\u2b50\u2764]|(?<=亲)[，~～ ]+"
)
_REPEAT: Final = re.compile(r"(.)\1{3,}")
_SENTENCE: Final = re.compile(r".*?[。！？!?…~][”’」）]*|.+$")


@dataclass(frozen=True)
class Dialogue:
    """What two speakers say, one after the other."""

    turns: tuple[str, ...]

    @property
    def key(self) -> str:
        """Dialogues that begin alike are held out together."""
        return self.turns[0]

    @property
    def text(self) -> str:
        """The turns, one a line."""
        return "\n".join(self.turns)

    @property
    def characters(self) -> int:
        """Of the turns."""
        return sum(map(len, self.turns))


def clean_turn(turn: str) -> str:
    """A turn without links, names, repeated characters, and blanks among Chinese characters."""
    turn = _NOISE.sub("", turn.replace("\n", " "))
    turn = clean(_BLANKS.sub("", turn))
    return _REPEAT.sub(lambda found: found[1] * 3, turn).strip()


def shortened(turn: str, longest: int) -> str:
    """The first sentences of a turn, as many as fit; the first one anyhow.

    A sentence too long is cut at a comma, which becomes a full stop.
    """
    kept = ""
    for sentence in _SENTENCE.findall(turn):
        if kept and len(kept) + len(sentence) > longest:
            break
        kept += sentence
    if len(kept) <= longest * 1.3:
        return kept
    at = kept.rfind("，", 8, longest)
    return kept[:at] + "。" if at > 0 else ""


def _rows(folder: Path, name: str) -> Iterator[list[str]]:
    """The turns of each dialogue as the file has them."""
    if name == WRITTEN:
        return written_blocks(name)
    return (row["turns"] for row in read_objects(corpus_file(folder, f"{DIALOGUES[name]}.jsonl")))


def dialogues(folder: Path, name: str) -> Iterator[list[str]]:
    """The dialogues of a file (a key of DIALOGUES, or WRITTEN), at least two turns each.

    A dialogue ends before a turn with which nothing can be done; one about hurting oneself, or
    with abuse, is left out.
    """
    longest, least = LONGEST_TURN.get(name, 300), LEAST_TURN.get(name, 1)
    for turns in _rows(folder, name):
        whole = "\n".join(turns)
        if _HARM.search(whole) or (name != "chatterbot" and _RUDE.search(whole)):
            continue
        kept: list[str] = []
        for turn in turns:
            if name in COUNSELLORS:
                turn = _STAGE.sub("", turn)
            text = shortened(clean_turn(turn), longest)
            chinese = len(re.findall(f"[{HAN}]", text))
            if chinese < least or text in kept or (name == "lccc" and chinese < 0.6 * len(text)):
                break
            kept.append(text)
        if len(kept) >= 2:
            yield kept


def prose(talks: Iterable[Sequence[str]], least: int = 40) -> Iterator[str]:
    """The longer turns of dialogues, as texts."""
    return (turn for turns in talks for turn in turns if len(turn) >= least)
