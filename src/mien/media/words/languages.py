"""Names of languages as files spell them, to ISO 639-1."""

from __future__ import annotations

_KNOWN = {
    "ar": "ara arabic",
    "bg": "bul bulgarian",
    "bn": "ben bengali",
    "ca": "cat catalan",
    "cs": "ces cze czech",
    "da": "dan danish",
    "de": "deu ger german",
    "el": "ell gre greek",
    "en": "eng english",
    "es": "spa spanish castilian",
    "et": "est estonian",
    "fa": "fas per persian",
    "fi": "fin finnish",
    "fr": "fra fre french",
    "he": "heb hebrew",
    "hi": "hin hindi",
    "hr": "hrv croatian",
    "hu": "hun hungarian",
    "id": "ind indonesian",
    "it": "ita italian",
    "ja": "jpn japanese",
    "ko": "kor korean",
    "lt": "lit lithuanian",
    "lv": "lav latvian",
    "ms": "msa may malay",
    "nl": "nld dut dutch flemish",
    "no": "nor norwegian",
    "pl": "pol polish",
    "pt": "por portuguese",
    "ro": "ron rum romanian",
    "ru": "rus russian",
    "sk": "slk slo slovak",
    "sl": "slv slovenian",
    "sr": "srp serbian",
    "sv": "swe swedish",
    "sw": "swa swahili",
    "ta": "tam tamil",
    "te": "tel telugu",
    "th": "tha thai",
    "tr": "tur turkish",
    "uk": "ukr ukrainian",
    "ur": "urd urdu",
    "vi": "vie vietnamese",
    "zh": "zho chi chinese mandarin",
}
_SHORT = {name: short for short, names in _KNOWN.items() for name in names.split()}


def to_short(name: str | None) -> str | None:
    """The two letters of a language, or None if the name is unknown or says nothing.

    >>> to_short("deu"), to_short("English"), to_short("en-US"), to_short("und")
    ('de', 'en', 'en', None)
    """
    plain = (name or "").strip().lower().replace("_", "-").split("-")[0]
    if len(plain) == 2 and plain.isalpha():
        return plain
    return _SHORT.get(plain)
