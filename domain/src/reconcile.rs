//! The card service's list of a day against ours: every difference is explained, or red. Money is in pence.

use serde::{Deserialize, Serialize};

use crate::payment::State;
use crate::refund::RefundState;

/// A payment, as we or the card service have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// Our reference.
    pub reference: String,
    /// What the service knows it by; ours may not have that yet.
    pub provider_ref: Option<String>,
    /// How far it has got.
    pub state: State,
    /// Pence.
    pub pence: i64,
}

/// A refund, as we or the card service have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    /// Our payment's reference; empty where the service does not say.
    pub reference: String,
    /// What the service knows it by; ours may not have that yet.
    pub provider_ref: Option<String>,
    /// How far it has got.
    pub state: RefundState,
    /// Pence.
    pub pence: i64,
    /// Ours was made in the card service's own pages.
    pub is_theirs: bool,
}

/// What a difference is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// Paid at the card service under a reference that is not ours.
    UnknownHere,
    /// Paid there twice under one reference.
    PaidTwice,
    /// Paid there, and not here.
    PaidThere,
    /// Paid here, and not there.
    PaidHere,
    /// The card service does not know it.
    MissingThere,
    /// For another sum there.
    OtherSum,
    /// Money went back there of which we don't know.
    RefundUnknownHere,
    /// Money went back here, and not there.
    RefundMissing,
    /// Another sum went back there.
    RefundOtherSum,
    /// It has not ended yet.
    UnderWay,
    /// It was made there a second time, because a reply was lost; nobody was told where to pay it, and nobody paid.
    Twin,
    /// Another system takes payments with the same key, and nobody paid this one.
    Elsewhere,
    /// It ended here, and stands open there until its time is over.
    LeftOpen,
    /// The refund was made in the card service's own pages, and is in our books.
    RefundedThere,
    /// The refund is on its way.
    RefundUnderWay,
}

impl What {
    /// Whether somebody has to find out what happened; if not, it explains itself.
    #[must_use]
    pub fn is_red(self) -> bool {
        self <= Self::RefundOtherSum
    }

    /// What it is, in a sentence.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::UnknownHere => "Paid at the card service under a reference that is not ours",
            Self::PaidTwice => "Paid at the card service a second time under one reference",
            Self::PaidThere => "Paid at the card service, and not in our books",
            Self::PaidHere => "Paid in our books, and not at the card service",
            Self::MissingThere => "The card service does not know this payment",
            Self::OtherSum => "The card service has another sum",
            Self::RefundUnknownHere => "Money went back at the card service that is not in our books",
            Self::RefundMissing => "Money went back in our books, and not at the card service",
            Self::RefundOtherSum => "Another sum went back at the card service",
            Self::UnderWay => "Not ended yet: it is asked about every ten minutes",
            Self::Twin => {
                "Made there a second time because a reply was lost. Nobody was told where to pay it, and nobody did"
            }
            Self::Elsewhere => "Of another system with the same key. Nobody paid it",
            Self::LeftOpen => "Over here, and open there until its time is over. Nobody can pay it",
            Self::RefundedThere => "Sent back in the card service’s own pages. It is in our books",
            Self::RefundUnderWay => "The refund is on its way",
        }
    }
}

/// A difference between the books.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Difference {
    /// What it is.
    pub what: What,
    /// The payment's reference.
    pub reference: String,
    /// What the card service knows it by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_ref: Option<String>,
    /// Pence in our books.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ours: Option<i64>,
    /// Pence at the card service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub theirs: Option<i64>,
}

/// How two payments of the same name differ.
fn compare(ours: &Payment, theirs: &Payment) -> Option<What> {
    match (ours.state, theirs.state) {
        _ if ours.pence != theirs.pence => Some(What::OtherSum),
        (State::Paid, State::Paid) => None,
        (State::Paid, _) => Some(What::PaidHere),
        (_, State::Paid) => Some(What::PaidThere),
        (ours, _) if ours.is_under_way() => Some(What::UnderWay),
        (_, theirs) if theirs.is_under_way() => Some(What::LeftOpen),
        _ => None,
    }
}

/// Compares the payments of a day. `theirs` must have all that the service knows of what stands in `ours`.
#[must_use]
pub fn payments(ours: &[Payment], theirs: &[Payment]) -> Vec<Difference> {
    let mut found = Vec::new();
    let same =
        |one: &Payment, other: &Payment| one.provider_ref.is_some() && one.provider_ref == other.provider_ref;
    for there in theirs {
        let own = ours.iter().find(|own| same(own, there));
        let is_paid = there.state == State::Paid;
        let what = match own {
            Some(own) => compare(own, there),
            None if ours.iter().any(|own| own.reference == there.reference) => {
                Some(if is_paid { What::PaidTwice } else { What::Twin })
            }
            None => Some(if is_paid { What::UnknownHere } else { What::Elsewhere }),
        };
        found.extend(what.map(|what| Difference {
            what,
            reference: there.reference.clone(),
            provider_ref: there.provider_ref.clone(),
            ours: own.map(|own| own.pence),
            theirs: Some(there.pence),
        }));
    }
    for own in ours.iter().filter(|own| !theirs.iter().any(|there| same(own, there))) {
        let what = match (&own.provider_ref, own.state) {
            (Some(_), _) | (None, State::Paid) => What::MissingThere,
            (None, state) if state.is_under_way() => What::UnderWay,
            // It never got there.
            (None, _) => continue,
        };
        found.push(Difference {
            what,
            reference: own.reference.clone(),
            provider_ref: own.provider_ref.clone(),
            ours: Some(own.pence),
            theirs: None,
        });
    }
    found.sort_by_key(|difference| difference.what);
    found
}

/// Compares the refunds of a day. `theirs` must have all that the service knows of what stands in `ours`.
#[must_use]
pub fn refunds(ours: &[Refund], theirs: &[Refund]) -> Vec<Difference> {
    let mut found = Vec::new();
    let same =
        |one: &Refund, other: &Refund| one.provider_ref.is_some() && one.provider_ref == other.provider_ref;
    for there in theirs {
        let own = ours.iter().find(|own| same(own, there));
        let what = match (own, there.state) {
            (None, RefundState::Failed) => None,
            (None, _) => Some(What::RefundUnknownHere),
            (Some(own), _) if own.pence != there.pence => Some(What::RefundOtherSum),
            (Some(own), state) => match (own.state, state) {
                (RefundState::Done, RefundState::Done) => own.is_theirs.then_some(What::RefundedThere),
                (RefundState::Done, _) => Some(What::RefundMissing),
                (_, RefundState::Done) => Some(What::RefundUnknownHere),
                (own, _) => own.is_under_way().then_some(What::RefundUnderWay),
            },
        };
        let reference = own.map_or(&there.reference, |own| &own.reference).clone();
        found.extend(what.map(|what| Difference {
            what,
            reference,
            provider_ref: there.provider_ref.clone(),
            ours: own.filter(|own| own.state.counts()).map(|own| own.pence),
            theirs: Some(there.pence).filter(|_| there.state.counts()),
        }));
    }
    for own in ours.iter().filter(|own| !theirs.iter().any(|there| same(own, there))) {
        let what = match own.state {
            RefundState::Done | RefundState::Submitted => What::RefundMissing,
            RefundState::Agreed | RefundState::Sent => What::RefundUnderWay,
            RefundState::Waiting | RefundState::Refused | RefundState::Failed => continue,
        };
        found.push(Difference {
            what,
            reference: own.reference.clone(),
            provider_ref: own.provider_ref.clone(),
            ours: Some(own.pence),
            theirs: None,
        });
    }
    found.sort_by_key(|difference| difference.what);
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn payment(number: u8, state: State, pence: i64) -> Payment {
        Payment { reference: format!("R{number}"), provider_ref: Some(format!("p{number}")), state, pence }
    }

    fn whats(found: &[Difference]) -> Vec<What> {
        found.iter().map(|difference| difference.what).collect()
    }

    #[test]
    fn every_difference_is_explained_or_red() {
        let paid = |number| payment(number, State::Paid, 100);
        let open = |number| payment(number, State::Open, 100);
        let nameless = |state| Payment { provider_ref: None, ..payment(1, state, 100) };
        let other =
            |reference: &str, state| Payment { reference: reference.into(), ..payment(9, state, 100) };
        for (ours, theirs, then) in [
            (vec![paid(1)], vec![paid(1)], vec![]),
            (vec![payment(1, State::Declined, 100)], vec![payment(1, State::Stopped, 100)], vec![]),
            (vec![open(1)], vec![open(1)], vec![What::UnderWay]),
            (vec![payment(1, State::TakenBack, 100)], vec![open(1)], vec![What::LeftOpen]),
            (vec![paid(1)], vec![open(1)], vec![What::PaidHere]),
            (vec![open(1)], vec![paid(1)], vec![What::PaidThere]),
            (vec![payment(1, State::Broken, 100)], vec![paid(1)], vec![What::PaidThere]),
            (vec![paid(1)], vec![payment(1, State::Paid, 101)], vec![What::OtherSum]),
            (vec![paid(1)], vec![], vec![What::MissingThere]),
            (vec![open(1)], vec![], vec![What::MissingThere]),
            (vec![nameless(State::Asked)], vec![], vec![What::UnderWay]),
            (vec![nameless(State::Broken)], vec![], vec![]),
            (vec![], vec![other("X", State::Paid)], vec![What::UnknownHere]),
            (vec![], vec![other("X", State::Open)], vec![What::Elsewhere]),
            (vec![paid(1)], vec![paid(1), other("R1", State::Expired)], vec![What::Twin]),
            (vec![paid(1)], vec![paid(1), other("R1", State::Paid)], vec![What::PaidTwice]),
        ] {
            assert_eq!(whats(&payments(&ours, &theirs)), then, "{ours:?} {theirs:?}");
        }
        let back = |state, pence| Refund {
            reference: "R1".into(),
            provider_ref: Some("b1".into()),
            state,
            pence,
            is_theirs: false,
        };
        let done = || back(RefundState::Done, 10);
        for (ours, theirs, then) in [
            (vec![done()], vec![done()], vec![]),
            (vec![Refund { is_theirs: true, ..done() }], vec![done()], vec![What::RefundedThere]),
            (vec![done()], vec![], vec![What::RefundMissing]),
            (vec![done()], vec![back(RefundState::Failed, 10)], vec![What::RefundMissing]),
            (vec![done()], vec![back(RefundState::Done, 11)], vec![What::RefundOtherSum]),
            (vec![], vec![done()], vec![What::RefundUnknownHere]),
            (vec![], vec![back(RefundState::Failed, 10)], vec![]),
            (vec![back(RefundState::Failed, 10)], vec![back(RefundState::Failed, 10)], vec![]),
            (vec![back(RefundState::Failed, 10)], vec![done()], vec![What::RefundUnknownHere]),
            (
                vec![back(RefundState::Submitted, 10)],
                vec![back(RefundState::Submitted, 10)],
                vec![What::RefundUnderWay],
            ),
            (
                vec![Refund { provider_ref: None, ..back(RefundState::Sent, 10) }],
                vec![],
                vec![What::RefundUnderWay],
            ),
            (vec![Refund { provider_ref: None, ..back(RefundState::Waiting, 10) }], vec![], vec![]),
        ] {
            assert_eq!(whats(&refunds(&ours, &theirs)), then, "{ours:?} {theirs:?}");
        }
    }

    proptest! {
        /// Where nothing is red, both have taken the same money.
        #[test]
        fn green_books_have_the_same_money(
            ours in prop::collection::btree_map(0_u8..6, (0..9_usize, 1_i64..4), 0..6),
            theirs in prop::collection::btree_map(0_u8..8, (0..9_usize, 1_i64..4), 0..8),
        ) {
            let list = |all: std::collections::BTreeMap<u8, (usize, i64)>| {
                let one = |(number, (state, pence))| payment(number, State::ALL[state], pence);
                all.into_iter().map(one).collect::<Vec<_>>()
            };
            let (ours, theirs) = (list(ours), list(theirs));
            let taken = |all: &[Payment]| {
                let paid = all.iter().filter(|one| one.state == State::Paid);
                paid.map(|one| (one.reference.clone(), one.pence)).collect::<Vec<_>>()
            };
            let found = payments(&ours, &theirs);
            if found.iter().all(|difference| !difference.what.is_red()) {
                prop_assert_eq!(taken(&ours), taken(&theirs));
            }
            prop_assert!(payments(&ours, &ours).iter().all(|difference| difference.what == What::UnderWay));
        }
    }
}
