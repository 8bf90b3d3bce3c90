//! Figures that were taken many times.

use std::time::Instant;

/// Milliseconds since a moment.
pub fn ms(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}

/// The middle one.
pub fn median(figures: Vec<f64>) -> f64 {
    ranked(figures, 50)
}

/// What 99 of 100 are within.
pub fn p99(figures: Vec<f64>) -> f64 {
    ranked(figures, 99)
}

fn ranked(mut figures: Vec<f64>, of_hundred: usize) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() * of_hundred / 100).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::{median, p99};

    #[test]
    fn ranks_are_of_the_sorted() {
        let figures: Vec<f64> = (0..200).rev().map(f64::from).collect();
        assert!((median(figures.clone()) - 100.0).abs() < 0.1 && (p99(figures) - 198.0).abs() < 0.1);
    }
}
