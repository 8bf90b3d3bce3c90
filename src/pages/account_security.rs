//! `/account/security`: the ways to sign in that a resident has.

use domain::api::sign_in::{LinkView, ProviderView, SecurityView};
use leptos::{prelude::*, task::spawn_local};

use crate::api::account;
use crate::components::button::{SECONDARY, act_button};
use crate::components::handlers::{posted_to, pressed};
use crate::components::layout::Column;
use crate::components::load::loaded;
use crate::components::passkeys::passkeys;
use crate::components::ways_in::problem_notice;
use crate::live::{Drawn as _, ON_SERVER, live, live_if};
use crate::state::address;
use crate::{a11y, words};

pub use crate::components::passkeys::{NO_NAME, name_field};

/// Signing in and security.
#[component]
pub fn AccountSecurityPage() -> impl IntoView {
    view! { <Column>{loaded(account::security, whole)}</Column> }.drawn()
}

fn whole(first: SecurityView) -> AnyView {
    a11y::use_page(|| "Signing in and security".to_owned());
    let now = RwSignal::new(first);
    let problem = address::use_address().query("problem");
    view! {
        <h1 class="govuk-heading-l">"Signing in and security"</h1>
        {problem_notice(&problem)}
        <p>"You can always sign in with a code that we send to your email address. Here you can add other ways."</p>
        {passkeys(now, "/api/account")}
        {live(move || now.with(|known| providers(now, known)))}
    }
    .drawn()
}

/// The providers that the account is connected to, and those that it could be.
fn providers(now: RwSignal<SecurityView>, known: &SecurityView) -> AnyView {
    if known.links.is_empty() && known.others.is_empty() {
        return ().into_any();
    }
    let failed = RwSignal::new(None::<&'static str>);
    let announcer = a11y::use_announcer();
    let link = move |link: &LinkView| {
        let id = link.id;
        let end = pressed(move || {
            spawn_local(async move {
                match account::unlink(id).await {
                    Ok(view) => {
                        announcer.say("It is disconnected");
                        let _ = now.try_set(view);
                        a11y::focus_when_drawn("#services");
                    }
                    Err(problem) => {
                        let _ = failed.try_set(Some(words::call_failed(&problem)));
                    }
                }
            });
        });
        let label = view! { "Disconnect"<span class="govuk-visually-hidden">" "{link.name.clone()}</span> };
        let button = act_button(&format!("unlink:{id}"), SECONDARY, None, end, label.into_any());
        let button = if ON_SERVER {
            view! { <form method="post" action=posted_to()>{button}</form> }.drawn()
        } else {
            button
        };
        let used = link.used.as_ref().map(|used| format!(", last used {used}"));
        view! {
            <li>
                <strong>{link.name.clone()}</strong>
                <p class="govuk-hint">"Connected "{link.added.clone()}{used}</p>
                {button}
            </li>
        }
        .drawn()
    };
    let other = |provider: &ProviderView| {
        let href = format!("/api/sign-in/{}?for=link", provider.id);
        view! { <p><a rel="external" href=href>"Connect "{provider.name.clone()}</a></p> }.drawn()
    };
    let links: Vec<AnyView> = known.links.iter().map(link).collect();
    view! {
        <h2 class="govuk-heading-m" id="services" tabindex="-1">"Signing in with another service"</h2>
        <div role="alert">
            {live_if(move || failed.get().map(|words| view! {
                <p class="govuk-error-message"><span class="govuk-visually-hidden">"Error: "</span>{words}</p>
            }.drawn()))}
        </div>
        {(!links.is_empty()).then(|| view! { <ul class="govuk-list portico-services">{links}</ul> }.drawn())}
        {known.others.iter().map(other).collect_view()}
    }
    .drawn()
}
