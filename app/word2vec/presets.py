"""Examples to begin with. They are Chinese in both languages, as the vectors are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SEARCHES: Final = ("苏轼", "数据库", "春天", "焦虑", "小狗", "长江", "老师", "广州")
ANALOGIES: Final = (
    ("国王", "王后", "皇帝"),
    ("春天", "夏天", "秋天"),
    ("医生", "医院", "老师"),
    ("儿子", "女儿", "弟弟"),
    ("父亲", "母亲", "哥哥"),
    ("中国", "北京", "日本"),
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
        *("男", "女", "旧", "新"),
        "皇帝 公主 爷爷 奶奶 司机 护士 老师 军人 工人 农民 歌手 模特 足球 舞蹈 手机 网络 马车 衣服",
    ),
    Axes(
        *("乡村", "城市", "贫穷", "富裕"),
        "农民 工人 商人 老板 学生 教授 田地 工厂 银行 地铁 牛 汽车 大楼 村子 市场 公园 医院 学校",
    ),
    Axes(
        *("冬天", "夏天", "晚上", "早晨"),
        "雪 雨 太阳 月亮 星星 风 冰 花 睡觉 起床 早饭 晚饭 游泳 棉袄 扇子 西瓜 火炉 露水 梦 鸟",
    ),
    Axes(
        *("悲伤", "快乐", "平静", "激动"),
        "哭 笑 眼泪 微笑 生日 葬礼 节日 婚礼 音乐 比赛 睡觉 散步 孤独 朋友 愤怒 温柔 失败 胜利",
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
    "今天天气很好，我们去公园散步。\n外面阳光明媚，适合出去走走。\n股票市场昨天大幅下跌。\n"
    "投资者担心经济会变坏。\n猫在沙发上睡着了。",
    "这道菜很好吃。\n这家饭馆的味道不错。\n火车晚点了两个小时。\n飞机因为大雾没有起飞。",
)
