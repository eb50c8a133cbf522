"""One text in the letters of two writers is one text: keyboards, code pages, converters and scripts of one language.

Words are drawn at random from a few of each language, so that no law holds for one sentence alone.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wirecopy.core.text.tokens import tokenise

WORDS = {
    "ko": "항구 도시 의회는 화요일 밤 낡은 어시장을 이년 동안 닫기로 결정했다 값이 올랐고 닭을 팔던 상인들은 깊이 화를 냈다",
    "fa": "شورای شهر شامگاه سه‌شنبه تصمیم گرفت بازار قدیمی ماهی را برای دو سال ببندد یکی از کارگران گفت که کار سختی است",
    "ur": "شہر کی کونسل نے منگل کی رات پرانی مچھلی منڈی بند کرنے کا فیصلہ کیا اور کہا کہ یہاں بھی ہوا تھی",
    "ckb": "شارەوانی شەوی سێشەممە بڕیاری دا بازاڕی کۆنی ماسی دابخات چونکە بەشێک لە سەقفەکە کەوتە خوارەوە",
    "ar": "قرر مجلس المدينة مساء الثلاثاء إغلاق سوق السمك القديمة لمدة سنتين على الأقل بعد سقوط جزء من السقف",
    "tr": "Ilıca kıyısındaki eski balık halinin çatısı geçen haftaki fırtınada çöktü işçiler şimdi ızgarayı onarıyor",
    "ml": "നഗരസഭ ചൊവ്വാഴ്ച രാത്രി പഴയ മീൻ ചന്ത രണ്ടു വർഷത്തേക്ക് അടയ്ക്കാൻ തീരുമാനിച്ചു കച്ചവടക്കാർ കടൽ അവൾ കൺ",
    "bn": "শহর পরিষদ হঠাৎ রাতে পুরনো বাজার বন্ধ করার সিদ্ধান্ত নিয়েছে কারণ উৎসব ভবিষ্যৎ",
    "uz": "shahar kengashi seshanba kuni eski baliq bozorini yopishga qaror qildi toʻrt oʻn gʻavvos maʼlum koʻp",
    "az": "şəhər məclisi çərşənbə axşamı köhnə balıq bazarını ən azı iki il bağlamağa qərar verdi",
    "vi": "hội đồng thành phố đã quyết định đóng cửa chợ cá cũ ít nhất hai năm vì mái đổ",
    "ha": "ɓangaren majalisar ƙaramar hukuma ta ɗauki matakin rufe kasuwar kifi ƴan kasuwa",
    "sr": "градско веће одлучило је у уторак да затвори стару рибарницу јер се део крова срушио људи џак ђак њива ћуп чаша жена",
    "zh": "市議會星期二深夜表決決定將舊魚市場關閉至少兩年因為上星期的風暴吹垮了屋頂檢查人員發現橡木樑腐爛後來這裡還說",
    "ja": "港町の議会は火曜日の夜遅く古い魚市場を少なくとも二年間閉鎖することを決めた屋根の一部が崩れたためだ",
    "th": "สภาเมืองลงมติเมื่อคืนวันอังคารให้ปิดตลาดปลาเก่าอย่างน้อยสองปีเพราะหลังคาบางส่วนพังลง",
}
UNSPACED = {"zh", "ja", "th"}


def change(pairs: dict[str, str]) -> Callable[[str], str]:
    """A writer that has one letter for another."""

    def written(text: str) -> str:
        for letter, other in pairs.items():
            text = text.replace(letter, other)
        return text

    return written


LATIN = "a b v g d đ e ž z i j k l lj m n nj o p r s t ć u f h c č dž š"
SERBIAN = dict(zip("абвгдђежзијклљмнњопрстћуфхцчџш", LATIN.split(), strict=True))
TO_SIMPLIFIED = dict(
    zip(
        "議會決將舊魚場關閉兩為風頂檢員現樑爛後來這裡還說",
        "议会决将旧鱼场关闭两为风顶检员现梁烂后来这里还说",
        strict=True,
    )
)
VIRAMA, JOINER = "\u0d4d", "\u200d"
CHILLU = {"ൻ": "ന", "ർ": "ര", "ൽ": "ല", "ൾ": "ള", "ൺ": "ണ"}
WRITERS: list[tuple[str, str, Callable[[str], str]]] = [
    ("ko", "decomposed", lambda text: unicodedata.normalize("NFD", text)),
    ("fa", "an Arabic keyboard", change({"ی": "ي", "ک": "ك"})),
    ("fa", "alef maksura", change({"ی": "ى"})),
    ("ur", "an Arabic keyboard", change({"ی": "ي", "ک": "ك", "ہ": "ه", "ھ": "ه"})),
    ("ckb", "h and a non-joiner", change({"ە": "ه\u200c", "ی": "ي", "ک": "ك"})),
    (
        "ar",
        "tatweel",
        lambda text: "".join(c + "ـ" * (n % 3) if c.isalpha() else c for n, c in enumerate(text)),
    ),
    ("ar", "digits and marks", change({"ة": "ه", "ى": "ي"})),
    ("tr", "capitals", lambda text: text.replace("i", "İ").replace("ı", "I").upper()),
    ("tr", "capitals of an English program", lambda text: text.upper()),
    ("tr", "ASCII", lambda text: text.translate(str.maketrans("ığüşöçI", "igusocI"))),
    ("ml", "chillu as sequences", change({c: base + VIRAMA + JOINER for c, base in CHILLU.items()})),
    ("bn", "khanda ta as a sequence", change({"ৎ": "ত\u09cd\u200d"})),
    *(("uz", f"apostrophe {sign!r}", change({"ʻ": sign, "ʼ": sign})) for sign in "‘’'`´ʹʾ"),
    ("az", "the turned e", change({"ə": "ǝ"})),
    ("az", "e", change({"ə": "e"})),
    ("vi", "without marks", lambda text: unmarked(text).replace("đ", "d")),
    ("ha", "plain letters", change({"ɓ": "b", "ɗ": "d", "ƙ": "k", "ƴ": "y"})),
    ("sr", "Latin", change(SERBIAN)),
    ("zh", "simplified", change(TO_SIMPLIFIED)),
    *((language, "spaced", lambda text: " ".join(text.replace(" ", ""))) for language in sorted(UNSPACED)),
]


def unmarked(text: str) -> str:
    """A text without combining marks."""
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


@st.composite
def sentences(draw: st.DrawFn, language: str) -> str:
    """Up to thirty words of a language, in any order; of one without spaces, signs."""
    pool = list(WORDS[language]) if language in UNSPACED else WORDS[language].split()
    words = draw(st.lists(st.sampled_from(pool), min_size=5, max_size=30))
    return ("" if language in UNSPACED else " ").join(words)


@pytest.mark.parametrize(("language", "writer", "written"), WRITERS, ids=[f"{w[0]}, {w[1]}" for w in WRITERS])
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_two_writers_of_one_text_have_one_text(
    language: str, writer: str, written: Callable[[str], str], data: st.DataObject
) -> None:
    text = data.draw(sentences(language))
    assert tokenise(written(text)).hashes.tolist() == tokenise(text).hashes.tolist(), writer


@pytest.mark.parametrize("language", sorted(WORDS))
def test_words_of_one_language_stay_apart(language: str) -> None:
    """What makes twins one may make few different words one."""
    if language in UNSPACED or language == "vi":  # whose marks tell words apart, and are dropped
        return
    words = set(WORDS[language].split())
    assert len({tuple(tokenise(word).hashes.tolist()) for word in words}) == len(words)


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(categories=("L", "M", "N", "Zs")), max_size=40))
def test_canonically_equal_texts_are_one(text: str) -> None:
    """NFC and NFD of any text in any script, but for pseudo-words: where those end hangs on the number of signs."""
    composed, apart = (tokenise(unicodedata.normalize(form, text)) for form in ("NFC", "NFD"))
    together = [bytes(tokens.canonical).replace(b" ", b"") for tokens in (composed, apart)]
    assert together[0] == together[1]


@pytest.mark.parametrize("digits", ["٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "०१२३४५६७८९", "０１２３４５６７８９"])
def test_digits_of_every_script_are_one(digits: str) -> None:
    assert tokenise(digits).hashes.tolist() == tokenise("0123456789").hashes.tolist()


def test_the_place_of_a_spaced_pseudo_word_is_that_of_its_signs() -> None:
    text = "港 町 の 議 会 は 夜"
    tokens = tokenise(text)
    for start, end in zip(tokens.starts.tolist(), tokens.ends.tolist(), strict=True):
        assert not text[start].isspace()
        assert not text[end - 1].isspace()
