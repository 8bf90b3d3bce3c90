//! What a browser does by itself on a page load and a single-page app has to do by hand: the title, the
//! focus, the top of the page, and telling those who listen what changed.

use leptos::{leptos_dom::helpers::request_animation_frame, prelude::*};
use web_sys::{HtmlElement, wasm_bindgen::JsCast as _};

use crate::live::{Drawn as _, ON_SERVER, live_words, react};
use crate::state::address;

/// What stands at the end of every title: the council's name.
#[derive(Clone, Debug)]
struct Site {
    name: StoredValue<String>,
    /// No page was shown yet. The browser itself puts the focus right on a page load.
    fresh: RwSignal<bool>,
    /// What the page is called, for whoever draws it on the server.
    title: RwSignal<String>,
}

/// Says things politely to those who listen, through one region for the whole app.
#[derive(Clone, Copy, Debug)]
pub struct Announcer(RwSignal<String>);

impl Announcer {
    /// Says a sentence once the person's screen reader is free.
    pub fn say(self, words: impl Into<String>) {
        let words = words.into();
        // The same words again are news too, but only a change of text is read out.
        self.0.try_update(|said| *said = if *said == words { format!("{words}\u{a0}") } else { words });
    }
}

/// Puts what this module needs into the contexts; called once, by the app.
pub fn provide(site_name: &str) {
    provide_context(Announcer(RwSignal::new(String::new())));
    let fresh = RwSignal::new(!address::has_moved());
    let title = RwSignal::new(site_name.to_owned());
    provide_context(Site { name: StoredValue::new(site_name.to_owned()), fresh, title });
}

/// The person is at work in the page that the app takes over: nothing takes the focus from them.
#[derive(Clone, Copy)]
struct Quiet(StoredValue<bool>);

/// Says whether the person is at work already; for what is drawn first.
pub fn provide_quiet(is_at_work: bool) {
    provide_context(Quiet(StoredValue::new(is_at_work)));
}

/// Whether the person is at work in what was here before; asked once.
#[must_use]
pub fn take_quiet() -> bool {
    use_context::<Quiet>().is_some_and(|Quiet(quiet)| {
        let is_quiet = quiet.get_value();
        quiet.set_value(false);
        is_quiet
    })
}

/// The title of the page that was drawn.
#[must_use]
pub fn page_title() -> String {
    use_context::<Site>().map_or_else(String::new, |site| site.title.get_untracked())
}

/// The app's announcer.
#[must_use]
pub fn use_announcer() -> Announcer {
    use_context().unwrap_or_else(|| Announcer(RwSignal::new(String::new())))
}

/// The region the announcer speaks through. Stands once, outside of all pages.
#[component]
pub fn AnnouncerRegion() -> impl IntoView {
    let Announcer(said) = use_announcer();
    view! { <div id="announcer" class="govuk-visually-hidden" role="status">{live_words(move || said.get())}</div> }.drawn()
}

/// Called by every page as it is drawn: sets the title, goes to the top, and moves the focus to the
/// heading. When the title changes later (an error, a new status) only the title is set.
pub fn use_page(title: impl Fn() -> String + 'static) {
    set_page(Box::new(title));
}

fn set_page(title: Box<dyn Fn() -> String>) {
    let Some(site) = use_context::<Site>() else { return };
    let full = move || site.name.with_value(|name| format!("{} - {name}", title()));
    if ON_SERVER {
        return site.title.set(full());
    }
    let mut drawn = false;
    react(move || {
        document().set_title(&full());
        if !std::mem::replace(&mut drawn, true)
            && !site.fresh.try_update_untracked(|fresh| std::mem::replace(fresh, false)).unwrap_or(true)
        {
            request_animation_frame(|| {
                window().scroll_to_with_x_and_y(0.0, 0.0);
                focus_first("main h1");
            });
        }
    });
}

/// Says in which language the page is, for as long as it is there; none for English.
pub fn use_language(language: Option<&str>) {
    if ON_SERVER {
        // The page says so already.
        return;
    }
    let say = |language: &str| {
        if let Some(page) = document().document_element() {
            let _ = page.set_attribute("lang", language);
        }
    };
    if let Some(language) = language {
        say(language);
        on_cleanup(move || say("en"));
    }
}

/// Moves the focus to the element with this id and brings what labels it into view.
pub fn focus_id(id: &str) {
    if let Some(element) = document().get_element_by_id(id) {
        focus(&element);
        // The label says what to do, so it should be seen as well as the input.
        let group = element.closest("fieldset").ok().flatten();
        let label = || document().query_selector(&format!("label[for=\"{id}\"]")).ok().flatten();
        group.or_else(label).unwrap_or(element).scroll_into_view();
    }
}

/// The same once it is drawn.
pub fn focus_id_when_drawn(id: String) {
    request_animation_frame(move || focus_id(&id));
}

/// Moves the focus to the first element that fits, once it is drawn.
pub fn focus_when_drawn(selector: &'static str) {
    request_animation_frame(move || focus_first(selector));
}

fn focus_first(selector: &str) {
    let found = |selector| document().query_selector(selector).ok().flatten();
    if let Some(element) = found(selector).or_else(|| found("main")) {
        // A heading takes no focus by itself.
        let _ = element.set_attribute("tabindex", "-1");
        focus(&element);
    }
}

fn focus(element: &web_sys::Element) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        let _ = element.focus();
    }
}
