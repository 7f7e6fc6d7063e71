"""Scoring of answers against values worked out by hand from the official scripts' rules (SQuAD 1.1, MLQA)."""

import pytest

from otcore.evaluation.transfer.answer_scores import exact_match, f1, normalised, units

# language, prediction, right answers, exact match, F1
CASES = (
    ("en", "The Cat", ["cat"], 1, 1),
    ("en", "cat sat", ["the cat"], 0, 2 / 3),
    ("en", "1920s.", ["1920s"], 1, 1),
    ("en", "U.S.", ["US"], 1, 1),
    ("en", "twenty-one", ["twenty one"], 0, 0),  # punctuation goes without leaving a space
    ("en", "$5", ["5"], 1, 1),  # an ASCII symbol
    ("en", "€5", ["5"], 0, 0),  # a symbol that is neither ASCII nor of class P
    ("en", "“Hello”", ["hello"], 1, 1),
    ("en", "an apple a day", ["apple day"], 1, 1),
    ("en", "theatre", ["atre"], 0, 0),  # an article is a whole word
    ("en", "the", ["the"], 1, 0),  # no word is left: equal, but nothing overlaps
    ("en", "to be or not to be", ["to be"], 0, 1 / 2),  # words count as often as they stand there
    ("en", "red", ["blue", "dark red"], 0, 2 / 3),  # the answer that fits best
    ("en", "blue", ["dark red", "Blue!"], 1, 1),
    ("en", "big  red\tdog", ["big red dog"], 1, 1),
    ("en", "１９", ["19"], 0, 0),  # nothing is folded
    ("en", "", ["cat"], 0, 0),
    ("es", "La casa", ["casa"], 1, 1),
    ("es", "los niños", ["niños"], 1, 1),
    ("es", "¿Qué?", ["que"], 0, 0),
    ("es", "the casa", ["casa"], 0, 2 / 3),  # another language's article is a word
    ("de", "Der Hund", ["hund"], 1, 1),
    ("de", "Straße", ["Strasse"], 0, 0),  # lower case, no case folding
    ("de", "einen roten Ball", ["roter Ball"], 0, 1 / 2),
    ("de", "la casa", ["casa"], 0, 2 / 3),
    ("vi", "của Hà Nội", ["Hà Nội"], 1, 1),
    ("hi", "दिल्ली।", ["दिल्ली"], 1, 1),
    ("hi", "भारत की राजधानी", ["भारत राजधानी"], 0, 4 / 5),
    ("ar", "الكتاب", ["كتاب"], 1, 1),
    ("ar", "كِتاب", ["كتاب"], 0, 0),  # diacritics count
    ("ar", "كتاب، جديد؟", ["كتاب جديد"], 1, 1),
    ("ar", "بالعالم", ["ب عالم"], 1, 1),  # the article goes inside words too
    ("ar", "الرئيس الأمريكي", ["رئيس"], 0, 2 / 3),
    ("zh", "北京市", ["北京"], 0, 4 / 5),
    ("zh", "北京。", ["北京"], 1, 1),
    ("zh", "2008年", ["2008"], 0, 2 / 3),
    ("zh", "NBA 总决赛", ["nba总决赛"], 1, 1),
    ("zh", "上海大学", ["北京大学"], 0, 1 / 2),
    ("zh", "《红楼梦》", ["红楼梦"], 1, 1),
    ("zh", "第5部分", ["5部"], 0, 2 / 3),
    ("zh", "a 馆", ["馆"], 0, 2 / 3),
    ("ja", "東京タワー", ["東京"], 0, 4 / 7),
    ("ja", "「東京」", ["東京"], 1, 1),
    ("ru", "«Москва»", ["москва"], 1, 1),
    ("ru", "в 1905 году", ["1905"], 0, 1 / 2),
    ("tr", "Ankara'nın", ["ankaranın"], 1, 1),
    ("ro", "un oraș", ["oraș"], 0, 2 / 3),  # no official rule: every word stays
    ("ro", "oraș", ["oraş"], 0, 0),  # comma below against cedilla
)


@pytest.mark.parametrize(("code", "prediction", "answers", "exact", "overlap"), CASES)
def test_as_worked_out_by_hand(code, prediction, answers, exact, overlap):
    assert exact_match(prediction, answers, code) == exact
    assert f1(prediction, answers, code) == pytest.approx(overlap, abs=1e-12)


@pytest.mark.parametrize("code", ["en", "de", "es", "ar", "hi", "zh", "ja", "ru"])
def test_laws(code):
    texts = ["The old house.", "ein altes Haus", "的 old 北京 house", "البيت القديم", "x"]
    for one in texts:
        assert exact_match(one, [one], code) == 1
        assert normalised(normalised(one, code), code) == normalised(one, code) or code == "ar"
        for other in texts:
            assert f1(one, [other], code) == f1(other, [one], code)
            assert 0 <= f1(one, [other], code) <= f1(one, [other, one], code)


def test_units_are_the_words_of_running_text():
    cut = lambda text, code: [text[start:end] for start, end in units(text, code)]  # noqa: E731
    assert cut(" in  2008, twice", "en") == ["in", "2008,", "twice"]
    assert cut("在2008年 NBA", "zh") == ["在", "2008", "年", "NBA"]
