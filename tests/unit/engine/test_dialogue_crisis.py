"""Who asks for help gets it, and who jokes does not: both sides of the lexicon."""

import pytest

from engine.dialogue import is_call_for_help

CALLS = """
我想自杀
我不想活了
我真的好想死
想死
我想死，活着太累了
活着没有意义
活着真的没什么意思
我活不下去了
没有她我活不下去
真想从楼上跳下去
我想跳楼
我准备今晚割腕
昨天我又割腕了
我用刀片划了手臂
我每天都在自残
我控制不住想伤害自己
有时候想一了百了
不如死了算了
要不死了算了
死了就解脱了
我写好了遗书
我想结束自己的生命
想了结这条命
我吃了一整瓶安眠药
我吞了一大把药
怎么死才不痛苦
如何自杀
有没有无痛自杀的方法
没有我大家都会更轻松
如果我死了会有人难过吗
我活够了
活着不如死
好想一睡不醒
好想离开这个世界
好想从这个世界消失
我有想死的念头
我朋友想自杀，我该怎么办
我试过自杀
我最近一直在考虑自杀的事
我想死但是不敢
总是有自杀的念头
早上醒来特别想从楼上跳下去
总是想着能不能直接死掉
可是我总是会想到自杀
从初中开始自残
他有自杀倾向，我很担心他
我真的没办法了，只想死
我不敢死但是我不想活
我觉得活着好没意思
我又忍不住割自己了
自 杀，我想 自 杀
我 想 死
我想死 我不想活了
我想自殺
我不想活了，活著沒有意義
我想結束自己的生命
真想從樓上跳下去
活不下去了，想輕生
我控制不住想傷害自己
我好想死，唔想做人
I want to kill myself
i wanna die
I want to die.
I've been thinking about suicide
I am going to end my life
i don't want to live anymore
I feel suicidal
Everyone would be better off without me
I have no reason to live
I keep cutting myself
I’ve been self-harming again
I wish I was dead
i'm thinking of hurting myself
there is no point in living
I want to jump off a bridge
I can't stop thinking about killing myself
""".strip().splitlines()

HARMLESS = """
笑死我了
笑死了哈哈哈
累死了，今天加班到十点
热死了
热死我了
今天冻死我了
饿死了，什么时候吃饭
我想死你了
想死你啦，什么时候回来
想死我了
可想死我了
好想死你们了
无聊，出去杀时间吧
打游戏杀时间
这家店跳楼价大甩卖
我想玩跳楼机
我要去看自杀小队
我昨天看了自杀小队
自杀式袭击的新闻真可怕
这部小说的主角想自杀
电影里他最后想跳楼
我不想死
我还不想死
我没有想过自杀
我从来没想过自杀
我不会自杀的
千万别想自杀
不要自残
我不是不想活了
尴尬得想死
笑得想死
没有空调我活不下去
离开咖啡我活不下去了
你去死吧
你想死吗
这作业烦死了
死党约我吃饭
我死心了
我的手机死机了
急死我了
我要吃药了
我想吃安眠药睡觉
老鼠药在哪里买
我不想活动
不想活在别人的眼光里
我不想活得那么累
我对这件事死心了
他死了很多年了
我的猫死了，我很难过
我今天很难过
我最近很焦虑，睡不着
抑郁症是什么
怎么预防自杀
生无可恋的表情包
这道题难死了
我打死也不去
死记硬背没有用
我想跳河边的广场舞
跳江边那家店我想去
上吊桥拍照
切菜划伤了手
笑死，活久见
我爱死你了
吓死宝宝了
你好
今天天气不错
I'm dying of laughter
I have never harmed myself
I've not been suicidal
有没有什么好电影
没有网我活不下去
热死了算了
我没有好好规划自己的学业
尴尬的想死
最近觉得生活没什么意思
我没有自杀倾向
我活得没有你潇洒
this homework is killing me
killing time at the airport
I don't want to die
I would never kill myself
I am not suicidal
I watched Suicide Squad
I could kill for a pizza
I want to die laughing
I want to live in Berlin
I don't want to live in Berlin
I don't want to live with my parents
I cut myself some slack
I cut myself shaving
I hurt myself playing football
shoot myself in the foot
dead tired
my phone died
die hard is a film
""".strip().splitlines()


@pytest.mark.parametrize("text", CALLS)
def test_a_call_for_help_is_heard(text: str) -> None:
    assert is_call_for_help(text)
    assert is_call_for_help(f"你好。{text}！")


@pytest.mark.parametrize("text", HARMLESS)
def test_what_people_say_for_fun_is_not_one(text: str) -> None:
    assert not is_call_for_help(text)
    assert not is_call_for_help(f"嗯，{text}。")


def test_a_long_text_is_read_to_its_end_quickly() -> None:
    assert not is_call_for_help("今天天气不错，" * 2500)
    assert not is_call_for_help("想" * 20_000)
    assert is_call_for_help("今天天气不错，" * 2500 + "我不想活了")
