//! Somebody's passkeys: adding one, what they are called, and removing them.

use domain::api::sign_in::{NamePasskeyRequest, PasskeyView, SecurityView, passkey_name};
use leptos::{prelude::*, task::spawn_local};
use uuid::Uuid;

use super::button::{MAIN, SECONDARY, act_button};
use super::error_summary::{Problem, problem_at};
use super::handlers::{Pressed, posted_to, pressed, submitted, typed};
use super::input::{Labelled, TextInput, Typing};
use crate::api::{self, ApiProblem};
use crate::live::{Drawn as _, ON_SERVER, live, live_if};
use crate::passkey::{self, Failed};
use crate::state::boot;
use crate::{a11y, json};

/// What is wrong with a name.
pub const NO_NAME: &str = "Enter a name of up to 60 characters, such as “My phone”";

/// The field of a passkey's name.
#[must_use]
pub fn name_field(id: &str) -> String {
    format!("name-{id}")
}

/// The part of a page with the passkeys. `side` is `/api/account` or `/api/staff`; `now` is what is known of them, and
/// changes with them.
pub fn passkeys(now: RwSignal<SecurityView>, side: &'static str) -> AnyView {
    let part = Part {
        now,
        side,
        problems: RwSignal::new(boot::take_problems()),
        failed: RwSignal::new(None),
        busy: RwSignal::new(false),
        said: a11y::use_announcer(),
    };
    view! {
        <h2 class="govuk-heading-m" id="passkeys" tabindex="-1">"Passkeys"</h2>
        <p>"With a passkey you sign in by your fingerprint, your face, or the code of your device. Nothing has to be typed, and nobody can trick you out of it."</p>
        <div role="alert">
            {live_if(move || part.failed.get().map(|words| view! {
                <p class="govuk-error-message">
                    <span class="govuk-visually-hidden">"Error: "</span>{words}
                </p>
            }.drawn()))}
        </div>
        {live(move || now.with(|now| list(part, &now.passkeys)))}
        {live_if(move || (now.with(|now| now.possible) && passkey::is_possible()).then(|| adding(part)))}
    }
    .drawn()
}

#[derive(Clone, Copy)]
struct Part {
    now: RwSignal<SecurityView>,
    side: &'static str,
    problems: RwSignal<Vec<Problem>>,
    failed: RwSignal<Option<&'static str>>,
    busy: RwSignal<bool>,
    said: a11y::Announcer,
}

impl Part {
    /// Does something once, and shows what is there then.
    fn change(
        self,
        coming: impl Future<Output = Result<SecurityView, Failed>> + 'static,
        done: &'static str,
    ) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.failed.set(None);
        self.problems.set(Vec::new());
        spawn_local(async move {
            let reply = coming.await;
            if self.busy.try_set(false).is_some() {
                return;
            }
            match reply {
                Ok(now) => {
                    self.said.say(done);
                    self.now.set(now);
                    // What was pressed may be gone.
                    a11y::focus_when_drawn("#passkeys");
                }
                Err(why) => self.failed.set(Some(why.words())),
            }
        });
    }

    fn address(self, id: Uuid, verb: &str) -> String {
        format!("{}/passkeys/{id}/{verb}", self.side)
    }
}

fn list(part: Part, passkeys: &[PasskeyView]) -> AnyView {
    if passkeys.is_empty() {
        return view! { <p>"You have no passkeys yet."</p> }.drawn();
    }
    view! { <ul class="govuk-list portico-services">{passkeys.iter().map(|passkey| item(part, passkey)).collect_view()}</ul> }.drawn()
}

fn item(part: Part, passkey: &PasskeyView) -> AnyView {
    let (id, name) = (passkey.id, passkey.name.clone());
    let used = match &passkey.used {
        Some(used) => format!("last used {used}"),
        None => "not used yet".to_owned(),
    };
    let remove: Pressed = pressed(move || {
        let address = part.address(id, "remove");
        let coming = async move { Ok(api::post(&address, &()).await?) };
        part.change(coming, "The passkey has been removed");
    });
    let label = view! { "Remove"<span class="govuk-visually-hidden">" "{name.clone()}</span> };
    let buttons = act_button(&format!("remove:{id}"), SECONDARY, None, remove, label.into_any());
    let buttons = if ON_SERVER {
        view! { <form method="post" action=posted_to()>{buttons}</form> }.drawn()
    } else {
        buttons
    };
    view! {
        <li>
            <strong><bdi class="portico-typed">{name.clone()}</bdi></strong>
            <p class="govuk-hint">"Added "{passkey.added.clone()}", "{used}</p>
            {renaming(part, id, name)}
            {buttons}
        </li>
    }
    .drawn()
}

fn renaming(part: Part, id: Uuid, name: String) -> AnyView {
    let field = name_field(&id.to_string());
    let kept = boot::take_text(&field);
    let is_open =
        !kept.is_empty() || part.problems.with_untracked(|all| all.iter().any(|one| one.id == field));
    let value = RwSignal::new(if kept.is_empty() { name.clone() } else { kept });
    let wrong = field.clone();
    let send = submitted(move || {
        let Some(name) = value.with_untracked(|typed| passkey_name(typed).map(ToOwned::to_owned)) else {
            part.problems.set(vec![Problem { id: wrong.clone(), words: NO_NAME.to_owned() }]);
            a11y::focus_id(&wrong);
            return;
        };
        let address = part.address(id, "rename");
        let coming = async move { Ok(api::post(&address, &NamePasskeyRequest { name }).await?) };
        part.change(coming, "The passkey has a new name");
    });
    let labelled = Labelled::new(field.clone(), "Name").error(problem_at(part.problems, field));
    let typing = Typing { width: "govuk-input--width-20", ..Typing::PLAIN };
    view! {
        <details class="govuk-details" open=is_open>
            <summary class="govuk-details__summary">
                <span class="govuk-details__summary-text">
                    "Change the name"<span class="govuk-visually-hidden">" of "{name}</span>
                </span>
            </summary>
            <div class="govuk-details__text">
                <form novalidate method="post" action=posted_to() on:submit=send>
                    <TextInput labelled=labelled value=value on_input=Callback::new(move |typed| value.set(typed)) typing=typing />
                    <button class="govuk-button govuk-button--secondary" name=ON_SERVER.then_some("do") value=ON_SERVER.then(|| format!("rename:{id}"))>
                        "Save the name"
                    </button>
                </form>
            </div>
        </details>
    }
    .drawn()
}

/// Making a new one: the name first, so that it can be told from the others.
fn adding(part: Part) -> AnyView {
    let value = RwSignal::new(String::new());
    let now: Signal<String> = value.into();
    let add = submitted(move || {
        let Some(name) = value.with_untracked(|typed| passkey_name(typed).map(ToOwned::to_owned)) else {
            part.problems.set(vec![Problem { id: "passkey-name".to_owned(), words: NO_NAME.to_owned() }]);
            a11y::focus_id("passkey-name");
            return;
        };
        let side = part.side;
        let coming = async move {
            let reply = passkey::add(side, &name).await?;
            json::read(&reply).ok_or_else(|| Failed::Call(ApiProblem::default()))
        };
        part.change(coming, "The passkey has been added");
    });
    let labelled = Labelled::new("passkey-name", "Name of the new passkey")
        .hint("So that you know it again, such as “My phone” or “Blue security key”".to_owned())
        .error(problem_at(part.problems, "passkey-name"));
    let described = labelled.described_by(None);
    let wrong = labelled.is_wrong();
    let input = view! {
        <input
            class="govuk-input govuk-input--width-20" class:govuk-input--error=wrong id="passkey-name" name="passkey-name"
            type="text" autocomplete="off" aria-describedby=described prop:value=now
            on:input=typed(Callback::new(move |typed| value.set(typed)))
        />
    };
    let group = labelled.group(input.into_any());
    view! {
        <form novalidate on:submit=add>
            {group}
            <button class=MAIN>"Add a passkey"</button>
        </form>
    }
    .drawn()
}
