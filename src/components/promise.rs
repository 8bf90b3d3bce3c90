//! What the council promises, as a date a person can use.

use chrono::NaiveDate;
use leptos::prelude::*;

use crate::live::Drawn as _;
use crate::words;

/// By when somebody looks at it and by when it is done.
#[component]
pub fn Promise(
    /// Before the dates: "If you send this today".
    #[prop(optional)]
    lead: &'static str,
    /// Somebody takes it by this day.
    acknowledge_by: NaiveDate,
    /// It is done by this day.
    complete_by: NaiveDate,
) -> impl IntoView {
    view! {
        <div class="portico-promise">
            <p>
                {lead}" we will look at it by "{words::day(acknowledge_by)}" and finish by "
                <strong>{words::day(complete_by)}</strong>"."
            </p>
        </div>
    }
    .drawn()
}
