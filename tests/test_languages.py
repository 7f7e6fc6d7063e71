"""The twelve languages, clean text, and words from raw text: hand-made sentences a language, and laws."""

import unicodedata
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otcore.base.errors import InputError
from otcore.base.notices import noticing
from otcore.text.codes import agrees
from otcore.text.controls import without_controls
from otcore.text.languages import LANGUAGES, clean, language, presplit_words, words_of

FACTS = {
    "en": ("English", "Latn", "ltr", " "),
    "de": ("German", "Latn", "ltr", " "),
    "fr": ("French", "Latn", "ltr", " "),
    "es": ("Spanish", "Latn", "ltr", " "),
    "ro": ("Romanian", "Latn", "ltr", " "),
    "cs": ("Czech", "Latn", "ltr", " "),
    "ru": ("Russian", "Cyrl", "ltr", " "),
    "tr": ("Turkish", "Latn", "ltr", " "),
    "ar": ("Arabic", "Arab", "rtl", " "),
    "hi": ("Hindi", "Deva", "ltr", " "),
    "zh": ("Chinese", "Hans", "ltr", ""),
    "ja": ("Japanese", "Jpan", "ltr", ""),
}
CODES = st.sampled_from([*FACTS, "sw"])
PIECES = [
    "the", "l'été", "a-t-il", "dă-mi-l", "I'd've", "New", "York", "Café", "3.14", "<b>", "'", "-", "。", "猫が", "北京",
    "בית", "مدرسة", "हिन्दी", "👩\u200d🚀", "🇩🇪", "1\ufe0f\u20e3", "a\u0301", "\u0301", " ", "\t", "\u3000",
]  # fmt: skip
TEXTS = st.one_of(
    st.lists(st.sampled_from(PIECES)).map("".join),
    st.text(st.characters(exclude_categories=("Cc", "Cs"))),
)


def test_the_twelve_languages():
    found = {code: (entry.name, entry.script, entry.direction, entry.joiner) for code, entry in LANGUAGES.items()}
    assert found == FACTS
    assert all(entry.code == code and entry.native == clean(entry.native) for code, entry in LANGUAGES.items())


@pytest.mark.parametrize(
    ("code", "script", "direction"),
    [("sw", "Latn", "ltr"), ("nah", "Zyyy", "ltr"), ("he", "Hebr", "rtl"), ("fa", "Arab", "rtl"), ("ckb", "Arab", "rtl")],
)
def test_other_languages_get_the_generic_rules(code, script, direction):
    entry = language(code)
    assert (entry.code, entry.script, entry.direction, entry.joiner) == (code, script, direction, " ")
    assert words_of("ab cd.", code) == ("ab", "cd", ".")


def test_codes_are_read_leniently_and_regions_keep_the_language():
    assert language(" DE ") is language("de-AT") is LANGUAGES["de"]
    assert language("zh-Hant-TW").joiner == ""
    assert language("fa-AF").direction == "rtl"
    assert language("PT-br").code == "pt-br"


@pytest.mark.parametrize("code", ["", " ", "x", "english", "d3", "de_DE", "de-", "дe", "../en", "en\0", "x" * 500])
def test_what_is_no_code_is_refused(code):
    with pytest.raises(InputError, match="is not a language code") as caught:
        words_of("text", code)
    assert len(str(caught.value)) < 150


def test_everything_is_composed():
    decomposed = unicodedata.normalize("NFD", "Çok güzel é, が 각")
    assert clean(decomposed) == "Çok güzel é, が 각"
    assert presplit_words(decomposed) == ("Çok", "güzel", "é,", "が", "각")
    for code in LANGUAGES:
        assert words_of(unicodedata.normalize("NFD", "ça été"), code) == ("ça", "été")
    assert "".join(words_of("か\u3099行く", "ja")) == "が行く"


def test_controls_left_by_old_encodings_stay_in_their_words():
    # the Japanese gold set of the field has U+009D within words
    assert clean("caf\x9d\x85") == "caf\x9d\x85"
    assert presplit_words("caf\x9d bar\x85baz") == ("caf\x9d", "bar", "baz"), "U+0085 is a line end in Unicode, and for other tools"


@pytest.mark.parametrize(
    ("text", "read", "name"),
    [
        ("ab\0c", "ab\ufffdc", "(U+0000) at position 3"),
        ("x\x1b", "x\ufffd", "(U+001B) at position 2"),
        ("x\x7fy", "x\ufffdy", "(U+007F) at position 2"),
        ("x\x0by\x1cz", "x y z", "(U+000B) at position 2"),
    ],
)
def test_control_characters_are_replaced_and_told(text, read, name):
    with noticing() as heard:
        assert clean(text, "The query") == read
    assert len(heard) == 1
    assert heard[0].text.startswith("The query contains a control character")
    assert name in heard[0].text
    assert presplit_words(text) == tuple(read.split(" "))


@given(st.text(st.characters(exclude_categories=("Cs",))))
def test_text_comes_out_without_controls_and_stays_so(text):
    read = clean(text)
    assert not [sign for sign in read if (sign < " " and sign not in "\t\n\r") or sign == "\x7f"]
    assert clean(read) == read
    assert without_controls(text) == "".join(without_controls(sign) for sign in text)


def test_half_a_character_is_refused():
    for read in (clean, presplit_words, lambda text: words_of(text, "en"), lambda text: words_of(text, "ja")):
        with pytest.raises(InputError, match=r"half a character \(U\+DC80\) at position 3"):
            read("ab\udc80")


def test_text_longer_than_any_sentence_is_refused_at_once():
    with pytest.raises(InputError, match="5,000,000 characters"):
        words_of("x" * 5_000_000, "zh")


@pytest.mark.parametrize(
    ("code", "same"),
    [("deu", "de"), ("GER", "de"), ("cmn-Hans", "zh"), ("jpn", "ja"), ("ron", "ro"), ("rum", "ro"), ("arb", "ar"), ("eng", "en")],
)
def test_codes_of_three_letters_are_the_same_languages(code, same):
    assert language(code) is LANGUAGES[same]


@pytest.mark.parametrize(
    ("tag", "wanted", "same"),
    [
        ("zh-tw", "zh-cn", False),
        ("zh-hans", "zh-cn", True),
        ("zh-hant-hk", "zh-cn", False),
        ("zh", "zh-cn", True),
        ("zh-tw", "zh", True),
        ("en-gb", "en-us", False),
        ("en", "en-us", True),
        ("en-us", "en", True),
        ("nb-no", "no", True),
        ("no", "nb", False),
        ("sr-latn", "sr-cyrl", False),
        ("sr-latn-rs", "sr-rs", True),
        ("es-419", "es-es", False),
        ("de", "en", False),
    ],
)
def test_a_region_is_not_another(tag, wanted, same):
    assert agrees(tag, wanted) is same


def test_white_space_that_text_may_hold():
    assert clean("a\tb\r\nc\u2028d\u00a0e") == "a\tb\r\nc\u2028d\u00a0e"
    for code in LANGUAGES:
        assert words_of(" a\tb\r\nc\u2028d\u00a0e\u3000 ", code) == ("a", "b", "c", "d", "e")
        assert words_of(" \u3000\u200b\u200e ", code) == words_of("", code) == ()


SENTENCES = [
    ("en", "Don't tell me she won't; it's John's, isn't it?", "Do n't tell me she wo n't ; it 's John 's , is n't it ?"),
    ("en", "I'd've said: “We’re here” — the dogs' owner didn’t...", "I 'd 've said : “ We ’re here ” — the dogs ' owner did n’t ..."),
    ("en", "O'Brien's well-known e-mail, e.g. from the U.S.!", "O'Brien 's well-known e-mail , e.g. from the U.S. !"),
    ("en", "He paid $3.50 (1,000%) at 10:30 on 12/05/2024.", "He paid $ 3.50 ( 1,000 % ) at 10:30 on 12/05/2024 ."),
    (
        "en",
        "See https://example.org/a?b=c#d, or mail a.b+c@example.co.uk.",
        "See https://example.org/a?b=c#d , or mail a.b+c@example.co.uk .",
    ),
    ("de", "„Geht's?“, fragt die E-Mail-Nutzerin am 3.5.2024.", "„ Geht's ? “ , fragt die E-Mail-Nutzerin am 3.5.2024 ."),
    ("de", "Es kostet 3,14 € pro m².", "Es kostet 3,14 € pro m² ."),
    ("fr", "L'homme qu'il a vu aujourd'hui s'appelle-t-il Jean ?", "L' homme qu' il a vu aujourd'hui s' appelle -t-il Jean ?"),
    ("fr", "Donne-le-moi, va-t'en, jusqu’à l’école.", "Donne -le -moi , va -t' en , jusqu’ à l’ école ."),
    (
        "fr",
        "Peut-être n'y en a-t-il pas d'autres : qu'est-ce que c'est ?",
        "Peut-être n' y en a -t-il pas d' autres : qu' est -ce que c' est ?",
    ),
    ("fr", "Quelqu'un prend rendez-vous avec sa grand-mère.", "Quelqu'un prend rendez-vous avec sa grand-mère ."),
    ("es", "¿Dónde está el niño? ¡Dámelo!", "¿ Dónde está el niño ? ¡ Dámelo !"),
    ("ro", "S-a dus într-o zi; mi-a dat-o, n-am știut.", "S- a dus într- o zi ; mi- a dat -o , n- am știut ."),
    ("ro", "Dă-mi-l! Cumpără-ne-o, du-te-n casă, nu-i așa?", "Dă -mi -l ! Cumpără -ne -o , du -te -n casă , nu -i așa ?"),
    ("ro", "Ţi-e bine? Ți-am spus de-a lungul site-ului.", "Ţi- e bine ? Ți- am spus de- a lungul site -ului ."),
    ("cs", "Zeptal ses 5. května, zda-li přijde?", "Zeptal ses 5 . května , zda-li přijde ?"),
    ("ru", "«Кто-то пришёл?» — спросил он.", "« Кто-то пришёл ? » — спросил он ."),
    ("tr", "İstanbul'da saat 5'te görüşelim.", "İstanbul'da saat 5'te görüşelim ."),
    ("ar", "ذهبَ الوَلَدُ إلى المدرسة، أليس كذلك؟", "ذهبَ الوَلَدُ إلى المدرسة ، أليس كذلك ؟"),
    ("ar", "اشتريت iPhone 15 بسعر ٣٫١٤ دولار!", "اشتريت iPhone 15 بسعر ٣٫١٤ دولار !"),
    ("hi", "वह स्कूल जाता है। क्या तुम १२३ हिन्दी पढ़ते हो॥", "वह स्कूल जाता है । क्या तुम १२३ हिन्दी पढ़ते हो ॥"),
    ("zh", "我在北京大学学习汉语。", "我 在 北京大学 学习 汉语 。"),
    ("zh", "书的价格是10.5元，Müller说hello world！", "书 的 价格 是 10.5 元 ， Müller 说 hello world ！"),
    ("ja", "私は猫が好きです。", "私 は 猫 が 好き です 。"),
    ("ja", "東京タワーへ行きました！", "東京 タワー へ 行き まし た ！"),
    ("sw", "Ng'ombe wawili 🐄🐄!", "Ng'ombe wawili 🐄 🐄 !"),
]


@pytest.mark.parametrize(("code", "text", "words"), SENTENCES)
def test_words_of_a_sentence(code, text, words):
    assert words_of(text, code) == tuple(words.split(" "))


@pytest.mark.parametrize("code", FACTS)
def test_emoji_stay_whole_in_every_language(code):
    emoji = ("👩‍🚀", "👨‍👩‍👧", "🇩🇪", "🇫🇷", "👍🏽", "☎️", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿")
    assert words_of(" ".join(emoji), code) == emoji
    assert words_of("👩‍🚀!", code) == ("👩‍🚀", "!")


@pytest.mark.parametrize("code", FACTS)
def test_markup_is_text(code):
    words = words_of("<script>alert(1)</script> &amp; <b>x</b>", code)
    assert "".join(words) == "<script>alert(1)</script>&amp;<b>x</b>"
    assert "script" in words


def test_mixed_direction_keeps_the_logical_order_and_drops_direction_marks():
    assert words_of("قال \u200fJohn\u200e: שלום \u202babc\u202c!", "ar") == ("قال", "John", ":", "שלום", "abc", "!")


def test_joiners_and_soft_hyphens_stay_inside_words():
    assert words_of("می\u200cخواهم", "fa") == ("می\u200cخواهم",)
    assert words_of("क्\u200dष", "hi") == ("क्\u200dष",)
    assert words_of("Donau\u00addampf\u00adschiff", "de") == ("Donau\u00addampf\u00adschiff",)
    assert words_of("one\u200btwo", "de") == ("one", "two")


@given(TEXTS, CODES)
def test_words_spell_the_text(text, code):
    text = "".join(character for character in text if unicodedata.category(character) != "Cf" or character == "\u200d")
    expected = "".join(clean(text).split())
    words = words_of(text, code)
    assert "".join(words).replace("\u200d", "") == expected.replace("\u200d", "")
    assert all(word and not any(character.isspace() for character in word) for word in words)


@given(TEXTS, CODES)
def test_words_are_composed_and_come_out_the_same_twice(text, code):
    words = words_of(text, code)
    assert words == words_of(unicodedata.normalize("NFD", text), code) == words_of(text, code)
    assert all(unicodedata.is_normalized("NFC", word) for word in words)


@given(st.lists(st.text(st.characters(exclude_categories=("Cc", "Cs", "Zs")), min_size=1)))
def test_presplit_text_is_split_at_ascii_spaces_only(words):
    words = [clean(word) for word in words]
    assert presplit_words("  " + " \t ".join(words) + " \n") == tuple(words)


def test_presplit_words_keep_other_spaces_and_punctuation():
    assert presplit_words(" don't\u00a0go\t。\u3000 x\u2028y \u200b a,b\r\n") == ("don't\u00a0go", "。\u3000", "x", "y", "\u200b", "a,b")
    assert presplit_words(" \t\n") == ()
    assert presplit_words("私\u3000は\u3000食べる") == ("私", "は", "食べる"), "the wide space divides where nothing else does"


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("ja", "猫が好きです。" * 3000),
        ("ja", "猫" * 20000),
        ("ja", "㍿ﷺ" * 9000),
        ("zh", "我喜欢猫。" * 3000),
        ("ro", "a" + "-l" * 2000),
        ("fr", "l'" * 2000 + "a"),
        ("en", "a" + "'d" * 2000),
        ("hi", "है।" * 5000),
    ],
)
def test_very_long_text(code, text):
    assert "".join(words_of(text, code)) == text


def test_threads_share_the_segmenters():
    texts = [("ja", "私は猫が好きです。" * (1 + k % 7)) for k in range(60)] + [
        ("zh", "我在北京大学学习汉语。" * (1 + k % 5)) for k in range(60)
    ]
    alone = [words_of(text, code) for code, text in texts]
    with ThreadPoolExecutor(16) as threads:
        assert list(threads.map(lambda item: words_of(item[1], item[0]), texts)) == alone
