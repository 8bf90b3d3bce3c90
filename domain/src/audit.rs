//! The audit log: who signed in, read a person's record, changed something or took it away. Rows are appended and
//! never changed. Each carries a hash over itself and the hash before it, so that a row that was changed, removed
//! or moved shows. What a chain can't show of itself is an end that was cut off, or a log that was written anew
//! from some row on: for that its [`Head`] is kept somewhere else.
//!
//! The hash function is the caller's. A keyed one (HMAC with the server's secret) keeps out who can write to the
//! database but does not know the key.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::access::Role;
use crate::canonical::{Canonical, Digest};

/// One thing that was done. It holds identifiers and names of fields, never what stood in them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// 1 for the first of a council, then one more each.
    pub seq: u64,
    /// When; to the microsecond, as databases keep it.
    pub at: DateTime<Utc>,
    /// What they were.
    pub role: Role,
    /// Who; none where nobody was signed in, as in a sign-in that failed.
    pub who: Option<Uuid>,
    /// Their department, by identifier.
    pub department: Option<String>,
    /// What they did.
    pub deed: Deed,
    /// The resident whose record it was.
    pub person: Option<Uuid>,
    /// What it was done to: `request 0193f2c4-…`, `account`; empty where that is all there is to say.
    pub object: String,
    /// Why, or which fields, for the person to read.
    pub detail: String,
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// Signed in.
    SignedIn,
    /// Tried to sign in.
    SignInFailed,
    /// Signed out, here or everywhere.
    SignedOut,
    /// Read a person's record.
    Read,
    /// Changed something.
    Changed,
    /// Took records away as a file.
    Exported,
    /// Asked whether somebody is on the electoral roll.
    RollAsked,
    /// Erased what was kept long enough.
    Erased,
}

impl Deed {
    /// Every deed.
    pub const ALL: [Self; 8] = [
        Self::SignedIn,
        Self::SignInFailed,
        Self::SignedOut,
        Self::Read,
        Self::Changed,
        Self::Exported,
        Self::RollAsked,
        Self::Erased,
    ];

    /// As it is stored and hashed.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::SignedIn => "signed_in",
            Self::SignInFailed => "sign_in_failed",
            Self::SignedOut => "signed_out",
            Self::Read => "read",
            Self::Changed => "changed",
            Self::Exported => "exported",
            Self::RollAsked => "roll_asked",
            Self::Erased => "erased",
        }
    }

    /// A deed as it is stored.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|deed| deed.id() == id)
    }
}

impl Entry {
    /// The bytes that are hashed.
    #[must_use]
    pub fn canonical(&self) -> Vec<u8> {
        Canonical::of("audit entry/1")
            .number(self.seq.cast_signed())
            .number(self.at.timestamp_micros())
            .text(self.role.id())
            .maybe(self.who.as_ref().map(|id| id.as_bytes().as_slice()))
            .maybe(self.department.as_deref().map(str::as_bytes))
            .text(self.deed.id())
            .maybe(self.person.as_ref().map(|id| id.as_bytes().as_slice()))
            .text(&self.object)
            .text(&self.detail)
            .done()
    }
}

/// The hash of a row: over the row before it and what it says.
pub fn link(previous: &Digest, entry: &Entry, hash: impl Fn(&[u8]) -> Digest) -> Digest {
    hash(&Canonical::of("audit link/1").bytes(&previous.0).bytes(&entry.canonical()).done())
}

/// A row as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// What was done.
    pub entry: Entry,
    /// Its [`link`].
    pub link: Digest,
}

/// How far a log had got: to be kept where who can write to the database can't. As text `1234:` and the hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The last row; 0 before there is any.
    pub seq: u64,
    /// Its link.
    pub link: Digest,
}

impl Head {
    /// Before the first row of a council's log; no row of another council's fits behind it.
    pub fn start(council: &str, hash: impl Fn(&[u8]) -> Digest) -> Self {
        Self { seq: 0, link: hash(&Canonical::of("audit start/1").text(council).done()) }
    }

    /// Appends: gives the entry its number and its link.
    pub fn append(&mut self, entry: Entry, hash: impl Fn(&[u8]) -> Digest) -> Row {
        let entry = Entry { seq: self.seq + 1, ..entry };
        let link = link(&self.link, &entry, hash);
        *self = Self { seq: entry.seq, link };
        Row { entry, link }
    }
}

impl fmt::Display for Head {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{}:{}", self.seq, self.link)
    }
}

/// What a text that is no [`Head`] gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a head is written 1234:, and 64 hexadecimal digits")]
pub struct NotAHead;

impl FromStr for Head {
    type Err = NotAHead;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (seq, link) = text.trim().split_once(':').ok_or(NotAHead)?;
        let is_number = seq.bytes().all(|byte| byte.is_ascii_digit());
        let seq = seq.parse().ok().filter(|_| is_number).ok_or(NotAHead)?;
        Ok(Self { seq, link: link.parse().map_err(|_| NotAHead)? })
    }
}

/// The first thing that is wrong with a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// What the row says is not what was written, or it is not the row that was written after the one before it.
    #[error("row {0} was changed, or is not the row that was written there")]
    Changed(u64),
    /// There are later rows and not this one.
    #[error("row {0} was removed")]
    Removed(u64),
    /// The row stands behind later ones, or is there twice.
    #[error("row {0} stands where it was not written")]
    Moved(u64),
    /// The log ends before the row that the kept head knows.
    #[error("the log ends with row {last}; it had row {kept}")]
    CutOff {
        /// The last row there is.
        last: u64,
        /// The row of the kept head.
        kept: u64,
    },
    /// There are rows, and the head that is written with each is gone.
    #[error("there are rows, and the head beside them was removed")]
    NoHead,
    /// The head that is written with each row knows less than there is.
    #[error("the log ends with row {last}; the head beside it says row {head}, which was not written so")]
    HeadBehind {
        /// The last row there is.
        last: u64,
        /// The row of the head.
        head: u64,
    },
    /// The head that is written with each row is not that of the last one.
    #[error("the head beside the log does not fit its last row, {0}")]
    HeadChanged(u64),
    /// The rows fit together, and are not those that led to the kept head.
    #[error("the log up to row {0} was written anew")]
    Rewritten(u64),
}

/// Checks a log row by row, so that it need not fit into memory.
#[derive(Clone, Debug)]
pub struct Verifier<H> {
    head: Head,
    kept: Option<Head>,
    hash: H,
}

impl<H: Fn(&[u8]) -> Digest> Verifier<H> {
    /// Begins behind `start`: [`Head::start`], or a kept head that an earlier check got to. `kept` is the head the
    /// log must pass.
    pub fn new(start: Head, kept: Option<Head>, hash: H) -> Self {
        Self { head: start, kept, hash }
    }

    /// Checks the next row, in the order of their numbers or as they are stored.
    ///
    /// # Errors
    /// The first thing that is wrong; nothing after it can be told.
    pub fn row(&mut self, row: &Row) -> Result<(), Broken> {
        let expected = self.head.seq + 1;
        let seq = row.entry.seq;
        if seq > expected {
            return Err(Broken::Removed(expected));
        }
        if seq < expected {
            return Err(Broken::Moved(seq));
        }
        if link(&self.head.link, &row.entry, &self.hash) != row.link {
            return Err(Broken::Changed(seq));
        }
        self.head = Head { seq, link: row.link };
        match self.kept {
            Some(kept) if kept.seq == seq && kept.link != row.link => Err(Broken::Rewritten(seq)),
            _ => Ok(()),
        }
    }

    /// After the last row: the head to keep from now on.
    ///
    /// # Errors
    /// [`Broken::CutOff`] when the kept head was not reached.
    pub fn end(self) -> Result<Head, Broken> {
        match self.kept {
            Some(kept) if kept.seq > self.head.seq => {
                Err(Broken::CutOff { last: self.head.seq, kept: kept.seq })
            }
            _ => Ok(self.head),
        }
    }
}

/// Checks all rows behind `start`.
///
/// # Errors
/// The first thing that is wrong.
pub fn verify(
    start: Head,
    rows: impl IntoIterator<Item = impl Borrow<Row>>,
    kept: Option<Head>,
    hash: impl Fn(&[u8]) -> Digest,
) -> Result<Head, Broken> {
    let mut verifier = Verifier::new(start, kept, hash);
    for row in rows {
        verifier.row(row.borrow())?;
    }
    verifier.end()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canonical::test_hash;
    use proptest::prelude::*;

    fn entry(number: u64) -> Entry {
        Entry {
            seq: 0,
            at: DateTime::from_timestamp_micros(1_795_000_000_000_000 + number.cast_signed()).unwrap(),
            role: Role::Officer,
            who: Some(Uuid::from_u128(7)),
            department: Some("waste".into()),
            deed: Deed::Read,
            person: Some(Uuid::from_u128(number.into())),
            object: "request 1".into(),
            detail: "Missed bin".into(),
        }
    }

    fn start() -> Head {
        Head::start("demo", test_hash)
    }

    /// A log, and its head.
    fn log(rows: u64) -> (Vec<Row>, Head) {
        let mut head = start();
        let rows = (0..rows).map(|number| head.append(entry(number), test_hash)).collect();
        (rows, head)
    }

    fn check(rows: &[Row], kept: Option<Head>) -> Result<Head, Broken> {
        verify(start(), rows, kept, test_hash)
    }

    /// Each part of a row, changed.
    const CHANGES: [fn(&mut Row); 13] = [
        |row| row.entry.at += chrono::TimeDelta::microseconds(1),
        |row| row.entry.role = Role::Manager,
        |row| row.entry.who = None,
        |row| row.entry.who = Some(Uuid::from_u128(8)),
        |row| row.entry.department = None,
        |row| row.entry.department = Some(String::new()),
        |row| row.entry.deed = Deed::Changed,
        |row| row.entry.person = None,
        |row| row.entry.person = Some(Uuid::from_u128(u128::MAX)),
        |row| row.entry.object.push('1'),
        |row| row.entry.detail.clear(),
        // A piece moved over from one field to the next.
        |row| row.entry.detail = format!("{}{}", row.entry.object.pop().unwrap_or('x'), row.entry.detail),
        |row| row.link.0[31] ^= 1,
    ];

    #[test]
    fn what_was_written_is_found_whole() {
        for length in [0, 1, 5] {
            let (rows, head) = log(length);
            assert_eq!(check(&rows, None), Ok(head));
            assert_eq!(check(&rows, Some(head)), Ok(head));
            assert_eq!(check(&rows, Some(start())), Ok(head));
            assert_eq!(head.seq, length);
        }
        let (rows, head) = log(9);
        let (early, half) = log(4);
        assert_eq!(early[..], rows[..4]);
        assert_eq!(verify(half, &rows[4..], Some(head), test_hash), Ok(head), "goes on from a kept head");
        assert_eq!(check(&rows, Some(half)), Ok(head));
    }

    #[test]
    fn what_is_cut_off_or_written_anew_needs_the_kept_head() {
        let (rows, head) = log(5);
        assert!(check(&rows[..3], None).is_ok(), "of itself a chain can't show it");
        assert_eq!(check(&rows[..3], Some(head)), Err(Broken::CutOff { last: 3, kept: 5 }));
        assert_eq!(check(&[], Some(head)), Err(Broken::CutOff { last: 0, kept: 5 }));
        let mut other = start();
        let anew: Vec<Row> = (1..6).map(|number| other.append(entry(number), test_hash)).collect();
        assert!(check(&anew, None).is_ok());
        assert_eq!(check(&anew, Some(head)), Err(Broken::Rewritten(5)));
        assert_eq!(
            verify(Head::start("other", test_hash), &rows, None, test_hash),
            Err(Broken::Changed(1)),
            "another council's"
        );
    }

    #[test]
    fn the_form_is_for_ever() {
        let (rows, head) = log(2);
        assert_eq!(rows[0].entry.canonical().len(), 184);
        assert_eq!(&head.to_string()[..18], "2:ad26e485d6a2741f");
    }

    #[test]
    fn heads_and_deeds_as_text() {
        let (_, head) = log(3);
        assert_eq!(head.to_string().parse(), Ok(head));
        for wrong in ["", "3", ":", "+3:00", &format!("-1:{}", head.link), &format!("+1:{}", head.link)] {
            assert_eq!(wrong.parse::<Head>(), Err(NotAHead), "{wrong}");
        }
        for deed in Deed::ALL {
            assert_eq!(Deed::parse(deed.id()), Some(deed));
            assert_eq!(serde_json::to_value(deed).unwrap(), deed.id());
        }
        let (rows, _) = log(1);
        let text = serde_json::to_string(&rows).unwrap();
        assert_eq!(serde_json::from_str::<Vec<Row>>(&text).unwrap(), rows);
    }

    proptest! {
        #[test]
        fn any_change_is_found(length in 1u64..12, at in 0usize..12, change in 0..CHANGES.len()) {
            let (mut rows, head) = log(length);
            let at = at % rows.len();
            let before = rows[at].clone();
            CHANGES[change](&mut rows[at]);
            prop_assert_ne!(&rows[at], &before);
            prop_assert_eq!(check(&rows, None), Err(Broken::Changed(at as u64 + 1)));
            // Its own link made to fit: then the row after it does not, or the kept head.
            let previous = if at == 0 { start().link } else { rows[at - 1].link };
            rows[at].link = link(&previous, &rows[at].entry, test_hash);
            if rows[at] != before {
                let last = at + 1 == rows.len();
                let found = if last { Broken::Rewritten(length) } else { Broken::Changed(at as u64 + 2) };
                prop_assert_eq!(check(&rows, Some(head)), Err(found));
            }
        }

        #[test]
        fn any_removal_is_found(length in 1u64..12, at in 0usize..12) {
            let (mut rows, head) = log(length);
            let at = at % rows.len();
            rows.remove(at);
            let last = at == rows.len();
            let found = if last { Broken::CutOff { last: length - 1, kept: length } } else { Broken::Removed(at as u64 + 1) };
            prop_assert_eq!(check(&rows, Some(head)), Err(found));
            // Also when the rest is numbered anew.
            for (row, seq) in rows.iter_mut().zip(1..) {
                row.entry.seq = seq;
            }
            let found = if last { found } else { Broken::Changed(at as u64 + 1) };
            prop_assert_eq!(check(&rows, Some(head)), Err(found));
        }

        #[test]
        fn any_swap_is_found(length in 2u64..12, one in 0usize..12, further in 0usize..12) {
            let (mut rows, _) = log(length);
            let one = one % rows.len();
            let other = (one + 1 + further % (rows.len() - 1)) % rows.len();
            rows.swap(one, other);
            let first = one.min(other) as u64 + 1;
            prop_assert_eq!(check(&rows, None), Err(Broken::Removed(first)));
            // Also when they got each other's numbers.
            let seq = rows[one].entry.seq;
            rows[one].entry.seq = rows[other].entry.seq;
            rows[other].entry.seq = seq;
            prop_assert_eq!(check(&rows, None), Err(Broken::Changed(first)));
        }

        #[test]
        fn a_row_put_in_is_found(length in 1u64..12, from in 0usize..12, to in 0usize..12) {
            let (mut rows, _) = log(length);
            let (from, to) = (from % rows.len(), to % (rows.len() + 1));
            rows.insert(to, rows[from].clone());
            let found = if to < from { Broken::Removed(to as u64 + 1) } else { Broken::Moved(from as u64 + 1) };
            prop_assert_eq!(check(&rows, None), Err(found));
        }

        #[test]
        fn any_order_but_the_written_one_is_found(order in Just((0..6usize).collect::<Vec<_>>()).prop_shuffle()) {
            let (rows, head) = log(6);
            let shuffled: Vec<Row> = order.iter().map(|&at| rows[at].clone()).collect();
            prop_assert_eq!(check(&shuffled, Some(head)).is_ok(), order.is_sorted());
        }
    }
}
