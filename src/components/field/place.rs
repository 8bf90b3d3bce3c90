//! Where something is: a street or postcode, words a crew can find it by, and a map for those who want one.

use domain::api::places::{PlaceAt, PlaceFound};
use domain::field::Place;
use leptos::{prelude::*, task::spawn_local};

use super::{Asked, optional};
use crate::a11y;
use crate::api::places;
use crate::components::input::{TextArea, TextInput, Typing};
use crate::components::map;
use crate::live::{Drawn as _, live, live_if, react};
use crate::state::timer::settled;

/// Fewer letters are in too many names, in bytes.
const LEAST: usize = 3;
/// How long typing rests before streets are looked for, in milliseconds.
const REST_MS: u64 = 150;

pub(super) fn view(asked: &Asked, kind: &Place) -> AnyView {
    let draft = asked.draft;
    let (street, street_id) = (asked.path("street"), asked.path("street_id"));
    let list_id = asked.path("streets");
    let found = RwSignal::new(Vec::<PlaceFound>::new());
    // A street that was typed in full, or picked, is the one of the list.
    let known = move |typed: &str| {
        let is_it = |place: &&PlaceFound| place.show().eq_ignore_ascii_case(typed.trim());
        found.with_untracked(|found| found.iter().find(is_it).map(|place| place.id.clone()))
    };
    let set = {
        let (street, street_id) = (street.clone(), street_id.clone());
        Callback::new(move |typed: String| {
            let id = known(&typed);
            draft.update(|answers| {
                answers.set(&street, typed);
                answers.set(&street_id, id.unwrap_or_default());
            });
        })
    };
    let rested = settled(draft.text(&street), REST_MS);
    let paths = (street.clone(), street_id.clone());
    react(move || {
        let typed = rested.get();
        if typed.trim().len() < LEAST
            || found.with_untracked(|found| found.iter().any(|place| place.show() == typed))
        {
            return;
        }
        let (street, street_id) = paths.clone();
        spawn_local(async move {
            let Ok(reply) = places::find(&typed).await else { return };
            // The list may come after the last letter.
            if found.try_set(reply.places).is_none()
                && draft.now().get(&street) == typed
                && let Some(id) = known(&typed)
            {
                draft.set(&street_id, id);
            }
        });
    });
    let options = live(move || {
        let option = |place: &PlaceFound| view! { <option value=place.show()></option> }.drawn();
        found.with(|found| found.iter().map(option).collect_view()).into_any()
    });
    let typing = Typing { autocomplete: Some("off"), ..Typing::PLAIN };
    let words = asked
        .part("words", "What is it near?")
        .hint("For example, outside number 12, opposite the school, or between two side streets".to_owned());
    let asset = kind.asset.as_ref().map(|label| {
        let typing = Typing { verbatim: true, width: "govuk-input--width-10", ..Typing::PLAIN };
        asked.part_input("asset", optional(label, false), typing)
    });
    let inputs = view! {
        <TextInput
            labelled=asked.part("street", "Street or postcode") value=draft.text(&street) on_input=set
            typing=typing list=list_id.clone()
        />
        <datalist id=list_id>{options}</datalist>
        <TextArea
            labelled=words value=draft.text(asked.path("words")) on_input=draft.setter(asked.path("words")) rows=2
        />
        {asset}
        {on_map(asked)}
    };
    asked.legend(inputs.into_any())
}

/// The map, and what is known of the place that was picked on it.
fn on_map(asked: &Asked) -> AnyView {
    let (draft, asked) = (asked.draft, asked.clone());
    let position = draft.text(asked.path("position"));
    let on_pick = draft.setter(asked.path("position"));
    let at = RwSignal::new(None::<PlaceAt>);
    let announcer = a11y::use_announcer();
    react(move || {
        let now = position.get();
        at.set(None);
        if now.is_empty() {
            return;
        }
        let asked = asked.clone();
        spawn_local(async move {
            let Ok(known) = places::at(&now).await else { return };
            if position.get_untracked() != now {
                return;
            }
            let street = known.street.as_ref().map(|street| (street.show(), street.id.clone()));
            if let Some((name, id)) = street {
                let is_free = |answers: &domain::answers::Answers| {
                    answers.get(&asked.path("street")).is_empty()
                        || !answers.get(&asked.path("street_id")).is_empty()
                };
                draft.update(|answers| {
                    if is_free(answers) {
                        answers.set(&asked.path("street"), name);
                        answers.set(&asked.path("street_id"), id);
                    }
                });
            }
            announcer.say(told(&known));
            let _ = at.try_set(Some(known));
        });
    });
    let name = Signal::derive(move || at.with(|at| at.as_ref().map(told).unwrap_or_default()));
    let outside = live_if(move || {
        let outside = at.with(|at| at.as_ref().filter(|at| !at.inside).map(told))?;
        Some(view! { <div class="govuk-inset-text">{outside}</div> }.drawn())
    });
    view! { {map::map(position, name, on_pick)} {outside} }.drawn()
}

/// What is at a place, in words.
fn told(at: &PlaceAt) -> String {
    match (&at.street, &at.neighbour) {
        (_, Some(council)) if !at.inside => format!(
            "This seems to be in {council}. They look after it, so it is quicker to tell them. What you typed here is kept."
        ),
        _ if !at.inside => "This seems to be outside our area. What you typed here is kept.".to_owned(),
        (Some(street), _) => format!("Near {}", street.show()),
        _ => "The place is marked on the map".to_owned(),
    }
}
