//! How somebody came to the council: what is published of requests tells self-service apart from the rest, and a
//! decision says by which way it was told.

use serde::{Deserialize, Serialize};

/// How somebody told us.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// On a device of their own: self-service.
    #[default]
    Web,
    /// On a public computer of the council, such as a library's, where somebody helps.
    Terminal,
    /// By phone.
    Phone,
    /// At a desk, in person.
    Desk,
    /// By e-mail.
    Email,
    /// Nobody told us: our own staff saw it.
    Staff,
}

impl Channel {
    /// Every channel, self-service first.
    pub const ALL: [Self; 6] = [Self::Web, Self::Terminal, Self::Phone, Self::Desk, Self::Email, Self::Staff];

    /// The channel as it is stored.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Terminal => "terminal",
            Self::Phone => "phone",
            Self::Desk => "desk",
            Self::Email => "email",
            Self::Staff => "staff",
        }
    }

    /// What it is called where figures are published.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Web => "Self-service",
            Self::Terminal => "Library-assisted",
            Self::Phone => "By phone",
            Self::Desk => "In person",
            Self::Email => "By email",
            Self::Staff => "Seen by our staff",
        }
    }

    /// A channel as it is stored.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.id() == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_is_read_again() {
        for channel in Channel::ALL {
            assert_eq!(Channel::parse(channel.id()), Some(channel));
            assert_eq!(serde_json::to_value(channel).unwrap(), channel.id());
        }
        assert_eq!(Channel::parse(""), None);
    }
}
