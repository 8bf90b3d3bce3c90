//! What the council promises, as a date a person can use.

use domain::api::services::Promised;
use leptos::prelude::*;

use crate::live::Drawn as _;

/// By when somebody looks at it and by when it is done.
#[component]
pub fn Promise(
    /// Before the dates: "If you send this today".
    #[prop(optional)]
    lead: &'static str,
    /// In words.
    promised: Promised,
) -> impl IntoView {
    view! {
        <div class="portico-promise">
            <p>
                {lead}" we will look at it by "{promised.acknowledge_by}" and finish by "
                <strong>{promised.complete_by}</strong>"."
            </p>
        </div>
    }
    .drawn()
}
