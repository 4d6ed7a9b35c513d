"""Small lists of words, written for the few-shot prompts."""

from typing import Final


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    """Words that alternate, as pairs."""
    words = text.split()
    return tuple(zip(words[::2], words[1::2], strict=True))


ANTONYMS: Final = _pairs(
    """
    大 小 高 低 长 短 多 少 快 慢 冷 热 远 近 新 旧 黑 白 轻 重 深 浅 厚 薄 宽 窄 粗 细 胖 瘦
    强 弱 软 硬 干 湿 明 暗 早 晚 好 坏 美 丑 真 假 对 错 难 易 贵 贱 富 贫 老 少 生 死 来 去
    上 下 左 右 前 后 里 外 东 西 南 北 天 地 男 女 开 关 买 卖 进 出 哭 笑 爱 恨 胜 败 输 赢
    攻 守 问 答 善 恶 苦 甜 香 臭 饥 饱 古 今 始 终 加 减 升 降 增 减 存 亡 阴 阳 方 圆 高兴
    难过 快乐 悲伤 幸福 痛苦 喜欢 讨厌 成功 失败 胜利 失败 聪明 愚蠢 勇敢 胆小 勤劳 懒惰 诚实
    虚伪 骄傲 谦虚 美丽 丑陋 善良 凶恶 热情 冷淡 温暖 寒冷 光明 黑暗 安全 危险 容易 困难 简单
    复杂 干净 肮脏 整齐 杂乱 安静 吵闹 热闹 冷清 紧张 轻松 积极 消极 主动 被动 进步 退步 前进
    后退 上升 下降 增加 减少 扩大 缩小 开始 结束 出现 消失 记住 忘记 相信 怀疑 同意 反对 赞成
    反对 支持 反对 表扬 批评 团结 分裂 朋友 敌人 和平 战争 富裕 贫穷 丰富 贫乏 坚强 软弱 坚固
    脆弱 清楚 模糊 明白 糊涂 直接 间接 公开 秘密 集中 分散 统一 分裂 正确 错误 优点 缺点 长处
    短处 好处 坏处 朝阳 夕阳 白天 黑夜 早晨 傍晚 春天 秋天 夏天 冬天 天堂 地狱 过去 未来 古代
    现代 城市 乡村 国内 国外 内部 外部 表面 内心 上级 下级 正面 反面 平坦 崎岖 宽阔 狭窄 茂盛
    枯萎 新鲜 腐烂 锋利 迟钝 敏捷 迟缓 迅速 缓慢 急忙 从容 激动 平静 慷慨 吝啬 大方 小气 粗心
    细心 认真 马虎 节约 浪费 爱护 损坏 保护 破坏 建设 破坏 创造 毁灭 接受 拒绝 欢迎 拒绝 允许
    禁止 服从 反抗 希望 失望 满意 失望 吉祥 凶险 顺利 曲折 经常 偶尔 永远 暂时 完整 残缺 充足
    缺乏 密集 稀疏 柔软 坚硬 鲜艳 暗淡 明亮 昏暗 响亮 低沉 炎热 寒冷 干燥 潮湿 沉重 轻快
    """
)

MEASURES: Final = _pairs(
    """
    书 本 纸 张 桌子 张 床 张 照片 张 椅子 把 伞 把 刀 把 钥匙 把 笔 支 铅笔 支 枪 支 蜡烛 支
    狗 只 猫 只 鸟 只 鸡 只 羊 只 老虎 只 蝴蝶 只 牛 头 猪 头 大象 头 马 匹 狼 匹 鱼 条 蛇 条
    龙 条 河 条 路 条 裤子 条 裙子 条 毛巾 条 绳子 条 树 棵 草 棵 白菜 棵 花 朵 云 朵 山 座 桥
    座 塔 座 城 座 房子 座 汽车 辆 自行车 辆 坦克 辆 船 艘 飞机 架 钢琴 架 相机 架 电脑 台
    电视 台 冰箱 台 机器 台 衣服 件 衬衫 件 礼物 件 事情 件 帽子 顶 轿子 顶 鞋 双 袜子 双 筷子
    双 手套 副 眼镜 副 对联 副 信 封 电报 封 画 幅 地图 幅 诗 首 歌 首 文章 篇 日记 篇 小说 篇
    电影 部 手机 部 词典 部 米 粒 沙子 粒 珍珠 颗 星星 颗 牙齿 颗 子弹 颗 心 颗 水 滴 眼泪 滴
    血 滴 雨 场 比赛 场 电影票 张 门 扇 窗户 扇 墙 堵 井 口 锅 口 钟 口 灯 盏 镜子 面 旗 面 鼓
    面 砖 块 石头 块 蛋糕 块 手表 块 糖 块 报纸 份 文件 份 工作 份 茶 杯 咖啡 杯 饭 碗 汤 碗
    酒 瓶 香水 瓶 烟 根 头发 根 针 根 火柴 根 老师 位 客人 位 医生 位 孩子 个 苹果 个 西瓜 个
    故事 个 梦 个 商店 家 饭馆 家 银行 家 课 节 电池 节 药 片 树叶 片 面包 片 葡萄 串 项链 串
    香蕉 串 队伍 支 尺子 把 扇子 把 梳子 把 彩虹 道 题 道 菜 道
    """
)

_CATEGORIES: Final = {
    "水果": """
    苹果 香蕉 葡萄 西瓜 草莓 橘子 桃子 梨 樱桃 芒果 菠萝 柠檬 荔枝 石榴 柚子 李子 杏 枇杷 龙眼
    椰子
    """,
    "蔬菜": """
    白菜 菠菜 萝卜 黄瓜 茄子 土豆 番茄 芹菜 韭菜 南瓜 冬瓜 洋葱 辣椒 豆角 莲藕 生菜 香菜 丝瓜
    竹笋 花菜
    """,
    "动物": """
    老虎 狮子 大象 猴子 兔子 狐狸 长颈鹿 熊猫 袋鼠 骆驼 斑马 河马 松鼠 刺猬 羚羊 豹子 狼 鹿
    犀牛 海豹
    """,
    "鸟类": """
    麻雀 燕子 老鹰 鸽子 孔雀 喜鹊 乌鸦 鹦鹉 天鹅 猫头鹰 啄木鸟 黄鹂 鸵鸟 海鸥 鹤 杜鹃 大雁
    翠鸟
    """,
    "昆虫": """
    蚂蚁 蜜蜂 蝴蝶 蜻蜓 蚊子 苍蝇 蟋蟀 蝉 瓢虫 萤火虫 螳螂 蚱蜢 甲虫 飞蛾
    """,
    "颜色": """
    红色 黄色 蓝色 绿色 白色 黑色 紫色 灰色 粉色 橙色 棕色 金色 银色 青色
    """,
    "职业": """
    老师 医生 护士 警察 律师 工人 农民 司机 厨师 记者 演员 歌手 画家 作家 工程师 科学家 军人
    会计 导游 裁缝
    """,
    "家具": """
    桌子 椅子 沙发 床 衣柜 书架 茶几 板凳 柜子 梳妆台 书桌 鞋柜
    """,
    "交通工具": """
    汽车 火车 飞机 轮船 自行车 摩托车 地铁 公共汽车 卡车 电车 马车 出租车 直升机 帆船
    """,
    "乐器": """
    钢琴 吉他 小提琴 笛子 二胡 古筝 琵琶 鼓 唢呐 口琴 大提琴 萨克斯 长笛 手风琴
    """,
    "衣物": """
    衬衫 裤子 裙子 大衣 毛衣 外套 帽子 袜子 手套 围巾 领带 棉袄 旗袍 背心
    """,
    "文具": """
    铅笔 钢笔 橡皮 尺子 本子 圆规 毛笔 墨水 粉笔 书包 胶水 订书机
    """,
    "运动": """
    足球 篮球 排球 乒乓球 羽毛球 网球 游泳 跑步 跳高 跳远 滑雪 滑冰 体操 举重 射箭 拳击
    """,
    "学科": """
    数学 语文 英语 物理 化学 生物 历史 地理 政治 音乐 美术 哲学 经济学 心理学
    """,
    "节日": """
    春节 元宵节 清明节 端午节 中秋节 重阳节 国庆节 元旦 劳动节 儿童节 圣诞节 母亲节
    """,
    "天气": """
    晴天 阴天 下雨 下雪 刮风 打雷 冰雹 大雾 台风 暴雨 闪电 沙尘暴
    """,
}
CATEGORIES: Final = tuple(
    (word, category) for category, words in _CATEGORIES.items() for word in words.split()
)

ENGLISH: Final = _pairs(
    """
    狗 dog 猫 cat 鸟 bird 鱼 fish 马 horse 牛 cow 羊 sheep 猪 pig 鸡 chicken 鸭子 duck 兔子
    rabbit 老虎 tiger 狮子 lion 大象 elephant 猴子 monkey 熊 bear 狼 wolf 狐狸 fox 老鼠 mouse
    蛇 snake 苹果 apple 香蕉 banana 橙子 orange 葡萄 grape 西瓜 watermelon 柠檬 lemon 桃子
    peach 梨 pear 水 water 火 fire 土 earth 风 wind 雨 rain 雪 snow 云 cloud 太阳 sun 月亮
    moon 星星 star 天空 sky 山 mountain 河 river 海 sea 湖 lake 森林 forest 树 tree 花 flower
    草 grass 石头 stone 岛 island 书 book 笔 pen 纸 paper 桌子 table 椅子 chair 床 bed 门 door
    窗户 window 房子 house 学校 school 老师 teacher 学生 student 医生 doctor 护士 nurse 警察
    police 工人 worker 农民 farmer 朋友 friend 父亲 father 母亲 mother 兄弟 brother 姐妹
    sister 儿子 son 女儿 daughter 孩子 child 男人 man 女人 woman 头 head 眼睛 eye 耳朵 ear
    鼻子 nose 嘴 mouth 手 hand 脚 foot 心 heart 脸 face 头发 hair 血 blood 红色 red 黄色
    yellow 蓝色 blue 绿色 green 白色 white 黑色 black 灰色 gray 紫色 purple 汽车 car 火车
    train 飞机 plane 船 ship 自行车 bicycle 公共汽车 bus 路 road 桥 bridge 城市 city 米饭 rice
    面包 bread 牛奶 milk 鸡蛋 egg 肉 meat 茶 tea 咖啡 coffee 酒 wine 糖 sugar 盐 salt 春天
    spring 夏天 summer 秋天 autumn 冬天 winter 早晨 morning 夜晚 night 今天 today 明天
    tomorrow 昨天 yesterday 年 year 月 month 星期 week 天 day 小时 hour 时间 time 钱 money
    工作 work 国家 country 世界 world 音乐 music 电影 movie 足球 football 电脑 computer 电话
    telephone 照片 photo 名字 name 一 one 二 two 三 three 四 four 五 five 六 six 七 seven 八
    eight 九 nine 十 ten 大 big 小 small 高 tall 长 long 短 short 新 new 旧 old 好 good 坏 bad
    快 fast 慢 slow 冷 cold 热 hot 爱 love 吃 eat 喝 drink 走 walk 跑 run 看 see 听 hear 说
    say 写 write 读 read 睡觉 sleep 买 buy 卖 sell
    """
)

SURNAMES: Final = tuple(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范石廖贾夏韦付方白邹孟熊秦邱江尹薛阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严武戴莫孔向汤"
)
GIVEN: Final = tuple(
    """
    伟 芳 娜 敏 静 丽 强 磊 洋 艳 勇 军 杰 娟 涛 明 超 霞 平 刚 秀英 建国 志强 海燕 晓东 小红
    文华 国庆 玉兰 婷婷 浩然 子涵 雨欣 思远 佳怡 天佑 明轩 一鸣 若曦 梦琪 俊杰 建华 春梅 德华
    永康 家栋 宏伟 丽娟 慧敏 晨曦
    """.split()
)
JOBS: Final = tuple(
    """
    老师 医生 律师 记者 工程师 演员 歌手 画家 作家 警察 厨师 司机 护士 会计 教授 科学家 导演
    农民
    """.split()
)
SUBJECTS: Final = tuple(
    """
    数学 物理 化学 历史 文学 音乐 哲学 医学 法律 经济学 生物 建筑 美术 计算机
    """.split()
)

PRAISE: Final = tuple(
    """
    很好 非常好 好极了 很满意 特别棒 让人惊喜 值得推荐 物超所值 还会再来 我很喜欢 比想象的好
    真不错 超出预期 没得挑 大家都说好
    """.split()
)
BLAME: Final = tuple(
    """
    很差 太差了 糟透了 很失望 一点也不好 让人生气 不推荐 不值这个价 再也不来了 我很后悔
    比想象的差 真糟糕 太让人失望了 问题很多 大家都不满意
    """.split()
)
ASPECTS: Final = tuple(
    """
    这家饭店的菜 这家酒店的服务 这部手机的屏幕 这本书的内容 这部电影的剧情 老板的态度
    房间的卫生 这双鞋的质量 电脑的速度 快递的速度 早餐的味道 耳机的音质 相机的画质 演员的表演
    客服的回答 衣服的做工 包装 位置和环境 电池 性价比
    """.split()
)
LEADS: Final = tuple(
    "|说实话，|用了一个星期，|买回来以后发现，|总的来说，|和朋友一起去的，|第一次买，|不得不说，".split(
        "|"
    )
)

COLOURS: Final = _pairs(
    """
    天空 蓝色 大海 蓝色 小草 绿色 树叶 绿色 雪 白色 云 白色 牛奶 白色 米饭 白色 盐 白色 棉花 白色
    煤 黑色 乌鸦 黑色 墨水 黑色 夜晚 黑色 头发 黑色 血 红色 国旗 红色 苹果 红色 草莓 红色 番茄 红色
    辣椒 红色 火焰 红色 香蕉 黄色 柠檬 黄色 玉米 黄色 小鸡 黄色 向日葵 黄色 稻子 黄色 菠萝 黄色
    橘子 橙色 胡萝卜 橙色 南瓜 橙色 葡萄 紫色 茄子 紫色 桃花 粉色 老鼠 灰色 大象 灰色 水泥 灰色
    泥土 棕色 咖啡 棕色 黄瓜 绿色 西瓜皮 绿色 青蛙 绿色 竹子 绿色 菠菜 绿色 天鹅 白色 绵羊 白色
    豆腐 白色 蛋黄 黄色 樱桃 红色 玫瑰 红色 枫叶 红色 芝麻 黑色 木炭 黑色 熊猫眼圈 黑色 银子 银色
    金子 金色 薰衣草 紫色 海水 蓝色 树干 棕色 猪 粉色
    """
)
HOMES: Final = _pairs(
    """
    鱼 水里 鸟 树上 兔子 草地 老虎 森林 企鹅 南极 骆驼 沙漠 蚂蚁 地下 蜜蜂 蜂巢 狗 狗窝 马 马厩
    鲸鱼 海里 青蛙 池塘 猴子 树林 北极熊 北极 袋鼠 澳大利亚 熊猫 竹林 松鼠 树洞 蝙蝠 山洞 鸡 鸡窝
    羊 羊圈 猪 猪圈 老鼠 洞里 螃蟹 海边 羚羊 草原 狮子 草原 鹰 山上
    """
)
ORDERS: Final = tuple(
    tuple(line.split())
    for line in """
    星期一 星期二 星期三 星期四 星期五 星期六 星期日
    一月 二月 三月 四月 五月 六月 七月 八月 九月 十月 十一月 十二月
    甲 乙 丙 丁 戊 己 庚 辛 壬 癸
    子 丑 寅 卯 辰 巳 午 未 申 酉 戌 亥
    鼠 牛 虎 兔 龙 蛇 马 羊 猴 鸡 狗 猪
    A B C D E F G H I J K L M N O P Q R S T U V W X Y Z
    a b c d e f g h i j k l m n o p q r s t u v w x y z
    一 二 三 四 五 六 七 八 九 十 十一 十二 十三 十四 十五 十六 十七 十八 十九 二十
    第一 第二 第三 第四 第五 第六 第七 第八 第九 第十
    春天 夏天 秋天 冬天
    早上 中午 下午 晚上
    一年级 二年级 三年级 四年级 五年级 六年级
    """.strip().splitlines()
)
"""What follows what."""
