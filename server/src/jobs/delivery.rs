//! Which ways an alert goes out, and sending what is due: several that belong together as one, and another way where one does
//! not get through.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use domain::alert::{self as rules, Channel, Known, Preferences};
use domain::profile::{LANGUAGE, reads_large_print};
use domain::validate::Answer;
use futures::StreamExt as _;
use futures::stream;
use uuid::Uuid;

use super::alert::{Alert, Audience, Reader, Told};
use super::{Ended, asked_at, bounced, html, push};
use crate::adapters::mail::{Mail, MailError};
use crate::adapters::notify::Kind;
use crate::councils::Served;
use crate::state::AppState;
use crate::store::deliveries::{Batch, NewDelivery, Settled};
use crate::store::jobs::Claimed;
use crate::store::requests::Stored;
use crate::store::{Store, StoreError};
use crate::words::compose::{Mails, compose, text};
use crate::words::table;

/// What is claimed at once.
const CLAIM: u64 = 32;
/// Sent side by side.
const ABREAST: usize = 8;
/// The longest wait between two tries.
const LONGEST: TimeDelta = TimeDelta::hours(6);

/// How somebody can be told.
struct Reach {
    preferences: Preferences,
    email: Option<String>,
    phone: Option<String>,
    /// Name and address, line by line.
    postal: Option<String>,
    /// The account whose devices take notifications.
    devices: Option<String>,
    /// Mail to them does not get through.
    bounces: bool,
    /// The ways in which this may be told.
    by: Vec<Channel>,
    /// How they read best.
    reader: Reader,
}

impl Reach {
    fn known(&self) -> Known {
        let has = |by: Channel| self.by.contains(&by) && self.address(by).is_some();
        let (sms, letter, push) = (has(Channel::Sms), has(Channel::Letter), has(Channel::Push));
        // Where there is no other way that is as good, it is tried again.
        Known { email: has(Channel::Email) && !(self.bounces && (sms || letter)), sms, letter, push }
    }

    fn address(&self, by: Channel) -> Option<&String> {
        match by {
            Channel::Email => self.email.as_ref(),
            Channel::Sms => self.phone.as_ref(),
            Channel::Letter => self.postal.as_ref(),
            Channel::Push => self.devices.as_ref(),
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
        devices: None,
        bounces: false,
        by: table().message(alert.told.name()).map(|message| message.by.clone()).unwrap_or_default(),
        reader: Reader::default(),
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
        let language = profile.get(LANGUAGE).to_owned();
        reach.reader = Reader { language, large: reads_large_print(&profile) };
        // What was kept by older rules is not in the way.
        told = domain::profile::read(&profile, served.local(now).date()).unwrap_or_default();
        if reach.email.is_none() {
            reach.email = store.email_of(resident).await?;
        }
        if !store.devices(resident).await?.is_empty() {
            reach.devices = Some(resident.to_string());
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

/// Decides which ways an alert goes out.
pub(super) async fn route(state: &AppState, served: &Served, claimed: &Claimed, alert: Alert) -> Ended {
    match routed(state, served, claimed, alert).await {
        Ok(new) => Ended::Goes(new),
        Err(error) => Ended::Retry(error.to_string()),
    }
}

async fn routed(
    state: &AppState,
    served: &Served,
    claimed: &Claimed,
    alert: Alert,
) -> Result<Vec<NewDelivery>, StoreError> {
    let store = state.db.council(&claimed.council);
    let request = store.told_about(&alert.reference).await?;
    // Taken back while this was under way: nobody is told any more that it came.
    let is_taken_back = request.as_ref().is_some_and(|(stored, _)| stored.case.is_taken_back());
    if is_taken_back && matches!(alert.told, Told::Received { .. }) {
        return Ok(Vec::new());
    }
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
        new_delivery(state, served, &alert, of, (going.by, None), (due, going.daily), &reach)
    });
    Ok(new.collect())
}

fn new_delivery(
    state: &AppState,
    served: &Served,
    alert: &Alert,
    (alert_id, created, request): (Uuid, DateTime<Utc>, Option<Uuid>),
    (by, instead_of): (Channel, Option<Channel>),
    (due, daily): (DateTime<Utc>, bool),
    reach: &Reach,
) -> Option<NewDelivery> {
    let notify = served.council.alerts.notify.as_ref();
    Some(NewDelivery {
        id: state.new_id(),
        alert_id,
        headline: served.wording.english().headline(&alert.told, &alert.title, &alert.reference),
        alert: Alert { reader: reach.reader.clone(), ..alert.clone() },
        by,
        daily,
        instead_of,
        request,
        address: reach.address(by)?.clone(),
        // Notify prints in one size.
        is_printed: by == Channel::Letter
            && (reach.reader.large || notify.is_none_or(|notify| notify.letters.is_none())),
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
    if first.by.rings()
        && let Some(at) = until_morning(state, &served, (batch, first.by)).await?
    {
        return Ok(Settled::Later { at, why: "it waits until the morning".to_owned() });
    }
    let alerts: Vec<Alert> = batch.all.iter().filter_map(|one| one.alert.clone()).collect();
    if alerts.is_empty() {
        // It was said, and is kept no longer.
        return Ok(Settled::Sent { and_told: false });
    }
    let letter = compose(&served.wording, &alerts, first.by);
    let address = &first.address;
    let notify = served.council.alerts.notify.as_ref();
    let id = (batch.id, batch.attempts > 1);
    let sent = match (first.by, notify) {
        (Channel::Sms, Some(_)) => {
            let text = text(&served.wording, &alerts);
            state.notify.send(&served.council, Kind::Text { to: address, text: &text }, id).await
        }
        (Channel::Sms, None) => {
            let text = text(&served.wording, &alerts);
            state.mail.text(&batch.council, batch.id, address, &text).await.map(|()| false)
        }
        (Channel::Email, Some(notify)) if notify.emails.is_some() => {
            state.notify.send(&served.council, Kind::Mail { to: address, letter: &letter }, id).await
        }
        (Channel::Email, _) => mail(state, &served, batch, letter).await,
        (Channel::Letter, _) => {
            state.notify.send(&served.council, Kind::Letter { to: address, letter: &letter }, id).await
        }
        (Channel::Push, _) => match Uuid::try_parse(address) {
            Ok(resident) => push::send(state, &served, batch, &alerts, resident).await?,
            Err(error) => Err(MailError::Never(error.to_string())),
        },
    };
    Ok(match sent {
        Ok(and_told) => Settled::Sent { and_told },
        Err(error @ MailError::NotNow(_)) => {
            Settled::Later { at: later(state, batch), why: error.to_string() }
        }
        Err(error @ MailError::Never(_)) => failed(state, &served, batch, error.to_string()).await?,
    })
}

/// When what rings may go out that may not now.
async fn until_morning(
    state: &AppState,
    served: &Served,
    (batch, by): (&Batch, Channel),
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let store = state.db.council(&batch.council);
    let Some(alert) = batch.all.iter().find_map(|one| one.alert.as_ref()) else { return Ok(None) };
    let request = store.told_about(&alert.reference).await?;
    let reach = reach(state, (served, &store), alert, request.as_ref()).await?;
    let now: NaiveDateTime = served.local(state.now());
    let when = rules::when(&reach.preferences, by, now);
    Ok((when > now).then(|| served.moment(when)))
}

/// Sends a mail, and says whether it may come back.
async fn mail(state: &AppState, served: &Served, batch: &Batch, letter: Mails) -> Result<bool, MailError> {
    let Some(first) = batch.all.first() else { return Ok(false) };
    let bounces = bounced::sender(&state.secret, &served.council, batch.id);
    let comes_back = bounces.is_some();
    let html = html(&letter);
    state
        .mail
        .send(Mail {
            id: batch.id,
            council: batch.council.clone(),
            from: (served.council.name.clone(), served.council.contact.email.clone()),
            bounces,
            to: (letter.name, first.address.clone()),
            subject: letter.subject,
            text: letter.paragraphs.join("\n\n") + "\n",
            html,
        })
        .await?;
    Ok(comes_back)
}

/// Notes that what went out did not get through, as somebody says who took it: it goes out in another way. Told again, it
/// changes nothing.
///
/// # Errors
/// The database's errors.
pub async fn not_through(
    state: &AppState,
    served: &Served,
    store: &Store,
    id: Uuid,
    why: String,
) -> Result<(), StoreError> {
    let Some(batch) = store.unconfirmed(id).await? else { return Ok(()) };
    let settled = failed(state, served, &batch, why).await?;
    state.db.settle(state.now(), vec![(batch, settled)]).await?;
    state.wake.notify_one();
    Ok(())
}

/// What becomes of what did not get through: for residents, the next way there is.
///
/// # Errors
/// The database's errors.
async fn failed(
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
        instead.extend(new_delivery(state, served, alert, of, (by, Some(one.by)), (due, false), &reach));
    }
    Ok(Settled::Failed { why, instead })
}
