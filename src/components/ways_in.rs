//! Ways to sign in besides a code: the buttons and links on a page where one signs in.

use domain::api::sign_in::{ProviderView, WaysView};
use leptos::{prelude::*, task::spawn_local};

use super::button::SECONDARY;
use super::handlers::pressed;
use crate::live::{Drawn as _, live_if};
use crate::{a11y, passkey};

/// What is wrong when somebody came back from a provider and is not signed in, by what the address says; with what else
/// to do.
#[must_use]
pub fn problem(id: &str) -> Option<&'static str> {
    Some(match id {
        "provider-down" => {
            "We can’t reach the service that you wanted to sign in with. Try again in a few minutes, or sign in another way"
        }
        "provider-expired" => "That took too long, or went on in another browser. Sign in again",
        "provider-cancelled" => "You did not finish signing in. Try again, or sign in another way",
        "provider-refused" => {
            "We could not check what that service told us. Try again, or sign in another way"
        }
        "provider-no-email" => {
            "That service did not confirm an email address of yours. Sign in with a code, then connect it under “Signing in and security”"
        }
        "provider-not-staff" => {
            "Nobody on our staff has that email address. Use your work account, or ask your manager to have you added"
        }
        "provider-taken" => {
            "It is connected to another account already. Sign in to that account to disconnect it"
        }
        "too-many" => "Too many codes were sent to your email address. Wait a few minutes, then try again",
        _ => return None,
    })
}

/// The page's own notice of it.
pub fn problem_notice(id: &str) -> AnyView {
    problem(id)
        .map(|words| view! { <div class="govuk-inset-text" role="alert"><p>{words}"."</p></div> }.drawn())
        .into_any()
}

/// Buttons and links. `side` is `/api/account` or `/api/staff`; `wish` is what a provider's link asks for; `next` is the
/// page to go on with; `arrived` is called after signing in by a passkey.
pub fn ways_in(
    ways: WaysView,
    side: &'static str,
    wish: &'static str,
    next: Option<&str>,
    arrived: Callback<()>,
) -> AnyView {
    let failed = RwSignal::new(None::<&'static str>);
    let busy = RwSignal::new(false);
    let use_passkey = move || {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failed.set(None);
        spawn_local(async move {
            let signed_in = passkey::sign_in(side).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match signed_in {
                Ok(()) => arrived.run(()),
                Err(why) => {
                    failed.set(Some(why.words()));
                    a11y::focus_id("use-passkey");
                }
            }
        });
    };
    let has_passkeys = ways.passkeys && passkey::is_possible();
    let WaysView { codes, providers, leave, .. } = ways;
    if !has_passkeys && providers.is_empty() && leave.is_none() {
        return ().into_any();
    }
    let query = next
        .map(|next| format!("&next={}", next.replace('?', "%3F").replace('=', "%3D").replace('&', "%26")));
    let query = query.unwrap_or_default();
    let link = move |provider: ProviderView| {
        let href = format!("/api/sign-in/{}?for={wish}{query}", provider.id);
        view! { <p><a class=SECONDARY role="button" rel="external" href=href>"Sign in with "{provider.name}</a></p> }.drawn()
    };
    view! {
        {leave.map(|provider| {
            let href = format!("/api/sign-in/{}/out", provider.id);
            view! {
                <p class="govuk-inset-text">
                    "You may still be signed in to "{provider.name.clone()}". "
                    <a rel="external" href=href>"Sign out of "{provider.name}" too"</a>
                </p>
            }
            .drawn()
        })}
        {(codes && (has_passkeys || !providers.is_empty())).then(|| view! {
            <h2 class="govuk-heading-m">"Other ways to sign in"</h2>
        }.drawn())}
        {has_passkeys.then(|| view! {
            <div class="govuk-form-group">
                <div role="alert">
                    {live_if(move || failed.get().map(|words| view! {
                        <p class="govuk-error-message" id="use-passkey-error">
                            <span class="govuk-visually-hidden">"Error: "</span>{words}
                        </p>
                    }.drawn()))}
                </div>
                <button type="button" class=SECONDARY id="use-passkey" on:click=pressed(use_passkey)>
                    "Sign in with a passkey"
                </button>
            </div>
        }.drawn())}
        {providers.into_iter().map(link).collect_view()}
    }
    .drawn()
}
