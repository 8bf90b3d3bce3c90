//! What can't be published because it would tell something of very few people: numbers under 5, and those from which
//! such a number could be worked out. The usual way of official statistics: small cells are left out, and so are as
//! many others of a column as keep its total from giving them away.

/// Under this, and above nothing, a number is too small to be shown. Nothing at all tells of nobody.
const FEW: u64 = 5;

/// One line of a column: how many of the whole it counts, and how many it does not. Where no whole is published, there is
/// no rest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// What the column shows.
    pub part: u64,
    /// What is known with it, where the whole is shown elsewhere.
    pub rest: u64,
}

impl Part {
    /// A number by itself.
    #[must_use]
    pub fn alone(part: u64) -> Self {
        Self { part, rest: 0 }
    }

    /// Whether it would show a small number.
    #[must_use]
    pub fn is_small(self) -> bool {
        is_small(self.part) || is_small(self.rest)
    }

    fn is_nothing(self) -> bool {
        self.part + self.rest == 0
    }
}

fn is_small(number: u64) -> bool {
    (1..FEW).contains(&number)
}

/// What is left out of a column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hidden {
    /// The total, everywhere.
    pub total: bool,
    /// The lines of each table.
    pub tables: Vec<Vec<bool>>,
}

/// What has to be left out of a column that stands in several tables, whose lines all add up to the same total: the same
/// requests by service, by channel, by month. The first table has all lines; another may have none.
///
/// A line that is left out is never the only one, and those that are left out add up to so much that nobody can tell
/// any of them from the total: they exceed one each by [`FEW`] at least. Where that can't be reached, neither total nor
/// lines are shown.
#[must_use]
pub fn hidden(tables: &[Vec<Part>]) -> Hidden {
    let sum = |table: &[Part]| {
        table.iter().fold(Part::default(), |sum, line| Part {
            part: sum.part + line.part,
            rest: sum.rest + line.rest,
        })
    };
    let total = tables.first().map(|table| sum(table)).unwrap_or_default();
    let mut all: Vec<Vec<bool>> =
        tables.iter().map(|table| table.iter().map(|line| line.is_small()).collect()).collect();
    if total.is_small() {
        // Without the total, no line says anything of another.
        return Hidden { total: true, tables: all };
    }
    for (table, hidden) in tables.iter().zip(&mut all) {
        while hidden.contains(&true) {
            let out = || table.iter().zip(&*hidden).filter(|(_, hidden)| **hidden).map(|(line, _)| *line);
            let many = out().filter(|line| !line.is_nothing()).count();
            let is_enough = |number: fn(Part) -> u64| {
                let counts = out().map(number).filter(|number| *number > 0).count() as u64;
                let sum: u64 = out().map(number).sum();
                sum == 0 || sum >= counts + FEW
            };
            let (parts, rests) = (is_enough(|line| line.part), is_enough(|line| line.rest));
            if many >= 2 && parts && rests {
                break;
            }
            // The smallest that helps, so that as much as can be stays.
            let size = |line: Part| if parts && !rests { line.rest } else { line.part };
            let shown = table.iter().enumerate().filter(|(at, _)| !hidden[*at]);
            let next = shown.filter(|(_, line)| size(**line) > 0).min_by_key(|(_, line)| size(**line));
            let Some((at, _)) = next else {
                let lines = |table: &Vec<Part>| table.iter().map(|line| !line.is_nothing()).collect();
                return Hidden { total: true, tables: tables.iter().map(lines).collect() };
            };
            hidden[at] = true;
        }
    }
    Hidden { total: false, tables: all }
}

/// A share of a hundred, from and to where it may lie: the same where it is told to the whole number.
#[must_use]
pub fn share(Part { part, rest }: Part) -> Option<(u8, u8)> {
    let whole = part + rest;
    if whole < FEW || (is_small(part) && is_small(rest)) {
        return None;
    }
    let percent = |part: u64, up: u64| u8::try_from((part * 100 + up) / whole).unwrap_or(100);
    Some(match (is_small(part), is_small(rest)) {
        // Few, and nobody learns how few.
        (true, _) => (0, percent(FEW - 1, whole - 1)),
        (_, true) => (percent(whole - (FEW - 1), 0), 100),
        // All is all, and nothing is nothing.
        _ if rest == 0 => (100, 100),
        _ if part == 0 => (0, 0),
        _ => {
            let near = percent(part, whole / 2).clamp(1, 99);
            (near, near)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn alone<const N: usize>(parts: [u64; N]) -> Vec<Part> {
        parts.map(Part::alone).to_vec()
    }

    #[test]
    fn small_numbers_and_what_gives_them_away() {
        for (tables, total, lines) in [
            (vec![alone([10, 20, 0])], false, vec![vec![false; 3]]),
            // One alone would be the total less the others.
            (vec![alone([3, 20, 50, 0])], false, vec![vec![true, true, false, false]]),
            (vec![alone([3, 4, 50])], false, vec![vec![true, true, false]]),
            // Two ones are told by their sum.
            (vec![alone([1, 1, 50, 60])], false, vec![vec![true, true, true, false]]),
            // Six ones by the total.
            (vec![alone([1; 6]), alone([6, 0])], true, vec![vec![true; 6], vec![true, false]]),
            (vec![alone([3, 0]), alone([3])], true, vec![vec![true, false], vec![true]]),
            // What is small in one table is not told by another.
            (vec![alone([12, 13]), alone([2, 23])], false, vec![vec![false; 2], vec![true; 2]]),
            (vec![], false, vec![]),
        ] {
            assert_eq!(hidden(&tables), Hidden { total, tables: lines }, "{tables:?}");
        }
    }

    #[test]
    fn what_is_left_of_a_whole_counts_too() {
        // 17 of 20 declined: three were not.
        let declined =
            vec![Part { part: 17, rest: 3 }, Part { part: 8, rest: 30 }, Part { part: 0, rest: 90 }];
        assert_eq!(hidden(&[declined]).tables, [[true, true, false]]);
    }

    #[test]
    fn shares() {
        for (part, rest, told) in [
            (0, 0, None),
            (2, 2, None),
            (4, 0, None),
            (5, 0, Some((100, 100))),
            (0, 5, Some((0, 0))),
            (3, 4, None),
            (50, 50, Some((50, 50))),
            (995, 5, Some((99, 99))),
            (49, 1, Some((92, 100))),
            (46, 4, Some((92, 100))),
            (1, 49, Some((0, 8))),
            (4, 46, Some((0, 8))),
            (66, 34, Some((66, 66))),
            (2, 100_000, Some((0, 1))),
        ] {
            assert_eq!(share(Part { part, rest }), told, "{part} {rest}");
        }
    }

    fn column(cells: &[(usize, usize, Part)], of: fn(&(usize, usize, Part)) -> usize) -> Vec<Part> {
        let mut lines = vec![Part::default(); 6];
        for cell in cells {
            let line = &mut lines[of(cell)];
            *line = Part { part: line.part + cell.2.part, rest: line.rest + cell.2.rest };
        }
        lines
    }

    proptest! {
        /// Whoever adds up what is shown learns no small number: of each column that is left out, the total is not
        /// shown, or several lines are missing that could be others.
        #[test]
        fn nothing_small_can_be_worked_out(
            cells in prop::collection::vec((0..6_usize, 0..6_usize, 0..30_u64, 0..3_u64), 0..40),
            with_rest: bool,
        ) {
            let part = |part, rest| if with_rest { Part { part, rest } } else { Part::alone(part) };
            let cells: Vec<_> = cells.into_iter().map(|(one, two, own, rest)| (one, two, part(own, rest))).collect();
            let tables = [column(&cells, |cell| cell.0), column(&cells, |cell| cell.1)];
            let found = hidden(&tables);
            let total: u64 = tables[0].iter().map(|line| line.part).sum();
            prop_assert!(found.total || !is_small(total));
            for (table, hidden) in tables.iter().zip(&found.tables) {
                for (line, hidden) in table.iter().zip(hidden) {
                    prop_assert!(*hidden || !line.is_small());
                    prop_assert!(!hidden || !line.is_nothing());
                }
                let out: Vec<Part> = table.iter().zip(hidden).filter(|(_, hidden)| **hidden).map(|(line, _)| *line).collect();
                if !out.is_empty() && !found.total {
                    prop_assert!(out.len() >= 2);
                    for number in [|line: &Part| line.part, |line: &Part| line.rest] {
                        // Each is one at least: what is left to share out among them is what nobody knows.
                        let some = out.iter().map(number).filter(|number| *number > 0).count() as u64;
                        let sum: u64 = out.iter().map(number).sum();
                        prop_assert!(sum == 0 || sum - some >= FEW);
                    }
                }
                // What the other table shows does not add up to a total that is hidden because of its size.
                if found.total && is_small(total) {
                    prop_assert!(table.iter().zip(hidden).all(|(line, hidden)| *hidden || line.part == 0));
                }
            }
        }
    }
}
