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
        if !self.services.contains_key(service) {
            self.services.insert(service.clone(), Counts::default());
        }
        let own = self.services.get_mut(service).into_iter();
        let own = own.chain([self.channels.entry(*channel).or_default()]);
        let own = own.chain([self.months.entry(*month).or_default(), &mut self.all]);
        own.for_each(|sum| sum.merge(counts));
    }
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
        let mut services: Vec<(String, String, Counts)> = (sums.services.into_iter())
            .filter(|(_, counts)| !counts.is_empty())
            .map(|(id, counts)| (title(&id), id, counts))
            .map(|(name, id, counts)| (id, name, counts))
            .collect();
        services.sort_by(|(_, one, _), (_, other, _)| one.cmp(other));
        let mut by_channel = sums.channels;
        let channels = Channel::ALL.map(|channel| {
            (
                channel.id().to_owned(),
                channel.name().to_owned(),
                by_channel.remove(&channel).unwrap_or_default(),
            )
        });
        let months = sums
            .months
            .into_iter()
            .map(|(month, counts)| (month.format("%Y-%m").to_string(), say_month(month), counts));
        let tables = vec![services, channels.to_vec(), months.collect()];
        let (all, tables) = shown(&sums.all, tables);
        let [services, channels, months] = tables.try_into().unwrap_or_default();
        Period { from, to, all, services, channels, months }
    };
    let yesterday = this.checked_sub_days(Days::new(1)).unwrap_or(this);
    (period(now, this, today), period(before, first, yesterday))
}

/// Leaves out what can't be shown of tables that all add up to the same.
fn shown(all: &Counts, tables: Vec<Vec<(String, String, Counts)>>) -> (Figures, Vec<Vec<Line>>) {
    let hide = |part: fn(&Counts) -> Part| {
        // A table without lines, as that of months where there is one, adds up to nothing.
        let parts =
            |table: &Vec<(String, String, Counts)>| table.iter().map(|(_, _, own)| part(own)).collect();
        hidden(&tables.iter().map(parts).collect::<Vec<Vec<Part>>>())
    };
    let columns = [
        (Column::Received, hide(|own| Part::alone(number(own.received)))),
        (Column::Closed, hide(|own| Part::alone(number(own.closed)))),
        (Column::Declined, hide(declined)),
        (Column::Reopened, hide(|own| Part::alone(number(own.reopened)))),
    ];
    let total = figures(all, |column| columns.iter().any(|(known, hidden)| *known == column && hidden.total));
    let lines = tables.into_iter().enumerate().map(|(table, lines)| {
        let line = |(at, (id, name, counts)): (usize, (String, String, Counts))| {
            let is_hidden = |column| {
                let of = columns.iter().find(|(known, _)| *known == column);
                of.and_then(|(_, hidden)| hidden.tables.get(table)?.get(at)).is_some_and(|hidden| *hidden)
            };
            Line { id, name, figures: figures(&counts, is_hidden) }
        };
        lines.into_iter().enumerate().map(line).collect()
    });
    (total, lines.collect())
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
