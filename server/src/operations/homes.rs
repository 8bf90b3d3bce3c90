//! Whether a form is for somebody's home: its address must be in a permit zone, and each home may have so many a year. The
//! document says so; what is wrong is said at its question.

use chrono::Datelike as _;
use domain::answers::Answers;
use domain::catalogue::{Question, Service};
use domain::field::{AddressValue, Value};
use domain::grant::{Allowance, Zone};
use domain::journey;
use domain::ledger::Ledger;
use domain::validate::{self, Answer};
use portico_app::components::error_summary::Problem;

use crate::error::ApiError;
use crate::extract::At;
use crate::gazetteer::slug;
use crate::ledgers::PermitZones as _;
use crate::state::AppState;
use crate::store::StoreError;
use crate::store::grants::Takes;
use crate::store::places::Address;

/// A home, as far as it is known.
struct Home {
    /// Its address in the council's list.
    known: Option<Address>,
    /// What it is known by there, or what was typed.
    key: String,
}

async fn home(at: &At, typed: &AddressValue) -> Result<Option<Home>, StoreError> {
    let Some(first) = typed.lines.first() else { return Ok(None) };
    let postcode = typed.postcode.as_deref().unwrap_or_default();
    // Picked from the list, or typed as it stands there.
    let addresses = if postcode.is_empty() { Vec::new() } else { at.store.addresses(postcode).await? };
    let lines = slug(&typed.lines.join(" "));
    let is_it = |address: &&Address| {
        typed.uprn.as_ref() == Some(&address.uprn)
            || slug(&address.lines.join(" ")) == lines
            || slug(&address.lines[0]) == slug(first) && slug(&address.lines[1]).is_empty()
    };
    let known = addresses.iter().find(is_it).cloned();
    let key = known
        .as_ref()
        .map_or_else(|| format!("{} {lines}", slug(postcode)), |known| format!("uprn:{}", known.uprn));
    Ok(Some(Home { known, key }))
}

/// The zone of an address; `Err` where it is in none.
async fn zone(at: &At, typed: &AddressValue) -> Result<Result<Zone, ()>, StoreError> {
    if at.served.council.permit_zones.is_none() || at.store.ledger_is(Ledger::PermitZones).await?.is_none() {
        return Ok(Ok(Zone::Unknown));
    }
    let Some(postcode) = &typed.postcode else { return Ok(Ok(Zone::Unknown)) };
    let addresses = match home(at, typed).await?.and_then(|home| home.known) {
        Some(known) => vec![known],
        // Not in the list: where all homes with the postcode are in no zone, this one is in none either.
        None => at.store.addresses(postcode).await?,
    };
    let zones = at.store.zones(&addresses).await?;
    Ok(match zones.as_slice() {
        [Some(zone)] => Ok(Zone::Known(zone.clone())),
        [] => Ok(Zone::Unknown),
        all if all.iter().all(Option::is_none) => Err(()),
        _ => Ok(Zone::Unknown),
    })
}

fn value<'a>(answers: &'a [Answer], question: &str) -> Option<&'a Value> {
    answers.iter().find(|answer| answer.question == question).map(|answer| &answer.value)
}

fn address<'a>(answers: &'a [Answer], question: &str) -> Option<&'a AddressValue> {
    match value(answers, question) {
        Some(Value::Address(address)) => Some(address),
        _ => None,
    }
}

/// The zone of what was answered, where the service is for some zones only.
///
/// # Errors
/// `outside_zone` at its question; the database's.
pub async fn zone_of(at: &At, service: &Service, answers: &[Answer]) -> Result<Option<Zone>, ApiError> {
    let Some(needs) = &service.terms.zone else { return Ok(None) };
    let Some(typed) = address(answers, &needs.address) else { return Ok(Some(Zone::Unknown)) };
    match zone(at, typed).await? {
        Ok(zone) => Ok(Some(zone)),
        Err(()) => Err(ApiError::outside_zone(&needs.address)),
    }
}

/// What the answers take of what is so many a home and year.
///
/// # Errors
/// The database's.
pub async fn takes(
    state: &AppState,
    at: &At,
    service: &Service,
    answers: &[Answer],
) -> Result<Vec<Takes>, ApiError> {
    let mut all = Vec::new();
    for allowance in &service.terms.allowances {
        all.extend(takes_of(state, at, allowance, answers).await?);
    }
    Ok(all)
}

async fn takes_of(
    state: &AppState,
    at: &At,
    allowance: &Allowance,
    answers: &[Answer],
) -> Result<Option<Takes>, ApiError> {
    let Some(Value::Number(many)) = value(answers, &allowance.question) else { return Ok(None) };
    let many = u32::try_from(*many).unwrap_or(0);
    let home = match address(answers, &allowance.address) {
        Some(typed) => home(at, typed).await?,
        None => None,
    };
    let Some(home) = home.filter(|_| many > 0) else { return Ok(None) };
    Ok(Some(Takes {
        question: allowance.question.clone(),
        home: state.secret.home_hash(at.store.council(), &home.key),
        year: at.served.local(state.now()).year(),
        many,
        most: allowance.most,
    }))
}

/// What is wrong with the answers to some questions of a form, in words: all of it, where they are all.
///
/// # Errors
/// The database's.
pub async fn problems(
    state: &AppState,
    at: &At,
    service: &Service,
    (questions, raw): (&[&Question], &Answers),
) -> Result<Vec<Problem>, ApiError> {
    let terms = &service.terms;
    if terms.zone.is_none() && terms.allowances.is_empty() {
        return Ok(Vec::new());
    }
    let today = at.served.local(state.now()).date();
    // What can't be read is asked about elsewhere.
    let asked = journey::asked(service, raw).into_iter();
    let answers: Vec<Answer> =
        asked.filter_map(|question| validate::questions(&[question], raw, today).ok()).flatten().collect();
    let is_here = |id: &str| questions.iter().find(|question| question.id == id);
    let mut problems = Vec::new();
    if let Some(needs) = &terms.zone
        && let Some(question) = is_here(&needs.address)
        && let Some(typed) = address(&answers, &needs.address)
        && zone(at, typed).await?.is_err()
    {
        let words = format!("This address is in no permit zone. {}", needs.instead);
        problems.push(Problem { id: question.first_field(), words });
    }
    for allowance in &terms.allowances {
        let Some(question) = is_here(&allowance.question) else { continue };
        let Some(takes) = takes_of(state, at, allowance, &answers).await? else { continue };
        let had = at.store.had(&service.id, &takes.question, (&takes.home, takes.year)).await?;
        let left = takes.most.saturating_sub(had);
        if takes.many > left {
            let words = too_many(allowance, left);
            problems.push(Problem { id: question.first_field(), words });
        }
    }
    Ok(problems)
}

fn too_many(Allowance { most, what, .. }: &Allowance, left: u32) -> String {
    match left {
        0 => format!("Your home has had all {most} {what} of this year. You can order more from 1 January"),
        left => {
            format!("Your home can have {most} {what} a year, and {left} are left. Enter {left} or fewer")
        }
    }
}
