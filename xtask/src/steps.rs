//! Prints each step, times it, and sums up at the end.

use std::{
    fmt,
    io::Write as _,
    time::{Duration, Instant},
};

use anyhow::Result;

/// How a step went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It did its work.
    Done,
    /// Nothing had changed since it last did its work.
    UpToDate,
    /// It could not be done here, and need not be.
    Skipped,
    /// It found a mistake or broke.
    Failed,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Done => "ok",
            Self::UpToDate => "unchanged",
            Self::Skipped => "skipped",
            Self::Failed => "FAILED",
        })
    }
}

struct Row {
    name: String,
    outcome: Outcome,
    took: Duration,
}

/// What has been done so far, for the table at the end.
#[derive(Default)]
pub struct Report {
    rows: Vec<Row>,
    rerun: String,
}

impl Report {
    /// Sets the command that repeats only what comes next; a failure names it.
    pub fn rerun_with(&mut self, command: impl Into<String>) {
        self.rerun = command.into();
    }

    /// Runs a step: its name and what it does are printed first, its time last.
    pub fn step<T>(&mut self, name: &str, what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        println!("\n==> {name}: {what}");
        let start = Instant::now();
        let result = work();
        let took = start.elapsed();
        let outcome = if result.is_ok() { Outcome::Done } else { Outcome::Failed };
        println!("<== {name}: {outcome} after {:.1} s", took.as_secs_f64());
        self.rows.push(Row { name: name.to_owned(), outcome, took });
        let _ = std::io::stdout().flush();
        result
    }

    /// Notes a step that had nothing to do.
    pub fn note(&mut self, name: &str, outcome: Outcome, why: &str) {
        println!("\n==> {name}: {outcome}: {why}");
        self.rows.push(Row { name: name.to_owned(), outcome, took: Duration::ZERO });
    }

    /// Prints the table of steps and seconds.
    pub fn print(&self) {
        if self.rows.is_empty() {
            return;
        }
        let width = self.rows.iter().map(|row| row.name.len()).max().unwrap_or(0).max(5);
        println!("\n{:<width$}  {:<9}  {:>7}", "step", "result", "seconds");
        for Row { name, outcome, took } in &self.rows {
            println!("{name:<width$}  {outcome:<9}  {:>7.1}", took.as_secs_f64());
        }
        let total: Duration = self.rows.iter().map(|row| row.took).sum();
        println!("{:<width$}  {:<9}  {:>7.1}", "all", "", total.as_secs_f64());
    }

    /// Forgets the steps so far: they are printed and done.
    pub fn clear(&mut self) {
        self.rows.clear();
    }

    /// Says what failed, why, and how to run it alone.
    pub fn print_failure(&self, error: &anyhow::Error) {
        match self.rows.last() {
            Some(Row { name, outcome: Outcome::Failed, .. }) => println!("\nStep {name} failed: {error:#}"),
            _ => println!("\n{error:#}"),
        }
        if !self.rerun.is_empty() {
            println!("To run it alone: {}", self.rerun);
        }
    }
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    #[test]
    fn a_report_keeps_the_order_and_the_outcome_of_steps() {
        let mut report = Report::default();
        report.note("one", Outcome::UpToDate, "nothing changed");
        assert!(report.step("two", "works", || Ok(())).is_ok());
        assert!(report.step("three", "breaks", || -> Result<()> { Err(anyhow!("no")) }).is_err());
        let outcomes: Vec<_> = report.rows.iter().map(|row| (row.name.as_str(), row.outcome)).collect();
        assert_eq!(
            outcomes,
            [("one", Outcome::UpToDate), ("two", Outcome::Done), ("three", Outcome::Failed)]
        );
    }
}
