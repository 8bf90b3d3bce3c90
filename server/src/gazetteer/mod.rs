//! The council's own lists: addresses and the electoral roll as CSV, wards as GeoJSON. What can't be read is
//! named with its line and left out.

pub mod addresses;
pub mod demo;
pub mod electors;
pub mod wards;

/// The form streets are searched in: lower case, without punctuation, common short forms written out, and a
/// space before every word.
#[must_use]
pub fn search_key(text: &str) -> String {
    search_words(text).iter().fold(String::new(), |key, word| key + " " + word)
}

/// The words of [`search_key`].
#[must_use]
pub fn search_words(text: &str) -> Vec<String> {
    let plain = text.to_lowercase().replace(['\'', '’'], "");
    let words = plain.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let long = |(at, word): (usize, &str)| {
        let long = match word {
            // St John's Road keeps its saint.
            "st" if at > 0 => "street",
            "rd" => "road",
            "ave" | "av" => "avenue",
            "ln" => "lane",
            "dr" => "drive",
            "cl" => "close",
            "ct" => "court",
            "cres" => "crescent",
            "gdns" => "gardens",
            "sq" => "square",
            "pl" => "place",
            "tce" | "terr" => "terrace",
            other => other,
        };
        long.to_owned()
    };
    words.enumerate().map(long).collect()
}

/// An identifier made of words: `mill-lane-riverside`.
pub(crate) fn slug(text: &str) -> String {
    search_words(text).join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streets_are_found_however_they_are_written() {
        assert_eq!(search_key("King’s Rd, Harbour"), " kings road harbour");
        assert_eq!(search_key("ST JOHN'S ST"), " st johns street");
        assert_eq!(search_key(" %_ "), "");
        assert_eq!(slug("Mill Lane, Riverside"), "mill-lane-riverside");
    }
}
