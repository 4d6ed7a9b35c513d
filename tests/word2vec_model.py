"""A few words with vectors made by hand, quick to build: analogies come out, neighbours make sense,
and a Huffman tree knows what comes with what."""

from pathlib import Path

import numpy as np

from engine.models.catalogue import ModelSpec
from engine.models.registry import Models
from engine.word2vec.maps import word_map
from engine.word2vec.model import Word2Vec
from engine.word2vec.vectors import Vectors

#: Each word by what it is made of; words that share a part are alike.
PARTS = {
    "男人": "人 男",
    "女人": "人 女",
    "国王": "人 男 王",
    "女王": "人 女 王",
    "父亲": "人 男 亲",
    "母亲": "人 女 亲",
    "爷爷": "人 男 老",
    "奶奶": "人 女 老",
    "中国": "国 华",
    "北京": "城 华",
    "日本": "国 和",
    "东京": "城 和",
    "法国": "国 欧",
    "巴黎": "城 欧",
    "广州": "城 华 南",
    "深圳": "城 华 南 新",
    "东莞": "城 华 南",
    "白云机场": "机 南",
    "猫": "兽 小",
    "狗": "兽 小 忠",
    "兔子": "兽 小 白",
    "早餐": "食 早",
    "午餐": "食 午",
    "晚餐": "食 晚",
    "汽车": "机 车",
    "太阳": "天 亮",
    "恒星": "天 星",
    "地球": "天 地",
    "是": "虚",
    "一颗": "虚 星",
    "男": "男",
    "女": "女",
    "旧": "旧",
    "新": "新",
    "手机": "机 新",
    "马车": "车 旧",
    "皇帝": "王 男 旧",
    "公主": "王 女 旧",
    "公园": "地 新",
    "天气": "天",
    "王后": "人 女 王 后",
    "皇后": "王 女 旧 后",
    "苏轼": "人 男 文",
    "曹操": "人 男 武",
    "医生": "人 医",
    "医院": "地 医",
    "老师": "人 教",
    "学校": "地 教",
    "他": "男 代",
    "她": "女 代",
    "古代": "时 旧",
    "现代": "时 新",
}
#: Words at the end of the vocabulary, so that there is something to see on a map.
FILLERS = [f"词{number}" for number in range(148)]


def word2vec_model(*, tree: bool = True) -> Word2Vec:
    """The model; without its tree it is like vectors from a file."""
    parts = sorted({part for made in PARTS.values() for part in made.split()})
    random = np.random.default_rng(5)
    axes = dict(zip(parts, np.linalg.qr(random.normal(size=(48, len(parts))))[0].T, strict=True))
    rows = [sum(axes[part] for part in made.split()) for made in PARTS.values()]
    rows = [row + 0.02 * random.normal(size=48) for row in rows]
    rows += [0.4 * row for row in random.normal(size=(len(FILLERS), 48))]
    matrix = np.array(rows, np.float32)
    words = [*PARTS, *FILLERS]
    counts = np.arange(len(words), 0, -1).astype(np.int64) * 7
    vectors = Vectors(words, matrix, counts)
    nodes = random.normal(size=(len(words) - 1, 48)).astype(np.float32) if tree else None
    return Word2Vec(vectors, nodes, word_map(vectors, groups=6, method="pca") if tree else None)


def load(folder: Path) -> Word2Vec:
    """A loader of the catalogue."""
    return word2vec_model()


def word2vec_models(folder: Path, *, here: bool = True) -> Models:
    """A catalogue of this model alone, which is here or not."""
    location = str(folder if here else folder / "no")
    spec = ModelSpec("word2vec", "stand-in", "local", location, f"{__name__}:load", "MIT")
    return Models([spec])
