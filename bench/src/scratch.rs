//! A folder to work in, gone afterwards.

use std::path::{Path, PathBuf};
use std::{env, fs::File, io::Write as _, time::Instant};

use anyhow::{Context as _, Result};
use tempfile::TempDir;

use crate::times::median;

/// A new folder, on a disk: /tmp may be memory, in which nothing is durable.
pub fn folder() -> Result<TempDir> {
    let disk = PathBuf::from("/var/tmp");
    let parent = if disk.is_dir() { disk } else { env::temp_dir() };
    tempfile::Builder::new()
        .prefix("portico-bench-")
        .tempdir_in(&parent)
        .with_context(|| format!("no folder can be made in {}", parent.display()))
}

/// Milliseconds that this disk takes to make one small write durable: the median of a hundred.
pub fn flush_ms(folder: &Path) -> Result<f64> {
    let mut file = File::create(folder.join("flush"))?;
    let mut times = Vec::new();
    for _ in 0..100 {
        file.write_all(&[7; 4096])?;
        let start = Instant::now();
        file.sync_data()?;
        times.push(start.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(median(times))
}
