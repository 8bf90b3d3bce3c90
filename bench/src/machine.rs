//! The machine that is measured on: a figure taken while others work is worth less, and says so.

use std::time::{Duration, Instant};
use std::{fs, thread};

use anyhow::{Context as _, Result};

use crate::process;

const TICK_MS: f64 = 10.0;
/// Part of the machine that others may use before a figure is called noisy.
const NOISY: f64 = 0.1;

/// Processors.
pub fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// Processor milliseconds that the whole machine has been busy for.
fn busy_ms() -> Result<f64> {
    let text = fs::read_to_string("/proc/stat").context("/proc/stat can't be read")?;
    let line = text.lines().next().context("/proc/stat is empty")?;
    let ticks: Vec<f64> = line.split_whitespace().skip(1).filter_map(|field| field.parse().ok()).collect();
    // user, nice, system, idle, waiting, interrupts, soft interrupts, stolen by other machines
    Ok([0, 1, 2, 5, 6, 7].iter().filter_map(|&at| ticks.get(at)).sum::<f64>() * TICK_MS)
}

fn own_ms() -> Result<f64> {
    process::cpu_ms(std::process::id())
}

/// Watches how busy others are.
pub struct Watch {
    since: Instant,
    busy: f64,
    own: f64,
}

impl Watch {
    /// Begins to watch.
    pub fn start() -> Result<Self> {
        Ok(Self { since: Instant::now(), busy: busy_ms()?, own: own_ms()? })
    }

    /// The part of the machine that others used: neither this program with its ended children, nor what is
    /// measured, which used these milliseconds meanwhile.
    pub fn others(&self, measured: f64) -> Result<f64> {
        let ours = own_ms()? - self.own + measured;
        let whole = self.since.elapsed().as_secs_f64() * 1000.0 * f64::from(u32::try_from(cores())?);
        Ok(((busy_ms()? - self.busy - ours) / whole).clamp(0.0, 1.0))
    }
}

/// The part of the machine that others use while nothing is measured. A browser is many processes, whose
/// time cannot all be told from others': so this is looked at before it starts.
pub fn others_before() -> Result<f64> {
    let watch = Watch::start()?;
    thread::sleep(Duration::from_secs(2));
    watch.others(0.0)
}

/// Whether others used so much that figures suffer.
pub fn is_noisy(others: f64) -> bool {
    others > NOISY
}

/// Says what part of the machine others used.
pub fn noise(others: f64) -> String {
    let percent = others * 100.0;
    let warning = if is_noisy(others) { ": NOISY, measure again on a quiet machine" } else { "" };
    format!("others used {percent:.0} % of the machine{warning}")
}
