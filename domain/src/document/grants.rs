//! What a document says of whom it is for by their address, and what it gives.

use super::questions::Read;
use super::reader::{Part, Reader};
use super::terms::MONTHS;
use crate::field::Kind;
use crate::grant::{Allowance, AtOnce, Holds, Lasts, NeedsZone, Rules, Terms};
use crate::identity::Level;
use crate::retention::Period;

/// The longest that something is given for.
const MOST_MONTHS: u16 = 60;

impl Reader<'_> {
    pub(super) fn grants(&mut self, root: &Part<'_, '_>, questions: &[Read]) -> Terms {
        Terms {
            zone: self.zone(root, questions),
            allowances: self.allowances(root, questions),
            grant: self.grant(root, questions),
        }
    }

    fn zone(&mut self, root: &Part<'_, '_>, questions: &[Read]) -> Option<NeedsZone> {
        let part = self.table(root, "zone")?;
        self.only(&part, &["address", "instead"]);
        let address = self.address(&part, questions);
        let instead = self.words_of(&part, "instead");
        Some(NeedsZone { address: address?, instead: instead? })
    }

    fn address(&mut self, part: &Part<'_, '_>, questions: &[Read]) -> Option<String> {
        let is_address = |kind: &Kind| matches!(kind, Kind::Address(_));
        self.question_for(part, "address", questions, "an address", is_address)
    }

    fn allowances(&mut self, root: &Part<'_, '_>, questions: &[Read]) -> Vec<Allowance> {
        let mut all: Vec<Allowance> = Vec::new();
        for part in self.tables(root, "allowances", "allowance") {
            self.only(&part, &["question", "address", "most", "what"]);
            let is_number = |kind: &Kind| matches!(kind, Kind::Number(_));
            let question = self.question_for(&part, "question", questions, "a number", is_number);
            let address = self.address(&part, questions);
            let most = self.number(&part, "most", 1..1_000_000).and_then(|most| u32::try_from(most).ok());
            let what = self.words_of(&part, "what");
            let (Some(question), Some(address), Some(most), Some(what)) = (question, address, most, what)
            else {
                continue;
            };
            if all.iter().any(|known| known.question == question) {
                self.fault(part.span.clone(), format!("there are two allowances for “{question}”"));
            }
            all.push(Allowance { question, address, most, what });
        }
        all
    }

    fn grant(&mut self, root: &Part<'_, '_>, questions: &[Read]) -> Option<Rules> {
        let part = self.table(root, "grant")?;
        self.only(
            &part,
            &["name", "lasts", "season", "begins", "vehicle", "holds", "at_once", "changes", "give_back"],
        );
        let name = self.words_of(&part, "name");
        let lasts = self.lasts(&part);
        let mut maybe = |key: &str, what: &str, fits: fn(&Kind) -> bool| {
            if part.has(key) { self.question_for(&part, key, questions, what, fits) } else { None }
        };
        let begins = maybe("begins", "a date", |kind| matches!(kind, Kind::Date(_)));
        let vehicle = maybe("vehicle", "a vehicle", |kind| matches!(kind, Kind::Vehicle));
        let holds = self.holds(&part, questions);
        let at_once = self.at_once(&part);
        let changes = self.small_or(&part, "changes", 0..100, 0);
        if part.has("changes") && vehicle.is_none() {
            self.fault(part.at("changes"), "“changes” are of a vehicle: name its question in “vehicle”");
        }
        let give_back = self.flag(&part, "give_back", false);
        Some(Rules {
            name: name?,
            lasts: lasts?,
            begins,
            vehicle,
            holds,
            at_once: at_once?,
            changes: u8::try_from(changes?).ok()?,
            give_back,
        })
    }

    fn lasts(&mut self, part: &Part<'_, '_>) -> Option<Lasts> {
        match [part.has("lasts"), part.has("season")] {
            [true, false] => {
                let text = self.plain_of(part, "lasts")?;
                let months = match Period::parse(&text) {
                    Some(Period::Months(months)) => Some(months),
                    Some(Period::Years(years)) => years.checked_mul(12),
                    _ => None,
                };
                let months = months.filter(|months| *months <= MOST_MONTHS);
                if months.is_none() {
                    self.fault(part.at("lasts"), "“lasts” is written like “12 months”, up to 60");
                }
                months.map(Lasts::Months)
            }
            [false, true] => self.one_of(part, "season", &MONTHS).map(Lasts::Season),
            _ => {
                self.fault(part.span.clone(), "[grant] needs either “lasts” or “season”");
                None
            }
        }
    }

    fn holds(&mut self, part: &Part<'_, '_>, questions: &[Read]) -> Vec<Holds> {
        let mut all = Vec::new();
        for one in self.tables(part, "holds", "of “holds”") {
            self.only(&one, &["label", "question", "plus"]);
            let label = self.words_of(&one, "label");
            let is_number = |kind: &Kind| matches!(kind, Kind::Number(_));
            let question = if one.has("question") {
                self.question_for(&one, "question", questions, "a number", is_number)
            } else {
                None
            };
            let plus = self.small_or(&one, "plus", 0..1_000, 0);
            if question.is_none() && plus == Some(0) {
                self.fault(one.span.clone(), "say how many: with “question”, “plus” or both");
            }
            if let (Some(label), Some(plus)) = (label, plus) {
                all.push(Holds { label, question, plus });
            }
        }
        all
    }

    fn at_once(&mut self, part: &Part<'_, '_>) -> Option<AtOnce> {
        if !part.has("at_once") {
            return Some(AtOnce::Nobody);
        }
        let levels = Level::ALL.map(|level| (level.id(), AtOnce::KnownAs(level)));
        let words: Vec<(&str, AtOnce)> = [("everybody", AtOnce::Everybody), ("nobody", AtOnce::Nobody)]
            .into_iter()
            .chain(levels.into_iter().filter(|(id, _)| *id != Level::SaidSo.id()))
            .collect();
        self.one_of(part, "at_once", &words)
    }
}
