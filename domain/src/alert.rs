//! What an alert matters, and which ways it goes out, and when: by what the resident chose, and so that what they have to
//! act on always reaches them somehow.

use chrono::{NaiveDateTime, NaiveTime, TimeDelta};
use serde::{Deserialize, Serialize};

use crate::answers::Answers;
use crate::catalogue::Question;
use crate::field::contact::is_email;
use crate::field::{Choices, ErrorCode, FieldError, Kind, Text, Value};
use crate::profile::{asked_alone, options, question};
use crate::validate::Answer;

/// What an alert matters to whom it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Matter {
    /// One more step on the way.
    Step,
    /// A question of ours that nothing waits for.
    Asks,
    /// It arrived: what they did has worked.
    Receipt,
    /// It has ended, and how.
    Closes,
    /// Nothing goes on before they do something.
    MustAct,
}

impl Matter {
    /// Whether it is told whatever they chose, as long as there is any way to.
    #[must_use]
    pub fn is_important(self) -> bool {
        matches!(self, Self::Closes | Self::MustAct)
    }

    /// Whether it may wait a little, for others that follow soon.
    #[must_use]
    pub fn may_wait(self) -> bool {
        matches!(self, Self::Step | Self::Asks)
    }
}

/// A way to tell somebody something, besides in the portal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// An e-mail.
    Email,
    /// A text message.
    Sms,
    /// A letter by post.
    Letter,
    /// A notification on devices that they have added.
    Push,
}

impl Channel {
    /// All, in the order in which one takes the place of another that does not get through. Of a notification nobody knows
    /// whether it was seen: it takes the place of nothing as long as there is anything else.
    pub const ALL: [Self; 4] = [Self::Email, Self::Sms, Self::Letter, Self::Push];

    /// As it is stored, and the identifier of its question.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Letter => "letter",
            Self::Push => "push",
        }
    }

    /// The channel that is stored so.
    #[must_use]
    pub fn of(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.id() == id)
    }

    /// Whether it makes a sound where somebody may be asleep.
    #[must_use]
    pub fn rings(self) -> bool {
        matches!(self, Self::Sms | Self::Push)
    }

    /// As people call one: `email`, `text message`, `letter`, `notification`.
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "text message",
            Self::Letter => "letter",
            Self::Push => "notification",
        }
    }
}

/// What somebody wants to be told by a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// Each step.
    EachStep,
    /// Only when they must act, or it closes.
    Important,
    /// Nothing, as long as there is another way for what is important.
    Never,
}

impl Wish {
    const ALL: [Self; 3] = [Self::EachStep, Self::Important, Self::Never];

    /// As it is stored, and as a form has it.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::EachStep => "each-step",
            Self::Important => "important",
            Self::Never => "never",
        }
    }

    fn of(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|wish| wish.id() == id)
    }

    fn admits(self, matter: Matter) -> bool {
        match self {
            Self::EachStep => true,
            // Were only those asked who want every step, the answers would not be everybody's.
            Self::Important => matter.is_important() || matter == Matter::Asks,
            Self::Never => false,
        }
    }
}

/// Hours in which no text message or notification goes out, by the council's local time. They may go over midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quiet {
    /// They begin.
    pub from: NaiveTime,
    /// They end.
    pub to: NaiveTime,
}

impl Quiet {
    /// When a message that is ready at this moment may go out.
    #[must_use]
    pub fn over(self, at: NaiveDateTime) -> NaiveDateTime {
        let time = at.time();
        let is_quiet = if self.from <= self.to {
            self.from <= time && time < self.to
        } else {
            self.from <= time || time < self.to
        };
        if !is_quiet {
            return at;
        }
        let end = at.date().and_time(self.to);
        if end > at { end } else { end + TimeDelta::days(1) }
    }
}

/// What somebody chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preferences {
    /// E-mails.
    pub email: Wish,
    /// Text messages.
    pub sms: Wish,
    /// Letters.
    pub letter: Wish,
    /// Notifications. Who adds a device wants them.
    #[serde(default = "each_step")]
    pub push: Wish,
    /// When no text message or notification goes out.
    pub quiet: Option<Quiet>,
    /// The time of the day at which steps are told, all that there are together; none where each is told as it happens.
    #[serde(default)]
    pub daily: Option<NaiveTime>,
}

fn each_step() -> Wish {
    Wish::EachStep
}

impl Default for Preferences {
    /// Who has said nothing: an e-mail for each step, and a notification on each device that they add.
    fn default() -> Self {
        let (email, never) = (Wish::EachStep, Wish::Never);
        Self { email, sms: never, letter: never, push: each_step(), quiet: hours(QUIET[0].0), daily: None }
    }
}

impl Preferences {
    /// Who has said nothing about alerts, but how they would like us to get in touch: that way, too, for what is
    /// important.
    #[must_use]
    pub fn of_profile(profile: &Answers) -> Self {
        let wants = |way: &str| profile.get("reach").split(',').any(|wanted| wanted == way);
        let wish = |way: &str| if wants(way) { Wish::Important } else { Wish::Never };
        Self { sms: wish("text"), letter: wish("letter"), ..Self::default() }
    }

    fn wish(&self, channel: Channel) -> Wish {
        match channel {
            Channel::Email => self.email,
            Channel::Sms => self.sms,
            Channel::Letter => self.letter,
            Channel::Push => self.push,
        }
    }

    /// The same as answers to the [`questions`].
    #[must_use]
    pub fn answers(&self) -> Answers {
        let mut answers = Answers::default();
        for channel in Channel::ALL {
            answers.set(channel.id(), self.wish(channel).id());
        }
        let kept = QUIET.iter().map(|(id, _)| *id).find(|id| hours(id) == self.quiet);
        answers.set("quiet", kept.unwrap_or(QUIET[0].0));
        let daily = DAILY.iter().map(|(id, _)| *id).find(|id| hour(id) == self.daily);
        answers.set("daily", daily.unwrap_or(DAILY[0].0));
        answers
    }

    /// Reads answers to the [`questions`]. What is not answered is as it is by default.
    ///
    /// # Errors
    /// What is wrong with them, in the order of the questions; paths that no question has last.
    pub fn read(answers: &Answers) -> Result<Self, Vec<FieldError>> {
        // No question here is about a day.
        let read = asked_alone(&questions(), answers, chrono::NaiveDate::default())?;
        let chosen = |id: &str| {
            read.iter().find_map(|Answer { question, value, .. }| match value {
                Value::Choice(chosen) if question == id => Some(chosen.value.as_str()),
                _ => None,
            })
        };
        let unsaid = Self::default();
        let wish = |channel: Channel| {
            chosen(channel.id()).and_then(Wish::of).unwrap_or_else(|| unsaid.wish(channel))
        };
        Ok(Self {
            email: wish(Channel::Email),
            sms: wish(Channel::Sms),
            letter: wish(Channel::Letter),
            push: wish(Channel::Push),
            quiet: chosen("quiet").map_or(unsaid.quiet, hours),
            daily: chosen("daily").map_or(unsaid.daily, hour),
        })
    }
}

/// The quiet hours that can be chosen; the first are the usual ones.
const QUIET: [(&str, &str); 4] = [
    ("21-08", "From 9pm to 8am"),
    ("19-09", "From 7pm to 9am"),
    ("23-06", "From 11pm to 6am"),
    ("none", "You can text me at any time"),
];

/// How often steps are told; the first is the usual way.
const DAILY: [(&str, &str); 3] = [
    ("as-it-happens", "Each as it happens"),
    ("17", "Once a day at 5pm, all of them together"),
    ("08", "Once a day at 8am, all of them together"),
];

fn hours(id: &str) -> Option<Quiet> {
    let (from, to) = id.split_once('-')?;
    Some(Quiet { from: hour(from)?, to: hour(to)? })
}

fn hour(id: &str) -> Option<NaiveTime> {
    NaiveTime::from_hms_opt(id.parse().ok()?, 0, 0)
}

/// What is asked about alerts, in order.
#[must_use]
pub fn questions() -> Vec<Question> {
    let choice = |id, label, hint, list: &[(&str, &str)]| {
        let kind = Kind::Choice(Choices { options: options(list), ..Choices::default() });
        question(id, label, Some(hint), kind)
    };
    let wishes = |never| {
        [
            (Wish::EachStep.id(), "At each step"),
            (Wish::Important.id(), "Only when I have to do something, or it closes"),
            (Wish::Never.id(), never),
        ]
    };
    vec![
        choice(
            Channel::Email.id(),
            "When should we email you?",
            "We still email you when you have to do something and there is no other way to tell you.",
            &wishes("Never"),
        ),
        choice(
            Channel::Sms.id(),
            "When should we send you a text message?",
            "To the phone number in your details.",
            &wishes("Never"),
        ),
        choice(
            Channel::Letter.id(),
            "When should we send you a letter?",
            "To the address in your details. A letter takes some days.",
            &wishes("Never"),
        ),
        choice(
            Channel::Push.id(),
            "When should we send notifications to your devices?",
            "To the devices that you have added on this page.",
            &wishes("Never"),
        ),
        choice(
            "daily",
            "How often should we tell you about steps?",
            "When you have to do something, or a request is closed, we tell you at once.",
            &DAILY,
        ),
        choice(
            "quiet",
            "When should we not send text messages?",
            "A text message or a notification that is ready then waits until the morning.",
            &QUIET,
        ),
    ]
}

/// The longest name of a device, in characters.
const DEVICE_NAME: u32 = 60;
/// The identifier of the question whose device it is.
pub const OWN_DEVICE: &str = "own";

/// How somebody wants to be told on a device of theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// What they call it.
    pub name: String,
    /// Notifications say what they are about, for all who see the screen.
    pub says_what: bool,
    /// It is removed when they sign out on it.
    pub until_sign_out: bool,
}

/// What is asked before notifications are sent to a device, in order.
#[must_use]
pub fn device_questions() -> Vec<Question> {
    let choice = |id, label, hint, list: &[(&str, &str)]| Question {
        required: true,
        ..question(id, label, hint, Kind::Choice(Choices { options: options(list), ..Choices::default() }))
    };
    let name = Kind::Text(Text { max: DEVICE_NAME });
    vec![
        choice(
            OWN_DEVICE,
            "Is this your own device?",
            Some("Notifications stay on the screen for whoever uses it next."),
            &[("yes", "Yes, only I use it"), ("no", "No, other people use it too")],
        ),
        Question {
            required: true,
            ..question("name", "What do you call this device?", Some("Such as “My phone”"), name)
        },
        choice(
            "says",
            "What should a notification say?",
            Some("It can be read on the screen before the device is unlocked."),
            &[
                ("news", "Only that there is news about a request of mine"),
                ("what", "What it is about, and what happened"),
            ],
        ),
        choice(
            "until",
            "How long should we send notifications to it?",
            None,
            &[("removed", "Until I remove it here"), ("sign-out", "Until I sign out on it, or remove it")],
        ),
    ]
}

/// Reads answers to the [`device_questions`].
///
/// # Errors
/// What is wrong with them, in the order of the questions; that it is not their own device is
/// [`ErrorCode::NotAgreed`]. Paths that no question has come last.
pub fn device(answers: &Answers) -> Result<Device, Vec<FieldError>> {
    asked_alone(&device_questions(), answers, chrono::NaiveDate::default())?;
    if answers.get(OWN_DEVICE) != "yes" {
        return Err(vec![FieldError::new(OWN_DEVICE, ErrorCode::NotAgreed)]);
    }
    let name = answers.get("name").split_whitespace().collect::<Vec<_>>().join(" ");
    Ok(Device {
        name,
        says_what: answers.get("says") == "what",
        until_sign_out: answers.get("until") == "sign-out",
    })
}

/// The ways in which somebody can be reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each way is known or not, whatever the others are")]
pub struct Known {
    /// There is an e-mail address, and mail gets through.
    pub email: bool,
    /// There is a phone number that takes text messages, and we can send some.
    pub sms: bool,
    /// There is a postal address.
    pub letter: bool,
    /// There is a device of theirs that takes notifications.
    pub push: bool,
}

impl Known {
    fn has(self, channel: Channel) -> bool {
        match channel {
            Channel::Email => self.email,
            Channel::Sms => self.sms,
            Channel::Letter => self.letter,
            Channel::Push => self.push,
        }
    }

    /// The way that takes the place of those that were tried and did not get through.
    #[must_use]
    pub fn after(self, tried: &[Channel]) -> Option<Channel> {
        Channel::ALL.into_iter().find(|channel| self.has(*channel) && !tried.contains(channel))
    }
}

/// The phone number of whose form it is, if text messages can be sent to it.
#[must_use]
pub fn phone_in(answers: &[Answer]) -> Option<&str> {
    let phone = answers.iter().find_map(|answer| match &answer.value {
        Value::Contact(person) => person.phone.as_ref(),
        Value::Phone(phone) => Some(phone),
        _ => None,
    });
    phone?.e164.as_deref().filter(|number| takes_texts(number))
}

/// The name in answers about oneself.
#[must_use]
pub fn name_in(answers: &[Answer]) -> Option<String> {
    answers.iter().find_map(|answer| match &answer.value {
        Value::Contact(person) => Some(person.name.clone()).filter(|name| !name.is_empty()),
        Value::Name(name) if answer.question == crate::profile::NAME => Some(name.clone()),
        _ => None,
    })
}

/// Whether a number may be a mobile's. Of British ones it is known; pagers and forwarding numbers begin with 7, too.
#[must_use]
pub fn takes_texts(e164: &str) -> bool {
    match e164.strip_prefix("+44") {
        Some(british) => {
            british.starts_with('7') && !["70", "76"].iter().any(|start| british.starts_with(start))
        }
        None => e164.starts_with('+'),
    }
}

/// The postal address of whose form it is, line by line, if it is whole. Only the question of the shared set is about
/// where they live themselves.
#[must_use]
pub fn address_in(answers: &[Answer]) -> Option<Vec<String>> {
    let address = answers.iter().find_map(|answer| match &answer.value {
        Value::Address(address) if answer.question == crate::profile::ADDRESS => Some(address),
        _ => None,
    })?;
    let postcode = address.postcode.clone().filter(|_| address.postcode_recognised)?;
    let lines: Vec<String> = address.lines.iter().chain(&address.town).cloned().collect();
    (!lines.is_empty()).then(|| lines.into_iter().chain([postcode]).collect())
}

/// How a council tells residents what happens to their requests; `[alerts]` in its document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Minutes that a step waits for others, so that several are one message; 5 where nothing is said.
    #[serde(default)]
    pub wait: Option<u8>,
    /// Where mail servers send what did not get through: with a plus and more behind its name, each mail has an address of
    /// its own. Without one, only what is refused at once is known not to have got through.
    #[serde(default)]
    pub bounces: Option<String>,
    /// GOV.UK Notify, which sends text messages, and letters and e-mails if it is to.
    #[serde(default)]
    pub notify: Option<Notify>,
}

/// Templates in GOV.UK Notify, by their identifiers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notify {
    /// Text messages: a template that is `((text))`.
    pub texts: String,
    /// Letters: a template with `((subject))` and `((text))`. Without one, staff print them.
    #[serde(default)]
    pub letters: Option<String>,
    /// E-mails: a template with `((subject))`, `((text))` and `((link))`. Without one, our own mail server sends them.
    #[serde(default)]
    pub emails: Option<String>,
    /// Where it is; for tests.
    #[serde(default)]
    pub api: Option<String>,
}

impl Settings {
    /// How long a step waits for others.
    #[must_use]
    pub fn gather(&self) -> TimeDelta {
        TimeDelta::minutes(self.wait.unwrap_or(5).into())
    }

    /// Mistakes that the types do not show.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        let mut faults: Vec<String> =
            self.bounces.iter().filter_map(|address| wrong_sender(address)).collect();
        let Some(notify) = &self.notify else { return faults };
        let templates = [Some(&notify.texts), notify.letters.as_ref(), notify.emails.as_ref()];
        let wrong = |id: &&String| uuid::Uuid::try_parse(id).is_err();
        let each = templates.into_iter().flatten().filter(wrong);
        faults
            .extend(each.map(|id| format!("“{id}” in [alerts.notify] is not the identifier of a template")));
        faults
    }
}

/// What is wrong with an address for mails that do not get through.
fn wrong_sender(address: &str) -> Option<String> {
    // With what names the mail there are 44 characters more, and 64 are the most (RFC 5321).
    const LONGEST: usize = 20;
    let name = address.rsplit_once('@').map_or("", |(name, _)| name);
    let is_one = is_email(address) && !name.contains('+') && name.len() <= LONGEST;
    (!is_one).then(|| {
        format!(
            "“{address}” in [alerts] bounces is not an email address whose name has up to {LONGEST} characters and no plus"
        )
    })
}

/// An alert that goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Going {
    /// By which channel.
    pub by: Channel,
    /// Not before this moment of local time.
    pub not_before: NaiveDateTime,
    /// With everything else of its day.
    pub daily: bool,
}

/// Which ways an alert goes out that is ready now, by the council's local time. `gather` is how long a step waits for others.
#[must_use]
pub fn route(
    preferences: &Preferences,
    matter: Matter,
    now: NaiveDateTime,
    gather: TimeDelta,
    known: Known,
) -> Vec<Going> {
    let wanted = |channel: &Channel| known.has(*channel) && preferences.wish(*channel).admits(matter);
    let mut by: Vec<Channel> = Channel::ALL.into_iter().filter(wanted).collect();
    if by.is_empty() && matter.is_important() {
        by.extend(known.after(&[]));
    }
    let daily = preferences.daily.filter(|_| matter.may_wait());
    let ready = match daily {
        Some(time) => next(time, now),
        None if matter.may_wait() => now + gather,
        None => now,
    };
    let going = |by| Going { by, not_before: when(preferences, by, ready), daily: daily.is_some() };
    by.into_iter().map(going).collect()
}

/// The next moment at this time of the day.
fn next(time: NaiveTime, now: NaiveDateTime) -> NaiveDateTime {
    let today = now.date().and_time(time);
    if today >= now { today } else { today + TimeDelta::days(1) }
}

/// When what is ready at this moment of local time goes out by a channel.
#[must_use]
pub fn when(preferences: &Preferences, by: Channel, ready: NaiveDateTime) -> NaiveDateTime {
    match preferences.quiet {
        Some(quiet) if by.rings() => quiet.over(ready),
        _ => ready,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(hour: u32, minute: u32) -> NaiveDateTime {
        chrono::NaiveDate::from_ymd_opt(2026, 12, 7).unwrap().and_hms_opt(hour, minute, 0).unwrap()
    }

    #[test]
    fn quiet_hours_may_go_over_midnight() {
        let next = |hour, minute| at(hour, minute) + TimeDelta::days(1);
        let night = hours("21-08").unwrap();
        for (ready, goes) in [
            (at(7, 59), at(8, 0)),
            (at(8, 0), at(8, 0)),
            (at(20, 59), at(20, 59)),
            (at(21, 0), next(8, 0)),
            (at(23, 59), next(8, 0)),
            (at(0, 0), at(8, 0)),
        ] {
            assert_eq!(night.over(ready), goes);
        }
        let noon = hours("12-13").unwrap();
        assert_eq!(noon.over(at(12, 30)), at(13, 0));
        assert_eq!(noon.over(at(13, 0)), at(13, 0));
        let never = hours("12-12").unwrap();
        assert_eq!(never.over(at(12, 0)), at(12, 0));
    }

    #[test]
    fn who_said_nothing_is_told_by_mail_and_as_they_like_to_be_reached() {
        let all = Known { email: true, sms: true, letter: true, push: false };
        let by = |preferences: &Preferences, matter| {
            let going = route(preferences, matter, at(10, 0), TimeDelta::minutes(5), all);
            going.into_iter().map(|going| going.by).collect::<Vec<_>>()
        };
        assert_eq!(by(&Preferences::default(), Matter::Step), [Channel::Email]);
        let profile: Answers = [("reach", "phone,text,letter")].into_iter().collect();
        let told = Preferences::of_profile(&profile);
        assert_eq!(by(&told, Matter::Step), [Channel::Email]);
        assert_eq!(by(&told, Matter::MustAct), [Channel::Email, Channel::Sms, Channel::Letter]);
        // Who is asked how it is, weeks later, is everybody who wants to hear anything.
        let wants = |email| Preferences { email, ..Preferences::default() };
        for (wish, asked) in [(Wish::EachStep, 1), (Wish::Important, 1), (Wish::Never, 0)] {
            assert_eq!(by(&wants(wish), Matter::Asks).len(), asked, "{wish:?}");
        }
    }

    #[test]
    fn a_step_waits_for_others_and_what_is_urgent_does_not() {
        let known = Known { email: true, ..Known::default() };
        let when = |matter| {
            let going = route(&Preferences::default(), matter, at(10, 0), TimeDelta::minutes(5), known);
            going[0].not_before
        };
        assert_eq!(when(Matter::Step), at(10, 5));
        for matter in [Matter::Receipt, Matter::Closes, Matter::MustAct] {
            assert_eq!(when(matter), at(10, 0));
        }
    }

    #[test]
    fn who_chose_so_is_told_of_steps_once_a_day() {
        let known = Known { email: true, sms: true, ..Known::default() };
        let chosen = Preferences { daily: hour("17"), sms: Wish::EachStep, ..Preferences::default() };
        let going = |matter, now| route(&chosen, matter, now, TimeDelta::minutes(5), known);
        for (now, then) in [
            (at(10, 0), at(17, 0)),
            (at(17, 0), at(17, 0)),
            (at(17, 1), at(17, 0) + TimeDelta::days(1)),
            (at(23, 59), at(17, 0) + TimeDelta::days(1)),
        ] {
            let going = going(Matter::Step, now);
            assert!(
                going.len() == 2 && going.iter().all(|one| one.daily && one.not_before == then),
                "{going:?}"
            );
        }
        for matter in [Matter::Receipt, Matter::Closes, Matter::MustAct] {
            assert!(going(matter, at(10, 0)).iter().all(|one| !one.daily && one.not_before == at(10, 0)));
        }
        // What is kept from before there was a choice is each as it happens.
        let kept: Preferences =
            serde_json::from_str(r#"{"email":"each_step","sms":"never","letter":"never","quiet":null}"#)
                .unwrap();
        assert_eq!((kept.daily, kept.push), (None, Wish::EachStep));
    }

    #[test]
    fn an_address_for_what_comes_back_leaves_room() {
        let faults =
            |address: &str| Settings { bounces: Some(address.to_owned()), ..Settings::default() }.faults();
        assert!(faults("bounces@council.example").is_empty());
        for wrong in ["", "bounces", "bounces+x@council.example", "a-name-that-is-too-long@council.example"] {
            assert_eq!(faults(wrong).len(), 1, "{wrong}");
        }
    }

    #[test]
    fn only_ones_own_device_is_told_anything() {
        let answers = |changes: &[(&str, &str)]| -> Answers {
            let usual = [("own", "yes"), ("name", "  My   phone "), ("says", "news"), ("until", "removed")];
            usual.iter().chain(changes).copied().collect()
        };
        let usual = device(&answers(&[])).unwrap();
        assert_eq!(usual, Device { name: "My phone".into(), says_what: false, until_sign_out: false });
        let other = device(&answers(&[("says", "what"), ("until", "sign-out")])).unwrap();
        assert!(other.says_what && other.until_sign_out);
        assert_eq!(
            device(&answers(&[("own", "no")])),
            Err(vec![FieldError::new("own", ErrorCode::NotAgreed)])
        );
        let long = "x".repeat(61);
        for (path, raw) in [
            ("own", ""),
            ("own", "perhaps"),
            ("name", "  "),
            ("name", long.as_str()),
            ("says", "all"),
            ("until", ""),
            ("pigeon", "yes"),
        ] {
            assert_eq!(device(&answers(&[(path, raw)])).unwrap_err()[0].path, path, "{raw}");
        }
    }

    #[test]
    fn a_notification_takes_the_place_of_nothing_else() {
        let all = Known { email: true, sms: true, letter: true, push: true };
        assert_eq!(all.after(&[Channel::Push]), Some(Channel::Email));
        assert_eq!(all.after(&[Channel::Email]), Some(Channel::Sms));
        assert_eq!(
            Known { email: true, push: true, ..Known::default() }.after(&[Channel::Email]),
            Some(Channel::Push)
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (path, raw) in [
            ("email", "sometimes"),
            ("quiet", "99-01"),
            ("daily", "99"),
            ("pigeon", "each-step"),
            ("sms.x", "never"),
        ] {
            let wrong: Answers = [(path, raw)].into_iter().collect();
            assert_eq!(Preferences::read(&wrong).unwrap_err()[0].path, path);
        }
        assert_eq!(Preferences::read(&Answers::default()), Ok(Preferences::default()));
    }

    fn wish() -> impl Strategy<Value = Wish> {
        prop_oneof![Just(Wish::EachStep), Just(Wish::Important), Just(Wish::Never)]
    }

    fn preferences() -> impl Strategy<Value = Preferences> {
        let quiet = prop::sample::select(QUIET.iter().map(|(id, _)| hours(id)).collect::<Vec<_>>());
        let daily = prop::sample::select(DAILY.iter().map(|(id, _)| hour(id)).collect::<Vec<_>>());
        (wish(), wish(), wish(), wish(), quiet, daily).prop_map(|(email, sms, letter, push, quiet, daily)| {
            Preferences { email, sms, letter, push, quiet, daily }
        })
    }

    fn matter() -> impl Strategy<Value = Matter> {
        prop::sample::select(vec![
            Matter::Step,
            Matter::Asks,
            Matter::Receipt,
            Matter::Closes,
            Matter::MustAct,
        ])
    }

    fn known() -> impl Strategy<Value = Known> {
        any::<[bool; 4]>().prop_map(|[email, sms, letter, push]| Known { email, sms, letter, push })
    }

    proptest! {
        #[test]
        fn what_must_be_acted_on_always_goes_out(
            preferences in preferences(), matter in matter(), known in known(), minutes in 0_i64..3000, gather in 0_i64..10
        ) {
            let now = at(0, 0) + TimeDelta::minutes(minutes);
            let going = route(&preferences, matter, now, TimeDelta::minutes(gather), known);
            if matter.is_important() {
                prop_assert_eq!(going.is_empty(), known == Known::default());
            }
            for Going { by, not_before, daily } in &going {
                prop_assert!(known.has(*by), "only by what is known");
                prop_assert!(*not_before >= now, "never in the past");
                prop_assert!(matter.is_important() || preferences.wish(*by).admits(matter));
                prop_assert_eq!(*daily, matter.may_wait() && preferences.daily.is_some());
                if by.rings() && let Some(quiet) = preferences.quiet {
                    prop_assert_eq!(quiet.over(*not_before), *not_before, "nothing rings in quiet hours");
                    prop_assert!(*not_before <= now + TimeDelta::minutes(gather) + TimeDelta::hours(48));
                } else if !matter.may_wait() {
                    prop_assert_eq!(*not_before, now, "what is urgent goes at once");
                }
            }
            for channel in Channel::ALL {
                let times = going.iter().filter(|going| going.by == channel).count();
                let wants = preferences.wish(channel) == Wish::EachStep && known.has(channel);
                prop_assert!(times <= 1 && (!wants || times == 1), "each step by what was chosen, and once");
            }
        }

        #[test]
        fn what_falls_back_ends(known in known()) {
            let mut tried = Vec::new();
            while let Some(next) = known.after(&tried) {
                prop_assert!(!tried.contains(&next) && known.has(next));
                tried.push(next);
            }
            prop_assert_eq!(tried.len(), Channel::ALL.into_iter().filter(|channel| known.has(*channel)).count());
        }

        #[test]
        fn what_is_kept_is_read_again(preferences in preferences()) {
            prop_assert_eq!(Preferences::read(&preferences.answers()), Ok(preferences));
            let json = serde_json::to_string(&preferences).unwrap();
            prop_assert_eq!(serde_json::from_str::<Preferences>(&json).unwrap(), preferences);
        }
    }
}
