//! Money that goes back to who paid: who must agree, how far it has got, and which line of the books it comes from. Money is
//! in pence.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::payment::{Bill, Item};

/// Where a refund stands, in the order in which it gets there: whatever comes late or twice, it never goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RefundState {
    /// Somebody else has to agree first.
    Waiting,
    /// The card service is to be asked for it.
    Agreed,
    /// The card service was asked; whether it has it is not known.
    Sent,
    /// The card service has it, and the money is on its way.
    Submitted,
    /// Nobody else agreed.
    Refused,
    /// The card service did not send it.
    Failed,
    /// The money went back.
    Done,
}

impl RefundState {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Waiting, Self::Agreed, Self::Sent, Self::Submitted, Self::Refused, Self::Failed, Self::Done];

    /// As it is stored.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Agreed => "agreed",
            Self::Sent => "sent",
            Self::Submitted => "submitted",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Done => "done",
        }
    }

    /// Reads what [`id`](Self::id) wrote.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.id() == id)
    }

    /// Whether it may still go on.
    #[must_use]
    pub fn is_under_way(self) -> bool {
        self <= Self::Submitted
    }

    /// Whether its money is, or may be, no longer there to go back another time.
    #[must_use]
    pub fn counts(self) -> bool {
        !matches!(self, Self::Refused | Self::Failed)
    }

    /// Where it stands after the card service said something. How it ended is how it ended, but money that went back is
    /// never overlooked.
    #[must_use]
    pub fn after(self, said: Self) -> Self {
        if !self.is_under_way() && said != Self::Done { self } else { self.max(said) }
    }
}

/// A refund as the card service tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// What the service knows it by.
    pub provider_ref: String,
    /// What the service knows the payment by, where it says.
    pub payment_ref: Option<String>,
    /// Our identifier, where the service keeps it.
    pub ours: Option<Uuid>,
    /// Pence.
    pub pence: i64,
    /// [`Submitted`](RefundState::Submitted), [`Done`](RefundState::Done) or [`Failed`](RefundState::Failed).
    pub state: RefundState,
    /// When it was made there.
    pub at: DateTime<Utc>,
}

/// What went back, or may have, of what the card service tells.
#[must_use]
pub fn gone(told: &[Told]) -> i64 {
    told.iter().filter(|told| told.state.counts()).map(|told| told.pence).sum()
}

/// Whether somebody else must agree to send so many pence back, after others of the same payment: what is sent in many small
/// sums counts as one.
#[must_use]
pub fn needs_agreement(limit: i64, before: i64, pence: i64) -> bool {
    before.saturating_add(pence) > limit
}

/// Whether this person may say yes or no: nobody agrees to what they asked for themselves.
#[must_use]
pub fn may_answer(asked_by: Option<Uuid>, who: Uuid) -> bool {
    asked_by.is_some_and(|asked_by| asked_by != who)
}

/// From which lines so many pence go back, after `before` went back earlier: as the lines share the sum, to the penny. Once all
/// of it went back, each line is where it was.
#[must_use]
pub fn lines(bill: &Bill, before: i64, pence: i64) -> Vec<Item> {
    let total = i128::from(bill.total());
    // Shares of a running sum, so that the rounding of one line is made up by the next.
    let share = |upto: i64, sum: i128| -> i128 { i128::from(upto) * sum / total };
    let mut sum = 0_i128;
    let mut lines = Vec::new();
    for item in bill.items() {
        let until = sum + i128::from(item.pence);
        let of = |upto: i64| share(upto, until) - share(upto, sum);
        let back = of(before.saturating_add(pence)) - of(before);
        sum = until;
        if back != 0 {
            let pence = -i64::try_from(back).unwrap_or(0);
            lines.push(Item { label: format!("Refund: {}", item.label), pence, ..item.clone() });
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::payment::Codes;

    #[test]
    fn what_is_stored_is_read_again() {
        for state in RefundState::ALL {
            assert_eq!(RefundState::parse(state.id()), Some(state));
            assert_eq!(serde_json::to_value(state).unwrap(), state.id());
        }
        assert_eq!(RefundState::parse("paid"), None);
    }

    #[test]
    fn two_pairs_of_eyes_above_the_limit() {
        for (limit, before, pence, needs) in [
            (5_000, 0, 5_000, false),
            (5_000, 0, 5_001, true),
            (5_000, 4_000, 1_001, true),
            (0, 0, 1, true),
            (i64::MAX, i64::MAX, 1, false),
        ] {
            assert_eq!(needs_agreement(limit, before, pence), needs, "{limit} {before} {pence}");
        }
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        assert!(may_answer(Some(one), other));
        assert!(!may_answer(Some(one), one));
        assert!(!may_answer(None, other), "what was made at the card service is agreed");
    }

    fn a_state() -> impl Strategy<Value = RefundState> {
        prop::sample::select(RefundState::ALL.to_vec())
    }

    fn a_bill() -> impl Strategy<Value = Bill> {
        let items = prop::collection::vec((-3_000_i64..9_000, 0..3_u8), 1..6);
        items.prop_filter_map("it can't be paid", |items| {
            let items = items.into_iter().map(|(pence, fund)| Item {
                label: "A line".into(),
                pence,
                codes: Codes { fund: fund.to_string(), ..Codes::default() },
                account: "A1".into(),
            });
            Bill::try_from(items.collect::<Vec<_>>()).ok()
        })
    }

    proptest! {
        #[test]
        fn it_never_goes_back(said in prop::collection::vec(a_state(), 0..12)) {
            let mut at = RefundState::Agreed;
            for said in &said {
                let next = at.after(*said);
                prop_assert!(next >= at);
                prop_assert!(at.is_under_way() || next == at || next == RefundState::Done);
                at = next;
            }
            prop_assert_eq!(at == RefundState::Done, said.contains(&RefundState::Done));
        }

        /// In however many parts it goes back: each part comes from the lines to the penny, and in the end each line is empty.
        #[test]
        fn what_goes_back_is_what_the_lines_lose(bill in a_bill(), parts in prop::collection::vec(1_i64..4_000, 0..8)) {
            let mut before = 0;
            let mut lost = vec![0_i64; 3];
            let rest = [bill.total()];
            for pence in parts.into_iter().chain(rest) {
                let pence = pence.min(bill.total() - before);
                if pence == 0 {
                    continue;
                }
                let lines = lines(&bill, before, pence);
                prop_assert_eq!(lines.iter().map(|line| line.pence).sum::<i64>(), -pence);
                for line in lines {
                    lost[line.codes.fund.parse::<usize>().unwrap()] += line.pence;
                }
                before += pence;
            }
            let mut had = vec![0_i64; 3];
            for item in bill.items() {
                had[item.codes.fund.parse::<usize>().unwrap()] += item.pence;
            }
            prop_assert_eq!(lost, had.into_iter().map(|pence| -pence).collect::<Vec<_>>());
        }
    }
}
