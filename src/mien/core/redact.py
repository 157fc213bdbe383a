"""What may be shown on a terminal: nothing that acts."""

from __future__ import annotations

import re

_ACTING = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def without_secrets(url: str) -> str:
    """An address without what may be a password or a key in it: user, query and fragment.

    >>> without_secrets("https://me:secret@host/path?token=secret")
    'https://host/path'
    """
    scheme, _, rest = url.rpartition("://")
    bare = re.split(r"[?#]", rest)[0].rpartition("@")[2]
    return f"{scheme}://{bare}" if scheme else bare


def printable(text: str) -> str:
    r"""The text with U+FFFD for each character that would act on a terminal or cannot be written.

    These are control characters (newline and tab too), overrides of the direction of writing,
    and the surrogates that stand for bytes of a file name that is not UTF-8.

    >>> printable("a\x1b[2Jb.wav")
    'a�[2Jb.wav'
    """
    return _ACTING.sub("\ufffd", text)


_WHO = "[name]"
_WHERE = "[address]"
_DIGITS = "[number]"

# Every repetition that may start at any place has a bound: time must not grow with the square of a
# text's length.
_LINK = re.compile(
    r"\b(?:https?://|www\.)\S+|(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{0,190}\w|(?<!\w)@\w{2,}",
    re.IGNORECASE,
)
_STREET = re.compile(
    r"\b\d{1,5}[a-z]?\s(?:[a-z][\w'’.-]{0,30}\s){1,4}(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|"
    r"boulevard|blvd|court|ct|way|square|place|terrace|close)\b\.?"
    r"|(?<![\w-])[\w-]{0,40}(?:straße|strasse|str\.|gasse|allee|platz|weg|ufer|damm)\s\d{1,4}\s?[a-z]?\b"
    r"|\b(?:calle|avenida|avda\.?|av\.|plaza|paseo|camino|carrera)\s(?:(?:de|del|la|los|las)\s){0,3}"
    r"[\w'’-]{1,30}(?:\s[a-z][\w'’-]{0,30}){0,3},?\s(?:n[.º°]{0,2}\s?)?\d{1,5}\b",
    re.IGNORECASE,
)
# Digits with what people put between them; words that stand for one another are left alone.
_NUMBER = re.compile(
    r"(?<!\w)[+(]?\w?\d(?:[\d\s().,:/-]*\d)?\w{0,3}|\b[A-Z]{1,3}\d[A-Z\d]+(?:\s?\d[A-Z\d]*)*"
)
_CODE = re.compile(r"(?<!\w)\w{0,60}\d{3}\w*|\d{3}\w*")
_TOLD = re.compile(
    r"(?i:\b(?:my name is|my name's|call me|i am called|ich heiße|ich heisse|mein name ist|"
    r"nenn mich|me llamo|mi nombre es|llámame)\s+)([\w'’-]+(?:\s+[A-Z][\w'’-]*)*)"
)
_CAPITAL = re.compile(r"\b[A-ZÀ-ÖØ-Þ][\w'’-]*")
# English, German and Spanish words that begin sentences, and are nobody's name.
_BEGINNINGS = """
i i'm i've i'd i'll i’m i’ve i’d i’ll a an the and or but so if when while what why how who
where which it it's its this that these those there here he she we they you your my his her our
their is are was were am be been do does did have has had can could will would should may might
must not no yes ok okay please thanks thank hello hi hey oh well maybe just then now today
yesterday tomorrow always never sometimes everyone everything nobody nothing all some any one
for from with without about after before because since until at by in on of to let don't can't
didn't isn't won't ai ich du er sie es wir ihr der die das den dem ein eine einen einem und oder
aber wenn weil dass wer wie wo warum wann nicht kein keine ja nein bitte danke hallo heute
gestern morgen immer nie jetzt dann hier dort mein meine dein ist sind war waren bin bist habe
hast hat kann kannst muss mir mich dir dich uns im auf aus bei mit nach von vor zu yo tú tu él
ella nosotros ellos el la los las un una unos y o pero si cuando porque que qué quién cómo dónde
sí por favor gracias hola hoy ayer mañana siempre nunca ahora aquí mi mis su sus son era soy
eres estoy está están ha puedo quiero me te se nos en con sin de del al para
"""
_PLAIN = frozenset(_BEGINNINGS.split())


def redacted(text: str) -> str:
    """What a user wrote, fit for a log that was told to hold text: printable, and masked.

    Addresses of pages, mail and streets, numbers of any kind, and names: every capitalized word
    that does not plainly begin sentences, and what follows "my name is" and the like. That masks
    too much rather than too little (German nouns go too), and is still no anonymity: a name in
    small letters, or a story only one person can tell, stays. English, German and Spanish.

    >>> redacted("I'm with Anna at 12 Elm Street, call 0170 1234567 or a.b@example.org")
    "I'm with [name] at [address], call [number] or [address]"
    """
    text = printable(text)
    for pattern, mask in ((_LINK, _WHERE), (_STREET, _WHERE)):
        text = pattern.sub(mask, text)
    text = _TOLD.sub(lambda found: found[0][: found.start(1) - found.start()] + _WHO, text)
    text = _CODE.sub(_DIGITS, _NUMBER.sub(_DIGITS, text))
    return _CAPITAL.sub(lambda found: found[0] if found[0].lower() in _PLAIN else _WHO, text)
