"""What people say in recorded calls, by occasion.

What carries truth (a concern, an aside, a mood) is phrased in two ways, ``known`` and ``held out``:
whoever writes rules for such talk reads the first and is measured on the second. A company speaks
in one of them.
"""

from __future__ import annotations

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

PHRASINGS = ("known", "held out")
Ways = tuple[tuple[tuple[Line, ...], ...], tuple[tuple[Line, ...], ...]]
"""Exchanges of the same meaning, ``known`` ones and ``held out`` ones."""

CONCERNS: dict[str, Ways] = {
    "Price": (
        (
            (
                (THEM, "I have to be frank, the price is well above what we planned."),
                (THEM, "For our volume it does not add up."),
                (US, "What would you compare it with?"),
                (THEM, "With the courier, that is what finance does."),
            ),
            (
                (THEM, "Honestly, it is too expensive for us."),
                (THEM, "There is no budget for something of that size this year."),
                (US, "Which figure did you have in mind?"),
                (THEM, "About half of it."),
            ),
            (
                (THEM, "The cost per file is what my CFO cannot get over."),
                (US, "Would a lower tier help?"),
                (THEM, "Only with a real discount, not with a smaller package."),
            ),
        ),
        (
            (
                (THEM, "We ran the numbers again and they are not in your favour."),
                (THEM, "At that rate we pay more than we save."),
                (US, "Did you count the hours of your team?"),
                (THEM, "We did, and it is still a lot of money."),
            ),
            (
                (THEM, "Sticker shock is the word my boss used."),
                (THEM, "Procurement will not sign off on a six-figure line item."),
                (US, "I can ask what room we have."),
            ),
            (
                (THEM, "What you are asking for would eat up everything we have for tools."),
                (US, "Is it the set-up fee or the yearly fee?"),
                (THEM, "Both of them, we simply cannot afford it."),
            ),
        ),
    ),
    "Competitor": (
        (
            (
                (THEM, "We are also talking to another provider, {rival}."),
                (THEM, "Their offer includes what you charge extra."),
                (US, "May I show you where we differ?"),
                (THEM, "You may, but my boss knows them from his last company."),
            ),
            (
                (THEM, "I will be open with you, {rival} is ahead at the moment."),
                (US, "What do they do better?"),
                (THEM, "Their demo was closer to how we work."),
            ),
            (
                (THEM, "Two of our branches already use a competitor of yours."),
                (THEM, "It is {rival}, and they would rather keep it."),
                (US, "Would you be open to a comparison?"),
            ),
        ),
        (
            (
                (THEM, "The committee leans towards {rival}, I am afraid."),
                (US, "Is that decided?"),
                (THEM, "Not on paper, but their people have been here twice."),
            ),
            (
                (THEM, "Frankly the folks at {rival} gave us something that you did not."),
                (THEM, "We would be switching away from a tool that people like."),
                (US, "What would it take to change your mind?"),
            ),
            (
                (THEM, "There is an incumbent, and it is {rival}."),
                (THEM, "Moving off them needs a better reason than this."),
            ),
        ),
    ),
    "Missing feature": (
        (
            (
                (THEM, "We need several signers in one session, in different places."),
                (US, "That is planned, but I cannot promise a date."),
                (THEM, "Then it is hard for us, half of our files are like that."),
            ),
            (
                (THEM, "There is no connector to our document system, is there?"),
                (US, "Not yet."),
                (THEM, "Without that integration we cannot use it."),
            ),
            (
                (THEM, "What is missing for us is a bulk upload."),
                (THEM, "Your product does not support it, I checked."),
                (US, "I will pass that on to our product team."),
            ),
        ),
        (
            (
                (THEM, "Our people tried to send forty files at once and could not."),
                (US, "One at a time is how it works today."),
                (THEM, "That is a deal breaker for a team like ours."),
            ),
            (
                (THEM, "It stops short of what we do every day."),
                (THEM, "A witness has to be in the room, and your software has no place for one."),
                (US, "That has come up before."),
            ),
            (
                (THEM, "I was hoping it could write back to our own system."),
                (US, "Today it only reads from it."),
                (THEM, "Then somebody types everything twice, that is a gap we cannot live with."),
            ),
        ),
    ),
    "Timing": (
        (
            (
                (THEM, "We are in the middle of another project until spring."),
                (THEM, "Nobody here has time to bring in something new."),
                (US, "Could we prepare everything so that you only switch it on?"),
                (THEM, "Ask me again in the new year."),
            ),
            (
                (THEM, "It is not the right time for us."),
                (THEM, "We would have to postpone this to next year."),
                (US, "What changes by then?"),
                (THEM, "The merger is through, and the team has a head again."),
            ),
            (
                (THEM, "There is a freeze on new systems until the audit is over."),
                (US, "When will that be?"),
                (THEM, "Come back after the summer, not earlier."),
            ),
        ),
        (
            (
                (THEM, "My plate is full through the fourth quarter."),
                (US, "Would a short pilot fit in?"),
                (THEM, "Not before we have moved offices, let us revisit it then."),
            ),
            (
                (THEM, "We are migrating our core system, everything else has to wait."),
                (US, "How long does that take?"),
                (THEM, "Until it is done, I would not start anything else."),
            ),
            (
                (THEM, "You caught us too early."),
                (THEM, "Let us pick this up again a few quarters down the road."),
            ),
        ),
    ),
    "No decision": (
        (
            (
                (THEM, "I do not see who would decide this at the moment."),
                (THEM, "Everybody likes it and nobody owns it."),
                (US, "Who loses most if nothing changes?"),
                (THEM, "Operations, but they have no say."),
            ),
            (
                (THEM, "This is not a priority for the management."),
                (THEM, "Other things come first on their list."),
                (US, "What is at the top of it?"),
                (THEM, "Hiring, and the new branch."),
            ),
            (
                (THEM, "We will probably stay with what we have."),
                (US, "What would make it worth a change?"),
                (THEM, "It works well enough, so there is no push from above."),
            ),
        ),
        (
            (
                (THEM, "I cannot find a sponsor for it inside."),
                (US, "Could I speak to somebody else?"),
                (THEM, "You can, but it has gone quiet around the whole idea."),
            ),
            (
                (THEM, "Doing nothing is what we usually end up with here."),
                (THEM, "The appetite for it is gone since our director left."),
            ),
            (
                (THEM, "There is no consensus, one half wants it and the other does not care."),
                (US, "Shall we bring both together?"),
                (THEM, "They have met three times without an outcome."),
            ),
        ),
    ),
    "Regulatory": (
        (
            (
                (THEM, "Our regulator has not said yes to remote sessions."),
                (US, "Other banks in your state use them."),
                (THEM, "I know, but our compliance will not move without a letter."),
            ),
            (
                (THEM, "Legal says that the state law does not cover this."),
                (US, "We have an opinion of counsel on it."),
                (THEM, "They have read it, and they see a compliance risk."),
            ),
            (
                (THEM, "It is not permitted for our kind of documents."),
                (THEM, "The auditors would stop us the same week."),
                (US, "May I speak to them?"),
            ),
        ),
        (
            (
                (THEM, "Wills have to be signed on paper here, the statute leaves no doubt."),
                (US, "A bill on that is under way."),
                (THEM, "Until it passes, our hands are tied."),
            ),
            (
                (THEM, "The county recorder turns remote notarial acts down."),
                (US, "Even with the certificate?"),
                (THEM, "Even then, our lawyers checked twice."),
            ),
            (
                (THEM, "We are supervised, and the examiners do not like it."),
                (THEM, "Data residency rules are the other point, we may not store it there."),
            ),
        ),
    ),
}

ASIDES: dict[str, Ways] = {
    "Price": (
        (
            ((THEM, "The price is fine, by the way, that is not what we worry about."),),
            ((US, "Is the budget approved?"), (THEM, "Yes, finance released it last week.")),
        ),
        (
            ((THEM, "We can live with what it costs."),),
            ((THEM, "Money is not the question here, the figures work for us."),),
        ),
    ),
    "Competitor": (
        (
            ((THEM, "We looked at {rival} last year and dropped them quickly."),),
            ((THEM, "A friend of mine works with {rival}, he is not too happy with them."),),
        ),
        (
            ((THEM, "We had {rival} in for a trial once, nobody misses it."),),
            ((THEM, "You compare well with {rival}, for what it is worth."),),
        ),
    ),
    "Missing feature": (
        (
            ((THEM, "Nothing is missing for the first step, as far as I can see."),),
            ((US, "Is there a feature you need first?"), (THEM, "No, it does what we need.")),
        ),
        (
            ((THEM, "The bulk upload we asked about is there now, we saw it."),),
            ((THEM, "It covers all of our cases, I went through the list."),),
        ),
    ),
    "Timing": (
        (
            ((THEM, "We have time for it now, the other project is done."),),
            ((US, "When would you start?"), (THEM, "Next month would be good for us.")),
        ),
        (
            ((THEM, "The calendar is on our side this quarter."),),
            ((THEM, "We could go live before the end of the year without any rush."),),
        ),
    ),
    "No decision": (
        (
            ((US, "Who decides?"), (THEM, "I do, together with my boss.")),
            ((THEM, "The management made it one of their three priorities."),),
        ),
        (
            ((THEM, "Our director is behind it, so there is a sponsor."),),
            ((THEM, "It does not need a committee, I can sign it."),),
        ),
    ),
    "Regulatory": (
        (
            ((THEM, "Compliance has said yes, the regulator too."),),
            ((THEM, "Legal looked at it and has no remarks."),),
        ),
        (
            ((THEM, "Our lawyers gave it a green light."),),
            ((THEM, "The statute allows it since last year, so that is settled."),),
        ),
    ),
}

FEELINGS: dict[str, Ways] = {
    "positive": (
        (
            ((THEM, "I am really impressed by how smooth that was."),),
            ((THEM, "That is exactly what we have been looking for."),),
            ((THEM, "My team loves it, they asked when they can have it."),),
            ((THEM, "This would save us hours every day."),),
            ((US, "How does that look to you?"), (THEM, "Great, I am excited about it.")),
            ((THEM, "You have been very helpful, we appreciate it."),),
        ),
        (
            ((THEM, "Honestly, that blew me away."),),
            ((THEM, "I cannot wait to show it to the others."),),
            ((THEM, "The new version is fantastic."),),
            ((US, "What do the users say?"), (THEM, "Everybody enjoyed the session.")),
            ((THEM, "I feel confident with this."),),
            ((THEM, "It just works, and that is rare with us."),),
        ),
    ),
    "negative": (
        (
            ((THEM, "To be honest, I am disappointed by the answers so far."),),
            ((THEM, "That is a real problem for us."),),
            ((THEM, "We are frustrated, it took two weeks to hear back from you."),),
            ((THEM, "I do not trust that yet."),),
            (
                (US, "How does that sound?"),
                (THEM, "It worries me, there are too many open points."),
            ),
            ((THEM, "My team is unhappy with how the trial went."),),
        ),
        (
            ((THEM, "The support that we got was terrible."),),
            ((THEM, "We feel left alone with it."),),
            ((THEM, "I am annoyed that nobody called back."),),
            ((US, "How was the trial?"), (THEM, "People gave up on it after a day.")),
            ((THEM, "That was a painful week for us."),),
            ((THEM, "It is going round in circles, and I am running out of patience."),),
        ),
    ),
}

PITCHES: tuple[tuple[Line, ...], ...] = (
    (
        (US, "Let me tell you a little about us before we go on."),
        (US, "We began nine years ago with three notaries and now work in forty states."),
        (US, "Every session is recorded, sealed and kept, and every signer is checked twice."),
        (US, "Banks, title companies and law firms use it every day, also on weekends."),
        (THEM, "Okay."),
    ),
    (
        (US, "What makes us different is that the notaries are our own people."),
        (US, "They are trained for a month, they know your state and they answer in minutes."),
        (US, "On top of that there is the audit trail, which nobody else has in this form."),
        (THEM, "I see."),
    ),
    (
        (US, "There are three packages, and I would like to go through each of them."),
        (US, "The first is for small teams, with one branch and a shared calendar."),
        (US, "The second adds the API, the connectors and a person you can call."),
        (US, "The third is for groups, with several brands and their own rules."),
        (THEM, "Understood."),
    ),
)

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
