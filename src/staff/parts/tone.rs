//! Advice on how words sound, while they are typed. It stops nobody.

use domain::tone::{self, Kind};
use leptos::prelude::*;

/// What could be said better in these texts.
#[must_use]
pub fn tone(texts: Vec<Signal<String>>) -> AnyView {
    let flags = Memo::new(move |_| {
        let text: Vec<String> = texts.iter().map(Signal::get).collect();
        let flags = tone::check(&text.join(". ")).into_iter();
        flags.map(|flag| (flag.words, flag.kind == Kind::Jargon, flag.instead)).collect::<Vec<_>>()
    });
    let advice = move || {
        let lines = flags.get();
        (!lines.is_empty()).then(|| {
            let line = |(words, is_jargon, instead): (String, bool, String)| {
                let why = if is_jargon { "is a word of the office." } else { "can sound as if we defended ourselves." };
                view! { <li>"“"{words}"” "{why}" "{instead}</li> }
            };
            view! {
                <div class="govuk-inset-text">
                    <p><strong>"It could be said better"</strong></p>
                    <ul class="govuk-list govuk-list--bullet">{lines.into_iter().map(line).collect_view()}</ul>
                </div>
            }
        })
    };
    view! { <div aria-live="polite">{advice}</div> }.into_any()
}
