from training.corpus.overlap import Overlap

TALE = "".join(chr(0x4E00 + 7 * i) for i in range(400))
OTHER = "".join(chr(0x6E00 + 5 * i) for i in range(3000))


def test_a_short_passage_in_a_long_text_is_found() -> None:
    kept_out = Overlap()
    kept_out.add([TALE])
    long = OTHER + TALE[100:180] + OTHER[::-1]
    assert kept_out.has_passage(long)
    assert not kept_out.overlaps(long)
    assert not kept_out.has_passage(OTHER)
    assert not kept_out.has_passage(OTHER + TALE[:20])


def test_a_third_of_a_short_text_is_enough() -> None:
    kept_out = Overlap()
    kept_out.add([TALE])
    assert kept_out.has_passage(OTHER[:20] + TALE[31:71])


def test_a_text_repeats_itself_and_no_other() -> None:
    seen = Overlap()
    assert not seen.repeats(TALE)
    assert seen.repeats(TALE)
    assert seen.repeats(TALE[5:])
    assert not seen.repeats(OTHER)
