//! The contact log: who reached the council how, about what and why, when it was not by one of our forms. Whether a
//! contact could have been avoided is decided by three questions that everybody answers alike, and by nobody's feel;
//! they are what the former National Indicator 14 counted as avoidable, in everyday words. Who has to come back about
//! the same service is noticed, and the third time somebody looks at why.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::field::contact::{e164, is_email, same_email_key};
use crate::field::{ErrorCode, Value, plain};
use crate::validate::Answer;

/// Contacts of the same resident about the same service belong together when they are no further apart than this. It
/// is time that went by, so that no clock change makes it longer or shorter.
pub const WINDOW: TimeDelta = TimeDelta::days(28);
/// From this contact on it is a repeat.
const REPEATS_AT: u32 = 2;
/// From this contact on it rises to whoever answers for the department.
const RISES_AT: u32 = 3;
/// For so long whoever recorded a contact may change it, or take it back.
pub const CHANGEABLE: TimeDelta = TimeDelta::minutes(10);
/// Digits that a phone number has at least.
const DIGITS: usize = 5;

/// How it came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ContactChannel {
    /// By phone.
    #[default]
    Phone,
    /// At a desk, a library, or in the street.
    InPerson,
    /// By e-mail.
    Email,
    /// By post.
    Letter,
    /// On a social network.
    Social,
}

impl ContactChannel {
    /// Every channel, in the order they are offered.
    pub const ALL: [Self; 5] = [Self::Phone, Self::InPerson, Self::Email, Self::Letter, Self::Social];

    /// As it is stored, and stands in forms.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::InPerson => "in_person",
            Self::Email => "email",
            Self::Letter => "letter",
            Self::Social => "social",
        }
    }

    /// A channel as it is stored.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.id() == id)
    }

    /// In words.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Phone => "Phone",
            Self::InPerson => "In person",
            Self::Email => "Email",
            Self::Letter => "Letter",
            Self::Social => "Social media",
        }
    }
}

/// Why somebody contacted the council: one of a short list, which is the council's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ContactReason {
    /// Identifier, which is stored.
    pub id: String,
    /// In words.
    pub name: String,
}

/// The reasons of a council that names none of its own.
#[must_use]
pub fn usual_reasons() -> Vec<ContactReason> {
    let usual = [
        ("request", "To ask for something or report something"),
        ("progress", "To ask what is happening"),
        ("change", "To tell us that something has changed"),
        ("question", "To ask a question"),
        ("payment", "To pay, or about a bill"),
        ("complaint", "To complain"),
        ("other", "Something else"),
    ];
    usual.map(|(id, name)| ContactReason { id: id.to_owned(), name: name.to_owned() }).to_vec()
}

/// Mistakes in a list of reasons.
#[must_use]
pub fn faults(reasons: &[ContactReason]) -> Vec<String> {
    let mut faults = Vec::new();
    if reasons.is_empty() {
        faults.push(
            "the list of contact_reasons must not be empty: leave it out for the usual ones".to_owned(),
        );
    }
    let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    for (at, ContactReason { id, name }) in reasons.iter().enumerate() {
        if id.is_empty() || id.len() > 40 || !id.bytes().all(is_name) {
            faults.push(format!(
                "the id “{id}” of a [[contact_reasons]] must be small letters, digits and dashes"
            ));
        }
        if name.trim().is_empty() {
            faults.push(format!("the [[contact_reasons]] “{id}” needs a name"));
        }
        if reasons.iter().take(at).any(|other| other.id == *id) {
            faults.push(format!("two [[contact_reasons]] are called “{id}”"));
        }
    }
    faults
}

/// The answers to the three questions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ThreeAnswers {
    /// They asked what is happening with what we knew of already.
    pub chasing: bool,
    /// They had to tell us again, or came back because it was not put right.
    pub again: bool,
    /// It was because of something of ours that was unclear, wrong or not to be found.
    pub unclear: bool,
}

impl ThreeAnswers {
    /// The questions, always in these words: the name of the answer, the question, and what it means.
    pub const QUESTIONS: [(&'static str, &'static str, &'static str); 3] = [
        (
            "chasing",
            "Did they ask what is happening with something we already knew about?",
            "They wanted news, or asked when it will be done.",
        ),
        (
            "again",
            "Did they have to tell us again?",
            "They had told us or a colleague before, or came back because it was not put right.",
        ),
        (
            "unclear",
            "Was it because of something we sent, wrote or said?",
            "It was unclear or wrong, or they could not find what they needed.",
        ),
    ];

    /// Whether the contact could have been avoided. The answers decide, and nothing else.
    #[must_use]
    pub fn is_avoidable(self) -> bool {
        self.chasing || self.again || self.unclear
    }
}

/// By what somebody is known again who has no account, in the form that is compared. It is stored as a keyed hash only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// An e-mail address.
    Email(String),
    /// A phone number.
    Phone(String),
}

impl Who {
    /// Reads what was typed: an e-mail address or a phone number; nothing when nothing was.
    ///
    /// # Errors
    /// What it is not.
    pub fn read(typed: &str) -> Result<Option<Self>, ErrorCode> {
        if typed.contains('@') {
            let email = typed.trim();
            return if is_email(email) {
                Ok(Some(Self::Email(same_email_key(email))))
            } else {
                Err(ErrorCode::NotAnEmail)
            };
        }
        let typed = plain::line(typed);
        if typed.is_empty() {
            return Ok(None);
        }
        phone_key(&typed).map(|key| Some(Self::Phone(key))).ok_or(ErrorCode::NotAPhone)
    }
}

/// A phone number in the form that is compared.
fn phone_key(typed: &str) -> Option<String> {
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    (digits.len() >= DIGITS).then(|| e164(typed).unwrap_or(digits))
}

/// The phone number of who sent a request, in the form that is compared.
#[must_use]
pub fn phone_in(answers: &[Answer]) -> Option<String> {
    answers.iter().find_map(|answer| match &answer.value {
        Value::Contact(person) => person.phone.as_ref().and_then(|phone| phone_key(&phone.typed)),
        _ => None,
    })
}

/// Whether an earlier contact belongs to one at this moment.
#[must_use]
pub fn is_within(at: DateTime<Utc>, earlier: DateTime<Utc>) -> bool {
    let between = at.signed_duration_since(earlier);
    between >= TimeDelta::zero() && between <= WINDOW
}

/// Which contact of the same resident about the same service it is within the 28 days up to it: 1 for the first.
#[must_use]
pub fn number(at: DateTime<Utc>, earlier: impl IntoIterator<Item = DateTime<Utc>>) -> u32 {
    let within = earlier.into_iter().filter(|earlier| is_within(at, *earlier)).count();
    u32::try_from(within).unwrap_or(u32::MAX).saturating_add(1)
}

/// Whether the contact of this number is a repeat.
#[must_use]
pub fn is_repeat(number: u32) -> bool {
    number >= REPEATS_AT
}

/// Whether the contact of this number is for whoever answers for the department to look at.
#[must_use]
pub fn rises(number: u32) -> bool {
    number >= RISES_AT
}

/// Whether what was recorded then may still be changed or taken back.
#[must_use]
pub fn is_changeable(recorded: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now.signed_duration_since(recorded) < CHANGEABLE
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::field::{Person, Phone};

    fn moment(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn any_yes_decides() {
        for bits in 0..8 {
            let answers = ThreeAnswers { chasing: bits & 1 > 0, again: bits & 2 > 0, unclear: bits & 4 > 0 };
            assert_eq!(answers.is_avoidable(), bits > 0, "{answers:?}");
            // Each question has an answer of its name, and no answer has none.
            let sent = serde_json::to_value(answers).unwrap();
            let names: Vec<&str> = ThreeAnswers::QUESTIONS.iter().map(|(name, ..)| *name).collect();
            let mut known: Vec<&str> = sent.as_object().unwrap().keys().map(String::as_str).collect();
            known.sort_by_key(|name| names.iter().position(|of| of == name));
            assert_eq!(known, names);
        }
    }

    #[test]
    fn channels_are_read_again() {
        for channel in ContactChannel::ALL {
            assert_eq!(ContactChannel::parse(channel.id()), Some(channel));
            assert_eq!(serde_json::to_value(channel).unwrap(), channel.id());
        }
        assert_eq!(ContactChannel::parse("fax"), None);
    }

    #[test]
    fn the_edges_of_28_days() {
        let first = "2026-03-01T10:00:00Z".parse::<DateTime<Utc>>().unwrap();
        // The clocks change in between: 28 days are 28 days.
        let last = "2026-03-29T10:00:00Z".parse::<DateTime<Utc>>().unwrap();
        assert_eq!(number(last, [first]), 2);
        assert_eq!(number(last + TimeDelta::microseconds(1), [first]), 1);
        assert_eq!(number(first, [first]), 2, "at the same moment");
        assert_eq!(number(first, [last]), 1, "what comes later is no earlier contact");
        assert!(!is_repeat(1) && is_repeat(2) && !rises(2) && rises(3) && rises(4));
    }

    #[test]
    fn ten_minutes_to_think_again() {
        let recorded = moment(0);
        assert!(is_changeable(recorded, recorded) && is_changeable(recorded, moment(599)));
        assert!(!is_changeable(recorded, moment(600)));
    }

    #[test]
    fn people_are_known_again_however_it_is_typed() {
        let of = |typed: &str| Who::read(typed).unwrap().unwrap();
        for same in [
            "07700 900123",
            "+44 7700 900 123",
            "0044 7700 900123",
            " (07700) 900-123 ",
            "18001 07700 900123",
        ] {
            assert_eq!(of(same), Who::Phone("+447700900123".into()), "{same}");
        }
        assert_eq!(of(" Sam@Example.org "), of("sam@example.org"));
        assert_eq!(of("ｓam@example.org"), of("sam@example.org"));
        assert_ne!(of("sam@example.org"), of("sam@example.com"));
        assert_eq!(of("90 01 23"), Who::Phone("900123".into()), "as far as it is known");
        for nothing in ["", "  ", "\u{200b}"] {
            assert_eq!(Who::read(nothing), Ok(None));
        }
        assert_eq!(Who::read("Sam"), Err(ErrorCode::NotAPhone));
        assert_eq!(Who::read("1234"), Err(ErrorCode::NotAPhone));
        assert_eq!(Who::read("sam@"), Err(ErrorCode::NotAnEmail));
        assert_eq!(Who::read("x@example.org\r\nBcc: y@example.org"), Err(ErrorCode::NotAnEmail));
    }

    #[test]
    fn the_number_in_a_request_is_the_one_that_is_typed() {
        let phone = Phone { typed: "07700 900 123".into(), e164: Some("+447700900123".into()) };
        let person = Person { name: "Sam".into(), email: None, phone: Some(phone) };
        let answer = |value| Answer { question: "you".into(), label: "You".into(), value };
        let answers = [answer(Value::Text("0191 498 0123".into())), answer(Value::Contact(person))];
        assert_eq!(phone_in(&answers).map(Who::Phone), Who::read("+447700900123").unwrap());
        assert_eq!(phone_in(&answers[..1]), None);
    }

    #[test]
    fn mistakes_in_the_list_of_reasons_are_told() {
        assert_eq!(faults(&usual_reasons()), [""; 0]);
        let reason = |id: &str, name: &str| ContactReason { id: id.into(), name: name.into() };
        assert_eq!(faults(&[]).len(), 1);
        assert_eq!(faults(&[reason("a", "A"), reason("a", " "), reason("B", "B"), reason("", "C")]).len(), 4);
    }

    proptest! {
        /// However the contacts lie, a contact counts those of the 28 days up to it and no others.
        #[test]
        fn the_window_is_28_days(
            at in 0..400_000_000_i64,
            earlier in prop::collection::vec(-3_000_000..3_000_000_i64, 0..20),
        ) {
            let at = moment(at);
            let times: Vec<_> = earlier.iter().map(|ago| at - TimeDelta::seconds(*ago)).collect();
            let within = earlier.iter().filter(|ago| (0..=28 * 86_400).contains(*ago)).count();
            prop_assert_eq!(number(at, times.iter().copied()) as usize, within + 1);
        }

        /// At the edge itself, to the microsecond.
        #[test]
        fn the_edge_is_sharp(at in 0..400_000_000_000_000_i64, off in -2..=2_i64) {
            let at = DateTime::from_timestamp_micros(at).unwrap();
            let earlier = at - WINDOW + TimeDelta::microseconds(off);
            prop_assert_eq!(number(at, [earlier]), if off < 0 { 1 } else { 2 });
        }

        /// One more contact never makes fewer, and none rises that is no repeat.
        #[test]
        fn more_is_never_less(ago in prop::collection::vec(0..5_000_000_i64, 0..12), more in 0..5_000_000_i64) {
            let at = moment(500_000_000);
            let times = |all: &[i64]| all.iter().map(|ago| at - TimeDelta::seconds(*ago)).collect::<Vec<_>>();
            let before = number(at, times(&ago));
            let after = number(at, times(&[ago, vec![more]].concat()));
            prop_assert!(after == before || after == before + 1);
            prop_assert!(!rises(after) || is_repeat(after));
        }

        #[test]
        fn reading_who_never_panics(typed in "\\PC{0,60}") {
            if let Ok(Some(who)) = Who::read(&typed) {
                let (Who::Email(key) | Who::Phone(key)) = who;
                prop_assert!(!key.is_empty());
            }
        }
    }
}
