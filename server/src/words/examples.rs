//! Everything that is told, with usual values and with the longest and the strangest: what words are checked with when they
//! are read, and what staff see of them.

use chrono::NaiveDate;
use domain::alert::Matter;
use domain::api::wording::Values;
use domain::by::By;
use domain::case::{Age, Cause, Closing, Elsewhere, Linked, Outcome, Rung, Signature, Status, Why};
use domain::catalogue::Policy;
use domain::reference::Reference;
use serde_json::json;
use uuid::Uuid;

use super::{facts, one_line};
use crate::jobs::alert::{Alert, ByTheClock, Facts, Many, OfDepartment, Promised, Reader, Told, Week};

/// Where examples lead.
pub const LINK: &str = "https://portico.example/follow/KEY";
/// The reference of examples.
pub const REFERENCE: &str = "ABCD-EFGH";
/// The longest name and title, in characters.
const LONG: usize = 200;

const OUTCOMES: [Outcome; 9] = [
    Outcome::Done,
    Outcome::PartDone,
    Outcome::DeclinedByPolicy,
    Outcome::NotOurs,
    Outcome::Duplicate,
    Outcome::Withdrawn,
    Outcome::NoAnswer,
    Outcome::NothingFound,
    Outcome::NotPaid,
];

/// What people wrote, and what things are called.
#[derive(Clone, Debug)]
pub struct Written {
    /// A person's name.
    pub person: String,
    /// A service's title.
    pub title: String,
    /// What somebody wrote.
    pub text: String,
    /// What need not be there is.
    pub whole: bool,
}

impl Written {
    /// The same everywhere.
    #[must_use]
    pub fn everywhere(text: &str) -> Self {
        Self { person: text.to_owned(), title: text.to_owned(), text: text.to_owned(), whole: true }
    }
}

/// Values to fill in.
#[must_use]
pub fn written(values: Values) -> Written {
    let usual = Written {
        person: "Priya Shah".to_owned(),
        title: "Report graffiti".to_owned(),
        text: "We have cleaned the wall beside the library. Thank you for telling us.".to_owned(),
        whole: true,
    };
    match values {
        Values::Usual => usual,
        Values::Least => Written { whole: false, ..usual },
        Values::Longest => {
            let long = |word: &str| word.repeat(LONG).chars().take(LONG).collect::<String>();
            let text = "All of what somebody had to say about it, and more of that. ".repeat(34);
            Written { person: long("Wolfeschlegelstein-"), title: long("Everything about something "), text, whole: true }
        }
        Values::Strangest => Written {
            person: "<b>مريم</b> O’Neill-Łódź 👩‍🎨 \u{202e}{{ name }}\r\nBcc: all@example.org".to_owned(),
            title: "Bins & “boxes” <script>alert(1)</script> {% raw %} ((title))\n# heading".to_owned(),
            text: "مرحبا 👋🏽 ਪੰਜਾਬੀ\n\n{{ text }} {% if x %} <a href=\"https://evil.example\">here</a>\r\n\r\n[here](https://evil.example) \u{0}\u{202e}gnp.exe".to_owned(),
            whole: true,
        },
    }
}

/// Everything, with all that checks of words need: usual values, and as little as there may be.
#[must_use]
pub fn all() -> Vec<Told> {
    let all = [Values::Usual, Values::Least, Values::Strangest];
    all.into_iter().flat_map(|values| told(&written(values))).collect()
}

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 12, 7).unwrap_or_default()
}

fn closing(outcome: Outcome, Written { person, text, whole, .. }: &Written) -> Box<Closing> {
    let own = || text.clone();
    let or_none = || if *whole { own() } else { String::new() };
    let (declined, not_ours, again) =
        (outcome == Outcome::DeclinedByPolicy, outcome == Outcome::NotOurs, outcome == Outcome::Duplicate);
    let policy = Policy {
        id: "walls".to_owned(),
        name: own(),
        version: "3".to_owned(),
        date: day(),
        text: own(),
        instead: own(),
        unless: or_none(),
    };
    let linked = || Linked { id: Uuid::nil(), reference: Reference::from_random([1; 7]), department: own() };
    Box::new(Closing {
        outcome,
        text: own(),
        on: whole.then(day),
        by: if *whole { person.clone() } else { String::new() },
        next: or_none(),
        object: or_none(),
        unless: if declined { or_none() } else { String::new() },
        policy: declined.then_some(policy),
        elsewhere: not_ours.then(|| Elsewhere { who: own(), handed_over: *whole }),
        same_as: again.then(linked),
        signed: whole.then(|| Signature { name: person.clone(), role: own() }),
    })
}

/// What waits in a week; as little as there may be is one thing in one department.
fn week(Written { title, text, whole, .. }: &Written) -> Week {
    let all = ["overdue", "due", "escalated", "waiting", "board"];
    let many = |what: &&str| Many { what: (*what).to_owned(), many: 3 };
    let waits: Vec<Many> = all.iter().take(if *whole { all.len() } else { 1 }).map(many).collect();
    let named =
        |overdue| Promised { title: title.clone(), reference: REFERENCE.to_owned(), by: day(), overdue };
    Week {
        week: day(),
        own: if *whole { waits.clone() } else { Vec::new() },
        named: if *whole { vec![named(true), named(false)] } else { Vec::new() },
        more: usize::from(*whole),
        departments: vec![OfDepartment { name: one_line(text), waits }],
    }
}

const CAUSES: [Cause; 7] = [
    Cause::NotAcknowledged,
    Cause::Missed,
    Cause::MissedAgain,
    Cause::Unanswered,
    Cause::Away,
    Cause::Silent,
    Cause::Unsigned,
];

/// Everything that is told, with these values.
#[must_use]
pub fn told(written: &Written) -> Vec<Told> {
    let Written { person, text, whole, .. } = written;
    let (by, own, to) = (|| person.clone(), || text.clone(), By::Day(day()));
    let helper = || whole.then(by);
    let away = if *whole { vec![Rung::Lead, Rung::Deputy] } else { Vec::new() };
    let clock = |told: ByTheClock| Told::ByTheClock(Box::new(told));
    let mut all = vec![
        Told::Received {
            complete_by: to,
            next: if *whole { vec![own(), own()] } else { Vec::new() },
            by: helper(),
        },
        Told::ToPay { sum: "£52.00".to_owned(), first: *whole, by: helper() },
        Told::PayLink { sum: "£52.00".to_owned() },
        Told::Lapsed { sum: "£52.00".to_owned() },
        Told::Granted { name: own(), from: day(), until: day() },
        Told::GrantEnds { name: own(), until: day() },
        Told::GrantChanged { name: own(), vehicle: "AB12 CDE".to_owned() },
        Told::GrantOver {
            name: own(),
            reason: if *whole { own() } else { String::new() },
            sum: if *whole { String::new() } else { "£20.00".to_owned() },
        },
        Told::PaidTooLate { sum: "£52.00".to_owned(), payment: REFERENCE.to_owned() },
        Told::Taken { by: by(), complete_by: to },
        Told::Message { by: by(), text: own() },
        Told::PromiseMoved { to: day(), reason: own() },
        Told::Planned { on: day() },
        Told::Rebooked { on: day(), time: if *whole { own() } else { String::new() } },
        Told::PlaceLost { on: day() },
        Told::Begun,
        Told::HandedBack { lead: by(), complete_by: to },
        Told::Undone,
        Told::Contracted { by: by() },
        Told::WorkDone { by: by(), check: *whole },
        Told::TakenBack,
        Told::BackWithTeam { by: by(), complete_by: to },
        Told::OwnerLeft { who: by(), complete_by: to },
        Told::Asked { question: own(), by: by() },
        Told::Decided { text: own(), to: day() },
        Told::Reopened { to },
        clock(ByTheClock { ended: Some(closing(Outcome::NoAnswer, written)), ..ByTheClock::default() }),
        clock(ByTheClock { reminded: Some(own()), ..ByTheClock::default() }),
        clock(ByTheClock { asked_again: true, ..ByTheClock::default() }),
        clock(ByTheClock {
            missed: Some((to, to, Why::Longer)),
            up: whole.then(|| (Rung::Head, by())),
            away: away.clone(),
            age: whole.then_some(Age::TooLong),
            ..ByTheClock::default()
        }),
        Told::Withdrawn,
        Told::WithdrawnFor { by: by() },
        Told::WithdrawnWithParts,
        Told::PartsFinished,
        Told::Watching { complete_by: to },
        Told::WatchedTaken,
        Told::WatchedPlanned { on: day() },
        Told::WatchedBegun,
        Told::WatchedMoved { to },
        Told::ResidentWrote { text: own(), by: helper() },
        Told::ResidentWithdrew,
        Told::ResidentAnswered { text: own(), complete_by: to },
        Told::ResidentReopened { reason: own(), complete_by: to },
        Told::ResidentAmended,
        Told::ResidentRebooked { on: day(), time: if *whole { own() } else { String::new() } },
        Told::HandedOver { by: by(), complete_by: to },
        Told::Offered { by: by(), reason: own() },
        Told::OfferEnded { reason: if *whole { own() } else { String::new() } },
        Told::Proposed { by: by(), away: away.clone() },
        Told::SentBack { by: by(), reason: own() },
        Told::ContractorSaid { by: by(), text: own(), done: *whole },
        Told::DueSoon { by: to },
        Told::Missed { from: to, to },
        Told::ContractGiven { owner: by(), task: own(), until: day(), complete_by: to },
        Told::ContractLink { owner: by(), until: day(), complete_by: to },
        Told::ContractAgain { owner: by(), seen: own(), until: day(), complete_by: to },
        Told::ContractEnded { owner: by(), reason: own() },
        Told::Repeats { times: 3 },
        Told::Digest(Box::new(week(written))),
    ];
    let rungs = [Rung::Lead, Rung::Deputy, Rung::Head, Rung::Director];
    all.extend(rungs.map(|rung| clock(ByTheClock { up: Some((rung, by())), ..ByTheClock::default() })));
    let ages = [Age::Long, Age::VeryLong, Age::TooLong];
    all.extend(ages.map(|age| clock(ByTheClock { age: Some(age), ..ByTheClock::default() })));
    all.extend(ages.map(|age| Told::Aged { age, since: day(), department: own() }));
    let whys = [Why::NotBegun, Why::Contractor];
    all.extend(whys.map(|why| clock(ByTheClock { missed: Some((to, to, why)), ..ByTheClock::default() })));
    all.extend(CAUSES.map(|cause| Told::Up { cause, owner: helper(), complete_by: to, away: away.clone() }));
    all.extend(OUTCOMES.map(|outcome| Told::Closed(closing(outcome, written))));
    all.extend(OUTCOMES.map(|outcome| Told::WatchedClosed { outcome }));
    all.extend(statuses().map(|status| Told::GoesOn { status, to }));
    all
}

/// Every status in which another request is that somebody watches.
fn statuses() -> impl Iterator<Item = Status> {
    let open = [Status::Received, Status::LookedAt, Status::Planned, Status::InProgress, Status::Waiting];
    OUTCOMES.map(Status::Closed).into_iter().chain(open)
}

/// One of them as it is told to somebody.
#[must_use]
pub fn alert(told: Told, written: &Written, reference: &str) -> Alert {
    Alert {
        name: if written.whole { written.person.clone() } else { String::new() },
        email: "sam@example.org".to_owned(),
        reference: reference.to_owned(),
        title: one_line(&written.title),
        link: LINK.to_owned(),
        told,
        reader: Reader::default(),
        instead_of: String::new(),
    }
}

/// What stands around messages, with a name and more, and without.
pub(super) fn of_frame() -> [Facts; 4] {
    let of = |name: &str, more: usize, matter: Matter| {
        facts(json!({
            "name": name, "reference": REFERENCE, "count": more + 1, "headline": "A headline", "more": more, "link": LINK,
            "matter": matter, "who": "Tom",
        }))
    };
    [
        of("", 0, Matter::Step),
        of("Sam", 1, Matter::MustAct),
        of("Sam", 2, Matter::Closes),
        of("Sam", 0, Matter::Receipt),
    ]
}

/// A text message with nothing in it.
pub(super) fn without_headline() -> Facts {
    facts(json!({ "headline": "", "more": 99, "link": LINK }))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use domain::alert::Channel;
    use domain::council::Council;

    use super::*;
    use crate::councils::{Councils, Sources};
    use crate::jobs::alert::Audience;
    use crate::jobs::html;
    use crate::paper;
    use crate::words::compose::{LONGEST_TEXT, compose, notification, parts, text};
    use crate::words::{Table, Wording, table};

    fn council() -> Council {
        Councils::load(Sources::default()).unwrap().by_id("demo").unwrap().council.clone()
    }

    fn wording(files: &[(&str, &str)]) -> Result<Wording, Vec<String>> {
        let files: BTreeMap<String, String> =
            files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        let read = Wording::read(&council(), &files);
        read.map_err(|faults| faults.iter().map(ToString::to_string).collect())
    }

    fn refused(text: &str) -> String {
        wording(&[("alerts.toml", text)]).unwrap_err().join("; ")
    }

    #[test]
    fn the_table_has_everything_that_is_told_and_nothing_else() {
        Table::read(super::super::BUILT_IN).unwrap();
        let told: BTreeSet<&str> = all().iter().map(Told::name).collect();
        let written: BTreeSet<&str> = table().messages().map(|(name, _)| name).collect();
        assert_eq!(told, written);
        assert!(wording(&[]).unwrap().english.faults(&table().texts, "alerts.toml").is_empty());
        assert_eq!(Told::Begun.bearing().1, Matter::Step);
        assert_eq!(Told::Withdrawn.bearing().1, Matter::Closes);
        for (name, message) in table().messages() {
            assert!(message.by.contains(&Channel::Email) || !message.matter.is_important(), "{name}");
        }
    }

    /// By mail, as a text message and on paper, alone and together: nothing is left unfilled, what people wrote is text, and
    /// our link is the only one.
    #[test]
    fn everything_is_told_with_the_longest_and_the_strangest_values() {
        let wording = wording(&[]).unwrap();
        let long = "all of it ".repeat(200);
        let mut values: Vec<Written> = [
            "",
            "Sam",
            "<script>alert(1)</script>",
            "\" onload=\"x\" 'y' & <b>",
            LINK,
            "https://evil.example/?a=b&c=<d>",
            "line\none\r\n\r\ntwo\n",
            "((text)) [Click](https://evil.example) # heading",
            "{{ title }} {% include \"pieces.closing\" %} {# #}",
            "\u{202e}gnp.exe \u{0} \u{feff}",
            "مرحبا 👩‍🎨 ਪੰਜਾਬੀ Łódź",
            "x\r\nBcc: everybody@example.org",
            long.as_str(),
        ]
        .map(Written::everywhere)
        .into();
        values.extend([Values::Usual, Values::Longest, Values::Strangest, Values::Least].map(written));
        for written in &values {
            for told in told(written) {
                let one = alert(told.clone(), written, "ABCD-EFGH");
                let message = Told::Message { by: written.person.clone(), text: written.text.clone() };
                let urgent = alert(message, written, "ABCD-EFGH");
                let other = alert(told.clone(), written, "JKMN-PQRS");
                for alerts in [vec![one.clone()], vec![one.clone(), urgent], vec![one, other]] {
                    for by in [Channel::Email, Channel::Letter] {
                        let mails = compose(&wording, &alerts, by);
                        let name = told.name();
                        assert!(!mails.subject.is_empty() && mails.subject.chars().count() <= 250, "{name}");
                        for line in [&mails.subject, &mails.name] {
                            assert!(!line.contains(['\n', '\r', '\u{2028}']), "{name}: {line:?}");
                        }
                        let whole = mails.paragraphs.join("\n\n");
                        assert!(
                            whole.lines().all(|line| !line.contains(['\0', '\r', '\u{202e}', '\u{2028}'])),
                            "{whole:?}"
                        );
                        assert!(mails.paragraphs.iter().all(|said| !said.is_empty()), "{name}: {mails:?}");
                        // What a person wrote in braces stays; of ours none are left.
                        let braces = [&written.person, &written.title, &written.text]
                            .iter()
                            .any(|text| text.contains('{'));
                        assert!(braces || !whole.contains(['{', '}']), "{name}: {whole}");
                        let page = html(&mails);
                        assert!(
                            !page.contains("<script") && !page.contains("<b>") && !page.contains("<d>"),
                            "{page}"
                        );
                        assert!(!page.contains("href=\"https://evil"), "{page}");
                        let own = format!("<a href=\"{LINK}\">{LINK}</a>");
                        let tap = format!("<a href=\"{LINK}?satisfied=");
                        let ours = page.matches(own.as_str()).count() + page.matches(tap.as_str()).count();
                        assert_eq!(page.matches("<a ").count(), ours, "{page}");
                        assert!(page.contains(&own), "{page}");
                    }
                    let said = text(&wording, &alerts);
                    assert!(said.chars().count() <= LONGEST_TEXT && said.ends_with(LINK), "{said}");
                    assert!(!said.contains(['\n', '\r', '\0', '\u{202e}']) && parts(&said) <= 14, "{said:?}");
                }
            }
        }
        let longest = written(Values::Longest);
        let alerts: Vec<Alert> =
            told(&longest).into_iter().take(3).map(|told| alert(told, &longest, "ABCD-EFGH")).collect();
        let letter = paper::Letter {
            council: council().name,
            back: council().contact.address,
            to: format!("{long}\nNE1 8QH"),
            day: day(),
            said: compose(&wording, &alerts, Channel::Letter),
            is_large: true,
        };
        assert!(letter.pdf().unwrap().starts_with(b"%PDF-"));
    }

    #[test]
    fn the_words_are_as_they_were() {
        let wording = wording(&[]).unwrap();
        let usual = written(Values::Usual);
        let say = |told: Told| {
            let mails = compose(&wording, &[alert(told, &usual, "ABCD-EFGH")], Channel::Email);
            (mails.subject, mails.paragraphs)
        };
        let (subject, said) = say(Told::Received {
            complete_by: By::Day(day()),
            next: vec!["One.".into(), "Two.".into()],
            by: None,
        });
        assert_eq!(subject, "We have your request: Report graffiti (ABCD-EFGH)");
        assert_eq!(
            said,
            [
                "Hello Priya Shah,",
                "We have your request “Report graffiti”. We will finish by Monday 7 December.",
                "One.",
                "Two.",
                "You can see everything about this request here:",
                LINK,
                "Your reference is ABCD-EFGH.",
                "Saltmarsh Borough Council\n01632 960 960 (Monday to Friday, 9am to 5pm)",
            ]
        );
        let mut closing = closing(Outcome::DeclinedByPolicy, &Written { whole: false, ..usual.clone() });
        closing.text = "The wall\n\nis not ours.".into();
        closing.next = "Nothing.".into();
        let (subject, said) = say(Told::Closed(closing));
        assert_eq!(subject, "We can't do what you asked: Report graffiti (ABCD-EFGH)");
        let text = &usual.text;
        assert_eq!(
            said[1..7],
            [
                "Your request “Report graffiti” is closed. We can't do what you asked.".to_owned(),
                "The wall\n\nis not ours.".to_owned(),
                format!("Our policy: {text}, version 3, 7 December 2026.\n{text}"),
                format!("What you can do instead: {text}"),
                "What happens next: Nothing.".to_owned(),
                "Are you satisfied? One tap says so, on the page of your request.".to_owned(),
            ]
        );
        let missed = ByTheClock {
            missed: Some((By::Day(day()), By::Day(day()), Why::NotBegun)),
            up: Some((Rung::Director, "Claire".into())),
            ..ByTheClock::default()
        };
        let (subject, said) = say(Told::ByTheClock(Box::new(missed)));
        assert_eq!(subject, "We have missed our date, and this is the new one: Report graffiti (ABCD-EFGH)");
        assert_eq!(
            said[1..4],
            [
                "We said that we would finish “Report graffiti” by Monday 7 December. We have not, and we are sorry.",
                "Why: nobody had begun to work on it. We will now finish by Monday 7 December.",
                "We have passed “Report graffiti” to Claire, the director, because it is taking too long.",
            ]
        );
        let (_, said) = say(Told::ResidentWrote { text: "Hello".into(), by: Some("Ann".into()) });
        assert_eq!(said[1], "Ann, who acts for the resident, wrote to you about “Report graffiti”:");
    }

    #[test]
    fn what_is_promised_in_hours_has_its_time() {
        let welsh = "[message.taken]\nsubject = \"S\"\ntext = \"{{ complete_by | day }}\"";
        let wording = wording(&[("alerts.cy.toml", welsh)]).unwrap();
        let usual = written(Values::Usual);
        let complete_by = By::read("2026-07-01T15:00+01:00").unwrap();
        let mut taken = alert(Told::Taken { by: "Priya".into(), complete_by }, &usual, "ABCD-EFGH");
        let said = |taken: &Alert| {
            compose(&wording, std::slice::from_ref(taken), Channel::Email).paragraphs.join(" ")
        };
        assert!(said(&taken).contains("We will finish by 3pm on Wednesday 1 July."), "{}", said(&taken));
        taken.reader.language = "cy".into();
        assert!(said(&taken).contains("Mercher 1 Gorffennaf, 15:00"), "{}", said(&taken));
    }

    #[test]
    fn a_notification_gives_nothing_away() {
        let wording = wording(&[]).unwrap();
        let plain = [
            "We need you to look at one of your requests.",
            "One of your requests is closed. See how it ended.",
            "There is news about one of your requests.",
            "There is news about 2 of your requests.",
        ];
        for values in [Values::Usual, Values::Least, Values::Longest, Values::Strangest] {
            let written = written(values);
            let to_resident = |told: &Told| told.bearing().0 == Audience::Resident;
            for told in told(&written).into_iter().filter(to_resident) {
                let more = alert(Told::Begun, &written, "IJKL-MNPQ");
                for alerts in [
                    vec![alert(told.clone(), &written, REFERENCE)],
                    vec![more, alert(told, &written, REFERENCE)],
                ] {
                    let said = notification(&wording, &alerts, false);
                    assert_eq!((said.title, said.language.as_str()), (council().name, "en"));
                    assert!(plain.contains(&said.body.as_str()), "{}", said.body);
                    let what = notification(&wording, &alerts, true).body;
                    assert!(!what.is_empty() && what.chars().count() < 250 && !what.contains('\n'), "{what}");
                    assert!(!what.contains("/follow/"), "{what}");
                }
            }
        }
    }

    #[test]
    fn a_week_is_told_line_by_line() {
        let wording = wording(&[]).unwrap();
        let usual = written(Values::Usual);
        let alert = alert(Told::Digest(Box::new(week(&usual))), &usual, "");
        let said = compose(&wording, &[alert], Channel::Email);
        let waits = "3 overdue; 3 due this week; 3 escalated; 3 waiting for the resident; 3 open too long, on the board’s list.";
        assert_eq!(said.paragraphs[1], "This is what waits in the week that begins on 7 December 2026.");
        assert_eq!(said.paragraphs[2], format!("Yours: {waits}"));
        assert_eq!(
            said.paragraphs[3],
            "- Report graffiti (ABCD-EFGH), promised by Monday 7 December, overdue\n\
             - Report graffiti (ABCD-EFGH), promised by Monday 7 December\nand 1 more"
        );
        assert_eq!(said.paragraphs[4], format!("{}: {waits}", usual.text));
        assert_eq!(said.paragraphs[5..7], ["You can see more here:", LINK]);
        assert_eq!(said.paragraphs.len(), 8, "no reference is in it: {:?}", said.paragraphs);
    }

    #[test]
    fn the_subject_is_of_what_matters_most() {
        let wording = wording(&[]).unwrap();
        let usual = written(Values::Usual);
        let alert = |told| alert(told, &usual, "ABCD-EFGH");
        let taken = alert(Told::Taken { by: "Priya".into(), complete_by: By::Day(day()) });
        let ended = ByTheClock { asked_again: true, ..ByTheClock::default() };
        assert_eq!(Told::ByTheClock(Box::new(ended)).bearing().1, Matter::Asks);
        let done = alert(Told::Withdrawn);
        let moved = alert(Told::PromiseMoved { to: day(), reason: "Rain".into() });
        let all = [taken.clone(), done, moved.clone()];
        assert_eq!(compose(&wording, &all, Channel::Email).subject, "Withdrawn: Report graffiti (ABCD-EFGH)");
        assert!(text(&wording, &all).contains("Withdrawn: Report graffiti (ABCD-EFGH), and 2 more"));
        let mails = compose(&wording, &[taken, moved], Channel::Email);
        assert_eq!(
            mails.subject, "A new date for your request: Report graffiti (ABCD-EFGH)",
            "of two alike, the last"
        );
    }

    #[test]
    fn a_council_changes_single_texts() {
        let own = "[message.begun]\ntext = \"Hurrah: {{ title }}. Ring {{ phone }}.\"\nsms = \"We are at it\"\n\
                   [message.taken]\nletter = \"\"\"\nOn paper.\n\"\"\"\n[words.outcome]\ndone = \"All done\"";
        let wording = wording(&[("alerts.toml", own)]).unwrap();
        let usual = written(Values::Usual);
        let alert = |told| [alert(told, &usual, "ABCD-EFGH")];
        let mails = compose(&wording, &alert(Told::Begun), Channel::Email);
        assert_eq!(mails.subject, "Work has begun: Report graffiti (ABCD-EFGH)");
        assert_eq!(mails.paragraphs[1], "Hurrah: Report graffiti. Ring 01632 960 960.");
        assert!(text(&wording, &alert(Told::Begun)).contains("Council: We are at it. "));
        let taken = alert(Told::Taken { by: "Priya".into(), complete_by: By::Day(day()) });
        assert_eq!(compose(&wording, &taken, Channel::Letter).paragraphs[1], "On paper.");
        assert!(compose(&wording, &taken, Channel::Email).paragraphs[1].starts_with("Priya now"));
        let done = alert(Told::Closed(closing(Outcome::Done, &usual)));
        assert!(compose(&wording, &done, Channel::Email).subject.starts_with("All done: "));
    }

    #[test]
    fn what_can_not_be_filled_in_is_refused_with_its_line() {
        for (text, says) in [
            (
                "[message.begun]\ntext = \"{{ titel }}\"",
                "demo/alerts.toml:2: “titel” is not known here; there are reference, title",
            ),
            (
                "[message.begun]\n\ntext = \"\"\"\nOne\n{{ by }}\n\"\"\"",
                "demo/alerts.toml:5: “by” is not known here",
            ),
            ("[message.begun]\ntext = \"{{ title\"", "demo/alerts.toml:2: this can’t be filled in"),
            (
                "[message.begun]\ntext = \"{% include 'nothing' %}\"",
                "demo/alerts.toml:2: this can’t be filled in",
            ),
            (
                "[message.received]\ntext = \"{{ by }}\"",
                "demo/alerts.toml:2: this can’t be filled in: “by” is not always there, so ask with “if” first",
            ),
            (
                "[message.received]\ntext = \"{% if by %}x{% endif %}\"",
                "demo/alerts.toml:2: this says nothing in some cases",
            ),
            (
                "[message.closed]\nsubject = \"{{ words.outcomes[outcome] }}\"",
                "demo/alerts.toml:2: this can’t be filled in",
            ),
            ("[message.closed]\nsubject = \"{{ policy }}\"", "demo/alerts.toml:2: this can’t be filled in"),
            (
                "[message.closed]\nsubject = \"{{ policy.nam }}\"",
                "demo/alerts.toml:2: “policy.nam” is not known here",
            ),
            (
                "[message.planned]\ntext = \"{{ title | day }}\"",
                "demo/alerts.toml:2: this can’t be filled in: this is not a day",
            ),
            ("[message.hello]\ntext = \"x\"", "demo/alerts.toml:2: there is no message “hello”"),
            ("[frame]\nbye = \"x\"", "demo/alerts.toml:2: there is no “frame.bye”"),
            (
                "[words.outcome]\nlost = \"x\"",
                "demo/alerts.toml:2: there is no “outcome.lost” among the words",
            ),
            ("[message.begun]\nto = \"staff\"", "demo/alerts.toml:2: unknown field"),
            ("[frame]\nsms = \"{{ headline }}\"", "demo/alerts.toml:2: a text message has 918 characters"),
            (
                "[line]\nxx = \"x\"",
                "demo/alerts.toml:2: “xx” is not a language that residents can choose: cy, ",
            ),
            ("text", "demo/alerts.toml:1: "),
        ] {
            let told = refused(text);
            assert!(told.starts_with(says), "{text}: {told}");
        }
        let faults = wording(&[("alerts.xx.toml", "")]).unwrap_err();
        assert!(faults[0].starts_with("demo/alerts.xx.toml:1: “xx” is not a language"), "{faults:?}");
        let faults = wording(&[("alerts.cy.toml", "[line]\npl = \"x\"")]).unwrap_err();
        assert!(faults[0].contains("lines for other languages stand in alerts.toml"), "{faults:?}");
    }

    #[test]
    fn who_reads_another_language_is_told_in_it() {
        let welsh = "[frame]\nhello = \"Helo{% if name %} {{ name }}{% endif %},\"\n\
            [message.planned]\nsubject = \"Mae gwaith wedi’i gynllunio: {{ title }}\"\n\
            text = \"Rydym yn bwriadu gweithio ar “{{ title }}” ar {{ on | day }}.\"";
        let lines = "[line]\npl = \"Po polsku: {{ phone }}\"\nbsl = \"Watch this in BSL\"";
        let wording = wording(&[("alerts.cy.toml", welsh), ("alerts.toml", lines)]).unwrap();
        assert_eq!(wording.languages().collect::<Vec<_>>(), ["en", "cy"]);
        assert!(wording.untranslated.iter().any(|fault| fault.message.starts_with("“taken”")));
        let usual = written(Values::Usual);
        let planned = |language: &str| Alert {
            reader: Reader { language: language.to_owned(), large: language == "ur" },
            ..alert(Told::Planned { on: day() }, &usual, "ABCD-EFGH")
        };
        let mails = compose(&wording, &[planned("cy")], Channel::Email);
        assert_eq!(mails.subject, "Mae gwaith wedi’i gynllunio: Report graffiti");
        assert_eq!(mails.paragraphs[0], "Helo Priya Shah,");
        assert_eq!(mails.paragraphs[1], "Rydym yn bwriadu gweithio ar “Report graffiti” ar Llun 7 Rhagfyr.");
        assert!(html(&mails).starts_with("<!doctype html><html lang=\"cy\">"));
        assert!(text(&wording, &[planned("cy")]).contains("Mae gwaith"));
        // One part that is not there in it: all of it in English.
        let taken = Alert { told: Told::Begun, ..planned("cy") };
        assert_eq!(compose(&wording, &[planned("cy"), taken], Channel::Email).language, "en");
        for (language, line) in
            [("pl", Some("Po polsku: 01632 960 960")), ("bsl", Some("Watch this in BSL")), ("ur", None)]
        {
            let mails = compose(&wording, &[planned(language)], Channel::Letter);
            assert_eq!(mails.language, "en");
            assert_eq!(mails.paragraphs[0], line.unwrap_or("Hello Priya Shah,"));
            assert_eq!(html(&mails).contains("font-size:150%"), language == "ur");
            assert_eq!(html(&mails).contains("<p dir=\"auto\" lang=\"pl\">"), language == "pl");
        }
    }

    #[test]
    fn text_messages_are_counted_as_they_are_paid_for() {
        for (text, many) in [
            (String::new(), 1),
            ("a".repeat(160), 1),
            ("a".repeat(161), 2),
            ("a".repeat(306), 2),
            ("a".repeat(307), 3),
            ("€".repeat(80), 1),
            ("€".repeat(81), 2),
            ("ŵ".repeat(70), 1),
            ("ŵ".repeat(71), 2),
            ("😀".repeat(35), 1),
            ("😀".repeat(36), 2),
        ] {
            assert_eq!(parts(&text), many, "{text}");
        }
    }
}
