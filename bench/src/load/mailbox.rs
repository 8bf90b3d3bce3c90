//! The mail that requests lead to: each is a file, so those sent and those outstanding can be counted.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

const COUNCIL: &str = "demo";
const LOOK: Duration = Duration::from_millis(100);
/// When the mails that must come are there, a moment for those whose replies nobody counted.
const QUIET: Duration = Duration::from_millis(300);
/// Without a new mail for this long there will be none.
const GIVE_UP: Duration = Duration::from_secs(10);

/// The mailbox folder of the server that is measured.
pub struct Mailbox(PathBuf);

impl Mailbox {
    /// The mailbox of the server that was started in a folder.
    pub fn of(folder: &Path) -> Self {
        Self(folder.join("data").join("mailbox").join(COUNCIL))
    }

    /// Mails sent so far.
    pub fn count(&self) -> u64 {
        let entries = fs::read_dir(&self.0).into_iter().flatten().flatten();
        entries.filter(|entry| entry.path().extension().is_some_and(|extension| extension == "eml")).count()
            as u64
    }

    /// Waits until so many mails were sent and no more come: how many there are then, and after what time
    /// the last one was there.
    pub fn settle(&self, wanted: u64) -> (u64, Duration) {
        let start = Instant::now();
        let (mut count, mut newest) = (self.count(), start);
        loop {
            let quiet = if count < wanted { GIVE_UP } else { QUIET };
            if newest.elapsed() > quiet {
                return (count, newest.duration_since(start));
            }
            thread::sleep(LOOK);
            let now = self.count();
            if now != count {
                (count, newest) = (now, Instant::now());
            }
        }
    }
}
