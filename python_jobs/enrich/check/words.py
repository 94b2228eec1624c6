"""The words the checker knows: which mean the same, which exclude each other, which claim nothing.

A word that is in none of these lists must stand in the cited rows itself, in any inflection. To
let more true paraphrases through, add to ``SAME``; a word in ``FREE`` is never asked for.
"""

from __future__ import annotations

from functools import cache

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
CURRENCIES = {"$": "usd", "€": "eur", "£": "gbp", "usd": "usd", "eur": "eur", "gbp": "gbp",
              "dollar": "usd", "dollars": "usd", "euro": "eur", "euros": "eur",
              "pound": "gbp", "pounds": "gbp"}  # fmt: skip

# Words that claim nothing of their own.
_FREE = """
a an the this that these those it its itself he she his her him hers i me my mine we us our ours
they them their theirs you your yours who whom whose which what where when how why there here
and or but yet so than then as if whether while whereas although though because since of in on at
by for from to into onto with within during per about around across after before between through
toward towards against among until till upon via out off over
be is are was were been being am do does did done doing have has had having will would shall
should can could may might must also still even now already again today yes no not nor neither
never nobody none without
accord according account activity advertise advertised amount amounts anybody anyone appear
appears approx approximately arrive arrived arrives attract attracted band became become bring
brought buyer buying came changed client come current currently customer dated different distinct
draw drawn drew earn earned earns end ended ends enter entered exactly find finds found gave get
gets give given gives go going gone got happen intent leave left level made make move moved moves
namely occurred open opened overall posted prospect put puts rate rated rates ratio reach reached
recently record recorded remain rep representative respectively roughly saw see seem seems seen
seller show showed shown shows side sit site sits somebody someone stage stand stands stay stood
take taken took turn turned usual value website went word words worth
count figure makes making number remains size total totals type types
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
             "to", "expect", "step"}  # fmt: skip
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


@cache
def concept(word: str) -> str:
    """What a lower-case word means: its line's first word, or its stem."""
    stem = _STEMMER.stemWord(word)
    return _MEANING.get(word) or _MEANING.get(stem) or stem


def _lines(text: str) -> list[list[str]]:
    return [line.split() for line in text.strip().splitlines()]


_MEANING: dict[str, str] = {}
for _line in _lines(_LEVELS):
    for _word in _line:
        _MEANING[_word] = _word
        _MEANING.setdefault(_STEMMER.stemWord(_word), _word)
for _line in _lines(_SAME):
    for _word in _line:
        _MEANING.setdefault(_word, _line[0])
        _MEANING.setdefault(_STEMMER.stemWord(_word), _line[0])

LEVELS: dict[str, tuple[int, int]] = {}
"""Of a level's concept its line and its place in it (its first line, where it is in several)."""
for _number, _line in enumerate(_lines(_LEVELS)):
    for _place, _word in enumerate(_line):
        LEVELS.setdefault(concept(_word), (_number, _place))

UNITS: dict[str, str] = {concept(word): line[0] for line in _lines(_UNITS) for word in line}
"""Of a unit's concept what it counts as."""

TOLD = {"say", "think", "thought", "promise", "messag"}
"""Concepts that telling of a spoken sentence adds to it."""
NEW = {"i", "we", "you"}
"""Words that begin to speak of somebody."""
PARTS = {"at", "by", "in", "on", "with", "for", "since", "from", "only", "about", "to", "per",
         "than", "until", "before", "after", "without", "more", "or", "nor", "not"}  # fmt: skip
"""Words that begin a part of a sentence that is none of its own."""
SPANS = {"day", "week", "month", "quarter", "year", "hour"}
"""Units of time over which something is counted."""
BACK = {"it", "its", "they", "their", "them", "that", "those", "this", "he", "she", "him", "her"}
"""Words that speak of what the clause before spoke of."""

FREE = set(_FREE.split())
_COMMON = """
interest timing budget security integrations support team teams project price someone sales traffic
activity demand engagement research usage internal legal finance operations procurement
"""
_KNOWN = FREE | set(_COMMON.split()) | set(_MEANING)


def is_known(word: str) -> bool:
    """Whether a lower-case word may begin a sentence without being a name."""
    return word in _KNOWN or _STEMMER.stemWord(word) in _KNOWN
