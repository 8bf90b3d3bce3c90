//! Every morning the books of the days before are compared with the card service's list, and finance is told where something is
//! red. A day that could not be compared is tried again.

use chrono::{Days, NaiveDate, NaiveTime, TimeDelta};
use domain::access::Role;
use domain::council::Council;
use domain::money;
use domain::reconcile::Difference;
use domain::standard::say_date;
use serde::{Deserialize, Serialize};

use super::{Job, Letter};
use crate::operations::base;
use crate::operations::paying::{NotPaid, Till};
use crate::state::AppState;

/// How long it is worth telling.
pub(super) const WORTH: TimeDelta = TimeDelta::days(7);
/// After an outage, so many days are made up for.
const DAYS: u64 = 7;
/// Differences that are named in a mail.
const NAMED: usize = 20;

/// The books of a day differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RedBooks {
    /// Name of who is told.
    pub name: String,
    /// Their address.
    pub email: String,
    /// The day.
    pub day: NaiveDate,
    /// What nothing explains.
    pub red: Vec<Difference>,
    /// Where they see more.
    pub link: String,
}

/// Compares the days that are due, and says how many. One that can't be is tried again the next time.
///
/// # Errors
/// The database's errors.
pub async fn run_due(state: &AppState) -> Result<usize, NotPaid> {
    let mut compared = 0;
    for served in state.councils.all() {
        let store = state.db.council(&served.council.id);
        let till = Till { state, served: &served, store: &store };
        let local = served.local(state.now());
        // Early enough to be read at nine.
        let is_morning = NaiveTime::from_hms_opt(6, 0, 0).is_some_and(|six| local.time() >= six);
        if !till.takes_payments() || !is_morning {
            continue;
        }
        for before in (1..=DAYS).rev() {
            let Some(day) = local.date().checked_sub_days(Days::new(before)) else { continue };
            if store.is_reconciled(day).await? {
                continue;
            }
            let red: Vec<Difference> = match till.compare(day).await {
                Ok(found) => found.red().cloned().collect(),
                Err(NotPaid::Store(error)) => return Err(error.into()),
                Err(error) => {
                    tracing::warn!(%error, %day, "the books can't be compared");
                    break;
                }
            };
            let mut told = Vec::new();
            if !red.is_empty() {
                let finance = store.members().await?;
                for member in finance.into_iter().filter(|member| member.role() == Some(Role::Finance)) {
                    let mail = RedBooks {
                        name: member.name,
                        email: member.email,
                        day,
                        red: red.clone(),
                        link: format!("{}/staff/income?day={day}", base(state, &served.council)),
                    };
                    told.push((state.new_id(), Job::RedBooks(Box::new(mail))));
                }
            }
            if store.reconciled(day, (state.now(), red.len()), told).await? {
                compared += 1;
                state.wake.notify_one();
            }
        }
    }
    Ok(compared)
}

impl RedBooks {
    pub(super) fn letter(self, council: &Council) -> Letter {
        let Self { name, email, day, red, link } = self;
        let (many, day) = (red.len(), say_date(day));
        let (things, need) = if many == 1 { ("difference", "needs") } else { ("differences", "need") };
        let line = |found: &Difference| {
            let sum = |pence: Option<i64>| pence.map_or_else(|| "nothing".to_owned(), money::show);
            let (ours, theirs) = (sum(found.ours), sum(found.theirs));
            format!("{}: {} (here: {ours}, there: {theirs})", found.reference, found.what.words())
        };
        let mut lines: Vec<String> = red.iter().take(NAMED).map(line).collect();
        if many > NAMED {
            lines.push(format!("And {} more.", many - NAMED));
        }
        Letter {
            subject: format!("The books of {day}: {many} {things}"),
            paragraphs: vec![
                format!("Hello {name},"),
                format!(
                    "The card service’s list of {day} is not the same as the books of {}: {many} {things} {need} somebody to look.",
                    council.name
                ),
                lines.join("\n"),
                "All of them, and what explains itself:".to_owned(),
                link.clone(),
            ],
            link: Some(link),
            to: (name, email),
        }
    }
}
