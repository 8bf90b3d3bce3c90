//! Pages for people: each is drawn here by the app's own components, so that the words are on the screen before the
//! app has started, and there where it never does.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use domain::api::council::{Boot, CouncilView};
use domain::api::drafts::Posted;
use domain::api::helpers::for_whom;
use domain::api::nearby::Nearby;
use domain::council::{Council, Message};
use domain::field::Kind;
use domain::journey;
use domain::ledger::{penalty, tax, zone};
use domain::sign_in::People;
use portico_app::api::privacy::erased_at;
use portico_app::api::{self, ApiProblem, consent, services};
use portico_app::paths::{self, Page};
use portico_app::plain::{self, Drawn, Given};
use portico_app::state::boot::Reply;
use sha2::{Digest as _, Sha256};

use super::{account, assets, exit, posted, visit};
use crate::councils::ENGLISH;
use crate::error::ApiError;
use crate::extract::{At, DRAWN_FOR, SignedIn, account_token, device_here, signed_in};
use crate::guard::POLICY;
use crate::jobs::escape;
use crate::operations::acting::service_of;
use crate::operations::acting::{self, Acting};
use crate::operations::{base, performance};
use crate::routes;
use crate::routes::nearby::Near;
use crate::state::AppState;
use crate::store::accounts::IDLE;

/// Everything that is no route of the server: a file of the app, a page, or nothing.
pub async fn fallback(State(state): State<AppState>, at: At, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed").into_response();
    }
    let path = request.uri().path();
    let name = path.trim_start_matches('/');
    if path.starts_with("/api/") || path == "/api" {
        return ApiError::not_found().into_response();
    }
    if let Some(file) = assets::serve(name, request.headers()) {
        return file;
    }
    if assets::is_file_name(name) {
        return assets::missing();
    }
    let address = request.uri().path_and_query().map_or(path, |address| address.as_str());
    if path == "/staff" || path.starts_with("/staff/") {
        return staff(&state, &at);
    }
    page(&state, &at, request.headers(), address).await.unwrap_or_else(|error| sorry(&state, &at, &error))
}

/// The staff's app draws itself.
fn staff(state: &AppState, at: &At) -> Response {
    let boot = Boot { council: routes::council::view(state, &at.served), service: None, posted: None };
    let Some(html) = Told::of(state, at, None, &boot).fill_in(at, "staff.html", &Drawn::default()) else {
        return not_built();
    };
    let mut response = with_policy(at, Html(html).into_response());
    keep_private(&mut response);
    response
}

/// A page of a resident's. The status tells machines what the page tells people.
#[expect(clippy::too_many_lines, reason = "what each sort of page needs, one after the other")]
async fn page(state: &AppState, at: &At, headers: &HeaderMap, address: &str) -> Result<Response, ApiError> {
    let found = Page::read(address);
    let (path, query) = address.split_once('?').map_or((address, None), |(path, query)| (path, Some(query)));
    let one_way =
        format!("/{}", path.split('/').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/"));
    if found.is_some() && one_way != path {
        // A page has one address: forms are posted to it.
        let there = query.map_or_else(|| one_way.clone(), |query| format!("{one_way}?{query}"));
        return Ok((StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, there)]).into_response());
    }
    let language = routes::services::language(&at.served, headers);
    let now = state.now();
    let id = match found {
        Some(Page::Start { id } | Page::Step { id, .. } | Page::Check { id }) => Some(id),
        _ => None,
    };
    let who = signed_in(state, at, headers).await?.map(|(resident, session)| SignedIn { resident, session });
    if who.is_none() && id.is_some_and(|id| for_whom(id).is_some()) {
        return Ok(account::to_sign_in(path));
    }
    let form = form_of(state, at, headers, language, id).await?;
    let posted = match (id, found) {
        // What was begun for somebody is out of reach with the form.
        (Some(id), _) if form.is_some() => visit::of_service(state, at, headers, id, form.as_ref()).await?,
        (
            None,
            Some(
                Page::Find
                | Page::Request { .. }
                | Page::Withdraw { .. }
                | Page::Reopen { .. }
                | Page::Account { .. },
            ),
        ) => visit::of_page(state, at, headers, path).await?,
        _ => None,
    };
    if let Some(elsewhere) = instead(state, at, headers, found, (path, posted.as_ref())).await? {
        return Ok(elsewhere);
    }
    // What is free to be booked is another in a moment.
    let books = |form: &acting::Form<'_>| {
        form.service.questions.iter().any(|question| matches!(question.kind, Kind::Slot(_)))
    };
    let is_same_for_all = !form.as_ref().is_some_and(books)
        && posted.is_none()
        && account_token(state, headers).is_none()
        && found.is_some_and(is_same);
    if is_same_for_all && let Some(ready) = at.served.pages.get(address, language, now) {
        return Ok(with_policy(at, ready.reply(headers)));
    }
    let mut posted = posted.map(|posted| Posted { files: Vec::new(), ..posted });
    if let (Some(Page::Check { id }), Some(form), Some(posted)) = (found, &form, &mut posted)
        && posted.problems.is_empty()
    {
        posted.problems = posted::not_for_home(state, at, (id, &form.service), &posted.answers).await?;
    }
    let place = match found {
        Some(Page::Account { page }) => Some(portico_app::account::find(page)),
        _ => None,
    };
    // A page of questions of the account takes up its own draft.
    let posted = match (posted, place.flatten(), &who) {
        (Some(posted), Some(place), Some(who)) if place.own && place.slug != portico_app::account::ACTING => {
            let service = portico_app::account::draft_name(place.slug, who.resident.id);
            Some(Posted { service, ..posted })
        }
        (posted, ..) => posted,
    };
    let service =
        form.as_ref().map(|form| routes::services::view(state, &at.served, language, &form.service));
    if who.is_none() && place.flatten().is_some_and(|place| place.own) {
        return Ok(account::to_sign_in(path));
    }
    let mut replies = replies(state, at, who.as_ref(), headers, found, posted.as_ref()).await?;
    if let (Some(id), None) = (id, &service) {
        replies.push((services::address(id), Err(ApiProblem::not_found())));
    }
    let gone = StatusCode::GONE.as_u16();
    let is_erased =
        replies.iter().any(|(_, reply)| reply.as_ref().is_err_and(|problem| problem.status == gone));
    let is_missing = match (found, &service) {
        _ if place.is_some_and(|place| place.is_none()) => true,
        (None, _) | (Some(Page::Start { .. } | Page::Check { .. }), None) => true,
        (Some(Page::Step { slug, .. }), view) => {
            view.as_ref().is_none_or(|view| journey::page_of(&view.service, slug).is_none())
        }
        _ => replies.iter().any(|(_, reply)| reply.as_ref().is_err_and(ApiProblem::is_not_found)),
    };
    let is_form = matches!(found, Some(Page::Start { .. } | Page::Step { .. }));
    let boot = Boot { council: council_of(state, at, id), service, posted };
    let given = Given { address: address.to_owned(), origin: base(state, &at.served.council) };
    let mut told = Told::of(state, at, found, &boot);
    if let Some(who) = &who {
        told.about += &before_time_runs_out(state, at, who);
    }
    told.above = form.as_ref().and_then(|form| form.acting.as_ref()).map(banner).unwrap_or_default();
    if let Some(Page::Start { id }) = found.filter(|_| form.is_some()) {
        told.above += &looked_up(&at.served.council, service_of(id));
    }
    if let Some(who) = who.as_ref().filter(|_| !matches!(found, Some(Page::Account { .. }))) {
        told.above += &bell(routes::alerts::unread_of(at, who).await?.unread);
    }
    let shown = id.map(|id| service_of(id).to_owned()).or_else(|| exit::service_shown(&replies));
    told.above += &shown.map(|service| exit::above(&at.served.council, &service)).unwrap_or_default();
    let mut drawn = plain::draw(boot, given, replies);
    if let Some(who) = &who {
        drawn.html = drawn.html.replace("</form>", &says_for_whom(state, at, who));
    }
    let file = match found {
        _ if is_form => "index.html",
        Some(Page::Account { .. }) => "account.html",
        _ => "follow.html",
    };
    let Some(html) = told.fill_in(at, file, &drawn) else { return Ok(not_built()) };
    if is_same_for_all && !is_missing && !address.contains('?') {
        let ready = at.served.pages.put(address, language, html, now);
        return Ok(with_policy(at, ready.reply(headers)));
    }
    let status = match is_missing {
        true => StatusCode::NOT_FOUND,
        false if is_erased => StatusCode::GONE,
        false => StatusCode::OK,
    };
    let response = with_policy(at, (status, Html(html)).into_response());
    Ok(if is_same_for_all { asked_for_anew(response) } else { kept_private(response) })
}

/// Whether a page is the same for all who have posted nothing.
fn is_same(page: Page<'_>) -> bool {
    matches!(page, Page::Home | Page::Help | Page::Performance | Page::Start { .. } | Page::Step { .. })
}

/// A page that anybody may see, and no browser keeps without asking.
fn asked_for_anew(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

fn kept_private(mut response: Response) -> Response {
    keep_private(&mut response);
    response
}

/// The form with this identifier; none where it is not there for who asks.
async fn form_of<'s>(
    state: &AppState,
    at: &'s At,
    headers: &HeaderMap,
    language: &str,
    id: Option<&str>,
) -> Result<Option<acting::Form<'s>>, ApiError> {
    let Some(id) = id else { return Ok(None) };
    match acting::Form::of(state, at, headers, (language, id)).await {
        Err(error) if error.status() == StatusCode::NOT_FOUND => Ok(None),
        form => form.map(Some),
    }
}

/// The council, as the pages of a form show it: what is said about a service is said about its form for somebody, too.
fn council_of(state: &AppState, at: &At, form: Option<&str>) -> CouncilView {
    let mut council = routes::council::view(state, &at.served);
    if let Some((form, (service, _))) = form.and_then(|form| Some((form, for_whom(form)?))) {
        let about = |message: &&mut Message| message.services.iter().any(|known| known == service);
        council.messages.iter_mut().filter(about).for_each(|message| message.services.push(form.to_owned()));
    }
    council
}

/// Where somebody is led instead of to the page that they asked for, if they are.
async fn instead(
    state: &AppState,
    at: &At,
    headers: &HeaderMap,
    page: Option<Page<'_>>,
    (path, posted): (&str, Option<&Posted>),
) -> Result<Option<Response>, ApiError> {
    // On a public computer, what stands in the history opens nothing for the next person.
    if let Some(Page::Request { key } | Page::Sent { key } | Page::Withdraw { key } | Page::Reopen { key }) =
        page
        && let Some(here) = routes::follow::key_of_this_turn(at, key).await?
    {
        let there = path.replacen(key, &here, 1);
        return Ok(Some((StatusCode::SEE_OTHER, [(header::LOCATION, there)]).into_response()));
    }
    match page {
        // What was mistyped is shown once: the next person at this computer has no use for it.
        Some(Page::Find) if posted.is_some() => visit::forget_page(state, at, headers, path).await?,
        Some(Page::Check { id }) if posted.is_none_or(|posted| posted.ended) => {
            if at.served.service(service_of(id)).is_some()
                && let Some(confirmed) = posted::sent_a_moment_ago(state, at, headers, id).await?
            {
                return Ok(Some((StatusCode::SEE_OTHER, [(header::LOCATION, confirmed)]).into_response()));
            }
        }
        _ => {}
    }
    Ok(None)
}

/// What the page will ask the API for, answered beforehand.
async fn replies(
    state: &AppState,
    at: &At,
    who: Option<&SignedIn>,
    headers: &HeaderMap,
    page: Option<Page<'_>>,
    posted: Option<&Posted>,
) -> Result<Vec<Reply>, ApiError> {
    let json = |value: Result<String, serde_json::Error>| value.unwrap_or_default();
    let mut replies = Vec::new();
    let Some(page) = page else { return Ok(replies) };
    for path in plain::needs(page, posted) {
        let reply = match page {
            Page::Sent { .. } | Page::Check { .. } if path == consent::INVITE => {
                let resident = signed_in(state, at, headers).await?.map(|(resident, _)| resident.id);
                Ok(json(serde_json::to_string(&routes::consent::invite_for(at, resident).await?)))
            }
            Page::Request { key } | Page::Sent { key } | Page::Withdraw { key } | Page::Reopen { key } => {
                match routes::follow::view_of(state, at, headers, key).await {
                    Ok(view) => Ok(json(serde_json::to_string(&view))),
                    Err(error) if error.status() == StatusCode::NOT_FOUND => Err(ApiProblem::not_found()),
                    Err(error) if error.status() == StatusCode::GONE => {
                        let left = routes::privacy::erased_view(at, key).await?;
                        replies.push((erased_at(key), Ok(json(serde_json::to_string(&left)))));
                        Err(ApiProblem {
                            status: error.status().as_u16(),
                            code: error.code().to_owned(),
                            ..ApiProblem::default()
                        })
                    }
                    Err(error) => return Err(error),
                }
            }
            Page::Account { .. } if path.starts_with("/api/addresses") => match posted {
                Some(posted) => {
                    let found = routes::places::addresses_of(at, &plain::looked_for(posted)).await?;
                    Ok(json(serde_json::to_string(&found)))
                }
                None => continue,
            },
            Page::Account { .. } if path == api::account::WAYS => {
                let ways = routes::security::ways_of(state, at, headers, People::Residents).await?;
                Ok(json(serde_json::to_string(&ways)))
            }
            Page::Account { .. } => match who {
                Some(who) => account::reply(state, at, (who, device_here(state, headers)), &path).await?,
                None => Err(ApiProblem::signed_out()),
            },
            Page::Performance => Ok(json(serde_json::to_string(&*performance::view(state, at).await?))),
            Page::Home => {
                let list = at.served.list_in(routes::services::language(&at.served, headers));
                let list = list.map(|list| String::from_utf8_lossy(&list.json).into_owned());
                Ok(list.unwrap_or_default())
            }
            _ => {
                let Some(posted) = posted else { continue };
                if let Some((position, street)) = plain::told_near(posted) {
                    let near = Near::of(position, street);
                    let found = match routes::nearby::near_of(at, &posted.service, near).await {
                        Err(error) if error.status() == StatusCode::NOT_FOUND => Nearby::default(),
                        found => found?,
                    };
                    Ok(json(serde_json::to_string(&found)))
                } else {
                    let found = routes::places::addresses_of(at, &plain::looked_for(posted)).await?;
                    Ok(json(serde_json::to_string(&found)))
                }
            }
        };
        replies.push((path, reply));
    }
    Ok(replies)
}

/// A page that says that something went wrong with what was posted. It brings no app, which would draw something else
/// in its place.
pub(super) fn sorry(state: &AppState, at: &At, error: &ApiError) -> Response {
    sorry_for(state, at, error, "")
}

/// The same, with what was written and has no other place to be kept.
pub(super) fn sorry_for(state: &AppState, at: &At, error: &ApiError, written: &str) -> Response {
    let why = match error.status() {
        StatusCode::TOO_MANY_REQUESTS => "That was tried too often. Wait an hour, then try again.",
        StatusCode::PAYLOAD_TOO_LARGE => {
            "What you sent is too large. Send less text, and fewer or smaller files."
        }
        StatusCode::SERVICE_UNAVAILABLE => {
            "Too many photos are being sent to us at this moment, and yours did not fit. Wait a minute, go back, and try again."
        }
        StatusCode::CONFLICT => "This can’t be done any more. Look at your request again.",
        StatusCode::UNAUTHORIZED => {
            "You have been signed out, or somebody else has signed in, since you opened that page. Nothing was sent. Sign in again."
        }
        StatusCode::NOT_FOUND => "What you sent this for is not here any more.",
        _ => "What you typed before is kept.",
    };
    let drawn = plain::sorry(routes::council::view(state, &at.served), why, written);
    let mut response = without_app(at, &drawn.title, &drawn.html);
    *response.status_mut() = error.status();
    keep_private(&mut response);
    response
}

/// The page that says that what was here is over, and what to do.
pub(super) fn over(state: &AppState, at: &At, status: StatusCode, why: &str) -> Response {
    let mut response = of_person(at, &plain::over(routes::council::view(state, &at.served), why));
    *response.status_mut() = status;
    response
}

/// A page of somebody that works as it is: nobody keeps a copy, and no search engine lists it.
pub(super) fn of_person(at: &At, drawn: &Drawn) -> Response {
    kept_private(without_app(at, &drawn.title, &drawn.html))
}

/// The page for what never came to a page of ours: it is not known whose it would be.
pub(crate) fn failed(status: StatusCode) -> Response {
    let why = match status {
        StatusCode::FORBIDDEN => {
            "This did not come from our own page, so nothing was sent. Go back, reload the page, and try again."
        }
        StatusCode::REQUEST_TIMEOUT => {
            "What you sent took too long to arrive. Go back and try again, with fewer or smaller files."
        }
        StatusCode::METHOD_NOT_ALLOWED => "Nothing can be sent to this page. Go back and try again.",
        StatusCode::MISDIRECTED_REQUEST => "There is no council at this address.",
        _ => "Something went wrong on our side. Go back and try again.",
    };
    let html = format!(
        "<div class=\"govuk-width-container\"><main class=\"govuk-main-wrapper\" id=\"main\">\
         <h1 class=\"govuk-heading-l\">Sorry, there is a problem</h1><p>{why} What you typed before is kept.</p></main></div>"
    );
    let mut response = (status, Html(bare("", "Sorry, there is a problem", &html))).into_response();
    keep_private(&mut response);
    response
}

/// A page that works as it is, in a council's colours.
pub(crate) fn without_app(at: &At, title: &str, html: &str) -> Response {
    with_policy(at, Html(bare(&theme(&at.served.council), title, html)).into_response())
}

fn bare(theme: &str, title: &str, html: &str) -> String {
    let stylesheet = assets::stylesheet()
        .map_or_else(String::new, |name| format!("<link rel=\"stylesheet\" href=\"/{name}\">"));
    let theme = if theme.is_empty() { String::new() } else { format!("<style>{theme}</style>") };
    format!(
        "<!doctype html><html lang=\"en\" class=\"govuk-template\"><head><meta charset=\"utf-8\"><title>{}</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><link rel=\"icon\" href=\"/icon.svg\">\
         {stylesheet}{theme}</head>\
         <body class=\"govuk-template__body\"><div class=\"portico-page\">{html}</div></body></html>",
        escape(title),
    )
}

fn keep_private(response: &mut Response) {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert("x-robots-tag", HeaderValue::from_static("noindex"));
}

fn not_built() -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, "The app has not been built. Run: cargo xtask run").into_response()
}

/// What a page tells machines and the app, besides its words.
struct Told {
    language: String,
    boot: String,
    about: String,
    /// What stands above the app, and is no part of it.
    above: String,
}

impl Told {
    fn of(state: &AppState, at: &At, page: Option<Page<'_>>, boot: &Boot) -> Self {
        let language = boot.service.as_ref().and_then(|view| view.language.as_deref()).unwrap_or(ENGLISH);
        Self {
            language: format!("<html lang=\"{}\"", escape(language)),
            boot: format!("<script type=\"application/json\" id=\"boot\">{}</script>", json_for_html(boot)),
            about: about(state, at, page, boot),
            above: String::new(),
        }
    }

    /// Puts a page into its template; none where the app was not built.
    fn fill_in(&self, at: &At, file: &str, drawn: &Drawn) -> Option<String> {
        const PLACE: &str = "<!--portico:";
        let council = &at.served.council;
        let template = assets::text(file)?;
        let mut pieces = template.split(PLACE);
        let mut html = String::with_capacity(template.len() + self.boot.len() + drawn.html.len() + 2048);
        html += &pieces.next()?.replace("<html lang=\"en\"", &self.language);
        for piece in pieces {
            let (name, rest) = piece.split_once("-->")?;
            match name {
                "theme" => html.extend(["<style>", &theme(council), "</style>"]),
                "boot" => html += &self.boot,
                "title" => html += &escape(if drawn.title.is_empty() { &council.name } else { &drawn.title }),
                "about" => html += &self.about,
                "above" => html += &self.above,
                "council" => html += &escape(&council.name),
                "tel" => html += &phone_digits(&council.contact.phone),
                "phone" => html += &escape(&council.contact.phone),
                "page" => html += &drawn.html,
                // A comment of somebody else's.
                _ => html.extend([PLACE, name, "-->"]),
            }
            html += rest;
        }
        Some(html)
    }
}

/// The script that warns somebody who is signed in before the session ends. It is in nobody else's page: who fills in a
/// form without an account fetches nothing of it.
fn before_time_runs_out(state: &AppState, at: &At, who: &SignedIn) -> String {
    let Some(script) = assets::part("timeout", "js") else { return String::new() };
    let whose = state.secret.public_id(at.store.council(), who.resident.id);
    let idle = IDLE.num_seconds();
    let left = (who.session.ends_at - state.now()).num_seconds();
    format!(
        "<script type=\"module\" src=\"/{script}\" data-idle=\"{idle}\" data-left=\"{left}\" data-who=\"{}\"></script>",
        escape(&whose)
    )
}

/// How much is new about the requests of who is signed in, above every page but those of the account, whose menu says it.
/// Like the script above, it is drawn here: nobody's program grows by it.
fn bell(unread: u32) -> String {
    let script = assets::part("bell", "js");
    let script = script.map(|script| format!("<script type=\"module\" src=\"/{script}\"></script>"));
    let new = if unread > 0 { format!(" ({unread} new)") } else { String::new() };
    format!(
        "<nav class=\"portico-news\" aria-label=\"News\"><div class=\"govuk-width-container\">\
         <a class=\"govuk-link\" href=\"/account/notices\">What is new<span data-unread=\"{unread}\">{new}</span></a>\
         <span class=\"govuk-visually-hidden\" role=\"status\"></span></div></nav>{}",
        script.unwrap_or_default()
    )
}

/// The stylesheet of the page of figures. Tables and charts are nowhere else: no other page fetches anything of it.
fn stylesheet_of_figures() -> String {
    let name = assets::part("performance", "css");
    name.map_or_else(String::new, |name| format!("<link rel=\"stylesheet\" href=\"/{name}\" />"))
}

/// The end of a form of somebody who is signed in: what is posted says for whom it was drawn.
fn says_for_whom(state: &AppState, at: &At, who: &SignedIn) -> String {
    let whose = state.secret.public_id(at.store.council(), who.resident.id);
    format!("<input type=\"hidden\" name=\"{DRAWN_FOR}\" value=\"{}\"></form>", escape(&whose))
}

/// Leads from the start page of a service to what can be looked up about it. It is drawn here: no program grows by it.
fn looked_up(council: &Council, service: &str) -> String {
    let is_tax = |tax: &tax::Settings| tax.services.iter().any(|known| known == service);
    // Where it is paid there and nowhere else, the page of the form says so itself.
    let is_charge = |charges: &penalty::Settings| {
        charges.challenge == service || (charges.pay == service && council.payments.is_none())
    };
    let is_zone = |zones: &zone::Settings| zones.services.iter().any(|known| known == service);
    let (there, words) = if council.penalty_charges.as_ref().is_some_and(is_charge) {
        (
            paths::PENALTY_CHARGE,
            "See what is due, with photos, and pay or challenge it: find your penalty charge",
        )
    } else if council.council_tax.as_ref().is_some_and(is_tax) {
        (
            paths::COUNCIL_TAX,
            "See what is left to pay, and pay some of it or all: find your council tax account",
        )
    } else if council.permit_zones.as_ref().is_some_and(is_zone) {
        (paths::PERMIT_ZONE, "Look up which permit zone your home is in before you apply")
    } else {
        return String::new();
    };
    format!(
        "<section class=\"portico-messages\" aria-label=\"Look it up\"><div class=\"govuk-width-container\"><ul><li>\
         <a class=\"govuk-link\" rel=\"external\" href=\"{there}\">{words}</a></li></ul></div></section>"
    )
}

/// Says for whom a form is filled in, on each of its pages. It is drawn here, for the app is the same whoever it is for.
fn banner(acting: &Acting) -> String {
    format!(
        "<section class=\"portico-messages\" aria-label=\"For whom this is\"><div class=\"govuk-width-container\"><ul><li>\
         You are filling this in for <bdi><strong>{}</strong></bdi>. What you send is theirs, and they can see that you sent it.\
         </li></ul></div></section>",
        escape(&acting.name),
    )
}

/// The policy of a council's pages: its colours stand in them, and pictures of the map come from the host that it names,
/// and from no other.
fn with_policy(at: &At, mut response: Response) -> Response {
    let council = &at.served.council;
    let colours = data_encoding::BASE64.encode(&Sha256::digest(theme(council)));
    let mut policy = POLICY.replace("style-src 'self'", &format!("style-src 'self' 'sha256-{colours}'"));
    if let Some(host) = council.map.origin() {
        policy = policy.replace("img-src 'self'", &format!("img-src 'self' {host}"));
    }
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// What a page says of itself to machines: what search engines show below the title, its one address, and on the start
/// page of a service what that is in the terms of schema.org. Pages of people say nothing.
fn about(state: &AppState, at: &At, page: Option<Page<'_>>, boot: &Boot) -> String {
    let council = &at.served.council;
    let home = base(state, council);
    let (text, path) = match (page, &boot.service) {
        (_, Some(view)) if for_whom(&view.service.id).is_some() => return String::new(),
        (_, Some(view)) => (view.service.summary.clone(), paths::service(&view.service.id)),
        (Some(Page::Home), _) => (
            format!("Report, apply, pay and ask: everything you can do with {} here.", council.name),
            paths::HOME.to_owned(),
        ),
        (Some(Page::Find), _) => (
            format!("Find a request that you have made to {}, and see what happens with it.", council.name),
            paths::FOLLOW.to_owned(),
        ),
        (Some(Page::Help), _) => (
            format!("Help with this service of {}, and how accessible it is.", council.name),
            paths::HELP.to_owned(),
        ),
        (Some(Page::Performance), _) => (
            format!(
                "How many requests {} gets, how long they take, and whether it keeps its promises.",
                council.name
            ),
            paths::PERFORMANCE.to_owned(),
        ),
        _ => return String::new(),
    };
    let address = home.clone() + &path;
    let known = match (page, &boot.service) {
        (Some(Page::Start { .. }), Some(view)) => {
            let known = serde_json::json!({
                "@context": "https://schema.org",
                "@type": "GovernmentService",
                "name": view.service.title,
                "description": text,
                "url": address,
                "provider": { "@type": "GovernmentOrganization", "name": council.name, "url": home, "telephone": council.contact.phone },
            });
            format!("<script type=\"application/ld+json\">{}</script>", json_for_html(&known))
        }
        (Some(Page::Performance), _) => stylesheet_of_figures(),
        _ => String::new(),
    };
    format!(
        "<meta name=\"description\" content=\"{}\" /><link rel=\"canonical\" href=\"{}\" />{known}",
        escape(&text),
        escape(&address),
    )
}

/// `/sitemap.xml`: what search engines should know of.
pub async fn sitemap(State(state): State<AppState>, at: At) -> Response {
    let home = base(&state, &at.served.council);
    let services = at.served.catalogue.keys().map(|id| paths::service(id));
    let pages = [paths::HOME, paths::HELP, paths::PERFORMANCE].map(str::to_owned).into_iter().chain(services);
    let url = |path: String| ["<url><loc>", &escape(&(home.clone() + &path)), "</loc></url>"].concat();
    let urls: String = pages.map(url).collect();
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">{urls}</urlset>"
    );
    ([(header::CONTENT_TYPE, "application/xml"), (header::CACHE_CONTROL, "public, max-age=3600")], xml)
        .into_response()
}

/// `/robots.txt`: what they may look at. Pages of people are nobody's to find.
pub async fn robots(State(state): State<AppState>, at: At) -> Response {
    let home = base(&state, &at.served.council);
    let text = format!(
        "User-agent: *\nDisallow: /api/\nDisallow: /staff\nDisallow: /follow/\nDisallow: /account\nDisallow: /contract/\nDisallow: /demo/\nSitemap: {home}/sitemap.xml\n"
    );
    (
        [
            (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
            (header::CACHE_CONTROL, "public, max-age=3600"),
        ],
        text,
    )
        .into_response()
}

/// A phone number as a link takes it.
fn phone_digits(phone: &str) -> String {
    phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()
}

/// JSON that can stand inside a script element: no `<` can end it early.
fn json_for_html(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default().replace('<', "\\u003c")
}

/// The council's colours, over the stylesheet's own. In the page itself: they are a sentence, and asking for them would
/// keep the words from the screen.
fn theme(council: &Council) -> String {
    let brand = &council.brand;
    format!(
        ":root{{--govuk-brand-colour:{0};--portico-brand:{0};--portico-brand-text:{1};--govuk-link-colour:{2};--govuk-link-visited-colour:{2}}}",
        brand.colour, brand.text, brand.link
    )
}
