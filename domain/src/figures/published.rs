//! The tables that are published, from what was counted.

use std::collections::BTreeMap;

use chrono::{Days, Months, NaiveDate};

use super::disclosure::{Part, hidden, share};
use super::{Counts, month_of};
use crate::api::performance::{Column, Figures, Line, Period, Share};
use crate::channel::Channel;
use crate::standard::say_month;

/// Ten at least, for "nine in ten" to mean anything.
const TEN: u64 = 10;

/// What was counted in one month of one service by one channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The first day of the month.
    pub month: NaiveDate,
    /// Identifier of the service.
    pub service: String,
    /// By which way they came.
    pub channel: Channel,
    /// How often each thing happened.
    pub counts: Counts,
}

/// Adds up all that was counted in a period.
#[derive(Default)]
struct Sums {
    services: BTreeMap<String, Counts>,
    channels: BTreeMap<Channel, Counts>,
    months: BTreeMap<NaiveDate, Counts>,
    all: Counts,
}

impl Sums {
    fn add(&mut self, counted: &Counted) {
        let Counted { month, service, channel, counts } = counted;
        for sum in [
            self.services.entry(service.clone()).or_default(),
            self.channels.entry(*channel).or_default(),
            self.months.entry(*month).or_default(),
            &mut self.all,
        ] {
            sum.merge(counts);
        }
    }
}

/// One line of a table, before anything is left out.
#[derive(Clone)]
struct Whole {
    id: String,
    name: String,
    counts: Counts,
}

/// The first of the months that are published on a day: a year before this one.
#[must_use]
pub fn first_month(today: NaiveDate) -> NaiveDate {
    let this = month_of(today);
    this.checked_sub_months(Months::new(12)).unwrap_or(this)
}

/// The tables of this month so far, and of the twelve months before it, as they can be published. `title` names a
/// service.
pub fn publish(counted: &[Counted], today: NaiveDate, title: impl Fn(&str) -> String) -> (Period, Period) {
    let (this, first) = (month_of(today), first_month(today));
    let (mut now, mut before) = (Sums::default(), Sums::default());
    for counted in counted {
        if counted.month == this {
            now.add(counted);
        } else if (first..this).contains(&counted.month) {
            before.add(counted);
        }
    }
    for at in 0..12 {
        if let Some(month) = first.checked_add_months(Months::new(at)) {
            before.months.entry(month).or_default();
        }
    }
    now.months.clear();
    let period = |sums: Sums, from, to| {
        let told = sums.services.into_iter().filter(|(_, counts)| !counts.is_empty());
        let mut services: Vec<Whole> =
            told.map(|(id, counts)| Whole { name: title(&id), id, counts }).collect();
        services.sort_by(|one, other| one.name.cmp(&other.name));
        let mut by_channel = sums.channels;
        let channels = Channel::ALL.map(|channel| Whole {
            id: channel.id().to_owned(),
            name: channel.name().to_owned(),
            counts: by_channel.remove(&channel).unwrap_or_default(),
        });
        let months = sums.months.into_iter().map(|(month, counts)| Whole {
            id: month.format("%Y-%m").to_string(),
            name: say_month(month),
            counts,
        });
        let [services, channels, months] = [services, channels.to_vec(), months.collect()];
        let (all, [services, channels, months]) = shown(&sums.all, [services, channels, months]);
        Period { from, to, all, services, channels, months }
    };
    let yesterday = this.checked_sub_days(Days::new(1)).unwrap_or(this);
    (period(now, this, today), period(before, first, yesterday))
}

/// Leaves out what can't be shown of tables that all add up to the same.
fn shown<const N: usize>(all: &Counts, tables: [Vec<Whole>; N]) -> (Figures, [Vec<Line>; N]) {
    let hide = |part: fn(&Counts) -> Part| {
        hidden(&tables.each_ref().map(|table| table.iter().map(|line| part(&line.counts)).collect()))
    };
    let columns = [
        (Column::Received, hide(|own| Part::alone(number(own.received)))),
        (Column::Closed, hide(|own| Part::alone(number(own.closed)))),
        (Column::Declined, hide(declined)),
        (Column::Reopened, hide(|own| Part::alone(number(own.reopened)))),
    ];
    let of = |column| columns.iter().find(|(known, _)| *known == column).map(|(_, hidden)| hidden);
    let total = figures(all, |column| of(column).is_some_and(|hidden| hidden.total));
    let mut table = 0;
    let lines = tables.map(|lines| {
        let line = |(at, Whole { id, name, counts }): (usize, Whole)| {
            let is_hidden = |column| of(column).is_some_and(|hidden| hidden.tables[table][at]);
            Line { id, name, figures: figures(&counts, is_hidden) }
        };
        let lines = lines.into_iter().enumerate().map(line).collect();
        table += 1;
        lines
    });
    (total, lines)
}

fn number(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

/// Who knows how many were closed, and how many of them declined, knows of the others, too.
fn declined(counts: &Counts) -> Part {
    Part { part: number(counts.declined), rest: number(counts.closed - counts.declined) }
}

fn figures(counts: &Counts, is_hidden: impl Fn(Column) -> bool) -> Figures {
    let mut hidden = Vec::new();
    let mut show = |column, count| {
        let is_shown = !is_hidden(column);
        if !is_shown {
            hidden.push(column);
        }
        is_shown.then(|| number(count))
    };
    let (received, closed) = (show(Column::Received, counts.received), show(Column::Closed, counts.closed));
    let (declined, reopened) =
        (show(Column::Declined, counts.declined), show(Column::Reopened, counts.reopened));
    let mut told = |column, part: i64, rest: i64| {
        let part = Part { part: number(part), rest: number(rest) };
        let share = share(part);
        if share.is_none() && part != Part::default() {
            hidden.push(column);
        }
        share.map(|(from, to)| Share { from, to })
    };
    let kept = told(Column::Kept, counts.kept, counts.missed);
    let satisfied = told(Column::Satisfied, counts.satisfied, counts.dissatisfied);
    let mut within = |column, least, of_hundred| {
        let days = counts.within(of_hundred).and_then(|days| u32::try_from(days).ok());
        let is_shown = closed.is_some_and(|closed| closed >= least);
        if !is_shown && days.is_some() {
            hidden.push(column);
        }
        days.filter(|_| is_shown)
    };
    let half_within_days = within(Column::HalfWithinDays, 1, 50);
    let nine_in_ten_within_days = within(Column::NineInTenWithinDays, TEN, 90);
    Figures {
        received,
        closed,
        kept,
        half_within_days,
        nine_in_ten_within_days,
        declined,
        reopened,
        satisfied,
        hidden,
    }
}
