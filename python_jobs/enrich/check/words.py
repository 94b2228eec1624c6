"""The words the checker knows: which mean the same, which exclude each other, which claim nothing.

A word that is in none of these lists must stand in the cited rows itself, in any inflection. To
let more true paraphrases through, add to ``SAME``; a word in ``FREE`` is never asked for.
"""

from __future__ import annotations

from functools import lru_cache
from unicodedata import category

import snowballstemmer

_STEMMER = snowballstemmer.stemmer("english")

# One line, one meaning: said of a row in any word of its line.
_SAME = """
rise rose risen progress increase grow grew grown growth climb jump gain up advance higher
fall fell fallen decrease decline drop down shrink shrank lower reduce reduction fewer less
above over exceed
below under beneath
ask request want wish wonder inquire enquire inquiry
view look read
page content
surge surges surged
visit session
people person user visitor individual contact stakeholder
demo demonstration
download fetch
guide whitepaper ebook
opportunity deal
price pricing cost
high expensive
plan budgeted
lose lost loss
reason because cause due
job opening openings role position positions vacancy hire hiring recruit
city location
company firm business organisation organization
buyer customer client prospect
everybody everyone all every each entire whole
most majority mostly mainly largely
only solely exclusively merely just
like love enjoy
own owner
train training onboard teach taught
send sent submit share mail
promise offer provide
say said tell told state mention explain report write wrote note named quoted
talk speak spoke discuss
file document
contract agreement
answer reply respond response
employee staff
meeting call
percent percentage
week weekly
month monthly
day daily
quarter quarterly
year yearly annual annually
use usage active
competitor rival
compliance compliant
first initial
last latest
top highest biggest largest leads leading
too well
start begin began begun
stop cease cancel
need require
problem issue trouble
fast quick rapid
slow late delay
miss missing absent
notary notaries notarization notarisation
sign signature signing
change modify amend
give gives gave given get gets got
find finds found
come came
go goes went
take took taken
become became
bring brought
draw drew drawn
"""

# What is one of its line cannot be another of it; in their order, the lowest first.
_LEVELS = """
cold warm hot
normal surging exploding
target awareness consideration decision purchase
weak moderate strong
low medium high critical
negative neutral positive
discovery evaluation proposal negotiation
lose won
"""

# What can be counted, and what counts alike.
_UNITS = """
people
visit
view page times event x
day
week
month
quarter
year
hour
minute
second
percent
point
score
employee
file
job
call
deal
company
ratio
message
seat licence license
team
state country
lead
form
email
"""
_CURRENCIES = """
usd $ dollar dollars bucks
eur € euro euros
gbp £ pound pounds
jpy ¥ yen
inr ₹ rupee rupees
krw ₩
chf franc francs
cny yuan
"""
_CODES = """
aed ars aud bgn brl cad clp cop czk dkk hkd huf idr ils isk mxn myr nok nzd pen php pln qar ron rub
sar sek sgd thb try twd uah vnd zar
"""
SIGNS = "".join(sign for sign in map(chr, range(0x10000)) if category(sign) == "Sc")
CURRENCIES: dict[str, str] = {sign: sign for sign in SIGNS}
"""Of a sign, code or name of money its unit."""
for _money in _CURRENCIES.strip().splitlines():
    CURRENCIES |= dict.fromkeys(_money.split(), _money.split()[0])
CURRENCIES |= {code: code for code in _CODES.split()}

# Words that claim nothing of their own.
_FREE = """
a an the this that these those it its itself he she his her him hers i me my mine we us our ours
they them their theirs you your yours who whom whose which what where when how why there here
and or but yet so than then as if whether while whereas although though because since of in on at
by for from to into onto with within during per about around across after before between through
toward towards against among until till upon via out off over
be is are was were been being am do does did done doing have has had having will would shall
should can could may might must also even yes no not nor neither never nobody none without
accord according account activity amount amounts anybody anyone appear appears approx
approximately band buyer buying client customer dated different distinct exactly going intent level
namely overall prospect ratio rep representative respectively roughly seem seems seller side sit
site sits somebody someone stage usual value website word words worth
count figure number size total totals type types
"""

# Words with which a record is told, and which claim something where words of people are told: when
# it was, and what was done.
_TELLING = """
now already again still current currently recently
advertise advertised arrive arrived arrives attract attracted bring brought came come draw drawn
drew earn earned earns find finds found gave get gets give given gives got happen happened go goes
made make makes making occurred open opened posted put puts rate rated rates reach reached record
recorded remain remains saw see seen show showed shown shows stand stands stay stood take taken took
went
"""
# The same, of a record that says what it was and became: a level, or two numbers.
_CHANGES = """
became become change changed end ended ends enter entered gone leave left move moved moves turn
turned
"""

NEGATORS = {"not", "no", "nobody", "none", "never", "without", "neither", "nor", "refuse",
            "refused", "refuses", "lack", "lacks", "lacked", "unable", "hardly"}  # fmt: skip
HEDGES = {"may", "might", "could", "can", "likely", "probably", "possibly", "perhaps", "suggests",
          "suggest", "appears", "appear", "seems", "seem", "hypothesis", "presumably", "unclear",
          "unknown", "uncertain", "whether", "assume", "assumed", "points"}  # fmt: skip
ASKING = {"ask", "question", "whether", "how", "what", "when", "who", "why", "where", "?"}
UNLESS = {"if", "otherwise", "unless"}
IF = {"if", "depend", "unless", "condit", "condition", "provided", "once", "when", "otherwise"}
PARTLY = {"most", "some", "few", "half", "several", "sometim", "part", "partly", "almost", "near"}
QUANTIFIERS = PARTLY | {"everybody", "only"}
MAYBE = {"may", "might", "could", "whether", "perhaps", "maybe"}
FUTURE = {"will", "shall", "going", "plan", "intend"}
COMMITTED = {"will", "shall", "would", "going", "plan", "promise", "agree", "commit", "intend",
             "expect", "step"}  # fmt: skip
UNREAL = {"doubt", "fail", "want", "hope", "tri", "attempt", "pretend", "wish", "expect", "declin",
          "forget", "forgot", "avoid", "deni", "threaten", "imagin", "suppos", "consid", "hesit",
          "reluct", "almost", "postpon"}  # fmt: skip
"""Stems of words after which something is told that is not so, or not yet."""
# With these verbs an advice says what to do.
_TO_DO = """
accept acknowledge add address adjust agree align allow answer anticipate approach arrange ask
assign attach avoid be begin book bring build call check choose clarify close coach collect
combine compare confirm connect consider contact continue convince coordinate copy cover create
deliver demonstrate describe discuss do document draft draw drop email emphasise emphasize enable
encourage engage enrol enroll ensure equip escalate establish estimate evaluate examine expand
explain explore find finish fix focus follow gather get give go have help highlight hold identify
include inform insist introduce invite involve join keep lead learn leave let list listen look
mail make map match measure meet mention monitor move name narrow negotiate note nurture observe
offer open organise organize outline pass pause phone pick pitch plan point position postpone
prefer prepare present prioritise prioritize probe proceed promise promote propose protect prove
provide publish pull push put qualify quantify quote raise reach read reassure recall recommend
record reduce reengage refer reference reframe remember remind remove repeat replace reply request
research resend resolve respect respond retarget return review revisit route run say schedule
score secure see segment sell send set share shift show simplify skip speak specify stand start
state stay stop stress study suggest summarise summarize support surface tailor take talk target
tell test thank tie track train translate treat trigger try tune turn understand update urge use
validate verify visit wait walk warm watch welcome work write never please
"""
TO_DO = {*_TO_DO.split(), "don't", "re-engage", "let's"}
ADVISING = {"should", "could", "would", "must", "ought", "shall", "worth", "better", "best", "need",
            "needs"}  # fmt: skip
"""Words by which a sentence is an advice though it begins with none of the verbs."""
ASSERTING = {"is", "are", "was", "were", "am", "has", "have", "had", "does", "did", "will", "won",
             "lost", "left", "bought", "chose", "gave", "took", "went", "said", "told", "made",
             "paid", "knew", "sent", "got", "became", "began"}  # fmt: skip
SPEAKERS = {"i", "we", "they", "he", "she", "it", "you", "buyer", "customer", "prospect", "client",
            "seller", "rep"}  # fmt: skip
GOES_ON = {"who", "whom", "what", "which", "when", "where", "whether", "how", "why", "if", "before",
           "after", "until", "unless", "with", "without", "that", "than", "or", "to", "for", "of",
           "in", "on", "at", "by", "from", "about"}  # fmt: skip
"""Words that begin a part of a sentence that says nothing by itself."""
BOUNDS = {
    "over": "more", "above": "more", "exceeding": "more", "beyond": "more", "more": "more",
    "least": "more", "under": "less", "below": "less", "less": "less", "fewer": "less",
    "most": "less", "nearly": "less", "almost": "less", "only": "only", "just": "only",
}  # fmt: skip
"""Words before a number that say it is not the number itself."""

# Whom a sentence speaks of, and words for saying something.
US = {"we", "our", "rep", "reps", "seller", "representative", "us"}
THEM = {"they", "their", "buyer", "customer", "prospect", "client", "buyers", "them", "theirs"}
SAYING = {"say", "ask", "talk", "promise", "think", "thought", "want", "need", "complain", "admit",
          "confirm", "insist", "suggest", "propose", "object", "raise", "claim",
          "worry", "find", "found", "finds", "agree",  "describe", "add", "like", "hear",
          "refuse", "give", "gave"}  # fmt: skip

PHRASES = (
    (r"\bno one\b", "nobody"),
    (r"\bcannot\b", "can not"),
    (r"\bcan[’']t\b", "can not"),
    (r"\bwon[’']t\b", "will not"),
    (r"n[’']t\b", " not"),
    (r"[’']ll\b", " will"),
    (r"[’'](?:s|re|ve|d|m)\b", ""),
    (r"\b(?:a|one) dozen\b", "12"),
    (r"\bthe (?:company|firm|business)\b(?=[’' ])", "the account"),
    (r"\ba contact,", ""),
    (r"^(?:visitors|somebody|someone|people) (?=looked|viewed|read)", "They "),
    (r"% of the time\b", "%"),
    (r"(?<=[a-z])-(?=(?:day|week|month|year|hour|minute|person)\b)", " "),
    (r"\breads:", "says:"),
    (r"\btwice\b", "2 times"),
    (r"\bwent up\b", "rose"),
    (r"\bwent down\b", "fell"),
    (r"\bno longer\b", "not"),
    (r"\b(?:over|in|during|within) the (?:last|past) week\b", "in the last 7 days"),
    (r"\b(?:wants?|wanted|like) to know\b", "asked"),
    (r"\b(?:looked|looks|looking) at\b", "viewed"),
    (r"\bactive (?=over|in|during)", ""),
    (r"\b(?:sent|submitted|made|filed|placed) (?:a|an|the) (?=(?:\w+ )?(?:request|inquiry)\b)", ""),
    (r"\bclosed[ -]lost\b", "closed lost"),
    (r"->|=>|⇒", "→"),
    (r"_", " "),
)


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """A word's stem, whatever it means."""
    return str(_STEMMER.stemWord(word))


@lru_cache(maxsize=200_000)
def concept(word: str) -> str:
    """What a lower-case word means: its line's first word, or its stem."""
    root = stem(word)
    return _MEANING.get(word) or _MEANING.get(root) or root


def _lines(text: str) -> list[list[str]]:
    return [line.split() for line in text.strip().splitlines()]


_MEANING: dict[str, str] = {}
for _line in _lines(_LEVELS):
    for _word in _line:
        _MEANING[_word] = _word
        _MEANING.setdefault(stem(_word), _word)
for _line in _lines(_SAME):
    for _word in _line:
        _MEANING.setdefault(_word, _line[0])
        _MEANING.setdefault(stem(_word), _line[0])

LEVELS: dict[str, tuple[int, int]] = {}
"""Of a level's concept its line and its place in it (its first line, where it is in several)."""
for _number, _line in enumerate(_lines(_LEVELS)):
    for _place, _word in enumerate(_line):
        LEVELS.setdefault(concept(_word), (_number, _place))

UNITS: dict[str, str] = {concept(word): line[0] for line in _lines(_UNITS) for word in line}
"""Of a unit's concept what it counts as."""

TOLD = {"say", "think", "thought", "promise", "messag", "find"}
"""Concepts that telling of a spoken sentence adds to it."""
NEW = {"i", "we", "you"}
"""Words that begin to speak of somebody."""
PARTS = {"at", "by", "in", "on", "with", "for", "since", "from", "only", "about", "to", "per",
         "than", "until", "before", "after", "without", "more", "or", "nor", "not"}  # fmt: skip
"""Words that begin a part of a sentence that is none of its own."""
SPANS = {"day", "week", "month", "quarter", "year", "hour"}
"""Units of time over which something is counted."""
KNOWING = {"know", "knew", "believ", "hear", "see", "saw", "say", "tell", "told", "think",
           "thought", "guess", "feel", "felt", "understand", "understood", "rememb", "forget",
           "forgot", "mention", "confirm", "claim", "report", "admit", "hope", "doubt"}  # fmt: skip
"""Stems of words after which one tells what another does."""
BACK = {"it", "its", "they", "their", "them", "that", "those", "this", "he", "she", "him", "her"}
"""Words that speak of what the clause before spoke of."""

FREE = set(_FREE.split())
TELLING = {concept(word) for word in _TELLING.split()}
CHANGES = {concept(word) for word in _CHANGES.split()}
IDLE = FREE | set(_TELLING.split()) | set(_CHANGES.split())
"""Words that are not what a number counts."""
_COMMON = """
interest timing budget security integrations support team teams project price someone sales traffic
activity demand engagement research usage internal legal finance operations procurement
"""
_KNOWN = IDLE | set(_COMMON.split()) | set(_MEANING)


def is_known(word: str) -> bool:
    """Whether a lower-case word may begin a sentence without being a name."""
    return word in _KNOWN or stem(word) in _KNOWN
