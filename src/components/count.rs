//! How many characters are left: seen at once, told to those who listen when the typing pauses.

use leptos::prelude::*;

use crate::live::{Drawn as _, ON_SERVER, live_words};
use crate::state::timer;

/// Counts the characters left in a text.
#[derive(Clone, Copy, Debug)]
pub struct Count {
    /// The most characters.
    pub max: u32,
    /// Characters left of this many in this text; negative when over.
    pub left: fn(u32, &str) -> i64,
}

impl Count {
    pub(super) fn view(self, id: String, text: Signal<String>) -> AnyView {
        let left = move || text.with(|text| (self.left)(self.max, text));
        let over = Signal::derive(move || left() < 0);
        let within = Signal::derive(move || left() >= 0);
        let said = Signal::derive(move || words(left()));
        let told = timer::settled(said, 1_000);
        let said = live_words(move || said.get());
        let words = if ON_SERVER {
            // Only a script can count on: without one the limit is said, which stays true.
            let most = crate::words::number(u64::from(self.max));
            view! {
                <span class="portico-needs-script">{said}</span>
                <span class="portico-without-script">{format!("You can enter up to {most} characters")}</span>
            }
            .drawn()
        } else {
            said.into_any()
        };
        view! {
            <div
                id=id class="govuk-character-count__message"
                class:govuk-hint=within class:govuk-error-message=over
            >
                {words}
            </div>
            <div class="govuk-visually-hidden" aria-live="polite">{live_words(move || told.get())}</div>
        }
        .drawn()
    }
}

fn words(left: i64) -> String {
    let (many, rest) = (left.unsigned_abs(), if left < 0 { "too many" } else { "remaining" });
    let noun = if many == 1 { "character" } else { "characters" };
    format!("You have {} {noun} {rest}", crate::words::number(many))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_how_many_are_left() {
        assert_eq!(words(2_000), "You have 2,000 characters remaining");
        assert_eq!(words(1), "You have 1 character remaining");
        assert_eq!(words(-5), "You have 5 characters too many");
    }
}
