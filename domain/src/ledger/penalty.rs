//! Penalty charges: what is due on a day, and why.

use chrono::{Days, NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};

use super::Row;
use crate::answers::Answers;
use crate::field::{Kind, Value};
use crate::money;
use crate::payment::Codes;

/// The columns that a file must have.
pub const NEEDS: &[&str] =
    &["number", "registration", "contravention", "place", "at", "served", "how", "stage", "full"];
/// The columns that it may have.
pub const TAKES: &[&str] = &["paid", "challenged", "offered_until", "photos"];
/// The most photos of one contravention.
const MOST_PHOTOS: usize = 12;

/// How a council deals with them; where nothing is said, as the Traffic Management Act 2004 does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The service whose page leads to it.
    pub pay: String,
    /// The service that is a challenge.
    pub challenge: String,
    /// The question of that service which takes the number.
    pub number: String,
    /// The question of that service which takes the registration.
    pub vehicle: String,
    /// For so many days, the day of service among them, half is enough.
    #[serde(default = "half_days")]
    pub half_days: u64,
    /// The same for a notice that a camera led to.
    #[serde(default = "camera_days")]
    pub camera_days: u64,
    /// For so many days, the day of service among them, no further letter comes.
    #[serde(default = "pay_days")]
    pub pay_days: u64,
    /// By how much a charge certificate makes it more, in per cent.
    #[serde(default = "certificate")]
    pub certificate: i64,
    /// What an Order for Recovery adds, in pence.
    #[serde(default = "order")]
    pub order: i64,
    /// Where it is booked.
    #[serde(default)]
    pub codes: Codes,
}

fn half_days() -> u64 {
    14
}
fn camera_days() -> u64 {
    21
}
fn pay_days() -> u64 {
    28
}
fn certificate() -> i64 {
    50
}
fn order() -> i64 {
    1_000
}

/// How a notice was served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// On the vehicle, or to somebody's hand.
    Vehicle,
    /// By post, because the vehicle drove away.
    Post,
    /// By post, after a camera saw it.
    Camera,
}

/// How far a notice has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The notice was served.
    Notice,
    /// A Notice to Owner was sent.
    NoticeToOwner,
    /// A formal challenge was refused.
    Rejection,
    /// A charge certificate was sent.
    Certificate,
    /// The court's enforcement centre made an Order for Recovery.
    Order,
    /// An enforcement agent has it.
    Agent,
    /// It was paid.
    Paid,
    /// It was cancelled.
    Cancelled,
}

/// A penalty charge notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Its number, as it is shown.
    pub number: String,
    /// The vehicle, as registrations are shown.
    pub registration: String,
    /// What was seen.
    pub contravention: String,
    /// Where.
    pub place: String,
    /// When, by the council's clock.
    pub at: NaiveDateTime,
    /// The day of service.
    pub served: NaiveDate,
    /// How it was served.
    pub how: How,
    /// How far it has got.
    pub stage: Stage,
    /// The full charge in pence, before a certificate makes it more.
    pub full: i64,
    /// What was paid, as far as the ledger knows, in pence.
    pub paid: i64,
    /// The day on which it was challenged, as far as the ledger knows.
    pub challenged: Option<NaiveDate>,
    /// After a challenge was refused: the last day of the half price that was offered again.
    pub offered_until: Option<NaiveDate>,
    /// The names of photos of the contravention.
    pub photos: Vec<String>,
}

/// A challenge that was sent to the council.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// The day it came.
    pub on: NaiveDate,
    /// The day it was decided, if it is.
    pub decided: Option<NaiveDate>,
}

/// What is due on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Half, up to and with this day; afterwards more. Both in pence.
    Half {
        /// What is due.
        pence: i64,
        /// The last day.
        until: NaiveDate,
        /// What is due after it.
        then: i64,
    },
    /// It was challenged, and does not go up until that is decided.
    Held {
        /// What is due, in pence.
        pence: i64,
        /// The day on which it was challenged.
        on: NaiveDate,
        /// It is the half price that is held.
        is_half: bool,
    },
    /// This much, in pence.
    All(i64),
    /// Nothing: it is paid.
    Paid,
    /// Nothing: it was cancelled.
    Cancelled,
    /// It is paid to an enforcement agent, and to nobody else.
    Agent,
}

impl Due {
    /// What can be paid to the council, in pence.
    #[must_use]
    pub fn pence(self) -> Option<i64> {
        match self {
            Self::Half { pence, .. } | Self::Held { pence, .. } | Self::All(pence) => Some(pence),
            Self::Paid | Self::Cancelled | Self::Agent => None,
        }
    }
}

/// A day, so many days after another, that day being the first of them.
fn last_of(first: NaiveDate, days: u64) -> NaiveDate {
    first.checked_add_days(Days::new(days.saturating_sub(1))).unwrap_or(first)
}

impl Notice {
    /// The last day on which half is enough, where nobody challenges it.
    #[must_use]
    pub fn half_until(&self, settings: &Settings) -> NaiveDate {
        let days = if self.how == How::Camera { settings.camera_days } else { settings.half_days };
        last_of(self.served, days)
    }

    /// The last day before the next letter may be sent.
    #[must_use]
    pub fn pay_until(&self, settings: &Settings) -> NaiveDate {
        last_of(self.served, settings.pay_days)
    }

    /// What is due on a day, after these challenges that were sent to the portal.
    #[must_use]
    pub fn due(&self, settings: &Settings, challenges: &[Challenge], today: NaiveDate) -> Due {
        let full = match self.stage {
            Stage::Paid => return Due::Paid,
            Stage::Cancelled => return Due::Cancelled,
            Stage::Agent => return Due::Agent,
            Stage::Notice | Stage::NoticeToOwner | Stage::Rejection => self.full,
            Stage::Certificate | Stage::Order => {
                let more = self.full.saturating_mul(settings.certificate) / 100;
                let order = if self.stage == Stage::Order { settings.order } else { 0 };
                self.full.saturating_add(more).saturating_add(order)
            }
        };
        let left = |pence: i64| pence.saturating_sub(self.paid);
        let (half, rest) = (left(self.full / 2), left(full));
        if rest <= 0 {
            return Due::Paid;
        }
        let ends = self.half_until(settings);
        let known = self.challenged.map(|on| Challenge { on, decided: None });
        let known = known.filter(|_| self.offered_until.is_none() && self.stage == Stage::Notice);
        let open = challenges.iter().copied().chain(known).filter(|challenge| challenge.decided.is_none());
        let open = open.min_by_key(|challenge| challenge.on);
        let is_early = self.stage == Stage::Notice;
        // Nothing is left of the half once somebody has paid as much: then the rest is due.
        let halves = is_early && half > 0;
        match (open, self.stage) {
            (Some(Challenge { on, .. }), Stage::Notice | Stage::NoticeToOwner) => {
                let is_half = halves && on <= ends;
                return Due::Held { pence: if is_half { half } else { rest }, on, is_half };
            }
            _ if !halves => return Due::All(rest),
            _ => {}
        }
        let days = settings.half_days;
        let offered = challenges.iter().filter(|challenge| challenge.on <= ends);
        let offered = offered.filter_map(|challenge| Some(last_of(challenge.decided?, days)));
        let until = offered.chain(self.offered_until).chain([ends]).max().unwrap_or(ends);
        if today <= until { Due::Half { pence: half, until, then: rest } } else { Due::All(rest) }
    }

    /// Whether it may still be challenged with the council.
    #[must_use]
    pub fn may_be_challenged(&self) -> bool {
        matches!(self.stage, Stage::Notice | Stage::NoticeToOwner)
    }

    /// Whether somebody who typed this means the notice's vehicle.
    #[must_use]
    pub fn is_of(&self, registration: &str) -> bool {
        same(&self.registration) == same(registration)
    }
}

/// Zero and O, one and I look the same on a plate.
fn same(registration: &str) -> String {
    let plain = registration.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase());
    plain.map(|c| if c == 'O' { '0' } else { c }).map(|c| if c == 'I' { '1' } else { c }).collect()
}

/// A penalty charge number, however it was typed.
#[must_use]
pub fn number(raw: &str) -> Option<String> {
    code(&Kind::PenaltyCharge, raw)
}

/// A registration, however it was typed.
#[must_use]
pub fn registration(raw: &str) -> Option<String> {
    code(&Kind::Vehicle, raw)
}

pub(super) fn code(kind: &Kind, raw: &str) -> Option<String> {
    let answers: Answers = [("code", raw)].into_iter().collect();
    match kind.parse(answers.parts("code"), true, NaiveDate::default()) {
        Ok(Some(Value::Text(code))) => Some(code),
        _ => None,
    }
}

/// Reads a row of the ledger.
///
/// # Errors
/// What is wrong with it, in words that say nothing of what stands there.
pub fn read(row: &Row<'_>) -> Result<Notice, String> {
    let full = row.pence("full")?;
    if !(1..=100_000).contains(&full) {
        return Err(format!("“full” must be from {} to {}", money::show(1), money::show(100_000)));
    }
    let paid = if row.cell("paid").is_empty() { 0 } else { row.pence("paid")? };
    let (served, at) = (row.day("served")?, row.moment("at")?);
    if served < at.date() {
        return Err("it was served before it happened".to_owned());
    }
    let photos: Vec<String> = row
        .cell("photos")
        .split(';')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect();
    if photos.len() > MOST_PHOTOS || !photos.iter().all(|name| is_file_name(name)) {
        return Err(format!("“photos” must be up to {MOST_PHOTOS} names of files, with “;” between them"));
    }
    Ok(Notice {
        number: number(row.cell("number")).ok_or("“number” is not a penalty charge number")?,
        registration: registration(row.cell("registration")).ok_or("“registration” is not a registration")?,
        contravention: row.text("contravention")?,
        place: row.text("place")?,
        at,
        served,
        how: match row.cell("how") {
            "vehicle" => How::Vehicle,
            "post" => How::Post,
            "camera" => How::Camera,
            _ => return Err("“how” must be vehicle, post or camera".to_owned()),
        },
        stage: match row.cell("stage") {
            "notice" => Stage::Notice,
            "notice_to_owner" => Stage::NoticeToOwner,
            "rejection" => Stage::Rejection,
            "certificate" => Stage::Certificate,
            "order" => Stage::Order,
            "agent" => Stage::Agent,
            "paid" => Stage::Paid,
            "cancelled" => Stage::Cancelled,
            _ => {
                return Err("“stage” must be notice, notice_to_owner, rejection, certificate, order, agent, paid or cancelled".to_owned());
            }
        },
        full,
        paid,
        challenged: row.some_day("challenged")?,
        offered_until: row.some_day("offered_until")?,
        photos,
    })
}

/// A name, and no way to another folder.
fn is_file_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    name.len() <= 100 && !name.starts_with('.') && name.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn settings() -> Settings {
        Settings {
            pay: "pay-penalty-charge".into(),
            challenge: "challenge-penalty-charge".into(),
            number: "pcn".into(),
            vehicle: "vehicle".into(),
            half_days: half_days(),
            camera_days: camera_days(),
            pay_days: pay_days(),
            certificate: certificate(),
            order: order(),
            codes: Codes::default(),
        }
    }

    fn date(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 12, 1).unwrap() + Days::new(u64::from(day) - 1)
    }

    fn notice(stage: Stage) -> Notice {
        Notice {
            number: "SM12345678".into(),
            registration: "AB12 CDE".into(),
            contravention: "Parked on double yellow lines".into(),
            place: "Mill Lane".into(),
            at: date(1).and_hms_opt(14, 30, 0).unwrap(),
            served: date(1),
            how: How::Vehicle,
            stage,
            full: 7_000,
            paid: 0,
            challenged: None,
            offered_until: None,
            photos: Vec::new(),
        }
    }

    #[test]
    fn half_is_enough_until_day_fourteen_of_which_service_is_the_first() {
        let settings = settings();
        let notice = notice(Stage::Notice);
        let half = Due::Half { pence: 3_500, until: date(14), then: 7_000 };
        for (day, due) in [(1, half), (14, half), (15, Due::All(7_000)), (40, Due::All(7_000))] {
            assert_eq!(notice.due(&settings, &[], date(day)), due, "{day}");
        }
        let camera = Notice { how: How::Camera, ..notice.clone() };
        assert_eq!(camera.half_until(&settings), date(21));
        assert_eq!(notice.pay_until(&settings), date(28));
        // By data.
        let longer = Settings { half_days: 15, ..settings };
        assert_eq!(notice.due(&longer, &[], date(15)).pence(), Some(3_500));
    }

    #[test]
    fn later_stages_cost_what_they_cost() {
        for (stage, due) in [
            (Stage::NoticeToOwner, Due::All(7_000)),
            (Stage::Rejection, Due::All(7_000)),
            (Stage::Certificate, Due::All(10_500)),
            (Stage::Order, Due::All(11_500)),
            (Stage::Agent, Due::Agent),
            (Stage::Paid, Due::Paid),
            (Stage::Cancelled, Due::Cancelled),
        ] {
            assert_eq!(notice(stage).due(&settings(), &[], date(2)), due, "{stage:?}");
        }
        let paid = |paid, day| Notice { paid, ..notice(Stage::Notice) }.due(&settings(), &[], date(day));
        assert_eq!(paid(7_000, 2), Due::Paid);
        assert_eq!(paid(9_000, 2), Due::Paid);
        assert_eq!(paid(3_500, 20), Due::All(3_500), "half of it came too late");
        assert_eq!(paid(1_000, 2).pence(), Some(2_500));
    }

    #[test]
    fn a_challenge_holds_what_was_due() {
        let settings = settings();
        let sent = |on, decided: Option<u32>| Challenge { on: date(on), decided: decided.map(date) };
        let due = |challenge, day| notice(Stage::Notice).due(&settings, &[challenge], date(day));
        assert_eq!(due(sent(14, None), 60), Due::Held { pence: 3_500, on: date(14), is_half: true });
        assert_eq!(due(sent(15, None), 60), Due::Held { pence: 7_000, on: date(15), is_half: false });
        // Refused: half is offered again for fourteen days, but only to who was in time.
        assert_eq!(due(sent(10, Some(40)), 53), Due::Half { pence: 3_500, until: date(53), then: 7_000 });
        assert_eq!(due(sent(10, Some(40)), 54), Due::All(7_000));
        assert_eq!(due(sent(15, Some(40)), 41), Due::All(7_000));
        // What the ledger knows counts as well.
        let known = Notice { challenged: Some(date(3)), ..notice(Stage::Notice) };
        assert_eq!(known.due(&settings, &[], date(60)).pence(), Some(3_500));
        let offered = Notice { offered_until: Some(date(50)), ..known };
        assert_eq!(offered.due(&settings, &[], date(50)).pence(), Some(3_500));
        assert_eq!(offered.due(&settings, &[], date(51)).pence(), Some(7_000));
        // A formal challenge holds the full charge, and a certificate can't be challenged.
        let owner = notice(Stage::NoticeToOwner);
        let held = Due::Held { pence: 7_000, on: date(30), is_half: false };
        assert_eq!(owner.due(&settings, &[sent(30, None)], date(40)), held);
        let late = notice(Stage::Certificate);
        assert_eq!(late.due(&settings, &[sent(30, None)], date(40)), Due::All(10_500));
    }

    #[test]
    fn both_must_fit() {
        let notice = Notice { registration: "OI12 ABC".into(), ..notice(Stage::Notice) };
        assert!(notice.is_of("oi12abc") && notice.is_of("0112 ABC") && notice.is_of("O1-12-ABC"));
        assert!(!notice.is_of("OI12 ABD") && !notice.is_of(""));
    }

    proptest! {
        #[test]
        fn what_is_due_is_never_less_than_nothing_and_never_more_than_all(
            full in 1_i64..100_000, paid in 0_i64..200_000, stage in 0_usize..8, day in 1_u32..100,
            challenged in proptest::option::of(1_u32..60), decided in proptest::option::of(1_u32..60),
        ) {
            let stages = [Stage::Notice, Stage::NoticeToOwner, Stage::Rejection, Stage::Certificate, Stage::Order, Stage::Agent, Stage::Paid, Stage::Cancelled];
            let notice = Notice { full, paid, ..notice(stages[stage]) };
            let challenges: Vec<Challenge> = challenged.into_iter().map(|on| Challenge { on: date(on), decided: decided.map(date) }).collect();
            if let Some(pence) = notice.due(&settings(), &challenges, date(day)).pence() {
                prop_assert!(pence > 0 && pence <= full * 3 / 2 + 1_000);
            }
        }
    }
}
