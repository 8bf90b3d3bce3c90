//! Tables: the first column stands left, the others right.

use std::fmt::{Display, Formatter, Result};

use crate::machine;

/// What a figure is held to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bar {
    /// No less than this.
    AtLeast(f64),
    /// No more than this.
    AtMost(f64),
}

impl Bar {
    fn verdict(self, figure: f64) -> &'static str {
        let within = match self {
            Self::AtLeast(bar) => figure >= bar,
            Self::AtMost(bar) => figure <= bar,
        };
        if within { "within" } else { "OVER" }
    }
}

impl Display for Bar {
    fn fmt(&self, to: &mut Formatter<'_>) -> Result {
        match self {
            Self::AtLeast(bar) => write!(to, "≥ {}", number(*bar)),
            Self::AtMost(bar) => write!(to, "≤ {}", number(*bar)),
        }
    }
}

/// A table being filled.
pub struct Table {
    title: String,
    rows: Vec<Vec<String>>,
    notes: Vec<String>,
}

impl Table {
    /// A table with these columns.
    pub fn new(title: impl Into<String>, columns: &[&str]) -> Self {
        let head = columns.iter().map(|&column| column.to_owned()).collect();
        Self { title: title.into(), rows: vec![head], notes: Vec::new() }
    }

    /// A table of figures, each with its bar and the verdict.
    pub fn of_figures(title: impl Into<String>) -> Self {
        Self::new(title, &["", "figure", "bar", "verdict"])
    }

    /// Adds a row.
    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// Adds a figure that is held to a bar.
    pub fn judged(&mut self, what: &str, figure: f64, unit: &str, bar: Bar) {
        self.row(vec![
            what.to_owned(),
            with(figure, unit),
            with_unit(bar.to_string(), unit),
            bar.verdict(figure).to_owned(),
        ]);
    }

    /// Adds a figure that depends on how busy others were: over its bar amid noise says little.
    pub fn judged_amid(&mut self, others: f64, what: &str, figure: f64, unit: &str, bar: Bar) {
        self.judged(what, figure, unit, bar);
        let verdict = self.rows.last_mut().and_then(|row| row.last_mut());
        if let Some(verdict) = verdict.filter(|verdict| *verdict == "OVER" && machine::is_noisy(others)) {
            "over, amid noise".clone_into(verdict);
        }
    }

    /// Adds a figure that is only shown.
    pub fn shown(&mut self, what: &str, figure: f64, unit: &str) {
        self.row(vec![what.to_owned(), with(figure, unit)]);
    }

    /// Adds a line that stands below the table.
    pub fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// Prints it.
    pub fn print(&self) {
        println!("\n{self}");
    }
}

impl Display for Table {
    fn fmt(&self, to: &mut Formatter<'_>) -> Result {
        writeln!(to, "{}", self.title)?;
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            self.rows
                .iter()
                .filter_map(|row| row.get(column))
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for (number, row) in self.rows.iter().enumerate() {
            let mut line = String::from(" ");
            for (column, (cell, &width)) in row.iter().zip(&widths).enumerate() {
                let cell = if column == 0 { format!(" {cell:<width$}") } else { format!("  {cell:>width$}") };
                line.push_str(&cell);
            }
            writeln!(to, "{}", line.trim_end())?;
            if number == 0 {
                let rule: usize = widths.iter().map(|width| width + 2).sum();
                writeln!(to, "  {}", "─".repeat(rule.saturating_sub(2)))?;
            }
        }
        for note in &self.notes {
            writeln!(to, "  {note}")?;
        }
        Ok(())
    }
}

fn with(figure: f64, unit: &str) -> String {
    with_unit(number(figure), unit)
}

fn with_unit(text: String, unit: &str) -> String {
    if unit.is_empty() { text } else { format!("{text} {unit}") }
}

/// A number with three significant digits, its thousands set apart.
pub fn number(figure: f64) -> String {
    let text = match figure.abs() {
        size if size.fract() == 0.0 || size >= 100.0 => format!("{figure:.0}"),
        size if size >= 10.0 => format!("{figure:.1}"),
        _ => format!("{figure:.2}"),
    };
    let digits = text.split('.').next().unwrap_or_default().len();
    let mut grouped = String::with_capacity(text.len() + 2);
    for (at, c) in text.chars().enumerate() {
        if at > 0 && at < digits && (digits - at).is_multiple_of(3) && c != '.' && !grouped.ends_with('-') {
            grouped.push(',');
        }
        grouped.push(c);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        for (figure, text) in [
            (0.0, "0"),
            (0.456, "0.46"),
            (12.34, "12.3"),
            (999.6, "1,000"),
            (1_234_567.0, "1,234,567"),
            (-4000.0, "-4,000"),
        ] {
            assert_eq!(number(figure), text);
        }
    }

    #[test]
    fn a_bar_is_met_by_what_equals_it() {
        assert_eq!(Bar::AtMost(6.0).verdict(6.0), "within");
        assert_eq!(Bar::AtMost(6.0).verdict(7.0), "OVER");
        assert_eq!(Bar::AtLeast(1000.0).verdict(999.0), "OVER");
    }

    #[test]
    fn what_is_over_amid_noise_says_so() {
        let mut table = Table::of_figures("Load");
        table.judged_amid(0.5, "slow", 60.0, "ms", Bar::AtMost(50.0));
        table.judged_amid(0.5, "fast", 40.0, "ms", Bar::AtMost(50.0));
        table.judged_amid(0.0, "slow", 60.0, "ms", Bar::AtMost(50.0));
        let verdicts: Vec<&str> = table.rows[1..].iter().map(|row| row[3].as_str()).collect();
        assert_eq!(verdicts, ["over, amid noise", "within", "OVER"]);
    }

    #[test]
    fn columns_line_up() {
        let mut table = Table::of_figures("Size");
        table.judged("requests", 6.0, "", Bar::AtMost(6.0));
        table.shown("bytes", 1234.0, "B");
        let text = table.to_string();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[3], "  requests        6  ≤ 6   within");
        assert_eq!(lines[4], "  bytes     1,234 B");
    }
}
