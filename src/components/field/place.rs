//! Where something is: words a crew can find it by, and a postcode if the resident knows it.

use domain::field::Place;
use leptos::prelude::*;

use super::Asked;
use crate::components::input::{TextArea, TextInput, Typing};

pub(super) fn view(asked: &Asked, _kind: &Place) -> AnyView {
    let words = asked.part("words", "Street, and what is nearby");
    let postcode = asked.part("postcode", "Postcode, if you know it (optional)");
    let typing = Typing {
        autocomplete: Some("postal-code"),
        verbatim: true,
        width: "govuk-input--width-10",
        ..Typing::default()
    };
    let draft = asked.draft;
    let inputs = view! {
        <TextArea
            labelled=words value=draft.text(asked.path("words")) on_input=draft.setter(asked.path("words"))
            rows=3 autocomplete="street-address"
        />
        <TextInput
            labelled=postcode value=draft.text(asked.path("postcode")) on_input=draft.setter(asked.path("postcode"))
            typing=typing
        />
    };
    asked.legend(inputs.into_any())
}
