//! `/help`: a person to talk to, and how accessible this service is.

use leptos::prelude::*;

use crate::components::layout::{Column, phone_link};
use crate::live::Drawn as _;
use crate::state::boot;
use crate::{a11y, paths};

/// Help and accessibility.
#[component]
pub fn HelpPage() -> impl IntoView {
    let council = boot::use_council().get_value();
    let contact = council.contact;
    a11y::use_page(|| "Help and accessibility".to_owned());
    view! {
        <Column>
            <h1 class="govuk-heading-l">"Help and accessibility"</h1>
            <h2 class="govuk-heading-m">"Talk to a person"</h2>
            <p>"Everything you can do here, a person can do for you."</p>
            <ul class="govuk-list govuk-list--bullet">
                <li>"Ring "{phone_link(&contact.phone)}": "{contact.hours}"."</li>
                <li>"Use Relay UK if you can’t hear or speak on the phone: dial 18001, then the number."</li>
                <li>"Email "<a href=format!("mailto:{}", contact.email)>{contact.email.clone()}</a>"."</li>
                <li>"Come to "{contact.address}"."</li>
            </ul>
            <h2 class="govuk-heading-m">"What we keep on your device"</h2>
            <p>
                "While you fill in a form, your answers are kept in this browser, so that nothing is lost when the page is
                closed. They are erased when you send the form. On a computer that others use, send it or choose “Throw it
                away” before you leave."
            </p>
            <h2 class="govuk-heading-m">"How we do"</h2>
            <p>
                // It comes with a stylesheet of its own.
                <a href=paths::PERFORMANCE rel="external">"See how many requests we get, and whether we keep our promises"</a>"."
            </p>
            <h2 class="govuk-heading-m">"How accessible this service is"</h2>
            <p>
                "You should be able to zoom to 400% without text running off the screen, use every page with a keyboard
                alone, and listen to every page with a screen reader. We aim for level AA of the Web Content Accessibility
                Guidelines, version 2.2."
            </p>
            <p>"If something does not work for you, tell us in any of the ways above and we will do it for you and mend it."</p>
        </Column>
    }.drawn()
}
