//! `/permit-zone`: which permit zone a home is in. Drawn by the server alone, like what one owes.

use leptos::prelude::*;

use crate::components::error_summary::{ErrorSummary, Problem, problem_at};
use crate::components::input::{Labelled, TextInput, Typing};
use crate::components::layout::Column;
use crate::live::Drawn as _;
use crate::{a11y, paths};

/// What is typed.
pub const POSTCODE: &str = "postcode";

/// What was asked, and what is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Zones {
    /// What was typed; nothing where nobody has asked yet.
    pub asked: Option<String>,
    /// It is no postcode.
    pub is_wrong: bool,
    /// The homes with that postcode, each with its zone, if it is in one.
    pub homes: Vec<(String, Option<String>)>,
}

/// Draws it.
#[must_use]
pub fn draw(zones: Zones) -> AnyView {
    let Zones { asked, is_wrong, homes } = zones;
    let words = "Enter a full postcode, like ZE9 1AB".to_owned();
    let problems = is_wrong.then(|| Problem { id: POSTCODE.to_owned(), words });
    let problems = RwSignal::new(problems.into_iter().collect::<Vec<_>>());
    let error = if is_wrong { "Error: " } else { "" };
    a11y::use_page(move || format!("{error}Which permit zone is your home in?"));
    let labelled = Labelled::new(POSTCODE, "Postcode").error(problem_at(problems, POSTCODE));
    let value = Signal::stored(asked.clone().unwrap_or_default());
    let typing = Typing {
        width: "govuk-input--width-10",
        verbatim: true,
        capitals: true,
        autocomplete: Some("postal-code"),
        ..Typing::PLAIN
    };
    let nothing = Callback::new(|_: String| {});
    let is_unknown = asked.is_some() && !is_wrong && homes.is_empty();
    let unknown = is_unknown.then(|| {
        view! { <p class="govuk-inset-text">"We know of no home here with this postcode. If it is a new one, ring us: we look it up."</p> }.drawn()
    });
    let some_in_none = homes.iter().any(|(_, zone)| zone.is_none());
    let row = |(home, zone): (String, Option<String>)| {
        let zone = zone.map_or_else(|| "In no zone".to_owned(), |zone| format!("Zone {zone}"));
        view! {
            <div class="govuk-summary-list__row">
                <dt class="govuk-summary-list__key"><bdi>{home}</bdi></dt>
                <dd class="govuk-summary-list__value"><bdi>{zone}</bdi></dd>
            </div>
        }
        .drawn()
    };
    let found = (!homes.is_empty()).then(|| {
        let none = some_in_none.then(|| {
            view! { <p>"There are no permits for a home that is in no zone, and none are needed: where no signs stand for a permit zone, anybody may park."</p> }.drawn()
        });
        view! {
            <h2 class="govuk-heading-m">"Homes with this postcode"</h2>
            {none}
            <dl class="govuk-summary-list">{homes.into_iter().map(row).collect_view()}</dl>
        }
        .drawn()
    });
    view! {
        <Column>
            <ErrorSummary problems=problems />
            <h1 class="govuk-heading-l">"Which permit zone is your home in?"</h1>
            <p>"Look here before you apply for a permit or vouchers: they are for the streets of one zone."</p>
            <form novalidate method="get" action=paths::PERMIT_ZONE>
                <TextInput labelled=labelled value=value on_input=nothing typing=typing />
                <button type="submit" class="govuk-button">"Look it up"</button>
            </form>
            {unknown}
            {found}
        </Column>
    }
    .drawn()
}
