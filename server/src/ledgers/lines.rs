//! The lines of a CSV file, one after the other. A row is one line: what goes wrong in one, such as a quotation mark that is
//! not closed, ends with it, and no line takes more memory than a row may have.

use std::io::BufRead;

use domain::ledger::Ledger;

/// The most bytes of a line.
const LONGEST: usize = 16 * 1024;

/// A file that is being read.
pub struct Lines<R> {
    file: R,
    line: u64,
    read: u64,
    raw: Vec<u8>,
    columns: Vec<String>,
}

/// A line of it: where it stands, and its cells or what is wrong with it.
pub type Line = (u64, Result<Vec<String>, String>);

impl<R: BufRead> Lines<R> {
    /// Reads the names of the columns.
    ///
    /// # Errors
    /// When it can't be read at all, or has no column that the ledger needs: what to do, in words.
    pub fn open(file: R, ledger: Ledger) -> Result<Self, String> {
        let mut lines = Self { file, line: 0, read: 0, raw: Vec::new(), columns: Vec::new() };
        let first = lines.next_line()?.ok_or("The file is empty.")?.1;
        let names = first.map_err(|why| format!("The first line can't be read: {why}."))?;
        let name = |name: &String| name.trim_start_matches('\u{feff}').trim().to_lowercase();
        lines.columns = names.iter().map(name).collect();
        if let Some(missing) = ledger.needs().iter().find(|needed| !lines.has(needed)) {
            return Err(format!(
                "The file has no column “{missing}”. The first line must name the columns: {}.",
                ledger.needs().join(", ")
            ));
        }
        let known = || ledger.needs().iter().chain(ledger.takes());
        if let Some(twice) =
            known().find(|name| lines.columns.iter().filter(|column| column == *name).count() > 1)
        {
            return Err(format!("The file has two columns “{twice}”."));
        }
        Ok(lines)
    }

    fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|known| known == column)
    }

    /// The names of the columns, in lower case.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Bytes that were read so far.
    #[must_use]
    pub fn read(&self) -> u64 {
        self.read
    }

    /// The next line that is not empty.
    ///
    /// # Errors
    /// When the file can't be read on, in words.
    pub fn next_line(&mut self) -> Result<Option<Line>, String> {
        loop {
            self.raw.clear();
            let mut length = 0_usize;
            let mut is_end = false;
            loop {
                let some =
                    self.file.fill_buf().map_err(|error| format!("The file can't be read: {error}."))?;
                if some.is_empty() {
                    is_end = true;
                    break;
                }
                let end = some.iter().position(|byte| *byte == b'\n');
                let part = some.get(..end.unwrap_or(some.len())).unwrap_or_default();
                let room = LONGEST.saturating_sub(self.raw.len()).min(part.len());
                // What is beyond goes by unread.
                self.raw.extend_from_slice(part.get(..room).unwrap_or_default());
                length += part.len();
                let taken = end.map_or(some.len(), |end| end + 1);
                self.read += taken as u64;
                self.file.consume(taken);
                if end.is_some() {
                    break;
                }
            }
            if is_end && length == 0 {
                return Ok(None);
            }
            self.line += 1;
            if self.raw.last() == Some(&b'\r') {
                self.raw.pop();
            }
            if self.raw.iter().all(|byte| matches!(byte, b',' | b' ' | b'\t')) && length <= LONGEST {
                continue;
            }
            let cells = if length > LONGEST {
                Err(format!("it is longer than {LONGEST} bytes"))
            } else {
                self.cells()
            };
            return Ok(Some((self.line, cells)));
        }
    }

    fn cells(&self) -> Result<Vec<String>, String> {
        let text = std::str::from_utf8(&self.raw).map_err(|_| "it is not UTF-8 text")?;
        if text.contains('\0') {
            return Err("it is not UTF-8 text".to_owned());
        }
        if !text.matches('"').count().is_multiple_of(2) {
            return Err("a quotation mark in it is not closed".to_owned());
        }
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(text.len().max(1))
            .from_reader(text.as_bytes());
        let mut record = csv::StringRecord::new();
        reader.read_record(&mut record).map_err(|_| "it can't be read as cells")?;
        let cells: Vec<String> = record.iter().map(str::to_owned).collect();
        let many = self.columns.len();
        if many > 0 && cells.len() < many {
            return Err(format!("it has {} cells, and there are {many} columns", cells.len()));
        }
        if many > 0 && cells.iter().skip(many).any(|cell| !cell.trim().is_empty()) {
            return Err(format!(
                "it has {} cells, and there are {many} columns: is a comma not between quotation marks?",
                cells.len()
            ));
        }
        Ok(cells)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &[u8]) -> Vec<Line> {
        let mut lines = Lines::open(text, Ledger::PermitZones).unwrap();
        std::iter::from_fn(|| lines.next_line().unwrap()).collect()
    }

    #[test]
    fn a_line_that_is_wrong_ends_with_itself() {
        let long = "x".repeat(10 * 1024 * 1024);
        let mut text = b"\xef\xbb\xbfUPRN, Zone ,street\r\n1,H1,\r\n\r\n,,\n\"1,H1,\n2,H\xff,\n".to_vec();
        text.extend_from_slice(
            format!("3,{long},\n4,\"H,4\",\n5,H1\n6,H1,,,\n7,H,1,x\n8,H1,\u{0}\n9,H1,").as_bytes(),
        );
        let lines = all(&text);
        let good: Vec<u64> = lines.iter().filter(|(_, cells)| cells.is_ok()).map(|(line, _)| *line).collect();
        assert_eq!(good, [2, 8, 10, 13]);
        let wrong: Vec<(u64, &str)> =
            lines.iter().filter_map(|(line, cells)| Some((*line, cells.as_ref().err()?.as_str()))).collect();
        assert_eq!(wrong.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [5, 6, 7, 9, 11, 12]);
        for (at, words) in
            [(0, "not closed"), (1, "UTF-8"), (2, "longer"), (3, "2 cells"), (4, "comma"), (5, "UTF-8")]
        {
            assert!(wrong[at].1.contains(words), "{wrong:?}");
        }
    }

    #[test]
    fn says_what_is_wrong_with_the_columns() {
        let open = |text: &[u8]| Lines::open(text, Ledger::CouncilTax).map(drop).unwrap_err();
        assert!(open(b"").contains("empty"));
        assert!(open(b"account,name,postcode\n").contains("balance"));
        assert!(open(b"account,name,postcode,balance,Balance\n").contains("two columns"));
        // As spreadsheets write "Unicode text".
        assert!(open(b"\xff\xfea\0c\0\n\0").contains("UTF-8"));
    }

    proptest::proptest! {
        #[test]
        fn nothing_panics(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..400)) {
            let mut text = b"zone\n".to_vec();
            text.extend(bytes);
            let _ = all(&text);
        }
    }
}
