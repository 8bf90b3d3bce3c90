//! What is written most often: chosen from a list, it fills in what is typed.

use domain::catalogue::Reply;
use leptos::prelude::*;

/// The list; nothing where there is none to choose from.
#[must_use]
pub fn standard(replies: Vec<Reply>, take: impl Fn(&Reply) + 'static) -> Option<AnyView> {
    if replies.is_empty() {
        return None;
    }
    let names: Vec<String> = replies.iter().map(|reply| reply.name.clone()).collect();
    let choose = move |event| {
        let at: Option<usize> = event_target_value(&event).parse().ok();
        at.and_then(|at| replies.get(at)).into_iter().for_each(&take);
    };
    let option = |(at, name): (usize, String)| view! { <option value=at.to_string()>{name}</option> };
    Some(
        view! {
            <div class="govuk-form-group">
                <label class="govuk-label" for="reply">"Standard reply"</label>
                <div class="govuk-hint" id="reply-hint">"It fills in the boxes below. Change what does not fit."</div>
                <select class="govuk-select" id="reply" aria-describedby="reply-hint" on:change=choose>
                    <option value="">"Choose one, or write your own"</option>
                    {names.into_iter().enumerate().map(option).collect_view()}
                </select>
            </div>
        }
        .into_any(),
    )
}
