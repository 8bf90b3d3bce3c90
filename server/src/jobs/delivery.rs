//! Which ways an alert goes out, and sending what is due: several that belong together as one, and another way where one does
//! not get through.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use domain::alert::{self as rules, Channel, Known, Preferences};
use domain::council::Council;
use domain::validate::Answer;
use futures::StreamExt as _;
use futures::stream;
use uuid::Uuid;

use super::alert::{Alert, Audience, foremost, letter, signed};
use super::{Ended, Letter, asked_at, html};
use crate::adapters::mail::{Mail, MailError};
use crate::adapters::notify::Kind;
use crate::councils::Served;
use crate::state::AppState;
use crate::store::deliveries::{Batch, Delivery, NewDelivery, Settled};
use crate::store::jobs::Claimed;
use crate::store::requests::Stored;
use crate::store::{Store, StoreError};

/// What is claimed at once.
const CLAIM: u64 = 32;
/// Sent side by side.
const ABREAST: usize = 8;
/// The longest wait between two tries.
const LONGEST: TimeDelta = TimeDelta::hours(6);

/// The longest text message, in characters: what is longer, GOV.UK Notify does not take.
const LONGEST_TEXT: usize = 918;

/// How somebody can be told.
struct Reach {
    preferences: Preferences,
    email: Option<String>,
    phone: Option<String>,
    /// Name and address, line by line.
    postal: Option<String>,
    /// Mail to them does not get through.
    bounces: bool,
}

impl Reach {
    fn known(&self) -> Known {
        let elsewhere = self.phone.is_some() || self.postal.is_some();
        Known {
            // Where there is no other way, it is tried again.
            email: self.email.is_some() && !(self.bounces && elsewhere),
            sms: self.phone.is_some(),
            letter: self.postal.is_some(),
        }
    }

    fn address(&self, by: Channel) -> Option<&String> {
        match by {
            Channel::Email => self.email.as_ref(),
            Channel::Sms => self.phone.as_ref(),
            Channel::Letter => self.postal.as_ref(),
        }
    }
}

/// Whoever works on a request or watches it is told by mail, at once or with others.
fn by_mail(alert: &Alert) -> Reach {
    Reach {
        preferences: Preferences::default(),
        email: Some(alert.email.clone()).filter(|email| !email.is_empty()),
        phone: None,
        postal: None,
        bounces: false,
    }
}

/// How the resident of a request is told: as they chose in their account, at what they told there or in the request. What
/// somebody else filled in for them says nothing about where they are.
async fn reach(
    state: &AppState,
    (served, store): (&Served, &Store),
    alert: &Alert,
    request: Option<&(Stored, Option<Uuid>)>,
) -> Result<Reach, StoreError> {
    if alert.told.bearing().0 != Audience::Resident {
        return Ok(by_mail(alert));
    }
    let Some((stored, resident)) = request else { return Ok(by_mail(alert)) };
    let now = state.now();
    let mut reach = by_mail(alert);
    let mut told: Vec<Answer> = Vec::new();
    if let Some(resident) = *resident {
        let profile = store.profile(resident).await?.answers;
        reach.preferences = match store.preferences(resident).await? {
            Some(chosen) => chosen,
            None => Preferences::of_profile(&profile),
        };
        // What was kept by older rules is not in the way.
        told = domain::profile::read(&profile, served.local(now).date()).unwrap_or_default();
        if reach.email.is_none() {
            reach.email = store.email_of(resident).await?;
        }
    }
    let own = if stored.case.helper.is_some() { &[][..] } else { &stored.case.submission.answers };
    let council = &served.council;
    if state.can_text(council) {
        reach.phone = rules::phone_in(&told).or_else(|| rules::phone_in(own)).map(ToOwned::to_owned);
    }
    let lines = rules::address_in(&told).or_else(|| rules::address_in(own));
    let name = Some(&alert.name).filter(|name| !name.is_empty()).cloned().or_else(|| rules::name_in(&told));
    let addressed = |lines: Vec<String>| name.clone().into_iter().chain(lines).collect::<Vec<_>>().join("\n");
    reach.postal = lines.map(addressed);
    if let Some(email) = &reach.email {
        reach.bounces = store.is_failing(Channel::Email, email, now).await?;
    }
    Ok(reach)
}

/// Decides which ways an alert goes out, and keeps what is to go out.
pub(super) async fn route(state: &AppState, served: &Served, claimed: &Claimed, alert: Alert) -> Ended {
    match routed(state, served, claimed, alert).await {
        Ok(()) => Ended::Done,
        Err(error) => Ended::Retry(error.to_string()),
    }
}

async fn routed(
    state: &AppState,
    served: &Served,
    claimed: &Claimed,
    alert: Alert,
) -> Result<(), StoreError> {
    let store = state.db.council(&claimed.council);
    let request = store.told_about(&alert.reference).await?;
    let reach = reach(state, (served, &store), &alert, request.as_ref()).await?;
    let now = state.now();
    let created = asked_at(claimed.id).unwrap_or(now);
    // It has waited as long as nobody looked.
    let gather = (created + served.council.alerts.gather() - now).max(TimeDelta::zero());
    let local = served.local(now);
    let going = rules::route(&reach.preferences, alert.told.bearing().1, local, gather, reach.known());
    let new = going.into_iter().filter_map(|going| {
        let due = if going.not_before <= local { now } else { served.moment(going.not_before) };
        let of = (claimed.id, created, request.as_ref().map(|(stored, _)| stored.id));
        new_delivery(state, served, &alert, of, (going.by, None, due), &reach)
    });
    let new: Vec<NewDelivery> = new.collect();
    store.deliver(&new, now).await
}

fn new_delivery(
    state: &AppState,
    served: &Served,
    alert: &Alert,
    (alert_id, created, request): (Uuid, DateTime<Utc>, Option<Uuid>),
    (by, instead_of, due): (Channel, Option<Channel>, DateTime<Utc>),
    reach: &Reach,
) -> Option<NewDelivery> {
    let notify = served.council.alerts.notify.as_ref();
    Some(NewDelivery {
        id: state.new_id(),
        alert_id,
        alert: alert.clone(),
        by,
        instead_of,
        request,
        address: reach.address(by)?.clone(),
        is_printed: by == Channel::Letter && notify.is_none_or(|notify| notify.letters.is_none()),
        created,
        due,
    })
}

/// Sends what is due now, and says how many there were.
///
/// # Errors
/// The database's errors. What can't be sent is not an error: it is put back, or goes out in another way.
pub async fn send_due(state: &AppState) -> Result<usize, StoreError> {
    let claimed = state.db.claim_deliveries(state.now(), CLAIM).await?;
    let count = claimed.len();
    let settled: Vec<(Batch, Settled)> = stream::iter(claimed)
        .map(|batch| async move {
            let settled = send(state, &batch)
                .await
                .unwrap_or_else(|error| Settled::Later { at: later(state, &batch), why: error.to_string() });
            (batch, settled)
        })
        .buffer_unordered(ABREAST)
        .collect()
        .await;
    for (batch, settled) in &settled {
        match settled {
            Settled::Sent { .. } => {}
            Settled::Failed { why, .. } => {
                tracing::warn!(batch = %batch.id, why, "a message does not get through");
            }
            Settled::Later { why, .. } => {
                tracing::warn!(batch = %batch.id, why, attempts = batch.attempts, "a message is tried again later");
            }
        }
    }
    state.db.settle(state.now(), settled).await?;
    Ok(count)
}

fn later(state: &AppState, batch: &Batch) -> DateTime<Utc> {
    let wait = TimeDelta::seconds(5 * 2_i64.pow(batch.attempts.min(12))).min(LONGEST);
    state.now() + wait
}

async fn send(state: &AppState, batch: &Batch) -> Result<Settled, StoreError> {
    let Some(served) = state.councils.by_id(&batch.council) else {
        let why = "this server does not know the council".to_owned();
        return Ok(Settled::Later { at: later(state, batch), why });
    };
    let Some(first) = batch.all.first() else { return Ok(Settled::Sent { and_told: false }) };
    if first.by == Channel::Sms
        && let Some(at) = until_morning(state, &served, batch).await?
    {
        return Ok(Settled::Later { at, why: "it waits until the morning".to_owned() });
    }
    let alerts: Vec<Alert> = batch.all.iter().filter_map(|one| one.alert.clone()).collect();
    if alerts.is_empty() {
        // It was said, and is kept no longer.
        return Ok(Settled::Sent { and_told: false });
    }
    let letter = compose(&served.council, &alerts);
    let address = &first.address;
    let notify = served.council.alerts.notify.as_ref();
    let id = (batch.id, batch.attempts > 1);
    let sent = match (first.by, notify) {
        (Channel::Sms, Some(_)) => {
            let text = text(&served.council, &alerts);
            state.notify.send(&served.council, Kind::Text { to: address, text: &text }, id).await
        }
        (Channel::Sms, None) => {
            let text = text(&served.council, &alerts);
            state.mail.text(&batch.council, batch.id, address, &text).await.map(|()| false)
        }
        (Channel::Email, Some(notify)) if notify.emails.is_some() => {
            state.notify.send(&served.council, Kind::Mail { to: address, letter: &letter }, id).await
        }
        (Channel::Email, _) => mail(state, &served, batch, letter).await.map(|()| false),
        (Channel::Letter, _) => {
            state.notify.send(&served.council, Kind::Letter { to: address, letter: &letter }, id).await
        }
    };
    Ok(match sent {
        Ok(and_told) => Settled::Sent { and_told },
        Err(error @ MailError::NotNow(_)) => {
            Settled::Later { at: later(state, batch), why: error.to_string() }
        }
        Err(error @ MailError::Never(_)) => failed(state, &served, batch, error.to_string()).await?,
    })
}

/// When a text message may go out that may not now.
async fn until_morning(
    state: &AppState,
    served: &Served,
    batch: &Batch,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let store = state.db.council(&batch.council);
    let Some(alert) = batch.all.iter().find_map(|one| one.alert.as_ref()) else { return Ok(None) };
    let request = store.told_about(&alert.reference).await?;
    let reach = reach(state, (served, &store), alert, request.as_ref()).await?;
    let now: NaiveDateTime = served.local(state.now());
    let when = rules::when(&reach.preferences, Channel::Sms, now);
    Ok((when > now).then(|| served.moment(when)))
}

async fn mail(state: &AppState, served: &Served, batch: &Batch, letter: Mails) -> Result<(), MailError> {
    let Some(first) = batch.all.first() else { return Ok(()) };
    let links: Vec<&str> = letter.links.iter().map(String::as_str).collect();
    state
        .mail
        .send(Mail {
            id: batch.id,
            council: batch.council.clone(),
            from: (served.council.name.clone(), served.council.contact.email.clone()),
            to: (letter.name, first.address.clone()),
            subject: letter.subject,
            text: letter.paragraphs.join("\n\n") + "\n",
            html: html(&letter.paragraphs, &links),
        })
        .await
}

/// What becomes of what did not get through: for residents, the next way there is.
///
/// # Errors
/// The database's errors.
pub async fn failed(
    state: &AppState,
    served: &Served,
    batch: &Batch,
    why: String,
) -> Result<Settled, StoreError> {
    let store = state.db.council(&batch.council);
    let now = state.now();
    let mut instead = Vec::new();
    for one in batch.all.iter().filter(|one| one.is_to_resident) {
        let Some(alert) = &one.alert else { continue };
        let request = store.told_about(&alert.reference).await?;
        let reach = reach(state, (served, &store), alert, request.as_ref()).await?;
        let tried = store.channels_of(one.alert_id).await?;
        let Some(by) = reach.known().after(&tried) else { continue };
        let local = served.local(now);
        let when = rules::when(&reach.preferences, by, local);
        let due = if when <= local { now } else { served.moment(when) };
        let of = (one.alert_id, one.created, one.request);
        instead.extend(new_delivery(state, served, alert, of, (by, Some(one.by), due), &reach));
    }
    Ok(Settled::Failed { why, instead })
}

/// A mail or letter, with every link that is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mails {
    /// Name of whom it goes to; may be empty.
    pub name: String,
    /// Subject.
    pub subject: String,
    /// Paragraphs.
    pub paragraphs: Vec<String>,
    /// Those of them that are links.
    pub links: Vec<String>,
}

/// One mail that tells all of these to one person.
#[must_use]
pub fn compose(council: &Council, alerts: &[Alert]) -> Mails {
    let mut about: BTreeMap<&str, Vec<Alert>> = BTreeMap::new();
    for alert in alerts {
        about.entry(&alert.reference).or_default().push(alert.clone());
    }
    if about.len() < 2 {
        let Letter { to: (name, _), subject, paragraphs, link } = letter(council, alerts);
        return Mails { name, subject, paragraphs, links: link.into_iter().collect() };
    }
    let count = about.len();
    let name =
        alerts.iter().map(|alert| alert.name.clone()).find(|name| !name.is_empty()).unwrap_or_default();
    let hello = if name.is_empty() { "Hello,".to_owned() } else { format!("Hello {name},") };
    let mut paragraphs = vec![hello, format!("There is news about {count} requests.")];
    let mut links = Vec::new();
    for of_one in about.into_values() {
        let Letter { subject, paragraphs: said, link, .. } = letter(council, &of_one);
        paragraphs.push(subject);
        // Without the greeting, and what stands below each.
        let last = said.len().saturating_sub(1);
        paragraphs.extend(said.into_iter().take(last).skip(1));
        links.extend(link);
    }
    paragraphs.push(signed(council));
    Mails { name, subject: format!("News about {count} requests"), paragraphs, links }
}

/// The same as a text message: what matters most, and where to read the rest.
#[must_use]
pub fn text(council: &Council, alerts: &[Alert]) -> String {
    let Some(Alert { told, title, reference, link, .. }) = foremost(alerts) else { return String::new() };
    let headline = told.headline(title, reference);
    let more = match alerts.len() - 1 {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    let around = format!("{}: {more}. {link}", council.name).chars().count();
    let room = LONGEST_TEXT.saturating_sub(around);
    let headline: String = if headline.chars().count() > room {
        headline.chars().take(room.saturating_sub(1)).chain(['…']).collect()
    } else {
        headline
    };
    format!("{}: {headline}{more}. {link}", council.name)
}

/// What a letter on paper says.
#[must_use]
pub fn on_paper(council: &Council, letter: &[Delivery]) -> Mails {
    let alerts: Vec<Alert> = letter.iter().filter_map(|part| part.alert.clone()).collect();
    compose(council, &alerts)
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use domain::alert::Matter;
    use domain::case::{Age, Cause, Closing, Outcome, Rung, Status, Why};
    use domain::catalogue::Policy;

    use super::*;
    use crate::councils::{Councils, Sources};
    use crate::jobs::alert::{ByTheClock, Told};
    use crate::paper;

    const LINK: &str = "https://portico.example/follow/KEY";

    fn day() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 12, 7).unwrap()
    }

    /// Everything that is told, with this wherever a person wrote something.
    fn all(text: &str) -> Vec<Told> {
        let own = || text.to_owned();
        let policy = Policy {
            id: own(),
            name: own(),
            version: own(),
            date: day(),
            text: own(),
            instead: own(),
            unless: own(),
        };
        let to = day();
        let outcomes = [
            Outcome::Done,
            Outcome::PartDone,
            Outcome::DeclinedByPolicy,
            Outcome::NotOurs,
            Outcome::Duplicate,
            Outcome::Withdrawn,
            Outcome::NoAnswer,
            Outcome::NothingFound,
        ];
        let closing = |outcome| {
            Box::new(Closing {
                outcome,
                text: own(),
                on: Some(to),
                by: own(),
                next: own(),
                object: own(),
                unless: own(),
                policy: Some(policy.clone()),
                elsewhere: None,
                same_as: None,
                signed: None,
            })
        };
        let closed = |outcome| Told::Closed(closing(outcome));
        let by_the_clock = ByTheClock {
            missed: Some((to, to, Why::Longer)),
            up: Some((Rung::Head, own())),
            age: Some(Age::TooLong),
            reminded: Some(own()),
            ended: Some(closing(Outcome::NoAnswer)),
            asked_again: true,
        };
        let watched = |outcome| Told::WatchedClosed { outcome };
        let mut all = vec![
            Told::Received { complete_by: to, next: vec![own(), own()], by: Some(own()) },
            Told::Taken { by: own(), complete_by: to },
            Told::Message { by: own(), text: own() },
            Told::PromiseMoved { to, reason: own() },
            Told::Withdrawn,
            Told::WithdrawnFor { by: own() },
            Told::Watching { complete_by: to },
            Told::WatchedTaken,
            Told::WatchedMoved { to },
            Told::ResidentWrote { text: own(), by: Some(own()) },
            Told::ResidentWithdrew,
            Told::HandedOver { by: own(), complete_by: to },
            Told::PartsFinished,
            Told::WithdrawnWithParts,
            Told::Planned { on: to },
            Told::Begun,
            Told::Contracted { by: own() },
            Told::WorkDone { by: own(), check: true },
            Told::WorkDone { by: own(), check: false },
            Told::GoesOn { status: Status::Waiting, to },
            Told::Asked { question: own(), by: own() },
            Told::Decided { text: own(), to },
            Told::Reopened { to },
            Told::ByTheClock(Box::new(by_the_clock)),
            Told::ByTheClock(Box::default()),
            Told::ResidentAnswered { text: own(), complete_by: to },
            Told::ResidentReopened { reason: own(), complete_by: to },
            Told::ResidentAmended,
            Told::Offered { by: own(), reason: own() },
            Told::OfferEnded { reason: own() },
            Told::Proposed { by: own() },
            Told::SentBack { by: own(), reason: own() },
            Told::ContractorSaid { by: own(), text: own(), done: true },
            Told::DueSoon { by: to },
            Told::Missed { from: to, to },
            Told::Up { cause: Cause::Silent, owner: Some(own()), complete_by: to },
            Told::Aged { age: Age::Long, since: to, department: own() },
        ];
        all.extend(outcomes.map(closed));
        all.extend(outcomes.map(watched));
        all.extend(outcomes.map(|outcome| Told::GoesOn { status: Status::Closed(outcome), to }));
        all
    }

    fn alert(told: Told, text: &str, reference: &str) -> Alert {
        Alert {
            name: text.to_owned(),
            email: "sam@example.org".to_owned(),
            reference: reference.to_owned(),
            title: text.to_owned(),
            link: LINK.to_owned(),
            told,
        }
    }

    /// By mail, as a text message and on paper, alone and together: what people wrote is text, and our link the only one.
    #[test]
    fn everything_is_told_with_the_strangest_values() {
        let served = Councils::load(Sources::default()).unwrap().by_id("demo").unwrap();
        let council = &served.council;
        let long = "all of it ".repeat(200);
        for text in [
            "",
            "Sam",
            "<script>alert(1)</script>",
            "\" onload=\"x\" 'y' & <b>",
            LINK,
            "https://evil.example/?a=b&c=<d>",
            "line\none\r\n\r\ntwo\n",
            "((text)) [Click](https://evil.example) # heading",
            "\u{202e}gnp.exe \u{0} \u{feff}",
            "مرحبا 👩‍🎨 ਪੰਜਾਬੀ Łódź",
            long.as_str(),
        ] {
            for told in all(text) {
                let one = alert(told.clone(), text, "ABCD-EFGH");
                let urgent =
                    alert(Told::Message { by: text.to_owned(), text: text.to_owned() }, text, "ABCD-EFGH");
                let other = alert(told.clone(), text, "JKMN-PQRS");
                for alerts in [vec![one.clone()], vec![one.clone(), urgent], vec![one, other]] {
                    let mails = compose(council, &alerts);
                    let links: Vec<&str> = mails.links.iter().map(String::as_str).collect();
                    let page = html(&mails.paragraphs, &links);
                    assert!(
                        !page.contains("<script") && !page.contains("<b>") && !page.contains("<d>"),
                        "{page}"
                    );
                    assert!(!page.contains("href=\"https://evil"), "{page}");
                    let own = format!("<a href=\"{LINK}\">{LINK}</a>");
                    assert_eq!(page.matches("<a ").count(), page.matches(own.as_str()).count(), "{page}");
                    assert!(page.contains(&own), "{page}");
                    let said = super::text(council, &alerts);
                    assert!(said.chars().count() <= LONGEST_TEXT && said.ends_with(LINK), "{said}");
                }
            }
        }
        let last = all(&long).into_iter().map(|told| alert(told, &long, "ABCD-EFGH"));
        let said = compose(council, &last.take(3).collect::<Vec<_>>());
        let letter = paper::Letter {
            council: council.name.clone(),
            back: council.contact.address.clone(),
            to: format!("{long}\nNE1 8QH"),
            day: day(),
            said,
            is_large: true,
        };
        assert!(letter.pdf().unwrap().starts_with(b"%PDF-"));
    }

    #[test]
    fn the_subject_is_of_what_matters_most() {
        let served = Councils::load(Sources::default()).unwrap().by_id("demo").unwrap();
        let taken = alert(Told::Taken { by: "Priya".into(), complete_by: day() }, "Graffiti", "ABCD-EFGH");
        let ended = ByTheClock { asked_again: true, ..ByTheClock::default() };
        assert_eq!(Told::ByTheClock(Box::new(ended)).bearing().1, Matter::Step);
        let done = alert(Told::Withdrawn, "Graffiti", "ABCD-EFGH");
        let moved = alert(Told::PromiseMoved { to: day(), reason: "Rain".into() }, "Graffiti", "ABCD-EFGH");
        let mails = compose(&served.council, &[taken.clone(), done.clone(), moved.clone()]);
        assert_eq!(mails.subject, "Withdrawn: Graffiti (ABCD-EFGH)");
        assert!(
            text(&served.council, &[taken.clone(), done, moved.clone()])
                .contains("Withdrawn: Graffiti (ABCD-EFGH), and 2 more")
        );
        let mails = compose(&served.council, &[taken, moved]);
        assert_eq!(
            mails.subject, "A new date for your request: Graffiti (ABCD-EFGH)",
            "of two alike, the last"
        );
        assert_eq!(Told::Withdrawn.bearing().1, Matter::Closes);
    }
}
