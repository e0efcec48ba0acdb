"""Queue calls as legs, written by hand: what is expected of each, and for what reason.

Times are seconds after nine; an entry's expectation is its queue, outcome, wait, time talked, and
the rule that decides.
"""

from attrs import field, frozen

from tests.webex.legs import (
    Record,
    agent,
    attempt,
    entry,
    mailbox,
    message,
    own_leg,
    sent_on,
)

__all__ = ["SCENARIOS", "Expected", "Scenario"]

Expected = tuple[str, str, float, float | None, str]


@frozen
class Scenario:
    """Legs, what is expected of them, and why."""

    name: str
    reason: str
    legs: tuple[Record, ...]
    expected: tuple[Expected, ...]
    loose: int = 0
    duplicates: int = field(default=0, kw_only=True)


SCENARIOS = (
    Scenario(
        "answered at the first ring",
        "the agent's leg was answered; the wait runs from the entry's start to its answer",
        (entry("e", 0, 100), attempt("o", 2, 100, 10), agent("a", 2, 100, 10)),
        (("Support", "answered", 10, 90, "agent"),),
    ),
    Scenario(
        "answered by the third agent rung",
        "legs that were not answered decide nothing",
        (
            entry("e", 0, 200),
            *(attempt("o1", 2, 12), agent("a1", 2, 12)),
            *(attempt("o2", 14, 26), agent("a2", 14, 26)),
            *(attempt("o3", 30, 200, 36), agent("a3", 30, 200, 36)),
        ),
        (("Support", "answered", 36, 164, "agent"),),
    ),
    Scenario(
        "two agents rung at once",
        "simultaneous routing: the one who answered counts, the other leg says answered elsewhere",
        (
            entry("e", 0, 90),
            agent("a1", 2, 9, Answered_Elsewhere="Yes"),
            agent("a2", 2, 90, 9),
        ),
        (("Support", "answered", 9, 81, "agent"),),
    ),
    Scenario(
        "two agents answered",
        "the first answer ends the wait; a second agent joined later",
        (entry("e", 0, 90), agent("a1", 2, 30, 8), agent("a2", 25, 90, 28)),
        (("Support", "answered", 8, 22, "agent"),),
    ),
    Scenario(
        "time on hold",
        "the time talked is the duration less the time on hold",
        (entry("e", 0, 100), agent("a", 2, 100, 10, Hold_Duration=30)),
        (("Support", "answered", 10, 60, "agent"),),
    ),
    Scenario(
        "longer on hold than there was",
        "a time talked below nothing is not known",
        (entry("e", 0, 100), agent("a", 2, 100, 10, Hold_Duration="91")),
        (("Support", "answered", 10, None, "agent"),),
    ),
    Scenario(
        "hung up while an agent rang",
        "nobody answered, and the caller released the queue's leg",
        (entry("e", 0, 41), attempt("o", 2, 41), agent("a", 2, 41)),
        (("Support", "abandoned", 41, None, "hung_up"),),
    ),
    Scenario(
        "hung up without any ring",
        "the queue's own answer is no answer of an agent",
        (entry("e", 0, 7),),
        (("Support", "abandoned", 7, None, "hung_up"),),
    ),
    Scenario(
        "who released is not said",
        "without a word that the queue released it, the caller hung up",
        (entry("e", 0, 7, Releasing_party="Unknown"),),
        (("Support", "abandoned", 7, None, "hung_up"),),
    ),
    Scenario(
        "released by the queue",
        "the queue ended the call and no leg says why",
        (entry("e", 0, 30, Releasing_party="Local"),),
        (("Support", "unknown", 30, None, "released_by_queue"),),
    ),
    Scenario(
        "a message of the queue's own mailbox",
        "the queue's leg to the line of messages; the wait ends when the caller chose to leave one",
        (entry("e", 0, 80), attempt("o", 2, 20), agent("a", 2, 20), message("m", 40, 80)),
        (("Support", "voicemail", 40, None, "message"),),
    ),
    Scenario(
        "a message in a shared mailbox",
        "the leg of a shared mailbox that picked up says the same",
        (entry("e", 0, 80), mailbox("m", 33, 80)),
        (("Support", "voicemail", 33, None, "mailbox"),),
    ),
    Scenario(
        "an agent's mailbox",
        "a message that an agent's own leg leads to is not the queue's; the caller hung up",
        (
            entry("e", 0, 50),
            agent("a", 2, 20),
            own_leg("m", 20, 50, **{"Called line ID": "Voice Portal Voice Messaging Group"}),
        ),
        (("Support", "abandoned", 50, None, "hung_up"),),
    ),
    Scenario(
        "the queue was full, sent to another queue",
        "the queue's leg was redirected for being busy: it overflowed, into an entry of its own",
        (
            entry("e", 0, 90),
            sent_on("s", 1, 90, "UserBusy"),
            entry("e2", 2, 90, "Overflow", Redirect_reason="UserBusy"),
            agent("a", 4, 90, 12),
        ),
        (
            ("Support", "overflowed", 1, None, "sent_on_busy"),
            ("Overflow", "answered", 10, 78, "agent"),
        ),
    ),
    Scenario(
        "waited too long, sent to another queue",
        "the queue's leg was redirected for no answer: it timed out",
        (
            entry("e", 0, 90),
            attempt("o", 2, 58),
            sent_on("s", 60, 90, "NoAnswer"),
            entry("e2", 60, 90, "Overflow"),
        ),
        (
            ("Support", "timed_out", 60, None, "sent_on_no_answer"),
            ("Overflow", "abandoned", 30, None, "hung_up"),
        ),
    ),
    Scenario(
        "waited too long, sent to a number",
        "it timed out wherever it was sent",
        (entry("e", 0, 90), sent_on("s", 45, 90, "NoAnswer")),
        (("Support", "timed_out", 45, None, "sent_on_no_answer"),),
    ),
    Scenario(
        "placed in another queue",
        "another entry of the same call without a reason: the caller was transferred",
        (
            entry("e", 0, 90),
            entry("e2", 25, 90, "Sales", Redirect_reason="CallQueue"),
            agent("a", 30, 90, 40),
        ),
        (
            ("Support", "transferred", 25, None, "next_queue"),
            ("Sales", "answered", 15, 50, "agent"),
        ),
    ),
    Scenario(
        "placed in another queue for being full",
        "the sending leg is missing: the reason of the next entry tells why",
        (entry("e", 0, 90), entry("e2", 3, 90, "Sales", Redirect_reason="UserBusy")),
        (
            ("Support", "overflowed", 3, None, "next_queue_busy"),
            ("Sales", "abandoned", 87, None, "hung_up"),
        ),
    ),
    Scenario(
        "placed in another queue after too long a wait",
        "the sending leg is missing; the first redirection tells why, as the last says nothing",
        (entry("e", 0, 90), entry("e2", 50, 90, "Sales", Original_reason="NoAnswer")),
        (
            ("Support", "timed_out", 50, None, "next_queue_no_answer"),
            ("Sales", "abandoned", 40, None, "hung_up"),
        ),
    ),
    Scenario(
        "transferred and transferred back",
        "an agent of each queue answered in turn: three entries, each answered by its own agent",
        (
            entry("e1", 0, 300),
            agent("a1", 2, 60, 10),
            entry("e2", 60, 300, "Sales"),
            agent("a2", 62, 120, 70),
            entry("e3", 120, 300),
            agent("a3", 122, 300, 150),
        ),
        (
            ("Support", "answered", 10, 50, "agent"),
            ("Sales", "answered", 10, 50, "agent"),
            ("Support", "answered", 30, 150, "agent"),
        ),
    ),
    Scenario(
        "sent from queue to queue and back while waiting",
        "nobody answered before the third entry: two transfers",
        (
            entry("e1", 0, 200),
            entry("e2", 30, 200, "Sales"),
            entry("e3", 70, 200),
            agent("a", 75, 200, 90),
        ),
        (
            ("Support", "transferred", 30, None, "next_queue"),
            ("Sales", "transferred", 40, None, "next_queue"),
            ("Support", "answered", 20, 110, "agent"),
        ),
    ),
    Scenario(
        "asked to be called back",
        "the queue calls back later: the wait ended when the caller hung up",
        (
            entry("e", 0, 40),
            attempt("c", 600, 700, 605, Related_reason="Unrecognised"),
        ),
        (("Support", "callback", 40, None, "callback"),),
    ),
    Scenario(
        "called back, and an agent talked",
        "an answer after the caller's leg ended is no answer of this entry",
        (
            entry("e", 0, 40),
            agent("a", 590, 700, 598),
            attempt("c", 600, 700, 605, Related_reason="Unrecognized"),
        ),
        (("Support", "callback", 40, None, "callback"),),
    ),
    Scenario(
        "an agent answered after the caller left",
        "the records contradict each other: neither answered nor abandoned can be said",
        (entry("e", 0, 40), agent("a", 30, 60, 45)),
        (("Support", "unknown", 40, None, "answered_too_late"),),
    ),
    Scenario(
        "the agent's leg is missing",
        "the queue's own leg to the agent was answered, by whomever",
        (entry("e", 0, 100), attempt("o", 2, 100, 11)),
        (("Support", "answered", 11, 89, "attempt"),),
    ),
    Scenario(
        "an agent's leg without the queue's",
        "the entry is what counts: its ring attempt may be missing",
        (entry("e", 0, 100), agent("a", 2, 100, 11)),
        (("Support", "answered", 11, 89, "agent"),),
    ),
    Scenario(
        "the queue's leg is missing",
        "without an entry there is no queue call; its legs are counted as loose",
        (attempt("o", 2, 100, 10), agent("a", 2, 100, 10)),
        (),
        2,
    ),
    Scenario(
        "a standard queue",
        "queues of every user type count",
        (
            entry("e", 0, 100, **{"User type": "CallCenterStandard"}),
            attempt("o", 2, 100, 10, **{"User type": "CallCenterStandard"}),
            agent("a", 2, 100, 10),
        ),
        (("Support", "answered", 10, 90, "agent"),),
    ),
    Scenario(
        "a basic queue in small letters",
        "values are compared without regard to case",
        (entry("e", 0, 9, **{"User type": "callcenterbasic", "Direction": "Terminating"}),),
        (("Support", "abandoned", 9, None, "hung_up"),),
    ),
    Scenario(
        "records delivered twice",
        "the same report id is the same leg",
        (entry("e", 0, 100), agent("a", 2, 100, 10), entry("e", 0, 100), agent("a", 2, 100, 10)),
        (("Support", "answered", 10, 90, "agent"),),
        duplicates=2,
    ),
    Scenario(
        "a record corrected later",
        "of two reports of one leg the later one counts",
        (
            entry("e", 0, 100),
            agent("a", 2, 100, 10, **{"Report time": "2026-03-02T10:00:00.000Z"}),
            agent("a", 2, 100),
        ),
        (("Support", "answered", 10, 90, "agent"),),
        duplicates=1,
    ),
    Scenario(
        "legs in reverse order",
        "the order of records never matters",
        (agent("a2", 30, 200, 36), agent("a1", 2, 12), entry("e", 0, 200)),
        (("Support", "answered", 36, 164, "agent"),),
    ),
    Scenario(
        "a workspace answers",
        "workspaces answer for queues as users do",
        (entry("e", 0, 50), agent("a", 2, 50, 5, **{"User type": "Place"})),
        (("Support", "answered", 5, 45, "agent"),),
    ),
    Scenario(
        "a user's leg that no queue sent",
        "a user who talks in the same call, but whom no queue rang, is no agent",
        (entry("e", 0, 50), own_leg("a", 2, 50, Direction="TERMINATING")),
        (("Support", "abandoned", 50, None, "hung_up"),),
    ),
    Scenario(
        "answered after a redirection",
        "somebody else answered for the agent, and it is not known who",
        (
            entry("e", 0, 50),
            agent("a", 2, 50, 9, **{"Answer indicator": "Yes-PostRedirection"}),
        ),
        (("Support", "unknown", 50, None, "redirected"),),
    ),
    Scenario(
        "sent elsewhere and answered",
        "the queue redirected the call by schedule, and it was answered there: by no agent of it",
        (entry("e", 0, 50), attempt("o", 4, 50, 9, Redirect_reason="TimeOfDay")),
        (("Support", "unknown", 4, None, "sent_elsewhere"),),
    ),
    Scenario(
        "the queue was busy",
        "the queue's own leg ended as busy: it was full",
        (entry("e", 0, 2, Call_outcome_reason="UserBusy"),),
        (("Support", "overflowed", 2, None, "busy"),),
    ),
    Scenario(
        "the entry was refused",
        "a failure or refusal is nobody's hanging up",
        (entry("e", 0, 2, Call_outcome="Refusal", Call_outcome_reason="SIP480"),),
        (("Support", "unknown", 2, None, "failed"),),
    ),
    Scenario(
        "no release time",
        "it is not known how long the caller waited, or whether the wait is over",
        (entry("e", 0, None),),
        (("Support", "unknown", 0, None, "not_released"),),
    ),
    Scenario(
        "no answer time, but the ring is known",
        "the wait ends when the ring did",
        (entry("e", 0, 100), agent("a", 4, 100, 10, **{"Answer time": "", "Ring duration": 6})),
        (("Support", "answered", 10, 90, "agent"),),
    ),
    Scenario(
        "neither answer time nor ring",
        "the leg lasted its duration up to its end",
        (entry("e", 0, 100), agent("a", 4, 100, 10, **{"Answer time": "NA"})),
        (("Support", "answered", 10, 90, "agent"),),
    ),
    Scenario(
        "a leg that names its entry",
        "the related call id goes before time: the message belongs to the first entry",
        (
            entry("e1", 0, 100),
            entry("e2", 30, 100, "Sales"),
            message("m", 20, 100, **{"Related call ID": "e1:0"}),
            attempt("o", 50, 100, 60, "Support", **{"Related call ID": "e1:0"}),
        ),
        (
            ("Support", "voicemail", 20, None, "message"),
            ("Sales", "abandoned", 70, None, "hung_up"),
        ),
    ),
    Scenario(
        "two calls at once",
        "legs of other correlation ids decide nothing here",
        (
            entry("e1", 0, 60),
            entry("e2", 0, 90, **{"Correlation ID": "k-2"}),
            agent("a", 2, 90, 12, **{"Correlation ID": "k-2"}),
        ),
        (
            ("Support", "abandoned", 60, None, "hung_up"),
            ("Support", "answered", 12, 78, "agent"),
        ),
    ),
    Scenario(
        "two organizations with one correlation id",
        "calls are told apart by organization and correlation id",
        (entry("e", 0, 60), agent("a", 2, 60, 12, **{"Org UUID": "o-2"})),
        (("Support", "abandoned", 60, None, "hung_up"),),
        1,
    ),
)
