"""Does somebody write about hurting themselves? Then people should answer, and no model.

A small lexicon, read by people and tested both ways. It does not understand anything: it knows
wishes, plans and acts said in the usual words, in Chinese (simplified, traditional, some
Cantonese) and English, and leaves out what is denied and what people say for fun (笑死我了,
想死你了, 杀时间, 跳楼价). Where it is in doubt it says yes: the answer is calm and short, and who
did not need it goes on.
"""

import re
import unicodedata
from typing import Final

from engine.tokenizers.scripts import converted

#: Ways to say it, each harmless alone: a wish or "I" has to come before it.
_ACTS: Final = (
    r"自杀(?!式|小队|突击队|率)|自尽|自残|自伤|自我伤害|自缢|轻生|寻死|寻短见?|自我了断|"
    r"(?:结束|了结|放弃|终结|了断)(?:掉)?(?:我|自己|我自己|这条|这个)?的?(?:生命|性命|一生|命)|"
    r"(?:了结|了断|结束)(?:我)?自己|割腕|割脉|割手腕|上吊|"
    r"跳楼(?!价|机|式|大)|跳[河江桥轨](?!边|舞)|卧轨|烧炭|服毒|吞药|吞枪|安乐死|"
    r"去死|死掉|死了算|死一死|一死了之|一了百了|(?:伤害|弄死|杀死|杀了|杀掉|干掉)(?:我)?自己|"
    r"离开(?:这个)?(?:人世|世界|世间)|从(?:这个)?世界上?消失|(?:一睡|永远)不醒|"
    r"从(?:楼|桥|天台|窗|阳台|这里|这儿|这).{0,3}跳下去"
)
_WISH: Final = (
    r"(?:想|要|打算|准备|决定|考虑|计划|希望|宁愿|宁可|不如|恨不得|巴不得|干脆|想着|试过|试着|"
    r"尝试|试图|企图|忍不住|差点|有过|冒出)"
)
_FILLED: Final = (
    r"(?:要|去|到|再|就|能不能|直接|马上|立刻|现在|今晚|今天|明天|一个人|真的|干脆|过|着|一次|还是|自己|好|"
    r"很|通过|用|能|可以|早点|快点|赶紧|一起|了|又){0,3}"
)
_MYSELF: Final = (
    r"我(?:又|还|曾经|曾|以前|之前|昨天|昨晚|去年|经常|常常|每天|每晚|都在|都|一直|总是|总|正在|在|已经|就|也|"
    r"刚刚|刚|真的|会|能|可能|可以|一个人|晚上|差点|开始|好几次){0,4}"
)

#: A match is left out where the words before it in the clause end with one of these.
_DENIED: Final = re.compile(
    r"(?:(?<!要)(?<!忍)不|(?<!有)没有?|(?<![特分性级区个])别|未|并非|无意|唔|冇)(?:再|有|会|曾|是|真的|真|那么|要|能|敢|可能|用|"
    r"应该|必|去|打算|想着|想过|想|觉得)*$"
)
#: And where the clause is about a story.
_STORY: Final = re.compile(r"小说|电影|电视剧|剧里|剧情|片里|主角|游戏|歌词|歌里|历史上|新闻|故事")

_CHINESE: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?<![你您妳他]){_WISH}{_FILLED}(?:{_ACTS})",
        rf"{_MYSELF}(?:{_ACTS})",
        # Not 想死你了 (how I miss you), nor 笑得想死.
        r"(?<![笑热冷饿困撑尬聊羞][得的到])(?<![你您妳])(?<!可)(?<!才)"
        r"想死(?![你您妳我他她它咱家那这爸妈])",
        r"想死的(?:心|念头|感觉|冲动)",
        r"(?:自杀|自残|自伤|轻生|自我伤害|伤害自己)的?(?:念头|想法|倾向|冲动|行为|未遂)",
        r"自残|割腕|(?:开始|在|会|去|到|又|就)自伤|自伤(?:了|过|被)",
        r"不想(?:再)?活(?!动|跃|得|捉|埋|在(?!世|这个?世|人世))",
        r"唔想(?:再)?(?:做人|生存|活)",
        r"(?<!生)活(?:着|得)?(?:还|也|真的|真|太|好|根本|到底)*(?:没|没有|毫无|有什么|有啥|冇)"
        r"(?:什么|任何|半点|一点)?(?:意思|意义|劲|盼头|价值)",
        r"活不下去",
        r"(?:没有|没|失去).{0,4}活下去",
        r"(?:我|真的|已经)(?:真的|都|已经|早就)?活(?:够|腻)了",
        r"(?:活着|生)不如死",
        r"不如(?:让我)?死(?:了|掉|去)",
        r"(?<![热累笑困饿气冻烦吓急])死了算",
        r"(?:让|叫)我(?:去)?死(?!心)(?:了|掉|吧|算)",
        r"(?:要是|如果|假如|等|反正)我(?:现在|明天|今天|今晚|真的|哪天|就这样)?死(?:了|掉)",
        r"死了(?:是不是)?(?:就|会)(?:解脱|轻松|不痛|没有?痛苦|好了|不用)",
        r"(?:我|想|要|已经)(?:.{0,3})(?:写|留)(?:好|了|下|一封|个|份)*遗书",
        r"(?:如何|怎么|怎样)(?:才能|可以|能)?(?:快速|无痛|没有痛苦地?|安静地?)?(?:自杀|去死)",
        r"(?:怎么|怎样|如何)死.{0,4}(?:不痛|没有?痛|快|舒服|无痛)",
        r"无痛(?:自杀|死亡|死法|去死)|自杀的?(?:方法|方式|办法)|最不痛苦的?(?:死|自杀)",
        r"(?:用刀|用刀片|拿刀|刀片).{0,3}(?:割|划|扎)(?:了|伤|破)?(?:我|自己|手臂|手腕|胳膊|大腿)",
        r"(?:割|(?<![规计策谋筹])划|烫|扎)(?:我)?自己",
        r"(?:吃|吞|服)(?:了|下|掉)?(?:很多|一整?瓶|整瓶|一大?把|大量|过量的?|好多|几十[片颗粒])"
        r".{0,2}(?:药|片)",
        r"没有我.{0,8}(?:更好|会好|轻松|开心|幸福)",
        r"(?:没有?人|谁会?)(?:会)?(?:在乎|在意).{0,3}我.{0,2}死",
    )
)
#: What somebody "cannot live" without, that is no person: a way of speaking.
_LUXURY: Final = re.compile(r"(?:没有?了?|离开了?|少了)(?!.{0,4}[他她你您妳爸妈人]).{1,6}活不下去")

_ENGLISH: Final = tuple(
    re.compile(pattern)
    for pattern in (
        r"\bkill(?:ing)? my ?self\b",
        r"\bend(?:ing)? (?:my (?:own )?life|it all|things for good)\b",
        r"\btak(?:e|ing) my own life\b",
        r"\b(?:i|i'm|im|me) .{0,30}\bcommit(?:ting)? suicide\b",
        r"\b(?:i'm|i am|im|i feel|feeling|i've been|i was) (?:(?!not|never)\w+ ){0,2}suicidal\b",
        r"\b(?:suicidal thoughts|thoughts of suicide|thinking (?:about|of) suicide)\b",
        r"\b(?:want|wanna|wants|ready|going|like) (?:to )?(?:just )?die\b"
        r"(?! laughing| for\b| of (?:laughter|embarrassment|cringe|boredom|happiness))",
        r"\bwanna die\b(?! laughing| of (?:laughter|embarrassment|cringe|boredom|happiness))",
        r"\bwish (?:that )?i (?:was|were|am) (?:dead|never born)\b",
        r"\b(?:don't|dont|do not) (?:really )?(?:want to|wanna) (?:live|be alive|exist|wake up)\b"
        r"(?! in\b| with\b| here\b| there\b| at\b| on\b| like\b| near\b| alone\b)",
        r"\b(?:no|any) (?:reason|point) (?:to|in) (?:live|living|go on|being alive)\b",
        r"\bnothing (?:left )?to live for\b",
        r"\bcan(?:'t|not| not) (?:go on|bear) living\b",
        r"\bbetter off (?:dead|without me)\b",
        r"\b(?:want to|wanna|going to|gonna|might|keep|about to|thinking of|urge to|started) "
        r"(?:hurt|harm|cut|hurting|harming|cutting) my ?self\b(?! off| a\b| some\b| short| shav)",
        r"\b(?:i|i've|i'm|been) (?:(?!not|never)\w+ ){0,2}(?:self[- ]?harm(?:ing|ed)?|"
        r"(?:hurting|harming|cutting) my ?self)\b(?! off| a\b| some\b| short| shav)",
        r"\b(?:hang(?:ing)? my ?self|slit(?:ting)? my wrists?)\b",
        r"\bshoot(?:ing)? my ?self\b(?! in the foot)",
        r"\b(?:want to|going to|gonna|wanna|might) (?:overdose|jump (?:off|from) "
        r"(?:a |the |this |my )?(?:bridge|building|roof|balcony|window|cliff))\b",
    )
)
_NOT_ENGLISH: Final = re.compile(
    r"\b(?:not|never|no longer|don't|dont|won't|wouldn't|didn't|isn't|aren't|haven't|can't|cannot|"
    r"nobody|without)(?: (?!but\b|and\b|because\b|stop\b|help\b)[\w']+){0,3} ?$"
)
_JOKE: Final = re.compile(r"\b(?:movie|film|novel|game|character|lyrics|suicide squad)\b")
_BETWEEN_HAN: Final = re.compile(r"(?<=[\u3400-\u9fff])[\s·.*_\-]+(?=[\u3400-\u9fff])")
_CLAUSE: Final = re.compile(r"[，。！？；,.!?;:：\n…~、]+")


def is_call_for_help(text: str) -> bool:
    """Whether a text sounds as if somebody may hurt themselves, or thinks of it."""
    plain = unicodedata.normalize("NFKC", text).lower().replace("’", "'")
    plain = converted(plain, "simplified")
    # Blanks may divide clauses, or characters (自 杀): look at it both ways.
    readings = {re.sub(r"(?<=[\u3400-\u9fff])\s+", "，", plain), _BETWEEN_HAN.sub("", plain)}
    return any(
        _in_chinese(clause) or _in_english(clause.strip())
        for reading in readings
        for clause in _CLAUSE.split(reading)
    )


def _in_chinese(clause: str) -> bool:
    if _LUXURY.search(clause):
        return False
    about_story = _STORY.search(clause) is not None
    for pattern in _CHINESE:
        for found in pattern.finditer(clause):
            if not _DENIED.search(clause[: found.start()]) and not about_story:
                return True
    return False


def _in_english(clause: str) -> bool:
    if _JOKE.search(clause):
        return False
    return any(
        not _NOT_ENGLISH.search(clause[: found.start()])
        for pattern in _ENGLISH
        for found in pattern.finditer(clause)
    )
