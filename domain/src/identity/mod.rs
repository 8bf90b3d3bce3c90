//! Who somebody is, and how sure we are: one scale for all services. A service says which level it needs and why; a
//! resident proves a level once, and it serves every service until it runs out.

mod home;
mod name;
pub mod roll;

use chrono::{DateTime, Months, Utc};
use serde::{Deserialize, Serialize};

/// How sure we are, from least to most. A higher level serves where a lower one is needed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// They told us.
    #[default]
    SaidSo,
    /// They read a message we sent to their e-mail address.
    EmailConfirmed,
    /// Their name is on the electoral roll at their address, and they let us look.
    ElectoralRoll,
    /// Staff saw their documents, sent or shown at a desk.
    DocumentsSeen,
    /// A provider that checks people's identity, and that they signed in with, answers for them.
    Provider,
}

/// What a proof may rest on: when it changes, so does what is proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Their name.
    Name,
    /// Where they live.
    Address,
    /// Their e-mail address.
    Email,
}

impl Level {
    /// Every level, from least to most.
    pub const ALL: [Self; 5] =
        [Self::SaidSo, Self::EmailConfirmed, Self::ElectoralRoll, Self::DocumentsSeen, Self::Provider];

    /// The level as it is stored and as documents write it.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::SaidSo => "said_so",
            Self::EmailConfirmed => "email_confirmed",
            Self::ElectoralRoll => "electoral_roll",
            Self::DocumentsSeen => "documents_seen",
            Self::Provider => "provider",
        }
    }

    /// A level as it is stored.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.id() == id)
    }

    /// What it is called, to the resident.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SaidSo => "You told us who you are",
            Self::EmailConfirmed => "You confirmed your email address",
            Self::ElectoralRoll => "Your name is on the electoral roll at your address",
            Self::DocumentsSeen => "We have seen your documents",
            Self::Provider => "A service that checks identity confirmed who you are",
        }
    }

    /// What it is called, to staff.
    #[must_use]
    pub fn to_staff(self) -> &'static str {
        match self {
            Self::SaidSo => "what they said",
            Self::EmailConfirmed => "email address confirmed",
            Self::ElectoralRoll => "matched to the electoral roll",
            Self::DocumentsSeen => "documents seen",
            Self::Provider => "confirmed by a service that checks identity",
        }
    }

    /// How long a proof of it is good, in calendar months; `None` for as long as nothing it rests on changes.
    /// The roll is published anew every 1 December (Representation of the People Act 1983, section 13), so what
    /// it said is good for a year. The others are our choice.
    #[must_use]
    pub fn months(self) -> Option<Months> {
        match self {
            Self::SaidSo | Self::EmailConfirmed => None,
            Self::ElectoralRoll | Self::Provider => Some(Months::new(12)),
            Self::DocumentsSeen => Some(Months::new(36)),
        }
    }

    /// Whether a proof of it ends when this changes: else somebody could be matched under one name and go on under
    /// another.
    #[must_use]
    pub fn rests_on(self, detail: Detail) -> bool {
        match self {
            Self::SaidSo => false,
            Self::EmailConfirmed => detail == Detail::Email,
            Self::ElectoralRoll => matches!(detail, Detail::Name | Detail::Address),
            Self::DocumentsSeen | Self::Provider => detail == Detail::Name,
        }
    }
}

/// One level, proven once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Proof {
    /// The level.
    pub level: Level,
    /// When it was proven.
    pub proven_at: DateTime<Utc>,
    /// From when on it is good no longer, if ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<DateTime<Utc>>,
}

impl Proof {
    /// Proven now, good as long as [`Level::months`] says.
    #[must_use]
    pub fn new(level: Level, at: DateTime<Utc>) -> Self {
        let expires_at = level.months().and_then(|months| at.checked_add_months(months));
        Self { level, proven_at: at, expires_at }
    }

    /// The same, after this detail changed: at an end where it rests on it.
    #[must_use]
    pub fn after_change(self, detail: Detail, at: DateTime<Utc>) -> Self {
        let ends = self.level.rests_on(detail) && self.expires_at.is_none_or(|expires| at < expires);
        if ends { Self { expires_at: Some(at), ..self } } else { self }
    }

    /// Whether it is good at this instant.
    #[must_use]
    pub fn holds(&self, at: DateTime<Utc>) -> bool {
        self.proven_at <= at && self.expires_at.is_none_or(|expires| at < expires)
    }
}

/// The highest level that holds at this instant; [`Level::SaidSo`] with no proof at all.
#[must_use]
pub fn level(proofs: &[Proof], at: DateTime<Utc>) -> Level {
    let held = proofs.iter().filter(|proof| proof.holds(at)).map(|proof| proof.level);
    held.max().unwrap_or_default()
}

/// What a service needs, as its document says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NeedsIdentity {
    /// At least this level.
    pub level: Level,
    /// Why, in words for the resident.
    pub why: String,
}

/// How sure the council was who somebody is, when they sent something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Known {
    /// The level.
    pub level: Level,
    /// The name it was proven for: what is told in a form may be about somebody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// What is not enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Shortfall {
    /// What they have.
    pub has: Level,
    /// What the service needs.
    pub needs: Level,
    /// When what would have been enough ran out, if they once had it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ran_out: Option<DateTime<Utc>>,
}

impl NeedsIdentity {
    /// Whether a resident's proofs are enough at this instant.
    ///
    /// # Errors
    /// [`Shortfall`], to tell them what to do.
    pub fn met(&self, proofs: &[Proof], at: DateTime<Utc>) -> Result<(), Shortfall> {
        let has = level(proofs, at);
        if has >= self.level {
            return Ok(());
        }
        let enough = proofs.iter().filter(|proof| proof.level >= self.level);
        let ran_out = enough.filter_map(|proof| proof.expires_at).filter(|expires| *expires <= at).max();
        Err(Shortfall { has, needs: self.level, ran_out })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;
    use proptest::prelude::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn needs(level: Level) -> NeedsIdentity {
        NeedsIdentity { level, why: "We pay money to you.".into() }
    }

    #[test]
    fn levels_in_order_and_read_again() {
        assert!(Level::ALL.is_sorted());
        for level in Level::ALL {
            assert_eq!(Level::parse(level.id()), Some(level));
            assert_eq!(serde_json::to_value(level).unwrap(), level.id());
            assert!(!level.name().is_empty() && !level.to_staff().is_empty());
        }
        for wrong in ["", "none", "Provider", "documents"] {
            assert_eq!(Level::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_proof_serves_every_service_until_it_runs_out() {
        let roll = Proof::new(Level::ElectoralRoll, at("2028-02-29T10:00:00Z"));
        assert_eq!(roll.expires_at, Some(at("2029-02-28T10:00:00Z")));
        for (when, met) in [
            ("2028-02-29T09:59:59Z", false),
            ("2028-02-29T10:00:00Z", true),
            ("2029-02-28T09:59:59Z", true),
            ("2029-02-28T10:00:00Z", false),
        ] {
            for level in [Level::EmailConfirmed, Level::ElectoralRoll] {
                assert_eq!(needs(level).met(&[roll], at(when)).is_ok(), met, "{when}");
            }
            assert!(needs(Level::DocumentsSeen).met(&[roll], at(when)).is_err(), "{when}");
        }
        assert_eq!(needs(Level::SaidSo).met(&[], at("2028-02-29T10:00:00Z")), Ok(()));
        let email = Proof::new(Level::EmailConfirmed, at("2026-01-01T00:00:00Z"));
        assert_eq!(
            needs(Level::ElectoralRoll).met(&[email, roll], at("2029-03-01T00:00:00Z")),
            Err(Shortfall {
                has: Level::EmailConfirmed,
                needs: Level::ElectoralRoll,
                ran_out: Some(at("2029-02-28T10:00:00Z")),
            })
        );
        assert_eq!(
            needs(Level::Provider).met(&[email], at("2029-03-01T00:00:00Z")),
            Err(Shortfall { has: Level::EmailConfirmed, needs: Level::Provider, ran_out: None })
        );
    }

    #[test]
    fn what_a_proof_rests_on() {
        use Detail::{Address, Email, Name};
        let (then, now) = (at("2026-06-01T00:00:00Z"), at("2026-07-01T00:00:00Z"));
        for (level, ended_by) in [
            (Level::EmailConfirmed, &[Email][..]),
            (Level::ElectoralRoll, &[Name, Address]),
            (Level::DocumentsSeen, &[Name]),
            (Level::Provider, &[Name]),
        ] {
            for detail in [Name, Address, Email] {
                let proof = Proof::new(level, then).after_change(detail, now);
                assert_eq!(proof.holds(now), !ended_by.contains(&detail), "{level:?} {detail:?}");
                assert!(proof.holds(then), "it did hold");
            }
        }
        // What ran out does not come back to life.
        let old = Proof::new(Level::ElectoralRoll, at("2020-01-01T00:00:00Z"));
        assert_eq!(old.after_change(Address, now), old);
    }

    fn proofs() -> impl Strategy<Value = Vec<Proof>> {
        let proof = (prop::sample::select(Level::ALL.to_vec()), 0i64..2000)
            .prop_map(|(level, days)| Proof::new(level, at("2026-01-01T00:00:00Z") + TimeDelta::days(days)));
        prop::collection::vec(proof, 0..6)
    }

    proptest! {
        #[test]
        fn more_proof_is_never_less(proofs in proofs(), more in proofs(), days in 0i64..2500) {
            let when = at("2026-01-01T00:00:00Z") + TimeDelta::days(days);
            let all = [proofs.clone(), more].concat();
            for service in Level::ALL.map(needs) {
                prop_assert!(service.met(&proofs, when).is_err() || service.met(&all, when).is_ok());
                prop_assert_eq!(service.met(&proofs, when).is_ok(), level(&proofs, when) >= service.level);
            }
        }
    }
}
