"""What is said in a recorded call: a short transcript, made of a call's row, always the same."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FEWEST_SENTENCES, MOST_SENTENCES = 10, 40
SECONDS_PER_SENTENCE = 15
PAUSE_MS = 600

US, THEM = "us", "them"
Line = tuple[str, str]

# Exchanges by kind of call: who says what; one side may say several lines in a row.
OPENINGS: tuple[tuple[Line, ...], ...] = (
    (
        (US, "Hi {guest}, thanks for making the time today."),
        (THEM, "Sure, happy to. I have a hard stop at the end of the slot."),
        (US, "Understood, then let us go straight into it."),
    ),
    (
        (US, "Good to see everybody from {company}."),
        (THEM, "Good to be here, can you hear me all right?"),
        (US, "Loud and clear."),
    ),
    (
        (THEM, "Hello, this is {guest} from {company}."),
        (US, "Hello {guest}, {seller} here from Sealwright, how are you?"),
        (THEM, "Busy quarter, but fine, thank you."),
    ),
)

TOPICS: dict[str, tuple[tuple[Line, ...], ...]] = {
    "discovery": (
        (
            (US, "How do you handle {service} today?"),
            (THEM, "Honestly it is mostly paper and a courier."),
            (THEM, "A file takes four or five days until it is back."),
            (US, "And what does a delay cost you?"),
            (THEM, "Closings slip, and then the client calls us every day."),
        ),
        (
            (US, "Who is involved when you choose a new tool?"),
            (THEM, "Operations and compliance, and IT looks at the security side."),
            (THEM, "Finance signs at the end."),
        ),
        (
            (US, "How many files do you have in a month?"),
            (THEM, "About {files}, more at the end of a quarter."),
            (US, "So the peaks are what hurts most."),
            (THEM, "Exactly, we cannot hire for three weeks a year."),
        ),
        (
            (US, "What would a good result look like in half a year?"),
            (THEM, "Half of the files without paper, and nobody chasing signatures."),
        ),
    ),
    "demo": (
        (
            (US, "Let me share my screen and show a whole session."),
            (US, "The signer gets a link, proves who she is and meets the notary on video."),
            (THEM, "Does she have to install anything?"),
            (US, "No, a browser is enough, also on a phone."),
        ),
        (
            (THEM, "Can we see where each document is?"),
            (US, "Yes, this page lists every session and its state."),
            (THEM, "That alone would save us a lot of e-mail."),
        ),
        (
            (THEM, "What happens when the identity check fails?"),
            (US, "The session stops and you decide whether to try another document."),
            (THEM, "And that is kept in the audit trail?"),
            (US, "With the recording, for as long as your state asks for."),
        ),
    ),
    "evaluation": (
        (
            (THEM, "Our security people sent a questionnaire."),
            (US, "We have it, and the answers will be with you by Friday."),
            (THEM, "They care most about where the recordings are kept."),
            (US, "In the region you choose, encrypted with your own key if you like."),
        ),
        (
            (THEM, "How does this get into our CRM?"),
            (US, "There is a connector, and an API for the rest."),
            (THEM, "We have some fields of our own, is that a problem?"),
            (US, "No, you map them once."),
        ),
        (
            (US, "How did the pilot go for your team?"),
            (THEM, "Six files in a week, and one that did not go through."),
            (US, "I saw that one, the camera was blocked, we have a hint for it now."),
        ),
    ),
    "proposal": (
        (
            (US, "I sent the proposal on Monday, did you get to look at it?"),
            (THEM, "Yes, we went through it together."),
            (US, "It is a yearly price for {files} files a month, with support."),
            (THEM, "What if we need more than that?"),
            (US, "Then you pay per file, at the same rate."),
        ),
        (
            (THEM, "Can we start with one team?"),
            (US, "We can, and the price per file stays as it is for the first year."),
            (THEM, "That makes it easier inside."),
        ),
        (
            (THEM, "Who helps us with the first weeks?"),
            (US, "You get somebody of ours for thirty days."),
        ),
    ),
    "closing": (
        (
            (THEM, "Legal has two remarks on the contract."),
            (US, "Which ones?"),
            (THEM, "The liability cap, and the notice period."),
            (US, "The notice period we can change, for the cap I have to ask."),
        ),
        (
            (US, "Is the date at the end of the month still good for you?"),
            (THEM, "If the paper is back by Wednesday, yes."),
            (US, "Then I will send it today."),
        ),
        (
            (THEM, "Our CFO wants to speak to another customer first."),
            (US, "I can bring you together with one of your size this week."),
        ),
    ),
    "intro": (
        (
            (US, "You looked at our page on {service}, what made you look?"),
            (THEM, "A colleague mentioned it, we are only collecting ideas."),
            (US, "That is fine, may I ask what you use today?"),
            (THEM, "A notary down the street, to be honest."),
        ),
        (
            (THEM, "Is it even allowed in our state?"),
            (US, "In most states it is, I will send you the list."),
        ),
    ),
    "review": (
        (
            (US, "How has the last quarter been with us?"),
            (THEM, "Good on the whole, the team is used to it now."),
            (THEM, "We had about {files} files a month."),
            (US, "That is a fifth more than in the quarter before."),
        ),
        (
            (THEM, "Support answered late once or twice."),
            (US, "I saw the tickets, we have a second shift since then."),
        ),
        (
            (US, "Is there another team that could use it?"),
            (THEM, "The branch in the north asks me every week."),
            (THEM, "Let us plan that for the next budget."),
        ),
    ),
}

CONCERNS: dict[str, tuple[Line, ...]] = {
    "Price": (
        (THEM, "I have to be frank, the price is well above what we planned."),
        (THEM, "For our volume it does not add up."),
        (US, "What would you compare it with?"),
        (THEM, "With the courier, that is what finance does."),
    ),
    "Competitor": (
        (THEM, "We are also talking to another provider."),
        (THEM, "Their offer includes what you charge extra."),
        (US, "May I show you where we differ?"),
        (THEM, "You may, but my boss knows them from his last company."),
    ),
    "Missing feature": (
        (THEM, "We need several signers in one session, in different places."),
        (US, "That is planned, but I cannot promise a date."),
        (THEM, "Then it is hard for us, half of our files are like that."),
    ),
    "Timing": (
        (THEM, "We are in the middle of another project until spring."),
        (THEM, "Nobody here has time to bring in something new."),
        (US, "Could we prepare everything so that you only switch it on?"),
        (THEM, "Ask me again in the new year."),
    ),
    "No decision": (
        (THEM, "I do not see who would decide this at the moment."),
        (THEM, "Everybody likes it and nobody owns it."),
        (US, "Who loses most if nothing changes?"),
        (THEM, "Operations, but they have no budget."),
    ),
    "Regulatory": (
        (THEM, "Our regulator has not said yes to remote sessions."),
        (US, "Other banks in your state use them."),
        (THEM, "I know, but our compliance will not move without a letter."),
    ),
}

SMALL: tuple[tuple[Line, ...], ...] = (
    (
        (US, "Shall I go on, or is there a question so far?"),
        (THEM, "Go on, I will shout."),
    ),
    (
        (THEM, "Can you send us that afterwards?"),
        (US, "Of course, with the recording of today."),
    ),
    (
        (THEM, "How long have you been doing this?"),
        (US, "Nine years, and the notaries are our own people."),
        (THEM, "Good to know."),
    ),
    (
        (US, "What does your team say?"),
        (THEM, "They want less typing, everything else comes second."),
    ),
    (
        (THEM, "How do you train new people?"),
        (US, "There is a course of an hour, most need half of it."),
    ),
    (
        (THEM, "What about holidays and weekends?"),
        (US, "There is somebody on call on every day of the year."),
    ),
    (
        (US, "Do your clients sign in other languages too?"),
        (THEM, "Some in Spanish, a few in French."),
        (US, "Both are covered."),
    ),
    (
        (THEM, "Is there a limit on the size of a document?"),
        (US, "Two hundred pages, and longer ones can be split."),
    ),
)

ENDINGS: tuple[tuple[Line, ...], ...] = (
    (
        (US, "So the next step is that I send the summary and we speak next week."),
        (THEM, "Tuesday is good."),
        (US, "Tuesday it is, thank you everybody."),
        (THEM, "Thanks, bye."),
    ),
    (
        (THEM, "I will take this to the others and come back to you."),
        (US, "Shall I write the two points down for you?"),
        (THEM, "Yes please."),
        (US, "You have them in an hour, goodbye."),
    ),
)


@dataclass(frozen=True)
class Turn:
    """What one speaker says without a break.

    ``speaker`` is a place in ``speakers_of``; sentences are start and end in milliseconds from the
    beginning of the call, and text.
    """

    speaker: int
    topic: str
    sentences: tuple[tuple[int, int, str], ...]


@dataclass(frozen=True)
class Speaker:
    """Somebody in a call: ``owner_id`` of ours; the rest is of the buyer's people."""

    owner_id: str | None
    contact_id: str | None = None
    email: str | None = None
    name: str | None = None
    title: str | None = None


def speakers_of(call: Mapping[str, Any]) -> list[Speaker]:
    """Everybody in a call, ours first."""
    ours = [Speaker(owner) for owner in (call["owner_id"], call["second_owner_id"]) if owner]
    return ours + [Speaker(None, **guest) for guest in json.loads(call["participants"])]


def transcript(call: Mapping[str, Any], seller_name: str) -> list[Turn]:
    """The transcript of a call (a row of ``calls``): 10 to 40 sentences that fill its time."""
    rng = random.Random(call["transcript_seed"])
    speakers = speakers_of(call)
    ours = [place for place, speaker in enumerate(speakers) if speaker.owner_id]
    theirs = [place for place, speaker in enumerate(speakers) if not speaker.owner_id]
    said = {
        "guest": (speakers[theirs[0]].name or "").split(" ")[0],
        "company": call["company_name"],
        "seller": seller_name,
        "service": call["service"],
        "files": str(rng.randrange(2, 60) * 10),
    }
    spoken: list[tuple[int, str, str]] = []
    for topic, exchange in _exchanges(rng, call):
        who = {US: rng.choice(ours) if rng.random() < 0.2 else ours[0], THEM: rng.choice(theirs)}
        spoken += [(who[side], topic, text.format(**said)) for side, text in exchange]
    return _timed(spoken, int(call["duration_seconds"]) * 1000)


def _exchanges(rng: random.Random, call: Mapping[str, Any]) -> list[tuple[str, tuple[Line, ...]]]:
    """Opening, what the call is about, what the buyer holds against it, and how it ends."""
    wanted = int(call["duration_seconds"]) // SECONDS_PER_SENTENCE
    wanted = max(FEWEST_SENTENCES, min(MOST_SENTENCES, wanted))
    topic = call["title"].rpartition(" - ")[2]
    about = [(topic, lines) for lines in TOPICS[call["kind"]]]
    small = [("Small talk", lines) for lines in SMALL]
    rng.shuffle(about)
    rng.shuffle(small)
    chosen = [("Opening", rng.choice(OPENINGS)), about[0]]
    if call["concern"]:
        chosen.append(("Objections", CONCERNS[call["concern"]]))
    ending = ("Next steps", rng.choice(ENDINGS))
    count = sum(len(lines) for _, lines in [*chosen, ending])
    for exchange in about[1:] + small:
        if count + len(exchange[1]) <= wanted:
            chosen.append(exchange)
            count += len(exchange[1])
    return [*chosen, ending]


def _timed(spoken: list[tuple[int, str, str]], duration: int) -> list[Turn]:
    """The sentences spread over the call, each as long as its words, with a pause between turns."""
    words = [len(text.split()) + 2 for _, _, text in spoken]
    per_word = (duration - PAUSE_MS * (len(spoken) + 1)) / sum(words)
    turns: list[Turn] = []
    at = PAUSE_MS
    for (speaker, topic, text), count in zip(spoken, words, strict=True):
        end = at + int(per_word * count)
        sentence = ((at, end, text),)
        if turns and turns[-1].speaker == speaker and turns[-1].topic == topic:
            turns[-1] = Turn(speaker, topic, turns[-1].sentences + sentence)
        else:
            turns.append(Turn(speaker, topic, sentence))
        at = end + PAUSE_MS
    return turns
