//! From a day to a day.

use leptos::prelude::*;

use super::{Asked, date};
use crate::components::error_summary::problem_within;
use crate::components::input::Labelled;

pub(super) fn view(asked: &Asked) -> AnyView {
    let end = |part: &str, label: &str| {
        let path = asked.path(part);
        let error = problem_within(asked.problems, path.clone());
        Labelled::new(path, label).error(error).fieldset(date::boxes(asked, &format!("{part}.")))
    };
    let ends = view! { {end("from", "First day")} {end("to", "Last day")} };
    let mut labelled = asked.labelled();
    labelled.hint.get_or_insert_with(|| "For example, 27 3 2026".to_owned());
    labelled.fieldset(ends.into_any())
}
