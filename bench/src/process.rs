//! What the system knows about processes: their processor time, memory and children.

use std::fs;

use anyhow::{Context as _, Result};

/// Linux counts processor time in hundredths of a second, whatever the kernel's own clock does.
const TICK_MS: f64 = 10.0;

struct Stat {
    name: String,
    parent: u32,
    own: f64,
    of_ended_children: f64,
}

fn stat(pid: u32) -> Option<Stat> {
    parse(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// The name stands in brackets and may hold anything, brackets included.
fn parse(line: &str) -> Option<Stat> {
    let (before, after) = line.rsplit_once(')')?;
    let name = before.split_once('(')?.1.to_owned();
    let fields: Vec<&str> = after.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at)?.parse::<f64>().ok();
    Some(Stat {
        name,
        parent: fields.get(1)?.parse().ok()?,
        own: (ticks(11)? + ticks(12)?) * TICK_MS,
        of_ended_children: (ticks(13)? + ticks(14)?) * TICK_MS,
    })
}

/// Processor milliseconds that a process and its ended children used.
pub fn cpu_ms(pid: u32) -> Result<f64> {
    let stat = stat(pid).with_context(|| format!("process {pid} is gone"))?;
    Ok(stat.own + stat.of_ended_children)
}

/// A process and its children.
pub fn family(pid: u32) -> Vec<u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter(|&child| child == pid || stat(child).is_some_and(|stat| stat.parent == pid)).collect()
}

/// Processor milliseconds of a process and of its children, whether they ended or not.
pub fn family_cpu_ms(pid: u32) -> Result<f64> {
    let parent = cpu_ms(pid)?;
    Ok(parent
        + family(pid)
            .into_iter()
            .filter(|&child| child != pid)
            .filter_map(stat)
            .map(|stat| stat.own)
            .sum::<f64>())
}

/// The name of a process.
pub fn name(pid: u32) -> Option<String> {
    stat(pid).map(|stat| stat.name)
}

/// Megabytes of memory that are a process's own, its share of what it shares included (PSS).
pub fn pss_mb(pid: u32) -> Result<f64> {
    let file = format!("/proc/{pid}/smaps_rollup");
    let text = fs::read_to_string(&file).with_context(|| format!("{file} can't be read"))?;
    let kilobytes = text
        .lines()
        .find_map(|line| line.strip_prefix("Pss:")?.split_whitespace().next()?.parse::<f64>().ok());
    Ok(kilobytes.context("the system tells no PSS")? * 1024.0 / 1_000_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_hold_spaces_and_brackets() {
        let line = "7 (a (b) c) S 3 7 7 0 -1 0 0 0 0 0 120 30 4 5 20 0 1 0 9";
        let stat = parse(line).unwrap();
        assert_eq!((stat.name.as_str(), stat.parent), ("a (b) c", 3));
        assert!((stat.own - 1500.0).abs() < 0.1 && (stat.of_ended_children - 90.0).abs() < 0.1);
    }
}
