//! How many news there are, in the menu of the account: as many as there were when the page was drawn, and kept up to date
//! while it is open.

use leptos::{prelude::*, task::spawn_local};

use crate::api::{alerts, events};
use crate::live::{Drawn as _, ON_SERVER, live_if};
use crate::state::boot;
use crate::{a11y, api};

/// The number, where there are any.
pub fn bell() -> AnyView {
    let known = boot::take_reply(alerts::UNREAD).and_then(Result::ok);
    let known = known.and_then(|text| api::read::<domain::api::alerts::Unread>(&text).ok());
    let is_known = known.is_some();
    let unread = RwSignal::new(known.unwrap_or_default().unread);
    if !ON_SERVER {
        if !is_known {
            spawn_local(async move {
                // Without it, the menu leads there all the same.
                if let Ok(now) = alerts::unread().await {
                    unread.try_set(now.unread);
                }
            });
        }
        let announcer = a11y::use_announcer();
        events::listen(alerts::EVENTS, move |now| {
            let before = unread.try_get_untracked().unwrap_or(now);
            unread.try_set(now);
            if now > before {
                announcer.say("There is something new about your requests");
            }
        });
    }
    live_if(move || {
        let unread = unread.get();
        (unread > 0).then(|| view! { <span>" ("{unread}" new)"</span> }.drawn())
    })
}
