//! Bank holidays: as published where they are, and by the rules that have held since 1971 for the other years.

#[cfg(feature = "documents")]
use std::collections::BTreeSet;

#[cfg(feature = "documents")]
use chrono::{Datelike as _, Days, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

/// The divisions of the United Kingdom that have their own bank holidays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Division {
    /// England and Wales.
    #[default]
    EnglandAndWales,
    /// Scotland.
    Scotland,
    /// Northern Ireland.
    NorthernIreland,
}

impl Division {
    /// The name in the published data.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::EnglandAndWales => "england-and-wales",
            Self::Scotland => "scotland",
            Self::NorthernIreland => "northern-ireland",
        }
    }
}

/// The years that are published in `data/bank-holidays.json`.
#[cfg(feature = "documents")]
const PUBLISHED: std::ops::RangeInclusive<i32> = 2025..=2028;

/// The years that promises can fall into, and requests that are kept were received in.
#[cfg(feature = "documents")]
const YEARS: std::ops::RangeInclusive<i32> = 2019..=2050;

/// Days that were given once, or moved, as year, month, day.
#[cfg(feature = "documents")]
const ONCE: [(i32, u32, u32); 4] = [(2020, 5, 8), (2022, 6, 3), (2022, 9, 19), (2023, 5, 8)];

/// The bank holidays of a division of the United Kingdom, 2019 to 2050. Source: GOV.UK bank holidays, Open Government
/// Licence v3.0, for 2025 to 2028; Banking and Financial Dealings Act 1971 and the days proclaimed since for the others.
#[cfg(feature = "documents")]
#[must_use]
pub fn bank_holidays(division: Division) -> BTreeSet<NaiveDate> {
    #[derive(Deserialize)]
    struct Holidays {
        events: Vec<Holiday>,
    }
    #[derive(Deserialize)]
    struct Holiday {
        date: NaiveDate,
    }
    let all: std::collections::BTreeMap<String, Holidays> =
        serde_json::from_str(include_str!("../data/bank-holidays.json")).unwrap_or_default();
    let published = all.get(division.name()).map(|holidays| &*holidays.events).unwrap_or_default();
    let published = published.iter().map(|holiday| holiday.date);
    let by_rule = YEARS.filter(|year| !PUBLISHED.contains(year)).flat_map(|year| of_year(division, year));
    published.chain(by_rule).collect()
}

/// The bank holidays of a year by rule.
#[cfg(feature = "documents")]
fn of_year(division: Division, year: i32) -> BTreeSet<NaiveDate> {
    let day = |month, day| NaiveDate::from_ymd_opt(year, month, day);
    let first_monday = |month| NaiveDate::from_weekday_of_month_opt(year, month, Weekday::Mon, 1);
    let last_monday = |month| {
        NaiveDate::from_weekday_of_month_opt(year, month, Weekday::Mon, 5)
            .or(NaiveDate::from_weekday_of_month_opt(year, month, Weekday::Mon, 4))
    };
    let easter = computus::gregorian(year).ok().and_then(|easter| day(easter.month, easter.day));
    let scotland = division == Division::Scotland;
    let early_may = if year == 2020 { None } else { first_monday(5) };
    let spring = if year == 2022 { day(6, 2) } else { last_monday(5) };
    let moving = [
        easter.map(|easter| easter - Days::new(2)),
        easter.filter(|_| !scotland).map(|easter| easter + Days::new(1)),
        early_may,
        spring,
        if scotland { first_monday(8) } else { last_monday(8) },
    ];
    let fixed: &[(u32, u32)] = match division {
        Division::EnglandAndWales => &[(1, 1), (12, 25), (12, 26)],
        Division::Scotland => &[(1, 1), (1, 2), (11, 30), (12, 25), (12, 26)],
        Division::NorthernIreland => &[(1, 1), (3, 17), (7, 12), (12, 25), (12, 26)],
    };
    let once = ONCE.into_iter().filter(|(of, ..)| *of == year).filter_map(|(_, month, on)| day(month, on));
    let mut days: BTreeSet<NaiveDate> = moving.into_iter().flatten().chain(once).collect();
    // A day on a weekend is given on the next day that is free: those that stand on their own day go first.
    let (weekend, own): (Vec<NaiveDate>, Vec<NaiveDate>) = fixed
        .iter()
        .filter_map(|(month, on)| day(*month, *on))
        .partition(|day| matches!(day.weekday(), Weekday::Sat | Weekday::Sun));
    days.extend(own);
    for mut on in weekend {
        while matches!(on.weekday(), Weekday::Sat | Weekday::Sun) || days.contains(&on) {
            on = on + Days::new(1);
        }
        days.insert(on);
    }
    days
}

#[cfg(test)]
#[cfg(feature = "documents")]
mod tests {
    use super::*;

    const ALL: [Division; 3] = [Division::EnglandAndWales, Division::Scotland, Division::NorthernIreland];

    #[test]
    fn the_rule_gives_what_is_published() {
        for division in ALL {
            let published: BTreeSet<NaiveDate> =
                bank_holidays(division).into_iter().filter(|day| PUBLISHED.contains(&day.year())).collect();
            let by_rule: BTreeSet<NaiveDate> = PUBLISHED.flat_map(|year| of_year(division, year)).collect();
            // Given once, for the World Cup.
            let extra: Vec<&NaiveDate> = published.difference(&by_rule).collect();
            assert!(
                by_rule.is_subset(&published),
                "{}: {:?}",
                division.name(),
                by_rule.difference(&published)
            );
            assert!(extra.len() <= 1, "{}: {extra:?}", division.name());
        }
    }

    #[test]
    fn days_that_were_given_once() {
        let has = |division, year, month, day| {
            bank_holidays(division).contains(&NaiveDate::from_ymd_opt(year, month, day).unwrap())
        };
        for division in ALL {
            assert!(has(division, 2020, 5, 8) && !has(division, 2020, 5, 4), "VE day");
            assert!(has(division, 2022, 6, 2) && has(division, 2022, 6, 3) && !has(division, 2022, 5, 30));
            assert!(has(division, 2022, 9, 19) && has(division, 2023, 5, 8) && has(division, 2023, 5, 1));
        }
        // 2022 began on a Saturday; in Scotland the 2nd is one, too.
        assert!(has(Division::EnglandAndWales, 2022, 1, 3) && !has(Division::EnglandAndWales, 2022, 1, 4));
        assert!(has(Division::Scotland, 2022, 1, 3) && has(Division::Scotland, 2022, 1, 4));
        assert!(has(Division::NorthernIreland, 2024, 3, 18) && has(Division::NorthernIreland, 2024, 7, 12));
        assert!(has(Division::Scotland, 2024, 12, 2) && !has(Division::Scotland, 2024, 4, 1));
    }
}
