"""Words that say who someone is, replaced by a neutral one before any model sees them.

Models learn from data in which groups and anger meet more often than they should. What a
model cannot see, it cannot hold against anyone: two texts that differ only in a term listed
here get the very same reading. Terms that are not listed are met by training (names and
groups are swapped at random), and the card shows how far those still move a reading.
"""

from __future__ import annotations

WHO = "[who]"
"""Stands for a group or a name; runs of it are one."""

_GROUPS = """
muslim muslims islam islamic jew jews jewish judaism christian christians christianity catholic
catholics protestant protestants evangelical hindu hindus hinduism buddhist buddhists buddhism
sikh sikhs atheist atheists mormon mormons orthodox baptist baptists methodist quaker pagan
agnostic african africans american americans arab arabs arabic asian asians australian
australians austrian bangladeshi belgian brazilian brazilians british briton britons bulgarian
canadian canadians chilean chinese colombian croatian cuban cubans czech danish dutch egyptian
egyptians english ethiopian ethiopians european europeans filipino filipinos filipina finnish
french german germans ghanaian greek greeks haitian haitians hispanic hispanics hungarian indian
indians indonesian iranian iranians iraqi iraqis irish israeli israelis italian italians
jamaican jamaicans japanese kenyan korean koreans kurdish kurds latino latinos latina latinas
latinx lebanese malaysian mexican mexicans moroccan nigerian nigerians norwegian pakistani
pakistanis palestinian palestinians persian peruvian polish portuguese romanian romanians
russian russians saudi scottish senegalese serbian somali somalis spanish sudanese swedish swiss
syrian syrians taiwanese thai tunisian turkish turks ukrainian ukrainians venezuelan venezuelans
vietnamese welsh yemeni zimbabwean gypsy gypsies romani aboriginal gay gays lesbian lesbians
bisexual bisexuals homosexual homosexuals heterosexual heterosexuals transgender transsexual
trans queer asexual nonbinary pansexual lgbt lgbtq cisgender disabled autistic deaf paraplegic
quadriplegic amputee dyslexic epileptic wheelchair immigrant immigrants refugee refugees
foreigner foreigners migrant migrants teenager teenagers teen teens elderly pensioner pensioners
senior seniors toddler toddlers boomer boomers millennial millennials adolescent adolescents
retiree retirees man men woman women boy boys girl girls guy guys lady ladies gentleman
gentlemen male males female females
"""

_NAMES = """
james john robert michael david william richard joseph thomas charles daniel matthew anthony
steven andrew kenneth joshua kevin brian george edward ronald timothy jason jeffrey ryan jacob
gary nicholas eric jonathan stephen larry justin scott brandon benjamin samuel gregory alexander
patrick jack dennis jerry tyler aaron jose adam nathan henry peter kyle noah ethan jeremy walter
keith roger terry sean harry oliver liam lucas connor hunter brett brad todd chad greg doug jim
joe mike dave steve tom bob mary patricia jennifer linda elizabeth barbara susan jessica sarah
karen lisa nancy betty margaret sandra ashley kimberly emily donna michelle carol amanda dorothy
melissa deborah stephanie rebecca sharon laura cynthia kathleen amy angela shirley anna brenda
pamela emma nicole helen samantha katherine christine debra rachel carolyn janet catherine maria
heather diane ruth julie olivia joyce virginia kelly lauren christina joan evelyn judith megan
andrea cheryl hannah jacqueline martha gloria teresa ann sara madison kathryn jane alice sophia
chloe mia zoe lucy kate katie claire molly holly jamal darnell lamar deshawn tyrone terrell
jermaine malik andre dwayne marquis tremayne reginald lakisha latoya keisha tamika ebony
shaniqua latisha aaliyah imani kenya precious tanisha nia mohammed muhammad mohamed ahmed ali
hassan hussein omar ibrahim khalid yusuf abdul mustafa bilal tariq karim amir rashid samir
fatima aisha khadija zainab maryam layla leila yasmin amina noor salma hana juan carlos luis
jorge miguel pedro diego alejandro fernando ricardo javier rafael pablo sergio eduardo manuel
antonio roberto guadalupe rosa carmen lucia sofia isabella valentina camila gabriela alejandra
ximena esperanza wei ming jun hao lei yang jing ling mei xia hiroshi kenji takashi yuki sakura
akira haruto yui jin minho jisoo hyun seung nguyen linh minh thanh raj rahul amit sanjay vijay
arjun rohan vikram anil suresh priya anjali deepa lakshmi kavita neha sunita pooja divya ananya
ivan dmitri sergei vladimir boris mikhail alexei natasha olga svetlana tatiana katya chidi emeka
kwame kofi abena chioma ngozi adaeze oluwaseun tunde femi yaw zuri thabo sipho moshe avi shlomo
yosef rivka chaim shira yael golda pierre jean francois luc hans klaus fritz giovanni giuseppe
marco lorenzo giulia francesca lars sven ingrid astrid freya anders piotr agnieszka krzysztof
"""

_SAME = {
    "he": "he she",
    "him": "him her",
    "his": "his hers",
    "himself": "himself herself",
    "he's": "he's she's hes shes",
    "he'd": "he'd she'd",
    "he'll": "he'll she'll",
    "parent": "mother father mom dad mum mommy daddy mama papa",
    "parents": "mothers fathers moms dads mums",
    "spouse": "wife husband wives husbands hubby",
    "partner": "girlfriend boyfriend girlfriends boyfriends",
    "sibling": "brother sister",
    "siblings": "brothers sisters",
    "child": "son daughter",
    "children": "sons daughters",
    "grandparent": "grandma grandpa grandmother grandfather granny granddad",
    "relative": "aunt uncle nephew niece auntie",
    "sir": "sir madam ma'am mr mrs ms",
}

_QUALIFIERS = frozenset(("black", "white", "brown", "old", "young", "blind", "straight", "aged"))
_PEOPLE_WORDS = """
person people man men woman women boy boys girl girls guy guys lady ladies folk folks kid kids
child children student students friend friends neighbor neighbors neighbour neighbours colleague
colleagues couple couples family families community communities worker workers teacher teachers
adult adults gentleman gentlemen male males female females teenager teenagers
"""
_PEOPLE = frozenset(_PEOPLE_WORDS.split())


def _table() -> dict[str, str]:
    table = dict.fromkeys((_GROUPS + _NAMES).split(), WHO)
    for stem in [word for word in table if not word.endswith("s")]:
        table.setdefault(f"{stem}'s", f"{WHO}'s")
    for neutral, words in _SAME.items():
        table.update(dict.fromkeys(words.split(), neutral))
    for word, neutral in list(table.items()):
        if not neutral.startswith(WHO) and "'" not in word:
            table.setdefault(f"{word}'s", f"{neutral}'s")
    return table


NEUTRAL_FORMS: dict[str, str] = _table()
"""Lower-case word to what stands for it."""


def hide_identity(words: list[str]) -> list[str]:
    """The words with groups, names and genders made neutral.

    Args:
        words: Lower-case, as `clean.words` gives them.

    >>> hide_identity("my sister met a black muslim woman".split())
    ['my', 'sibling', 'met', 'a', '[who]']
    """
    neutral = [NEUTRAL_FORMS.get(word, word) for word in words]
    if WHO not in neutral and _QUALIFIERS.isdisjoint(words):
        return neutral
    kept: list[str] = []
    for i in range(len(words) - 1, -1, -1):
        here = neutral[i]
        if here in _QUALIFIERS and kept and (words[i + 1] in _PEOPLE or kept[-1] == WHO):
            here = WHO
        if here == WHO and kept and kept[-1].startswith(WHO):
            continue
        kept.append(here)
    return kept[::-1]
