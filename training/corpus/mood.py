"""The mood of a passage, by counting words that are plainly cheerful, sad or tense."""

import re
from typing import Final

WINDOW = 150
"""Characters of a passage, about."""
_LEAST: Final = 2
"""So many words of a mood make it, if they are twice as many as of the other two together."""
_LEAST_TENSE: Final = {"history": 3, "wuxia": 4}
"""Where there is fighting all the time."""

_WORDS: Final = {
    "bright": """
    高兴 快乐 欢喜 欢乐 快活 开心 愉快 喜欢 喜悦 微笑 笑着 笑道 笑了 大笑 笑起来 笑嘻嘻 笑容
    有趣 幸福 满意 得意 可爱 温暖 阳光 春风 鲜花 美丽 热闹 唱歌 跳舞 歌声 欢呼 庆祝 兴高采烈
    庆贺 恭喜 甜蜜 称赞 夸奖 拥抱 明媚 灿烂 活泼 兴奋 喜气 太好了 真好 好极了 乐呵呵 哈哈 好玩
    笑 喜 欢 欣 甜 妙 趣 乐
    """,
    "sad": """
    悲伤 悲哀 伤心 难过 流泪 眼泪 泪水 泪珠 落泪 哭泣 哭了 哭着 大哭 哭道 痛哭 啼哭 痛苦 苦痛
    忧愁 忧郁 忧伤 凄凉 凄惨 寂寞 孤独 孤单 孤零零 绝望 叹息 叹气 叹了 叹道 可怜 悲惨 悲痛
    惨淡 凄然 黯然 死了 去世 病死 坟墓 埋葬 丧事 永别 离别 失望 委屈 呜咽 哀愁 哀伤 哀痛 苦命
    冷清 惆怅 心酸 遗憾 悔恨 呜呜 泪 哭 悲 愁 哀 惨 叹 坟 凄 忧 苦 寂 怜 伤 凉
    """,
    "tense": """
    危险 可怕 害怕 恐惧 恐怖 恐慌 惊恐 惊慌 惊叫 大惊 吃惊 吓得 吓了 吓坏 逃跑 逃走 逃命 拼命
    追赶 追来 紧急 紧张 突然 猛然 忽然 忽听 忽见 猛地 急忙 赶紧 慌忙 慌张 杀死 杀了 杀死 被杀
    刺客 敌人 敌军 攻打 进攻 包围 围攻 厮杀 战斗 大战 大败 大怒 怒道 喝道 怒吼 救命 尖叫 大叫
    鲜血 流血 飞剑 剑光 埋伏 炸 枪声 开枪 发抖 颤抖 毒手 妖人 袭击 冲过 冲进 扑过 扑来 凶恶
    危急 陷阱 惊 逃 吓 慌 危 险 杀 怒 恐 惧 吼 敌 追 血 怕 急 突
    """,
}
_PATTERNS: Final = {
    mood: re.compile("|".join(sorted(words.split(), key=len, reverse=True)))
    for mood, words in _WORDS.items()
}
_SENTENCE: Final = re.compile(r"[^。！？\n]*(?:[。！？…]+[”’」）]*\n*|\n+|$)")


def passages(text: str) -> list[str]:
    """The text in parts of about WINDOW characters that end with a sentence; joined, the text."""
    parts = [""]
    for sentence in _SENTENCE.findall(text):
        if len(parts[-1]) >= WINDOW:
            parts.append("")
        parts[-1] += sentence
    if len(parts) > 1 and len(parts[-1]) < WINDOW // 3:
        parts[-2:] = [parts[-2] + parts[-1]]
    return parts


def mood(passage: str, genre: str = "any") -> str:
    """The mood of conditions.MOODS that the words clearly speak for, or "any"."""
    counts = {name: len(found.findall(passage)) for name, found in _PATTERNS.items()}
    best = max(counts, key=counts.__getitem__)
    others = sum(counts.values()) - counts[best]
    least = _LEAST_TENSE.get(genre, _LEAST) if best == "tense" else _LEAST
    return best if counts[best] >= max(least, 2 * others) else "any"
