//! An address: found by its postcode and picked from a list, or typed by hand. Nobody is made to have one.

use domain::api::places::{AddressFound, Addresses};
use domain::field::{Address, Opt};
use leptos::{prelude::*, task::spawn_local};

use super::Asked;
use crate::a11y;
use crate::api::{ApiProblem, places};
use crate::components::button::{SECONDARY, act_button};
use crate::components::handlers::{Typed, pressed, typed};
use crate::components::input::{Radios, Typing};
use crate::live::{Drawn as _, live_if};
use crate::state::boot;

const POSTCODE: Typing = Typing {
    autocomplete: Some("postal-code"),
    verbatim: true,
    capitals: true,
    width: "govuk-input--width-10",
    ..Typing::PLAIN
};

/// How far looking up has come.
#[derive(Clone, Debug, PartialEq)]
enum Found {
    Nothing,
    Addresses(Vec<AddressFound>),
    /// It was looked for, and this is why there is no list.
    No(&'static str),
}

impl Found {
    fn of(reply: Result<Addresses, ApiProblem>) -> Self {
        match reply {
            Ok(reply) if reply.addresses.is_empty() => {
                Self::No("This postcode is not in our list. That can be: type the address.")
            }
            Ok(reply) => Self::Addresses(reply.addresses),
            Err(_) => Self::No("We could not look it up. Type the address."),
        }
    }
}

pub(super) fn view(asked: &Asked, kind: &Address) -> AnyView {
    let draft = asked.draft;
    let none = draft.text(asked.path("no_fixed"));
    let has_one = Memo::new(move |_| none.with(String::is_empty));
    let parts = {
        let asked = asked.clone();
        live_if(move || has_one.get().then(|| look_up(&asked)))
    };
    let none = kind.no_fixed.then(|| {
        let option = Opt { value: "yes".into(), label: "I have no fixed address".into(), hint: None };
        let path = asked.path("no_fixed");
        let (value, choose) = (draft.text(&path), draft.setter(&path));
        let labelled = asked.part("no_fixed", "If you don’t have one");
        view! { <Radios labelled=labelled options=vec![option] value=value on_choose=choose several=true /> }
            .drawn()
    });
    asked.labelled().fieldset(view! { {parts} {none} }.drawn())
}

fn look_up(asked: &Asked) -> AnyView {
    let draft = asked.draft;
    let postcode = draft.text(asked.path("postcode"));
    let (act_find, act_hand) = (format!("find:{}", asked.path), format!("hand:{}", asked.path));
    // What was looked for without the app is there already.
    let known =
        boot::is_opened(&act_find).then(|| places::known_addresses(&postcode.get_untracked())).flatten();
    let found = known.map_or(Found::Nothing, Found::of);
    // By hand: when it was begun so, when there is no list, and when somebody says so.
    let typed = draft.now();
    let has = |part: &str| !typed.get(&asked.path(part)).is_empty();
    let was_typed = !has("uprn") && ["line1", "line2", "town"].into_iter().any(has);
    let by_hand = RwSignal::new(was_typed || boot::is_opened(&act_hand) || matches!(found, Found::No(_)));
    let found = RwSignal::new(found);
    let announcer = a11y::use_announcer();
    let find = pressed(move || {
        let typed = postcode.get_untracked();
        spawn_local(async move {
            let now = Found::of(places::addresses(&typed).await);
            match &now {
                Found::Addresses(list) if list.len() == 1 => announcer.say("1 address found"),
                Found::Addresses(list) => announcer.say(format!("{} addresses found", list.len())),
                Found::No(why) => {
                    announcer.say(*why);
                    let _ = by_hand.try_set(true);
                }
                Found::Nothing => {}
            }
            let _ = found.try_set(now);
        });
    });
    let list = {
        let asked = asked.clone();
        live_if(move || match found.get() {
            Found::Nothing => None,
            Found::No(why) => Some(view! { <p class="govuk-inset-text">{why}</p> }.drawn()),
            Found::Addresses(list) => Some(choose(&asked, list, by_hand)),
        })
    };
    let told = {
        let asked = asked.clone();
        let answers = draft.answers();
        live_if(move || {
            let lines = answers.with(|answers| {
                let picked = !answers.get(&asked.path("uprn")).is_empty();
                picked.then(|| {
                    ["line1", "line2", "town", "postcode"]
                        .map(|part| answers.get(&asked.path(part)).to_owned())
                })
            })?;
            let lines = lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
            Some(view! { <p class="portico-typed portico-address">{lines}</p> }.drawn())
        })
    };
    let hand = {
        let asked = asked.clone();
        live_if(move || by_hand.get().then(|| by_hand_inputs(&asked)))
    };
    let open = {
        let first = asked.path("line1");
        live_if(move || {
            let first = first.clone();
            let open = pressed(move || {
                by_hand.set(true);
                a11y::focus_id_when_drawn(first.clone());
            });
            (!by_hand.get()).then(|| {
                let button = act_button(
                    &act_hand,
                    "portico-link-button",
                    None,
                    open,
                    "Type the address instead".into_any(),
                );
                view! { <p>{button}</p> }.drawn()
            })
        })
    };
    let find_button = act_button(&act_find, SECONDARY, None, find, "Find address".into_any());
    view! {
        {asked.part_input("postcode", "Postcode", POSTCODE)}
        {find_button}
        {list}
        {told}
        {open}
        {hand}
    }
    .drawn()
}

/// The list to pick from.
fn choose(asked: &Asked, list: Vec<AddressFound>, by_hand: RwSignal<bool>) -> AnyView {
    let id = asked.path("list");
    let options = list
        .iter()
        .map(|found| view! { <option value=found.uprn.clone()>{found.lines.join(", ")}</option> }.drawn());
    let options = options.collect_view();
    let path = asked.path.clone();
    let draft = asked.draft;
    let pick: Typed = typed(Callback::new(move |uprn: String| {
        let Some(found) = list.iter().find(|found| found.uprn == uprn) else { return };
        by_hand.set(false);
        draft.update(|answers| {
            let line = |at: usize| found.lines.get(at).cloned().unwrap_or_default();
            for (part, text) in [
                ("uprn", found.uprn.clone()),
                ("line1", line(0)),
                ("line2", line(1)),
                ("town", found.town.clone().unwrap_or_default()),
                ("postcode", found.postcode.clone()),
            ] {
                answers.set(&format!("{path}.{part}"), text);
            }
        });
    }));
    view! {
        <div class="govuk-form-group">
            <label class="govuk-label" for=id.clone()>"Choose your address"</label>
            <select class="govuk-select" id=id.clone() name=id on:change=pick>
                <option value="">"Choose one"</option>
                {options}
            </select>
        </div>
    }
    .drawn()
}

/// The lines to type. What is typed is no longer the address that was picked.
fn by_hand_inputs(asked: &Asked) -> AnyView {
    let uprn = asked.path("uprn");
    if !asked.draft.now().get(&uprn).is_empty() {
        asked.draft.set(&uprn, String::new());
    }
    let line = |part: &str, label: &str, autocomplete| {
        asked.part_input(part, label, Typing { autocomplete: Some(autocomplete), ..Typing::PLAIN })
    };
    view! {
        {line("line1", "Address line 1", "address-line1")}
        {line("line2", "Address line 2 (optional)", "address-line2")}
        {line("town", "Town (optional)", "address-level2")}
    }
    .drawn()
}
