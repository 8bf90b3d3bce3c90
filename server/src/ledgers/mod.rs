//! The council's ledgers: what it is owed, and where. Each is asked through a trait, so that a council can connect the system
//! that it has; what is embedded here are tables that an import fills.

pub mod demo;
pub mod import;
mod lines;
pub mod photos;

use std::collections::HashMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::ledger::Ledger;
use domain::ledger::penalty::Notice;
use domain::ledger::tax::Account;
use domain::ledger::zone::Place;

use uuid::Uuid;

use crate::gazetteer::slug;
use crate::secret;
use crate::store::places::Address;
use crate::store::{Store, StoreError};

/// What a ledger says, and since when.
pub type Said<T> = Option<(T, DateTime<Utc>)>;

/// The ledger of penalty charges.
#[async_trait]
pub trait PenaltyCharges: Send + Sync {
    /// The notice with a number, as it is shown.
    ///
    /// # Errors
    /// The ledger's errors.
    async fn notice(&self, number: &str) -> Result<Said<Notice>, StoreError>;
}

/// The ledger of council tax.
#[async_trait]
pub trait CouncilTax: Send + Sync {
    /// The account with a number, as it is shown.
    ///
    /// # Errors
    /// The ledger's errors.
    async fn account(&self, number: &str) -> Result<Said<Account>, StoreError>;
}

/// The ledger of permit zones.
#[async_trait]
pub trait PermitZones: Send + Sync {
    /// The zone of each address, if it is in one. An address that the ledger does not name is in its street's.
    ///
    /// # Errors
    /// The ledger's errors.
    async fn zones(&self, addresses: &[Address]) -> Result<Vec<Option<String>>, StoreError>;
}

#[async_trait]
impl PenaltyCharges for Store {
    async fn notice(&self, number: &str) -> Result<Said<Notice>, StoreError> {
        read(self.ledger_row(Ledger::PenaltyCharges, number).await?)
    }
}

#[async_trait]
impl CouncilTax for Store {
    async fn account(&self, number: &str) -> Result<Said<Account>, StoreError> {
        read(self.ledger_row(Ledger::CouncilTax, number).await?)
    }
}

#[async_trait]
impl PermitZones for Store {
    async fn zones(&self, addresses: &[Address]) -> Result<Vec<Option<String>>, StoreError> {
        // The gazetteer's streets have the identifiers that the keys are made of.
        let keys_of = |address: &Address| [uprn_key(&address.uprn), street_key(&address.street)];
        let mut keys: Vec<String> = addresses.iter().flat_map(keys_of).collect();
        keys.sort();
        keys.dedup();
        let mut known = HashMap::new();
        for (key, body) in self.ledger_rows_of(Ledger::PermitZones, keys).await? {
            known.insert(key, serde_json::from_str::<String>(&body)?);
        }
        let zone = |address| keys_of(address).iter().find_map(|key| known.get(key).cloned());
        Ok(addresses.iter().map(zone).collect())
    }
}

/// Under what the photos of a council's penalty charges are kept: apart from those that requests have, which are cleared away
/// where no request names them.
#[must_use]
pub fn photos_of(council: &str) -> String {
    format!("{council}-penalty-charges")
}

/// What a photo of a penalty charge is kept under.
#[must_use]
pub fn photo_id(number: &str, name: &str) -> Uuid {
    let hash = secret::hash(format!("{number}/{name}").as_bytes());
    hash.get(..16).and_then(|half| Uuid::from_slice(half).ok()).unwrap_or_default()
}

fn read<T: serde::de::DeserializeOwned>(row: Said<String>) -> Result<Said<T>, StoreError> {
    row.map(|(body, since)| Ok((serde_json::from_str(&body)?, since))).transpose()
}

/// What a zone is found by.
fn zone_key(place: &Place) -> String {
    match place {
        Place::Address(uprn) => uprn_key(uprn),
        Place::Street(street, locality) => street_key(&slug(&format!("{street} {locality}"))),
    }
}

fn uprn_key(uprn: &str) -> String {
    format!("uprn:{uprn}")
}

fn street_key(street: &str) -> String {
    format!("street:{street}")
}
