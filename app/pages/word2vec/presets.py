"""Examples to begin with. They are Chinese in both languages, as the vectors are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.web.texts import Language

Files = tuple[tuple[Mapping[Language, str], str], ...]
"""Names, and files in FOLDER."""

FOLDER: Final = Path(__file__).with_name("examples")

SEARCHES: Final = ("曹操", "苏轼", "医生", "面试", "焦虑", "小狗", "长江", "数据库")
ANALOGIES: Final = (
    ("医生", "医院", "老师"),
    ("儿子", "女儿", "弟弟"),
    ("苏轼", "宋", "李白"),
    ("春天", "夏天", "秋天"),
    ("快乐", "悲伤", "成功"),
    ("法国", "巴黎", "英国"),
    ("狗", "小狗", "猫"),
)
PAIRS: Final = (("猫", "狗"), ("快乐", "悲伤"), ("医生", "医院"), ("北京", "上海"))
ODD: Final = ("早餐 午餐 晚餐 汽车", "北京 上海 广州 苹果", "猫 狗 兔子 桌子")


@dataclass(frozen=True)
class Axes:
    """Two pairs of opposites, and words to put between them."""

    left: str
    right: str
    bottom: str
    top: str
    words: str

    @property
    def name(self) -> str:
        """As it stands on its chip."""
        return f"{self.left}–{self.right} × {self.bottom}–{self.top}"


AXES: Final = (
    Axes(
        *("他", "她", "古代", "现代"),
        "皇帝 丞相 将军 书生 侍女 公主 奶奶 丫头 裙子 化妆 模特 足球 军人 骑兵 书信 邮件 程序员 "
        "电脑 网络 手机 护士 汽车 马车",
    ),
    Axes(
        *("艺术", "科学", "古代", "现代"),
        "数学 物理 化学 医学 天文 生物 计算机 算法 工程 法律 哲学 历史 经济 诗歌 小说 散文 戏剧 "
        "电影 音乐 绘画 书法 舞蹈",
    ),
    Axes(
        *("悲伤", "快乐", "平静", "激动"),
        "哭 笑 眼泪 微笑 生日 葬礼 节日 婚礼 音乐 比赛 睡觉 散步 孤独 朋友 愤怒 温柔 失败 胜利",
    ),
    Axes(
        *("乡村", "城市", "古代", "现代"),
        "农民 商人 老板 学生 教授 田地 庄稼 麦子 锄头 池塘 牛 村子 衙门 轿子 马车 汽车 电车 地铁 "
        "大楼 银行 工厂 商店 公园 网站",
    ),
)
TEXTS: Final = (
    "太阳是一颗恒星，也是太阳系的中心。它的质量占整个太阳系的绝大部分，靠核心的氢聚变发光发热。"
    "地球绕着太阳转，一圈就是一年。没有太阳，地球上就没有四季，也没有生命。",
    "周末去看了一场足球比赛。上半场双方都没有进球，下半场开始不久，客队的前锋在禁区里射门得分，"
    "主队的教练马上换人，球迷们站起来大声喊。终场前五分钟，主队终于扳平了比分。",
    "医生让他每天早上量血压，少吃盐，多走路，按时吃药。护士给他抽了血，说检查结果要过两天才能拿到。"
    "他问这种病能不能治好，医生说只要坚持治疗，就不用太担心。",
)
SENTENCES: Final = (
    "我最近总是失眠，心里很烦躁。\n他晚上睡不着，情绪很焦虑。\n电脑的硬盘坏了，系统启动不了。\n"
    "安装软件之前，先更新操作系统。\n将军率领军队攻打城池。\n敌兵败退，大军乘胜追击。",
    "这道菜很好吃。\n这家饭馆的饭菜很可口。\n火车晚点了两个小时。\n飞机因为大雾没有起飞。",
)
NOVELS: Final[Files] = (
    ({"zh": "萧红《呼兰河传》", "en": "Xiao Hong, Tales of Hulan River"}, "hulanhe"),
)
"""To train on; the author died in 1942."""
TESTS: Final[Files] = (
    ({"zh": "类比", "en": "analogies"}, "analogies"),
    ({"zh": "相似度", "en": "similarity"}, "similarity"),
)
"""Small tests of our own; their scores are one person's."""


def names(files: Files) -> list[Mapping[Language, str]]:
    """What stands on the chips of files."""
    return [name for name, _ in files]


def contents(files: Files) -> list[tuple[str, None]]:
    """For each file its text, and that no file of a visitor's own is used instead."""
    return [((FOLDER / f"{name}.txt").read_text(encoding="utf-8"), None) for _, name in files]
