//! A sentence to agree to.

use domain::field::Opt;
use leptos::prelude::*;

use super::Asked;
use crate::components::input::Radios;
use crate::live::Drawn as _;

pub(super) fn view(asked: &Asked) -> AnyView {
    let mut labelled = asked.labelled();
    let label = std::mem::replace(&mut labelled.label, "Please confirm".to_owned());
    let options = vec![Opt { value: "yes".to_owned(), label, hint: None }];
    let (value, on_choose) = (asked.draft.text(&asked.path), asked.draft.setter(&asked.path));
    view! { <Radios labelled=labelled options=options value=value on_choose=on_choose several=true /> }
        .drawn()
}
