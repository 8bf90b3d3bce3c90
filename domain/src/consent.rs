//! Consent: what a resident decided about their own details, kept so that it can be proved. Decisions are appended
//! and never changed; what holds now is the last one for each purpose and department, and where there is none the
//! answer is no.
//!
//! Sources: UK GDPR articles 4(11) and 7 (freely given, specific, as easy to withdraw as to give, and the council
//! has to be able to show it); article 6 for grounds other than consent.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::canonical::{Canonical, Digest};
pub use crate::channel::Channel;

/// What details are used for, beyond the department somebody wrote to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// A department sees everything the resident has with the council, in one place.
    ShareRecord,
    /// A department that may not see it is told that there is more.
    SayMoreExists,
    /// The electoral roll is looked at, once for each time asked, to prove who the resident is.
    ElectoralRoll,
    /// The department somebody wrote to does what they asked for.
    HandleRequest,
    /// Somebody is in danger.
    Safeguarding,
    /// Public money is protected from fraud.
    PreventFraud,
}

/// The council as a whole, in place of a department.
pub const COUNCIL: &str = "";

/// Why the law lets the council do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// The resident agreed: they are asked.
    Consent,
    /// The law says so: they are told, in these words, and not asked.
    Law(&'static str),
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Self; 6] = [
        Self::ShareRecord,
        Self::SayMoreExists,
        Self::ElectoralRoll,
        Self::HandleRequest,
        Self::Safeguarding,
        Self::PreventFraud,
    ];

    /// The purpose as it is stored.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::ShareRecord => "share_record",
            Self::SayMoreExists => "say_more_exists",
            Self::ElectoralRoll => "electoral_roll",
            Self::HandleRequest => "handle_request",
            Self::Safeguarding => "safeguarding",
            Self::PreventFraud => "prevent_fraud",
        }
    }

    /// A purpose as it is stored.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.id() == id)
    }

    /// What it is called in a list.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::ShareRecord => "Seeing everything you have with us",
            Self::SayMoreExists => "Knowing that you have more with us",
            Self::ElectoralRoll => "Looking at the electoral roll",
            Self::HandleRequest => "Doing what you ask for",
            Self::Safeguarding => "When somebody is in danger",
            Self::PreventFraud => "Preventing fraud",
        }
    }

    /// Whether each department is decided about on its own. If not, it is about the council as a whole, which stands in
    /// the ledger as [`COUNCIL`].
    #[must_use]
    pub fn is_for_departments(self) -> bool {
        self != Self::ElectoralRoll
    }

    /// The ground it rests on. Sources: UK GDPR article 6(1)(a) and (e) with Data Protection Act 2018 section 8;
    /// the same Act's Schedule 1 paragraph 18; Local Audit and Accountability Act 2014 Schedule 9.
    #[must_use]
    pub fn ground(self) -> Ground {
        match self {
            Self::ShareRecord | Self::SayMoreExists | Self::ElectoralRoll => Ground::Consent,
            Self::HandleRequest => Ground::Law(
                "We don't ask for this. To do what you ask for is our job by law, and the department that does it needs your details.",
            ),
            Self::Safeguarding => Ground::Law(
                "We don't ask for this. When a child or an adult is in danger, the law lets us tell those who can help (Data Protection Act 2018, Schedule 1, paragraph 18).",
            ),
            Self::PreventFraud => Ground::Law(
                "We don't ask for this. By law we compare some of our records to find fraud (Local Audit and Accountability Act 2014, Schedule 9).",
            ),
        }
    }
}

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Yes.
    Given,
    /// No.
    Refused,
    /// No longer.
    Withdrawn,
}

impl Decision {
    /// The decision as it is stored.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// A decision as it is stored.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        [Self::Given, Self::Refused, Self::Withdrawn].into_iter().find(|decision| decision.id() == id)
    }

    /// What a yes or no means after what was decided before: a no after a yes takes it back.
    #[must_use]
    pub fn of(agrees: bool, before: Option<Self>) -> Self {
        match (agrees, before) {
            (true, _) => Self::Given,
            (false, Some(Self::Given | Self::Withdrawn)) => Self::Withdrawn,
            (false, _) => Self::Refused,
        }
    }
}

/// One line of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// 1 for the first decision of a resident, then one more each; no two have the same.
    pub seq: u32,
    /// The resident.
    pub resident: Uuid,
    /// What for.
    pub purpose: Purpose,
    /// The department that gets to see it, by identifier.
    pub department: String,
    /// What they decided.
    pub decision: Decision,
    /// The words they read, or were read.
    pub wording: WordingRef,
    /// How they told us.
    pub channel: Channel,
    /// Who helped: their own helper, or the member of staff at the desk or on the phone.
    pub helper: Option<Uuid>,
    /// When.
    pub at: DateTime<Utc>,
}

/// Which words exactly.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WordingRef {
    /// The wording's identifier.
    pub id: String,
    /// Its version.
    pub version: u32,
    /// The language, as two letters.
    pub language: String,
    /// The hash of the text.
    pub hash: Digest,
}

/// The entry that counts, for a purpose and a department, among one resident's: the last by number. Times do not
/// decide, since clocks are put back. Should two have one number, the one that says no counts.
#[must_use]
pub fn latest<'e>(
    entries: impl IntoIterator<Item = &'e Entry>,
    purpose: Purpose,
    department: &str,
) -> Option<&'e Entry> {
    let about =
        entries.into_iter().filter(|entry| (entry.purpose, &*entry.department) == (purpose, department));
    about.max_by_key(|entry| (entry.seq, entry.decision))
}

/// Whether one resident agrees now. Where the law is the ground it is not a matter of agreeing, and this is no.
#[must_use]
pub fn agrees<'e>(entries: impl IntoIterator<Item = &'e Entry>, purpose: Purpose, department: &str) -> bool {
    purpose.ground() == Ground::Consent
        && latest(entries, purpose, department).is_some_and(|entry| entry.decision == Decision::Given)
}

/// The departments that one resident agrees to now, for a purpose. With [`Purpose::ShareRecord`]: those that may
/// see the requests that lie with others.
#[must_use]
pub fn departments<'e>(entries: impl IntoIterator<Item = &'e Entry>, purpose: Purpose) -> BTreeSet<&'e str> {
    if purpose.ground() != Ground::Consent {
        return BTreeSet::new();
    }
    let mut last: BTreeMap<&str, &Entry> = BTreeMap::new();
    for entry in entries.into_iter().filter(|entry| entry.purpose == purpose) {
        let known = last.entry(&entry.department).or_insert(entry);
        if (entry.seq, entry.decision) > (known.seq, known.decision) {
            *known = entry;
        }
    }
    let given = last.into_iter().filter(|(_, entry)| entry.decision == Decision::Given);
    given.map(|(department, _)| department).collect()
}

/// The exact words of one question of consent, in one language. A word changed is another version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Wording {
    /// Identifier.
    pub id: String,
    /// Version, from 1.
    pub version: u32,
    /// Language, as two letters.
    pub language: String,
    /// What it asks for.
    pub purpose: Purpose,
    /// The question.
    pub question: String,
    /// What it is good for and what happens otherwise, one paragraph each.
    pub text: Vec<String>,
    /// What yes says.
    pub yes: String,
    /// What no says.
    pub no: String,
}

impl Wording {
    /// The bytes that are hashed: everything that was to be read.
    #[must_use]
    pub fn canonical(&self) -> Vec<u8> {
        let head = Canonical::of("consent wording/1")
            .text(&self.id)
            .number(self.version.into())
            .text(&self.language)
            .text(self.purpose.id())
            .text(&self.question);
        let text = self.text.iter().fold(head, |all, paragraph| all.text(paragraph));
        text.text(&self.yes).text(&self.no).done()
    }

    /// What an entry keeps of it.
    pub fn reference(&self, hash: impl Fn(&[u8]) -> Digest) -> WordingRef {
        WordingRef {
            id: self.id.clone(),
            version: self.version,
            language: self.language.clone(),
            hash: hash(&self.canonical()),
        }
    }
}

/// Every wording that was ever asked, old versions included: decisions point to them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registry(BTreeMap<(String, u32, String), Wording>);

/// Why something can't go into the registry, or into the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsound {
    /// These words are there already, and differ.
    #[error("this version of the wording has other words; raise the version")]
    VersionTaken,
    /// The law is the ground.
    #[error("this is not asked: the law is the ground")]
    NotAsked,
    /// Nobody was asked in such words.
    #[error("there is no such wording")]
    NoSuchWording,
    /// The words ask for something else.
    #[error("the wording is for another purpose")]
    OtherPurpose,
    /// The hash is of other words.
    #[error("the words are not those that were read")]
    OtherWords,
}

impl Registry {
    /// Takes in a wording. The same once more changes nothing.
    ///
    /// # Errors
    /// [`Unsound::VersionTaken`] when the version is there with other words, [`Unsound::NotAsked`] for a purpose
    /// that the law decides.
    pub fn add(&mut self, wording: Wording) -> Result<(), Unsound> {
        if wording.purpose.ground() != Ground::Consent {
            return Err(Unsound::NotAsked);
        }
        let key = (wording.id.clone(), wording.version, wording.language.clone());
        match self.0.get(&key) {
            Some(known) if *known != wording => Err(Unsound::VersionTaken),
            _ => {
                self.0.insert(key, wording);
                Ok(())
            }
        }
    }

    /// The words to ask with now: the newest version, in this language where there is one, else in English.
    #[must_use]
    pub fn current(&self, purpose: Purpose, language: &str) -> Option<&Wording> {
        let newest = |language: &str| {
            let fits = |wording: &&Wording| wording.purpose == purpose && wording.language == language;
            self.0.values().filter(fits).max_by_key(|wording| wording.version)
        };
        let english = newest("en");
        // Words of an older version in a language are not what is asked now.
        newest(language)
            .filter(|own| english.is_none_or(|english| own.version >= english.version))
            .or(english)
    }

    /// The words that a decision was about.
    #[must_use]
    pub fn find(&self, wording: &WordingRef) -> Option<&Wording> {
        self.0.get(&(wording.id.clone(), wording.version, wording.language.clone()))
    }

    /// Whether an entry may go into the ledger: asked at all, and in words we know.
    ///
    /// # Errors
    /// [`Unsound`] with the reason.
    pub fn check(&self, entry: &Entry, hash: impl Fn(&[u8]) -> Digest) -> Result<(), Unsound> {
        if entry.purpose.ground() != Ground::Consent {
            return Err(Unsound::NotAsked);
        }
        let wording = self.find(&entry.wording).ok_or(Unsound::NoSuchWording)?;
        if wording.purpose != entry.purpose {
            return Err(Unsound::OtherPurpose);
        }
        if hash(&wording.canonical()) != entry.wording.hash {
            return Err(Unsound::OtherWords);
        }
        Ok(())
    }

    /// Our own words, in English.
    #[must_use]
    pub fn ours() -> Self {
        let mut registry = Self::default();
        for wording in [
            words(
                Purpose::ShareRecord,
                "May we share these details with other departments, so that you need not tell each of them?",
                &[
                    "It lets us see everything you have with us in one place.",
                    "You choose the departments. You can change your mind at any time, in your account.",
                    "If you say no, nothing gets slower, and no service is closed to you.",
                ],
                ["Yes, share them", "No, don't share them"],
            ),
            words(
                Purpose::SayMoreExists,
                "May we tell other departments that you have more with us, without showing it to them?",
                &[
                    "Then they can ask you whether something else matters for what you need.",
                    "You can change your mind at any time, in your account.",
                    "If you say no, nothing gets slower, and no service is closed to you.",
                ],
                ["Yes, tell them", "No, don't tell them"],
            ),
            words(
                Purpose::ElectoralRoll,
                "May we look at the electoral roll to check who you are?",
                &[
                    "We look for your name at your address. All we learn is yes or no, and we keep a note that we looked.",
                    "If you say no, you can show us documents instead.",
                ],
                ["Yes, look", "No, don't look"],
            ),
        ] {
            // Ours are sound; a test says so.
            let _ = registry.add(wording);
        }
        registry
    }
}

fn words(purpose: Purpose, question: &str, text: &[&str], [yes, no]: [&str; 2]) -> Wording {
    Wording {
        id: purpose.id().to_owned(),
        version: 1,
        language: "en".to_owned(),
        purpose,
        question: question.to_owned(),
        text: text.iter().map(|&paragraph| paragraph.to_owned()).collect(),
        yes: yes.to_owned(),
        no: no.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canonical::test_hash;
    use proptest::prelude::*;

    type Change = fn(&mut Entry);

    fn entry(seq: u32, purpose: Purpose, department: &str, decision: Decision) -> Entry {
        let ours = Registry::ours();
        let wording = ours.current(purpose, "en").or(ours.current(Purpose::ShareRecord, "en")).unwrap();
        Entry {
            seq,
            resident: Uuid::from_u128(1),
            purpose,
            department: department.into(),
            decision,
            wording: wording.reference(test_hash),
            channel: Channel::Web,
            helper: None,
            at: DateTime::from_timestamp(1_795_000_000, 0).unwrap(),
        }
    }

    #[test]
    fn no_is_what_nobody_said() {
        for purpose in Purpose::ALL {
            assert!(!agrees(&[], purpose, "waste") && departments(&[], purpose).is_empty());
        }
        let ledger = [entry(1, Purpose::ShareRecord, "waste", Decision::Given)];
        assert!(agrees(&ledger, Purpose::ShareRecord, "waste"));
        for (purpose, department) in [
            (Purpose::ShareRecord, "housing"),
            (Purpose::ShareRecord, ""),
            (Purpose::ShareRecord, "Waste"),
            (Purpose::SayMoreExists, "waste"),
            (Purpose::ElectoralRoll, "waste"),
        ] {
            assert!(!agrees(&ledger, purpose, department), "{purpose:?} {department}");
        }
    }

    #[test]
    fn the_last_word_counts() {
        let share = |seq, department, decision| entry(seq, Purpose::ShareRecord, department, decision);
        let mut ledger = vec![
            share(1, "waste", Decision::Given),
            share(2, "housing", Decision::Refused),
            share(3, "waste", Decision::Withdrawn),
            share(4, "parking", Decision::Given),
        ];
        assert_eq!(departments(&ledger, Purpose::ShareRecord), BTreeSet::from(["parking"]));
        ledger.push(share(5, "housing", Decision::Given));
        assert_eq!(departments(&ledger, Purpose::ShareRecord), BTreeSet::from(["housing", "parking"]));
        // The clock was put back between the two: the number decides.
        let mut later = share(6, "parking", Decision::Withdrawn);
        later.at -= chrono::TimeDelta::hours(1);
        ledger.insert(0, later);
        assert!(!agrees(&ledger, Purpose::ShareRecord, "parking"));
        // One number twice is a fault, and a fault shares nothing.
        for order in [[Decision::Given, Decision::Refused], [Decision::Withdrawn, Decision::Given]] {
            let same = order.map(|decision| share(7, "libraries", decision));
            assert!(!agrees(&same, Purpose::ShareRecord, "libraries"));
            assert!(departments(&same, Purpose::ShareRecord).is_empty());
        }
    }

    #[test]
    fn yes_and_no_in_the_words_of_the_ledger() {
        use Decision::{Given, Refused, Withdrawn};
        for (agrees, before, now) in [
            (true, None, Given),
            (true, Some(Refused), Given),
            (true, Some(Withdrawn), Given),
            (false, None, Refused),
            (false, Some(Refused), Refused),
            (false, Some(Given), Withdrawn),
            (false, Some(Withdrawn), Withdrawn),
        ] {
            assert_eq!(Decision::of(agrees, before), now, "{agrees} {before:?}");
        }
    }

    #[test]
    fn what_is_stored_is_read_again() {
        for decision in [Decision::Given, Decision::Refused, Decision::Withdrawn] {
            assert_eq!(Decision::parse(decision.id()), Some(decision));
            assert_eq!(serde_json::to_value(decision).unwrap(), decision.id());
        }
        assert_eq!(Decision::parse("Given"), None);
    }

    #[test]
    fn what_the_law_decides_is_not_asked() {
        let ours = Registry::ours();
        for purpose in Purpose::ALL {
            assert_eq!(Purpose::parse(purpose.id()), Some(purpose));
            assert_eq!(serde_json::to_value(purpose).unwrap(), purpose.id());
            let asked = ours.current(purpose, "en");
            match purpose.ground() {
                Ground::Consent => assert!(asked.is_some(), "{purpose:?}"),
                Ground::Law(why) => {
                    assert!(asked.is_none() && why.starts_with("We don't ask"), "{purpose:?}");
                    let given = entry(1, purpose, "waste", Decision::Given);
                    assert_eq!(ours.check(&given, test_hash), Err(Unsound::NotAsked));
                    assert!(!agrees([&given], purpose, "waste"));
                    assert!(departments([&given], purpose).is_empty());
                    let wording = words(purpose, "May we?", &[], ["Yes", "No"]);
                    assert_eq!(Registry::default().add(wording), Err(Unsound::NotAsked));
                }
            }
        }
    }

    #[test]
    fn only_words_that_were_asked() {
        let ours = Registry::ours();
        let good = entry(1, Purpose::ShareRecord, "waste", Decision::Given);
        assert_eq!(ours.check(&good, test_hash), Ok(()));
        let wrong: [(Change, Unsound); 5] = [
            (|entry| entry.wording.version = 2, Unsound::NoSuchWording),
            (|entry| entry.wording.language = "cy".into(), Unsound::NoSuchWording),
            (|entry| entry.wording.id = "share".into(), Unsound::NoSuchWording),
            (|entry| entry.purpose = Purpose::ElectoralRoll, Unsound::OtherPurpose),
            (|entry| entry.wording.hash.0[0] ^= 1, Unsound::OtherWords),
        ];
        for (change, why) in wrong {
            let mut entry = good.clone();
            change(&mut entry);
            assert_eq!(ours.check(&entry, test_hash), Err(why));
        }
    }

    #[test]
    fn versions_and_languages() {
        let mut registry = Registry::ours();
        let first = registry.current(Purpose::ShareRecord, "en").unwrap().clone();
        assert_eq!(registry.add(first.clone()), Ok(()), "the same once more");
        let slip = Wording { yes: "Yes".into(), ..first.clone() };
        assert_eq!(registry.add(slip.clone()), Err(Unsound::VersionTaken));
        assert_eq!(
            registry.current(Purpose::ShareRecord, "cy"),
            Some(&first),
            "English, where there is none"
        );
        let welsh = Wording { language: "cy".into(), ..slip.clone() };
        registry.add(welsh.clone()).unwrap();
        assert_eq!(registry.current(Purpose::ShareRecord, "cy"), Some(&welsh));
        let second = Wording { version: 2, ..slip };
        registry.add(second.clone()).unwrap();
        assert_eq!(registry.current(Purpose::ShareRecord, "en"), Some(&second));
        assert_eq!(registry.current(Purpose::ShareRecord, "cy"), Some(&second), "not the old one in Welsh");
        assert_eq!(
            registry.find(&first.reference(test_hash)),
            Some(&first),
            "old decisions keep their words"
        );
    }

    /// Whoever changes one of our wordings raises its version, and pins the new hash here besides.
    #[test]
    fn our_words_are_as_they_were_asked() {
        let hashes: Vec<String> = Registry::ours()
            .0
            .values()
            .map(|wording| {
                format!(
                    "{} {} {:.16}",
                    wording.id,
                    wording.version,
                    String::from(test_hash(&wording.canonical()))
                )
            })
            .collect();
        assert_eq!(
            hashes,
            [
                "electoral_roll 1 2076909a27d14936",
                "say_more_exists 1 5b12a87862bcedc2",
                "share_record 1 2aa3cdc356af10f4"
            ]
        );
    }

    fn ledger() -> impl Strategy<Value = Vec<Entry>> {
        let decision = prop_oneof![Just(Decision::Given), Just(Decision::Refused), Just(Decision::Withdrawn)];
        let line = (
            prop::sample::select(Purpose::ALL.to_vec()),
            prop::sample::select(vec!["a", "b", "c"]),
            decision,
        );
        prop::collection::vec(line, 0..20).prop_map(|lines| {
            let numbered = lines.into_iter().zip(1..);
            numbered
                .map(|((purpose, department, decision), seq)| entry(seq, purpose, department, decision))
                .collect()
        })
    }

    proptest! {
        #[test]
        fn the_order_of_reading_does_not_matter(entries in ledger(), turn in 0usize..20) {
            let mut turned = entries.clone();
            turned.rotate_left(turn % entries.len().max(1));
            for purpose in Purpose::ALL {
                let now = departments(&entries, purpose);
                prop_assert_eq!(&departments(&turned, purpose), &now);
                for department in ["a", "b", "c"] {
                    prop_assert_eq!(agrees(&turned, purpose, department), now.contains(department));
                }
            }
        }

        #[test]
        fn taking_back_is_all_it_takes(mut entries in ledger(), department in "[abc]") {
            let others: Vec<_> = departments(&entries, Purpose::ShareRecord).into_iter().map(str::to_owned).collect();
            entries.push(entry(100, Purpose::ShareRecord, &department, Decision::Withdrawn));
            prop_assert!(!agrees(&entries, Purpose::ShareRecord, &department));
            for other in others.iter().filter(|other| **other != department) {
                prop_assert!(agrees(&entries, Purpose::ShareRecord, other));
            }
        }

        #[test]
        fn any_word_changed_is_another_hash(at in 0usize..6, more in "\\PC{1,5}") {
            let ours = Registry::ours();
            let wording = ours.current(Purpose::ShareRecord, "en").unwrap();
            let mut other = wording.clone();
            match at {
                0 => other.question += &more,
                1 => other.yes += &more,
                2 => other.no += &more,
                3 => other.text.push(more),
                4 => other.text[0] += &more,
                _ => { other.text.pop(); }
            }
            prop_assert_ne!(wording.reference(test_hash).hash, other.reference(test_hash).hash);
        }
    }
}
