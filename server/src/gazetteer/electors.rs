//! The electoral roll from a CSV file, as register software writes it, row by row: a file of any length takes little
//! memory.

use std::io::Read;

use csv::{Position, Reader, StringRecord};
use domain::identity::roll::{Columns, Elector};

use super::addresses::Skipped;

/// Reads a roll. Rows that can't be read are told to `skipped` and left out.
///
/// # Errors
/// When it can't be read at all, or has no column it needs: what to do, in words. A row is an error when the file
/// can't be read on from there.
pub fn read<R: Read>(
    file: R,
    skipped: impl FnMut(Skipped),
) -> Result<impl Iterator<Item = Result<Elector, String>>, String> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(file);
    let headers = reader.headers().map_err(|error| format!("The first line can't be read: {error}"))?;
    let headers: Vec<&str> = headers.iter().collect();
    let columns = Columns::find(&headers).map_err(|error| error.to_string())?;
    Ok(Rows { reader, columns, skipped, record: StringRecord::new() })
}

struct Rows<R, S> {
    reader: Reader<R>,
    columns: Columns,
    skipped: S,
    record: StringRecord,
}

/// The longest text of a row: a file that is not what it should be is no reason to keep pages of it.
const LONGEST: usize = 400;

impl<R: Read, S: FnMut(Skipped)> Iterator for Rows<R, S> {
    type Item = Result<Elector, String>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let before = self.reader.position().line();
            let row = match self.reader.read_record(&mut self.record) {
                Ok(false) => return None,
                Ok(true) if self.record.iter().any(|field| field.len() > LONGEST || field.contains('\0')) => {
                    Err("a text is too long, or not text".to_owned())
                }
                Ok(true) => {
                    let fields: Vec<&str> = self.record.iter().collect();
                    self.columns.read(&fields).map_err(|error| error.to_string())
                }
                Err(error) if error.is_io_error() => {
                    return Some(Err(format!("The file can't be read: {error}")));
                }
                Err(error) if matches!(error.kind(), csv::ErrorKind::Utf8 { .. }) => {
                    Err("it is not UTF-8 text".to_owned())
                }
                Err(error) => Err(error.to_string()),
            };
            match row {
                Ok(elector) => return Some(Ok(elector)),
                Err(why) => {
                    let line = self.record.position().map_or(before, Position::line);
                    (self.skipped)(Skipped { line, why });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(text: &[u8]) -> (Vec<Elector>, Vec<Skipped>) {
        let mut skipped = Vec::new();
        let electors = read(text, |row| skipped.push(row)).unwrap().collect::<Result<Vec<_>, _>>().unwrap();
        (electors, skipped)
    }

    #[test]
    fn names_the_lines_it_leaves_out_and_goes_on() {
        let (electors, skipped) = read_all(
            b"\xef\xbb\xbfElector Surname,Elector Forename,PostCode,Address1,Address2\n\
            O'BRIEN,SAM,ZE91AB,1 MILL LN,SALTMARSH\n\
            ,,ZE9 1AB,1 MILL LN,\n\
            LEE,SAM,nowhere,1 MILL LN,\n\
            LEE\n\
            L\xffE,SAM,ZE9 1AB,1 MILL LN,\n\
            \"LEE\",\"ANNA\",ZE9 1AB,\"FLAT 2, THE MILL\",4 MILL LN\n",
        );
        let lines: Vec<u64> = skipped.iter().map(|skipped| skipped.line).collect();
        assert_eq!((electors.len(), lines), (2, vec![3, 4, 5, 6]), "{skipped:?}");
        assert_eq!((electors[0].surname_key(), electors[1].lines.len()), ("obrien".to_owned(), 2));
        assert!(skipped[0].why.contains("no name") && skipped[3].why.contains("UTF-8"), "{skipped:?}");
        assert!(
            !skipped.iter().any(|skipped| skipped.why.contains("LEE")),
            "it says nothing of what stands there"
        );
    }

    #[test]
    fn says_which_column_is_missing() {
        let error = read(&b"surname,forename\nLEE,SAM\n"[..], |_| {}).map(drop).unwrap_err();
        assert!(error.contains("address1"), "{error}");
        assert!(read(&b""[..], |_| {}).is_err());
    }

    proptest::proptest! {
        #[test]
        fn nothing_panics(lines in "\\PC{0,200}") {
            let text = format!("surname,forename,postcode,address1\n{lines}");
            let _ = read_all(text.as_bytes());
        }
    }
}
