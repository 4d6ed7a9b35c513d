"""Dialogues of a corpus folder: clean turns, short replies, and none about hurting oneself."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from training.common.files import corpus_file, read_lines
from training.corpus.text import clean, fraction

DIALOGUES: Final = {
    "smile": "smile_psych_multiturn",
    "cpsycoun": "cpsycoun",
    "emollm": "emollm_data_aiwei_tiangou",
    "lccc": "lccc_base_validtest_toy",
    "kdconv": "kdconv_devtest",
    "crosswoz": "crosswoz_valtest",
    "chatterbot": "chatterbot_zh",
}
"""Files of the folder `dialogue`."""

SHARES: Final = {"smile": 0.35}
"""The share of a file's dialogues that is used, by their first turn, where it is not all."""

LONGEST_REPLY = 60
"""Characters of a counsellor's reply; what follows the sentences within it is dropped."""
LONGEST_TURN = 120

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


def dialogues(folder: Path, name: str) -> Iterator[list[str]]:
    """The dialogues of a file (a key of DIALOGUES), at least two turns each.

    In those with a counsellor, every second turn is short. A dialogue ends before a turn with
    which nothing can be done; one about hurting oneself, or with abuse, is left out.
    """
    counsellor = name in ("smile", "cpsycoun", "emollm")
    share = SHARES.get(name, 1.0)
    for line in read_lines(corpus_file(folder / "dialogue", f"{DIALOGUES[name]}.jsonl")):
        turns: list[str] = json.loads(line)["turns"]
        if fraction("share/" + turns[0]) >= share:
            continue
        whole = "\n".join(turns)
        if _HARM.search(whole) or (name != "chatterbot" and _RUDE.search(whole)):
            continue
        kept: list[str] = []
        for i, turn in enumerate(turns):
            longest = LONGEST_REPLY if counsellor and i % 2 else LONGEST_TURN
            if counsellor:
                turn = _STAGE.sub("", turn)
            if not (text := shortened(clean_turn(turn), longest)):
                break
            kept.append(text)
        if len(kept) >= 2:
            yield kept
