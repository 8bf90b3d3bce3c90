//! `/follow/:key`: a request as its resident follows it. News arrive while the page is open.

use domain::api::follow::{FollowView, FollowedBy, GrantView, PartView};
use domain::api::privacy::ErasedView;
use domain::field::{Photo, Value};
use domain::standard::say_date;
use domain::validate::Answer;
use leptos::{prelude::*, task::spawn_local};
use uuid::Uuid;

use crate::api::{events, follow, privacy};
use crate::components::amend;
use crate::components::answers::{AnswerList, Line};
use crate::components::button::{SECONDARY, act_button};
use crate::components::error_summary::ErrorSummary;
use crate::components::feedback::{self, FeedbackForm, WhyForm};
use crate::components::gallery::Gallery;
use crate::components::handlers::{posted_to, pressed};
use crate::components::layout::Column;
use crate::components::load::loaded;
use crate::components::message_form::MessageForm;
use crate::components::parts::parts;
use crate::components::payment::payment;
use crate::components::slot::slot;
use crate::components::status::{self, StatusPanel};
use crate::components::timeline::{self, Timeline, filled_in_by};
use crate::live::{Drawn as _, ON_SERVER, live, live_if};
use crate::state::{address, boot};
use crate::{a11y, paths, words};

/// What an address says of whether its resident is satisfied, where a mail leads them there: `yes` or `no`.
pub const SATISFIED: &str = "satisfied";

/// A request.
#[component]
pub fn RequestPage(
    /// The key to the request.
    key: String,
) -> impl IntoView {
    let own = key.clone();
    let first = move || {
        let key = key.clone();
        async move {
            match follow::get(&key).await {
                Err(problem) if problem.code == "erased" => privacy::erased(&key).await.map(Err),
                found => found.map(Ok),
            }
        }
    };
    let draw = move |first| match first {
        Ok(first) => request(own.clone(), first),
        Err(erased) => was_erased(&erased),
    };
    view! { <Column>{loaded(first, draw)}</Column> }.drawn()
}

/// What is left to say of a request that was kept long enough.
fn was_erased(erased: &ErasedView) -> AnyView {
    a11y::use_page(|| "This request was erased".to_owned());
    let title = Some(erased.title.clone()).filter(|title| !title.is_empty());
    view! {
        <span class="govuk-caption-l">"Reference "<span class="portico-reference">{erased.reference.to_string()}</span></span>
        <h1 class="govuk-heading-l">{title.unwrap_or_else(|| "Your request".to_owned())}</h1>
        <p>
            "This request was closed on "{say_date(erased.closed)}
            ", and its details were erased as we promised, on "{say_date(erased.gone)}"."
        </p>
        <p><a href=paths::HOME>"See everything you can do here"</a></p>
    }
    .drawn()
}

fn request(key: String, first: FollowView) -> AnyView {
    let watching = first.watching;
    let now = RwSignal::new(first);
    follow_news(&key, now);
    let mut found = boot::take_problems();
    // What was wrong with a form that is gone meanwhile is wrong no more.
    let is_closed = now.with_untracked(|now| !now.status.is_open());
    found.retain(|problem| matches!(&*problem.id, feedback::SCORE | "reason") == is_closed);
    let problems = RwSignal::new(found);
    a11y::use_page(move || {
        let error = if problems.with(Vec::is_empty) { "" } else { "Error: " };
        now.with(|now| format!("{error}{} - {}", status::title(now), now.title))
    });
    // Only what changed is drawn again: a message half typed stays as it is.
    let is_open = Memo::new(move |_| !watching && now.with(|now| now.status.is_open()));
    let is_fixed = Memo::new(move |_| now.with(|now| now.slot.as_ref().is_some_and(|slot| slot.fixed)));
    // What has parts is written about and judged in its parts.
    let has_parts = now.with_untracked(|now| !now.parts.is_empty());
    let judges = move |now: &FollowView| {
        !watching && !has_parts && !now.status.is_open() && !now.unreceived && !status::is_taken_back(now)
    };
    // Nobody reads what is not received.
    let takes_messages = Memo::new(move |_| is_open.get() && !has_parts && !now.with(|now| now.unreceived));
    // Whoever follows a link in a mail has said it there, and sends it here.
    let tapped = words::tapped(&address::use_address().query(SATISFIED));
    let is_new = move |now: &FollowView| judges(now) && now.feedback.is_none();
    let asks_feedback = Memo::new(move |_| tapped.is_none() && now.with(is_new));
    let asks_tapped = Memo::new(move |_| tapped.filter(|_| now.with(is_new)));
    let asks_why = Memo::new(move |_| {
        now.with(|now| {
            now.feedback.as_ref().filter(|said| judges(now) && said.is_bare()).map(|said| said.score)
        })
    });
    let undo = Memo::new(move |_| now.with(|now| now.undo.clone()));
    let amends = Memo::new(move |_| now.with(|now| now.amends.clone()));
    // The rest of the request changes nothing of the day that somebody is choosing.
    let booked = Memo::new(move |_| now.with(|now| (now.slot.clone(), now.unreceived)));
    // What it gave is given back on its own page.
    let has_grant = Memo::new(move |_| now.with(|now| now.grant.as_ref().is_some_and(|grant| grant.live)));
    let ways = Memo::new(move |_| now.with(|now| (now.may_reopen, now.followed_by)));
    let update = Callback::new(move |new: FollowView| show(now, new));
    let key = StoredValue::new(key);
    let title = now.with_untracked(|now| now.title.clone());
    let reference = now.with_untracked(|now| now.reference.to_string());
    let part_of = now.with_untracked(|now| now.part_of.clone());
    view! {
        <ErrorSummary problems=problems />
        <span class="govuk-caption-l">"Reference "<span class="portico-reference">{reference}</span></span>
        <h1 class="govuk-heading-l">{if watching { "" } else { "Your request: " }}{title}</h1>
        {watching.then(|| view! { <p>"Somebody else told us about this, and you asked to hear what happens."</p> }.drawn())}
        {live(move || view! { <StatusPanel request=now.get() /> }.drawn())}
        {live_if(move || now.with(|now| (!watching && status::is_taken_back(now)).then(|| send_again(&now.service))))}
        {live_if(move || now.with(goes_on))}
        {live(move || now.with(|now| payment(now, (!watching).then(|| paths::request(&key.get_value())).as_deref())))}
        {live_if(move || { booked.track(); now.with_untracked(|now| slot(now, &paths::request(&key.get_value()), problems)) })}
        {live_if(move || now.with(|now| grant(now, &key.get_value())))}
        {part_of.as_ref().map(whole)}
        {live_if(move || now.with(|now| (!now.parts.is_empty()).then(|| parts(now.parts.clone()))))}
        {live_if(move || now.with(|now| work_photos(&now.work_photos, key)))}
        {live_if(move || amend::undo(undo.get().as_ref(), &paths::request(&key.get_value())))}
        {live_if(move || is_open.get().then(|| what_next(now.with(|now| now.next.clone()))))}
        {live_if(move || asks_feedback.get().then(|| view! { <FeedbackForm key=key.get_value() on_sent=update problems=problems /> }.drawn()))}
        {live_if(move || asks_tapped.get().map(|score| view! { <WhyForm key=key.get_value() score=score said=false on_sent=update problems=problems /> }.drawn()))}
        {live_if(move || asks_why.get().map(|said| view! { <WhyForm key=key.get_value() score=said said=true on_sent=update problems=problems /> }.drawn()))}
        {live_if(move || now.with(said_feedback))}
        {live_if(move || ways_on(ways.get(), &key.get_value()))}
        <h2 class="govuk-heading-m">"What has happened"</h2>
        {live(move || view! { <Timeline entries=now.with(|now| now.timeline.clone()) /> }.drawn())}
        {live_if(move || takes_messages.get().then(|| view! { <MessageForm to=follow::messages(&key.get_value()) on_sent=update problems=problems answers=Signal::derive(move || now.with(|now| now.asked.is_some())) /> }.drawn()))}
        {live_if(move || amends.get().map(|amends| amend::amend(&amends, &paths::request(&key.get_value()), problems)))}
        {if watching { stop_watching(key) } else { now.with_untracked(|now| told(now, key)) }}
        {live_if(move || (is_open.get() && !is_fixed.get() && !has_grant.get()).then(|| view! {
            <h2 class="govuk-heading-m">"If you no longer need this"</h2>
            <p><a href=paths::withdraw(&key.get_value())>"Withdraw this request"</a></p>
        }.drawn()))}
        {(!watching).then(|| view! {
            <p><a href=paths::slip(&key.get_value()) rel="external">"A slip to follow this by, to print or send"</a></p>
        }.drawn())}
    }
    .drawn()
}

/// Of one that was taken back: where it is changed.
fn send_again(service: &str) -> AnyView {
    view! {
        <p>
            <a href=paths::service(service)>"Change it and send it again"</a>
            ". What you typed is kept on the device that you took it back on."
        </p>
    }
    .drawn()
}

/// Of a duplicate: where the request stands in which it goes on.
fn goes_on(request: &FollowView) -> Option<AnyView> {
    let other = request.goes_on.as_ref()?;
    let promise = other.status.is_open().then(|| {
        view! { " We will finish by "<strong>{other.complete_by.say()}</strong>". We tell you what happens." }
            .into_any()
    });
    Some(
        view! {
            <p class="govuk-inset-text">
                "We deal with this together with an earlier report of the same. "
                {words::goes_on(other.status)}"."{promise}
            </p>
        }
        .drawn(),
    )
}

/// What it gave, and where that is shown and changed.
fn grant(request: &FollowView, key: &str) -> Option<AnyView> {
    let GrantView { name, said, .. } = request.grant.clone()?;
    Some(
        view! {
            <h2 class="govuk-heading-m">{name.clone()}</h2>
            <p>{said}"."</p>
            <p><a href=paths::permit(key) rel="external">"Show it, change it or print it"<span class="govuk-visually-hidden">": "{name}</span></a></p>
        }
        .drawn(),
    )
}

/// Photos of the work that a contractor did.
fn work_photos(photos: &[Uuid], key: StoredValue<String>) -> Option<AnyView> {
    if photos.is_empty() {
        return None;
    }
    let photos = photos.iter().map(|id| Photo { id: *id, alt: String::new() }).collect();
    Some(
        view! {
            <h2 class="govuk-heading-m">"Photos of the work"</h2>
            <Gallery
                photos=photos
                small=Box::new(move |id| key.with_value(|key| follow::thumbnail(key, id)))
                large=Box::new(move |id| key.with_value(|key| follow::photo(key, id)))
            />
        }
        .into_any(),
    )
}

/// What can be done where it is not fixed, or not well: open it again, ask anew, complain.
fn ways_on((reopen, followed_by): (bool, Option<FollowedBy>), key: &str) -> Option<AnyView> {
    if !reopen && followed_by.is_none() {
        return None;
    }
    let form = |to: &str, label: &'static str| {
        let action = format!("{}/{to}", paths::request(key));
        view! {
            <form method="post" action=action><button type="submit" class=SECONDARY>{label}</button></form>
        }
        .drawn()
    };
    let reopen = reopen.then(|| {
        view! {
            <p>"Within 30 days you can open it again, once."</p>
            <p><a href=paths::reopen(key)>"Open this request again"</a></p>
        }
        .drawn()
    });
    let again = followed_by.filter(|by| by.again);
    let again = again.map(|_| form("again", "Ask for it again, in a new request"));
    let complain = followed_by.filter(|by| by.complaint);
    let complain = complain.map(|_| form("complaint", "Make a complaint about this"));
    Some(view! { <h2 class="govuk-heading-m">"If this is not over"</h2> {reopen} {again} {complain} }.drawn())
}

/// The way out, for those who only watch.
fn stop_watching(key: StoredValue<String>) -> AnyView {
    let said = RwSignal::new(None::<String>);
    let announcer = a11y::use_announcer();
    let stop = pressed(move || {
        spawn_local(async move {
            let words = match follow::stop(&key.get_value()).await {
                Ok(()) => "You will hear no more about this",
                Err(problem) => words::call_failed(&problem),
            };
            announcer.say(words);
            said.try_set(Some(words.to_owned()));
        });
    });
    let button = act_button("stop", SECONDARY, None, stop, "Stop telling me".into_any());
    view! {
        <h2 class="govuk-heading-m">"If you have heard enough"</h2>
        {live_if(move || said.get().map(|words| view! { <p class="govuk-inset-text">{words}"."</p> }.drawn()))}
        {if ON_SERVER { view! { <form method="post" action=posted_to()>{button}</form> }.drawn() } else { button }}
    }
    .drawn()
}

/// The way to the whole, from one department's part.
fn whole(whole: &PartView) -> AnyView {
    let path = paths::request(&whole.key);
    view! {
        <p>
            "This is one department’s part of "
            <a class="govuk-link" href=path>"your request "{whole.reference.to_string()}</a>"."
        </p>
    }
    .drawn()
}

/// What happens next, while it is open.
fn what_next(next: Vec<String>) -> AnyView {
    if next.is_empty() {
        return ().into_any();
    }
    view! {
        <h2 class="govuk-heading-m">"What happens next"</h2>
        <ol class="govuk-list govuk-list--number">
            {next.into_iter().map(|next| view! { <li>{next}</li> }.drawn()).collect_view()}
        </ol>
    }
    .drawn()
}

/// Keeps the request up to date, and tells those who listen what is new.
fn follow_news(key: &str, now: RwSignal<FollowView>) {
    let announcer = a11y::use_announcer();
    let path = follow::events(key);
    let key = key.to_owned();
    events::watch(&path, move |seq| {
        let Some(have) = now.try_with_untracked(|now| now.seq) else { return };
        if seq.is_some_and(|seq| seq <= have) {
            return;
        }
        let key = key.clone();
        spawn_local(async move {
            let Ok(new) = follow::get(&key).await else { return };
            let news = new.timeline.iter().filter(|entry| entry.seq > have);
            let news: Vec<String> = news.map(|entry| timeline::title(entry, false)).collect();
            show(now, new);
            if !news.is_empty() {
                announcer.say(format!("News: {}", news.join(". ")));
            }
        });
    });
}

/// Shows a newer state. Replies may overtake each other: an older one changes nothing.
fn show(now: RwSignal<FollowView>, new: FollowView) {
    if now.try_with_untracked(|now| new.seq > now.seq || new.late != now.late).unwrap_or(false) {
        now.try_set(new);
    }
}

fn said_feedback(request: &FollowView) -> Option<AnyView> {
    let feedback = request.feedback.as_ref()?;
    let words = words::score(feedback.score);
    Some(
        view! { <p class="govuk-inset-text">"Thank you. You told us how it went: you are "{words}"."</p> }
            .drawn(),
    )
}

/// What the resident told us, photos included.
fn told(request: &FollowView, key: StoredValue<String>) -> AnyView {
    let (pictures, rest): (Vec<_>, Vec<_>) =
        request.answers.iter().cloned().partition(|answer| matches!(answer.value, Value::Photos(_)));
    let lines =
        rest.into_iter().map(|answer| Line { label: answer.label, value: Some(answer.value), change: None });
    let has_place =
        |answer: &Answer| matches!(&answer.value, Value::Photos(photos) if photos.position.is_some());
    let with_place = pictures.iter().any(has_place);
    let photos: Vec<_> = pictures
        .into_iter()
        .flat_map(|answer| if let Value::Photos(photos) = answer.value { photos.photos } else { Vec::new() })
        .collect();
    view! {
        <h2 class="govuk-heading-m">"What you told us"</h2>
        {filled_in_by(request, "you")}
        <AnswerList
            lines=lines.collect() photo=Box::new(|_| None)
            document=Box::new(move |id| key.with_value(|key| follow::document(key, id)))
        />
        {(!photos.is_empty()).then(|| view! {
            <h2 class="govuk-heading-m">"Your photos"</h2>
            {with_place.then(|| view! { <p>"Sent with the place where they were taken."</p> }.drawn())}
            <Gallery
                photos=photos
                small=Box::new(move |id| key.with_value(|key| follow::thumbnail(key, id)))
                large=Box::new(move |id| key.with_value(|key| follow::photo(key, id)))
            />
        }.drawn())}
    }
    .drawn()
}
