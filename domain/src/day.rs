//! A day on the wire: `2026-12-04`, read and written by hand. What `chrono` reads dates with knows every format,
//! and is a tenth of what our types weigh in the browser. For `#[serde(with = "crate::day")]`.

use chrono::{Datelike as _, NaiveDate};
use serde::{Deserialize, Deserializer, Serializer, de::Error as _};

const EXPECTED: &str = "a day such as 2026-12-04 is expected";

/// Reads `2026-12-04`.
#[must_use]
pub fn read(text: &str) -> Option<NaiveDate> {
    let mut parts = text.splitn(3, '-');
    let mut part = |length: usize| {
        let part =
            parts.next().filter(|part| part.len() == length && part.bytes().all(|c| c.is_ascii_digit()))?;
        part.parse::<u32>().ok()
    };
    let (year, month, day) = (part(4)?, part(2)?, part(2)?);
    NaiveDate::from_ymd_opt(year.cast_signed(), month, day)
}

/// Writes `2026-12-04`.
#[must_use]
pub fn write(day: NaiveDate) -> String {
    format!("{:04}-{:02}-{:02}", day.year(), day.month(), day.day())
}

/// For serde.
///
/// # Errors
/// None of its own.
pub fn serialize<S: Serializer>(day: &NaiveDate, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&write(*day))
}

/// For serde.
///
/// # Errors
/// When it is not a day.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
    let text = String::deserialize(deserializer)?;
    read(&text).ok_or_else(|| D::Error::custom(EXPECTED))
}

/// The same for a day that may be missing.
pub mod optional {
    use chrono::NaiveDate;
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer, de::Error as _};

    /// For serde.
    ///
    /// # Errors
    /// None of its own.
    pub fn serialize<S: Serializer>(day: &Option<NaiveDate>, serializer: S) -> Result<S::Ok, S::Error> {
        day.map(super::write).serialize(serializer)
    }

    /// For serde.
    ///
    /// # Errors
    /// When something is there that is not a day.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDate>, D::Error> {
        let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
        super::read(&text).map(Some).ok_or_else(|| D::Error::custom(super::EXPECTED))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days() {
        let leap = NaiveDate::from_ymd_opt(2028, 2, 29);
        assert_eq!(read("2028-02-29"), leap);
        assert_eq!(leap.map(write).as_deref(), Some("2028-02-29"));
        for wrong in [
            "",
            "2027-02-29",
            "2028-2-29",
            "28-02-29",
            "2028-02-29T",
            "2028-13-01",
            "+028-02-29",
            "2028-02",
            "2028-02-01-1",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
