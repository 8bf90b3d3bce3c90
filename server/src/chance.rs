//! Time and chance, as values that are handed in: tests turn the clock and know the dice.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use uuid::Uuid;

/// The present moment.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// A source of identifiers, references, codes and tokens.
#[derive(Clone)]
pub struct Dice(Arc<Mutex<StdRng>>);

impl Dice {
    /// From a seed; the server takes it from the system.
    #[must_use]
    pub fn new(seed: [u8; 32]) -> Self {
        Self(Arc::new(Mutex::new(StdRng::from_seed(seed))))
    }

    fn roll<const N: usize>(&self) -> [u8; N] {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).random()
    }

    /// A new identifier (UUID v7): sorts by when it was made.
    #[must_use]
    pub fn id(&self, now: DateTime<Utc>) -> Uuid {
        let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &self.roll()).into_uuid()
    }

    /// A new reference.
    #[must_use]
    pub fn reference(&self) -> domain::reference::Reference {
        domain::reference::Reference::from_random(std::array::from_fn(|_| u32::from_le_bytes(self.roll())))
    }

    /// A new sign-in code of six digits.
    #[must_use]
    pub fn code(&self) -> String {
        format!("{:06}", u64::from_le_bytes(self.roll()) % 1_000_000)
    }

    /// A lot: 0 to 99.
    #[must_use]
    pub fn lot(&self) -> u8 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).random_range(0..100)
    }

    /// A new session token of 256 bits.
    #[must_use]
    pub fn token(&self) -> [u8; 32] {
        self.roll()
    }
}
