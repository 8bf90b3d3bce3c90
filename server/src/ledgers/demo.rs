//! The ledgers of the demonstration council: invented, the same every time but for their days, which are around today.

use std::fmt::Write as _;

use chrono::{Days, NaiveDate};
use domain::ledger::Ledger;

use crate::gazetteer::demo::addresses;

/// Number, registration, days since service, how, stage, and what stands in the other columns.
type Known = (&'static str, &'static str, u64, &'static str, &'static str, &'static str);

/// Penalty charges that the demonstration is shown with: one at each stage.
const KNOWN: [Known; 11] = [
    ("SM10000001", "AB12 CDE", 3, "vehicle", "notice", ",,,"),
    ("SM10000002", "AB12 CDE", 20, "vehicle", "notice", ",,,"),
    ("SM10000003", "AB12 CDE", 16, "camera", "notice", ",,,"),
    ("SM10000004", "AB12 CDE", 40, "vehicle", "notice_to_owner", ",,,"),
    ("SM10000005", "AB12 CDE", 80, "vehicle", "certificate", ",,,"),
    ("SM10000006", "AB12 CDE", 120, "vehicle", "order", ",,,"),
    ("SM10000007", "AB12 CDE", 160, "vehicle", "agent", ",,,"),
    ("SM10000008", "AB12 CDE", 12, "vehicle", "paid", "35.00,,,"),
    ("SM10000009", "AB12 CDE", 12, "vehicle", "cancelled", ",,,"),
    ("SM10000010", "AB12 CDE", 25, "vehicle", "notice", ",{challenged},,"),
    ("SM10000011", "AB12 CDE", 60, "post", "rejection", ",,,"),
];

/// What was seen, where the number of the notice decides.
const SEEN: [&str; 5] = [
    "Parked in a restricted street during prescribed hours",
    "Parked without displaying a valid permit",
    "Parked for longer than permitted",
    "Parked in a disabled person’s parking place without a badge",
    "Being in a bus lane",
];

/// A file of a ledger, as its import takes it.
#[must_use]
pub fn csv(ledger: Ledger, today: NaiveDate) -> String {
    match ledger {
        Ledger::PenaltyCharges => penalty_charges(today),
        Ledger::CouncilTax => council_tax(today),
        Ledger::PermitZones => permit_zones(),
    }
}

fn ago(today: NaiveDate, days: u64) -> NaiveDate {
    today.checked_sub_days(Days::new(days)).unwrap_or(today)
}

fn penalty_charges(today: NaiveDate) -> String {
    let mut text = "number,registration,contravention,place,at,served,how,stage,full,paid,challenged,offered_until,photos\n".to_owned();
    let (streets, _) = addresses();
    let mut add =
        |at: usize, (number, registration, days, how, stage, rest): (&str, &str, u64, &str, &str, &str)| {
            let served = ago(today, days);
            let place = streets.get(at * 7 % streets.len()).map_or("", |street| street.name.as_str());
            let seen = SEEN[at % SEEN.len()];
            let rest = rest.replace("{challenged}", &ago(today, days.saturating_sub(5)).to_string());
            // What comes by post comes some days later.
            let seen_on = if how == "vehicle" { served } else { ago(served, 4) };
            let time = format!("{:02}:{:02}", 8 + at % 10, at * 13 % 60);
            let full = if at.is_multiple_of(3) { "£50.00" } else { "£70.00" };
            let _ = writeln!(
                text,
                "{number},{registration},{seen},{place},{seen_on} {time},{served},{how},{stage},{full},{rest}"
            );
        };
    for (at, known) in (1..).zip(KNOWN) {
        add(at, known);
    }
    for at in 12..200_usize {
        let number = format!("SM1000{at:04}");
        let letter = |shift: usize| char::from(b"ABCDEFGHJKLMNPRSTUVWXYZ"[(at * 5 + shift * 7) % 23]);
        let registration =
            format!("{}{}{:02} {}{}{}", letter(0), letter(1), 20 + at % 6, letter(2), letter(3), letter(4));
        let days = u64::try_from(at % 27).unwrap_or_default();
        add(at, (&number, &registration, days, "vehicle", "notice", ",,,"));
    }
    text
}

fn council_tax(today: NaiveDate) -> String {
    use chrono::Datelike as _;
    let mut text = "account,name,postcode,balance,instalments\n".to_owned();
    // Ten instalments a year, on the first: those of the next months are left.
    let next = |months: u32| {
        today
            .with_day(1)
            .and_then(|first| first.checked_add_months(chrono::Months::new(months)))
            .unwrap_or(today)
    };
    let (_, addresses) = addresses();
    for (at, address) in addresses.iter().enumerate() {
        let (number, name) = match address.lines[0].as_str() {
            "12 Mill Lane" => ("80123456".to_owned(), "Ms Sam Taylor".to_owned()),
            "4 Mill Lane" => ("80123457".to_owned(), "Mr Sam O'Brien; Ms Kim O'Brien".to_owned()),
            first => (
                format!("8{:07}", at + 1),
                format!("The Occupier Of {}", first.split(' ').nth(1).unwrap_or("Somewhere")),
            ),
        };
        let month = 9_600 + i64::try_from(at % 90).unwrap_or_default() * 100;
        let pounds = domain::money::show;
        let (balance, instalments) = match at % 20 {
            // Paid, and paid too much.
            7 => ("0.00".to_owned(), String::new()),
            13 => ("-25.10".to_owned(), String::new()),
            _ => {
                let each = (1..4).map(|months| format!("{} {}", next(months), pounds(month)));
                (pounds(3 * month), each.collect::<Vec<_>>().join("; "))
            }
        };
        let _ = writeln!(text, "{number},{name},{},\"{balance}\",\"{instalments}\"", address.postcode);
    }
    text
}

/// The streets around the castle and the harbour.
fn permit_zones() -> String {
    let mut text = "uprn,street,locality,zone\n".to_owned();
    let (streets, _) = addresses();
    for street in streets {
        let zone = match street.locality.as_deref() {
            Some("Castle") => "C1",
            Some("Harbour") => "H1",
            _ => continue,
        };
        let _ = writeln!(text, ",{},{},{zone}", street.name, street.locality.unwrap_or_default());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::lines::Lines;
    use super::*;

    #[test]
    fn every_line_can_be_read() {
        let today = NaiveDate::from_ymd_opt(2026, 12, 7).unwrap();
        for ledger in Ledger::ALL {
            let text = csv(ledger, today);
            let mut lines = Lines::open(text.as_bytes(), ledger).unwrap();
            let mut many = 0;
            while let Some((line, cells)) = lines.next_line().unwrap() {
                let cells = cells.unwrap();
                let row = domain::ledger::Row { columns: lines.columns(), cells: &cells };
                let read = super::super::import::read_row(ledger, &row);
                assert!(read.is_ok(), "{}:{line}: {read:?}", ledger.id());
                many += 1;
            }
            assert!(many >= 28, "{} has {many}", ledger.id());
        }
    }
}
