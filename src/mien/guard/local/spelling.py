"""One spelling for the many in which people type a word."""

from __future__ import annotations

import re
import unicodedata

_LONG_RUN = re.compile(r"([^\W\d_])\1\1+")
_APOSTROPHES = str.maketrans("’‘ʼ`´", "'''''")
_SHAPES = str.maketrans({"1": "i", "3": "e", "0": "o", "4": "a", "5": "s", "@": "a", "$": "s"})
_MIXED = re.compile(r"^(?=.*[a-z].*[a-z])(?=.*[013457@$*])[a-z013457@$*]{3,}$")

_ENGLISH = {
    "u": "you", "ur": "your", "r": "are", "n": "and", "ya": "you", "im": "i am", "i'm": "i am",
    "ive": "i have", "i've": "i have", "ill": "i will", "i'll": "i will", "id": "i would",
    "i'd": "i would", "youre": "you are", "you're": "you are", "youve": "you have",
    "you've": "you have", "you'll": "you will", "youll": "you will", "hes": "he is",
    "he's": "he is", "shes": "she is", "she's": "she is", "its": "it is", "it's": "it is",
    "theyre": "they are", "they're": "they are", "we're": "we are", "we've": "we have",
    "hed": "he would", "he'd": "he would", "she'd": "she would", "they'd": "they would",
    "theyd": "they would", "they'll": "they will", "theyll": "they will",
    "they've": "they have", "theyve": "they have", "we'd": "we would", "we'll": "we will",
    "you'd": "you would", "youd": "you would", "he'll": "he will", "it'll": "it will",
    "that'll": "that will", "she'll": "she will", "what's": "what is", "whats": "what is",
    "who's": "who is", "how's": "how is", "where's": "where is", "let's": "let us",
    "lets": "let us", "y'all": "you all", "mustn't": "must not", "needn't": "need not",
    "thats": "that is", "that's": "that is", "there's": "there is", "theres": "there is",
    "cant": "can not", "can't": "can not", "cannot": "can not", "wont": "will not",
    "won't": "will not", "dont": "do not", "don't": "do not", "doesnt": "does not",
    "doesn't": "does not", "didnt": "did not", "didn't": "did not", "isnt": "is not",
    "isn't": "is not", "arent": "are not", "aren't": "are not", "wasnt": "was not",
    "wasn't": "was not", "werent": "were not", "weren't": "were not", "havent": "have not",
    "haven't": "have not", "hasnt": "has not", "hasn't": "has not", "hadnt": "had not",
    "hadn't": "had not", "wouldnt": "would not", "wouldn't": "would not",
    "couldnt": "could not", "couldn't": "could not", "shouldnt": "should not",
    "shouldn't": "should not", "aint": "is not", "ain't": "is not", "wanna": "want to",
    "gonna": "going to", "gotta": "got to", "tryna": "trying to", "imma": "i am going to",
    "ima": "i am going to", "lemme": "let me", "dunno": "do not know", "idk": "i do not know",
    "idc": "i do not care", "kms": "kill myself", "kys": "kill yourself", "ctb": "kill myself",
    "unalive": "kill", "unaliving": "killing", "unalived": "killed", "sewerslide": "suicide",
    "sewercide": "suicide", "tmrw": "tomorrow", "tmr": "tomorrow", "tomoz": "tomorrow",
    "2nite": "tonight", "2night": "tonight", "tonite": "tonight", "2day": "today",
    "2moro": "tomorrow", "2morrow": "tomorrow", "b4": "before", "rn": "right now",
    "tbh": "to be honest", "ngl": "to be honest", "irl": "in real life", "abt": "about",
    "bc": "because", "cuz": "because", "coz": "because", "cos": "because", "bcs": "because",
    "pls": "please", "plz": "please", "ppl": "people", "smth": "something", "sth": "something",
    "sm1": "someone", "any1": "anyone", "every1": "everyone", "no1": "no one",
    "nobodys": "nobody is", "wat": "what", "wot": "what", "y": "why", "kno": "know",
    "w": "with", "w/o": "without", "wo": "without", "thx": "thanks", "ty": "thank you",
    "tysm": "thank you", "thru": "through", "tho": "though", "rly": "really", "fr": "really",
    "b": "be", "4ever": "forever", "4eva": "forever", "luv": "love", "ily": "i love you",
    "gn": "good night", "gtg": "got to go", "g2g": "got to go", "ttyl": "talk to you later",
    "brb": "be right back", "bff": "best friend", "mum": "mom", "mums": "mom", "mam": "mom",
    "wd": "would", "cd": "could", "wen": "when", "dat": "that", "da": "the", "bout": "about",
    "nd": "and", "alr": "already", "atm": "right now", "jk": "just kidding", "da y": "day",
    "tryd": "tried", "nite": "night", "wsh": "wish", "ws": "was", "srry": "sorry", "sry": "sorry",
    "evrything": "everything", "evry": "every", "2mrw": "tomorrow", "2moz": "tomorrow",
    "nt": "not", "dnt": "do not", "cnt": "can not", "wnt": "want", "wana": "want to",
    "jst": "just", "lyf": "life", "bak": "back", "nobdy": "nobody", "noone": "no one",
    "skool": "school", "gna": "going to", "ded": "dead", "sucide": "suicide",
    "suiside": "suicide", "sewerside": "suicide", "sh": "self harm", "offing": "killing",
    "msg": "message", "msgs": "messages", "thnx": "thanks", "evn": "even", "hav": "have",
    "2": "to", "gf": "girlfriend", "bf": "boyfriend", "k": "ok", "m": "am", "dy": "die",
    "dyin": "dying", "wanted2": "wanted to",
}  # fmt: skip
_GERMAN = {
    "nich": "nicht", "net": "nicht", "ned": "nicht", "ni": "nicht", "nit": "nicht", "nix": "nichts",
    "hab": "habe", "hab's": "habe es", "habs": "habe es", "is": "ist", "isses": "ist es",
    "wars": "war es", "war's": "war es", "will's": "will es", "wills": "will es",
    "gehts": "geht es", "geht's": "geht es", "gibts": "gibt es", "gibt's": "gibt es",
    "ich's": "ich es", "ichs": "ich es", "wär": "wäre", "wärs": "wäre es", "wär's": "wäre es",
    "n": "ein", "ne": "eine", "nen": "einen", "nem": "einem", "ner": "einer", "'n": "ein",
    "'ne": "eine", "u": "und", "vllt": "vielleicht", "vlt": "vielleicht", "evtl": "vielleicht",
    "iwie": "irgendwie", "iwann": "irgendwann", "eig": "eigentlich", "hdl": "hab dich lieb",
    "hdgdl": "hab dich lieb", "kp": "keine ahnung", "kb": "keine lust", "bb": "tschüss",
    "gn8": "gute nacht", "n8": "nacht", "8ung": "achtung", "mfg": "grüße", "lg": "grüße",
    "aba": "aber", "ma": "mal", "wg": "wegen", "jz": "jetzt", "jtz": "jetzt", "jetz": "jetzt",
    "i": "ich", "bring's": "bringe es", "mach's": "mache es", "machs": "mache es",
    "schaff's": "schaffe es", "schaffs": "schaffe es", "is'": "ist", "grad": "gerade",
    "ausm": "aus dem", "aufm": "auf dem", "zum": "zu dem", "zur": "zu der", "ham": "haben",
    "sry": "sorry", "wg.": "wegen", "iwo": "irgendwo", "nimma": "nicht mehr",
    "nimmer": "nicht mehr", "lebn": "leben", "sterbn": "sterben", "niemandn": "niemanden",
    "sowieso": "sowieso", "mim": "mit dem", "vom": "von dem", "beim": "bei dem",
    "ins": "in das", "am": "an dem", "im": "in dem", "hätt": "hätte", "würd": "würde",
    "könnt": "könnte", "wollt": "wollte", "müsst": "müsste", "werd": "werde", "geh": "gehe",
    "bring": "bringe", "nehm": "nehme", "denk": "denke", "will'": "will",
    "bissl": "bisschen", "heut": "heute",
}  # fmt: skip
_SPANISH = {
    "q": "que", "k": "que", "xq": "porque", "pq": "porque", "porq": "porque", "xk": "porque",
    "tb": "también", "tmb": "también", "tbn": "también", "d": "de", "x": "por", "toy": "estoy",
    "tas": "estás", "ta": "está", "pa": "para", "pal": "para el", "pa'": "para", "dl": "del",
    "m": "me", "t": "te", "s": "es", "bn": "bien", "mñn": "mañana", "mñna": "mañana",
    "ntp": "no te preocupes", "tqm": "te quiero mucho", "tkm": "te quiero mucho",
    "tq": "te quiero", "tk": "te quiero", "nd": "nada", "nda": "nada", "kiero": "quiero",
    "qiero": "quiero", "qro": "quiero", "xfa": "por favor", "xfavor": "por favor",
    "finde": "fin de semana", "salu2": "saludos", "a2": "adiós", "grax": "gracias",
    "grcs": "gracias", "dnd": "donde", "cn": "con", "sn": "sin", "hj": "hoy",
    "asik": "así que", "msj": "mensaje", "vdd": "verdad", "pos": "pues",
    "al": "a el", "del": "de el", "mtar": "matar", "mtarme": "matarme", "morirm": "morirme",
    "mrir": "morir", "vivr": "vivir", "aora": "ahora", "ahra": "ahora", "oi": "hoy",
    "ia": "ya", "kn": "con", "knd": "cuando", "cnd": "cuando", "i": "y", "stoy": "estoy",
    "ps": "pues", "dsp": "después", "dsps": "después", "tngo": "tengo", "gans": "ganas",
    "nadi": "nadie", "muxo": "mucho", "mxo": "mucho", "l": "el", "n": "en", "bno": "bueno",
    "kería": "quería", "keria": "quería", "aki": "aquí", "asi": "así", "ke": "que",
}  # fmt: skip
_SAID = {"en": _ENGLISH, "de": _GERMAN, "es": _SPANISH}


def fold(word: str, language: str) -> str:
    """Lower case, no accents, no stretched letters; German umlauts however they are typed.

    >>> fold("Sooooo", "en"), fold("für", "de"), fold("fuer", "de"), fold("mañana", "es")
    ('so', 'fur', 'fur', 'manana')
    """
    word = word.lower().translate(_APOSTROPHES)
    if not word.isascii():
        if language == "de":
            word = word.replace("ß", "ss")
        parts = unicodedata.normalize("NFKD", word)
        word = "".join(c for c in parts if not unicodedata.combining(c) and not c.isspace())
    if language == "de":
        word = word.replace("ae", "a").replace("oe", "o").replace("ue", "u")
    return _LONG_RUN.sub(r"\1", word)


def spell(word: str, language: str) -> list[str]:
    """The plain words that a typed word stands for, folded.

    >>> spell("dont", "en"), spell("su1cide", "en"), spell("xq", "es")
    (['do', 'not'], ['suicide'], ['porque'])
    """
    plain = fold(word, language)
    said = _FOLDED.get(language, {}).get(plain)
    if said is not None:
        return said
    if _MIXED.match(plain) and not plain[:-1].isalpha():
        plain = plain.translate(_SHAPES).replace("*", "")
    if language == "en" and plain.endswith("'s"):
        return [plain[:-2], "'s"]
    return [plain.replace("'", "")] if len(plain) > 1 else [plain]


_FOLDED = {
    language: {fold(typed, language): [fold(w, language) for w in plain.split()]
               for typed, plain in table.items()}
    for language, table in _SAID.items()
}  # fmt: skip
