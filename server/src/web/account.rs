//! The account without the app: signing in, and what is done in it.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use domain::answers::Answers;
use domain::api::helpers::{named, questions as asked_of_helpers};
use domain::api::profile::Profile;
use domain::api::sign_in::passkey_name;
use domain::catalogue::Question;
use domain::field::Kind;
use domain::field::contact::is_email;
use portico_app::api::{self, ApiProblem};
use portico_app::components::error_summary::Problem;
use portico_app::pages::account_details::KEPT;
use portico_app::pages::{account_code, account_security};
use portico_app::{paths, words};

use super::form::{Form, no_files};
use super::visit::{Visit, or_sorry};
use super::{pages, posted};
use crate::access::Pages;
use crate::error::ApiError;
use crate::extract::{At, SignedIn, browser_token, signed_in};
use crate::routes::account::{self, Wanted};
use crate::routes::{
    self, account_payments, acting, alerts, consent, drafts, helpers, identity, looked, passkeys, privacy,
    profile,
};
use crate::state::AppState;
use crate::store::passkeys::Owner;
use uuid::Uuid;

/// The pages with these forms.
pub fn router() -> Pages {
    const WHY: &str = "signs in; what is done in the account asks who is signed in";
    Pages::new()
        .open(paths::ACCOUNT, get(pages::fallback).post(act), WHY)
        .open(paths::ACCOUNT_CODE, get(pages::fallback).post(code), WHY)
        .open("/account/details", get(pages::fallback).post(details), WHY)
        .open("/account/helpers", get(pages::fallback).post(help), WHY)
        .open(paths::ACCOUNT_SECURITY, get(pages::fallback).post(security), WHY)
}

/// What a page of the account asks the API for, answered beforehand: a line for each of `portico_app::account::PLACES`
/// that asks for something. `here` is the device that asks, if it is one of theirs that notifications go to.
///
/// # Errors
/// The database's.
pub(super) async fn reply(
    state: &AppState,
    at: &At,
    (who, here): (&SignedIn, Option<Uuid>),
    path: &str,
) -> Result<Result<String, ApiProblem>, ApiError> {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let reply = match path {
        api::account::ADDRESS => {
            serde_json::to_string(&account::view(state, at, who, &Wanted::of_query(query)).await?)
        }
        api::privacy::CLOSE => serde_json::to_string(&privacy::closing_view(at, who).await?),
        api::alerts::ADDRESS => serde_json::to_string(&alerts::view(state, at, who, here).await?),
        api::alerts::NOTICES => serde_json::to_string(&alerts::notices_of(state, at, who).await?),
        api::alerts::UNREAD => serde_json::to_string(&alerts::unread_of(at, who).await?),
        api::profile::ADDRESS => serde_json::to_string(&profile::view(at, who).await?),
        api::helpers::ADDRESS => serde_json::to_string(&helpers::view(state, at, who).await?),
        api::identity::ADDRESS => serde_json::to_string(&identity::view(state, at, &who.resident).await?),
        api::consent::INVITE => serde_json::to_string(&consent::invite_for(at, Some(who.resident.id)).await?),
        api::consent::ADDRESS => serde_json::to_string(&consent::view_of(at, who.resident.id).await?),
        api::payments::HISTORY => {
            serde_json::to_string(&account_payments::view_of(state, at, who.resident.id).await?)
        }
        api::consent::LOOKED => serde_json::to_string(&looked::view_of(state, at, who.resident.id).await?),
        api::account::SECURITY => {
            serde_json::to_string(&routes::security::view(state, at, Owner::Resident(who.resident.id)).await?)
        }
        _ => return acted(state, at, who, path).await,
    };
    Ok(Ok(reply.unwrap_or_default()))
}

/// The requests of somebody for whom one acts, or one of them.
async fn acted(
    state: &AppState,
    at: &At,
    who: &SignedIn,
    path: &str,
) -> Result<Result<String, ApiProblem>, ApiError> {
    let below = path.strip_prefix(api::helpers::ACTING).unwrap_or_default();
    let parts: Vec<&str> = below.split('/').filter(|part| !part.is_empty()).collect();
    let reply = match parts.as_slice() {
        [id] => acting::view(state, at, who, id).await.map(|view| serde_json::to_string(&view)),
        [id, request] => {
            let view = acting::request_view(state, at, who, (id, request)).await;
            view.map(|view| serde_json::to_string(&view))
        }
        _ => return Ok(Err(ApiProblem::not_found())),
    };
    match reply {
        Ok(reply) => Ok(Ok(reply.unwrap_or_default())),
        Err(error) if error.status() == StatusCode::NOT_FOUND => Ok(Err(ApiProblem::not_found())),
        Err(error) => Err(error),
    }
}

/// Leads to signing in, and from there to the page that was asked for.
pub(super) fn to_sign_in(path: &str) -> Response {
    let there = paths::sign_in(path);
    (StatusCode::SEE_OTHER, [(header::LOCATION, there.as_str()), (header::CACHE_CONTROL, "no-store")])
        .into_response()
}

fn with(mut response: Response, cookie: HeaderValue) -> Response {
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}

/// Leads elsewhere than it would.
fn at_address(mut response: Response, path: &str) -> Response {
    if let Ok(path) = HeaderValue::from_str(path) {
        response.headers_mut().insert(header::LOCATION, path);
    }
    response
}

fn problem(id: &str, words: &str) -> Vec<Problem> {
    vec![Problem { id: id.to_owned(), words: words.to_owned() }]
}

/// Where it goes on after signing in, as the address of a page said; empty when it did not.
fn then_of(uri: &Uri) -> String {
    let mut pairs = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let said = pairs.find(|(name, _)| name == "to").map(|(_, said)| said.into_owned()).unwrap_or_default();
    paths::then(&said).to_owned()
}

/// Has a code sent; or does what was pressed in the account.
async fn act(State(state): State<AppState>, at: At, request: Request) -> Response {
    let (headers, then) = (request.headers().clone(), then_of(request.uri()));
    let done = async {
        let form = Form::read((&state, &at), request, &no_files).await?;
        let visit = Visit::of(&state, &at, &headers).await?;
        let (act, on) = form.act();
        if act == "out" {
            let cookie = account::end_session(&state, &at, &headers).await?;
            return Ok(with(visit.to(paths::SIGNED_OUT), cookie));
        }
        if !act.is_empty() {
            // Signed out meanwhile: the page says so by asking to sign in.
            let Some((resident, session)) = signed_in(&state, &at, &headers).await? else {
                return Ok(visit.to(paths::ACCOUNT));
            };
            let who = SignedIn { resident, session };
            match act {
                "everywhere" => {
                    at.store.end_sessions(who.resident.id, None, state.now()).await?;
                    return Ok(visit.to(paths::SIGNED_OUT));
                }
                "add" | "leave" => at.store.collect(&who.resident, act == "add", state.now()).await?,
                "learn" | "unlearn" => profile::learn_for(&state, &at, &who, act == "learn").await?,
                "find" => {
                    let words = form.text("q").to_owned();
                    return looking(&visit, &words, "").await;
                }
                "page" => {
                    let kept = visit.kept_page(paths::ACCOUNT).await?;
                    let words = kept.map(|kept| kept.answers.get("q").to_owned()).unwrap_or_default();
                    return looking(&visit, &words, on).await;
                }
                "all" => return visit.done(paths::ACCOUNT, &format!("{}#listed", paths::ACCOUNT)).await,
                "throw" if at.served.service(on).is_some() => visit.throw_away(on).await?,
                "use" | "drop" => {
                    let settled =
                        drafts::settle_earlier(&state, &at, who.resident.id, on, act == "use").await;
                    // Pressed twice: it is done.
                    match settled {
                        Err(error) if error.status() == StatusCode::NOT_FOUND => {}
                        settled => settled?,
                    }
                }
                _ => {}
            }
            return Ok(visit.to(paths::ACCOUNT));
        }
        let email = form.text("email").trim();
        if !is_email(email) {
            let again = visit.again(&form, problem("email", words::email_format()), paths::ACCOUNT).await?;
            return Ok(at_address(again, &paths::sign_in(&then)));
        }
        let browser = browser_token(&state, &headers);
        let cookie = account::send_code(&state, &at, browser.as_deref(), email).await?;
        Ok(with(visit.done(paths::ACCOUNT, &paths::code(&then)).await?, cookie))
    };
    or_sorry(&state, &at, done).await
}

/// Keeps what is looked for in the account, for it may be a name: it stands in no address.
async fn looking(visit: &Visit<'_>, words: &str, page: &str) -> Result<Response, ApiError> {
    let answers = [("q", words), ("page", page)].into_iter().collect();
    visit.keep_page(paths::ACCOUNT, answers, Vec::new(), String::new()).await?;
    Ok(visit.to(&format!("{}#listed", paths::ACCOUNT)))
}

/// Signs in with the code that was sent.
async fn code(State(state): State<AppState>, at: At, request: Request) -> Response {
    let (headers, then) = (request.headers().clone(), then_of(request.uri()));
    let done = async {
        let form = Form::read((&state, &at), request, &no_files).await?;
        let visit = Visit::of(&state, &at, &headers).await?;
        let here = paths::code(&then);
        let typed = form.text("code");
        if !account_code::is_code(typed) {
            let again = visit.again(&form, problem("code", account_code::INCOMPLETE), paths::ACCOUNT_CODE);
            return Ok(at_address(again.await?, &here));
        }
        match account::use_code(&state, &at, &headers, typed).await {
            Ok(cookies) => {
                let next = if then.is_empty() { paths::ACCOUNT } else { &then };
                Ok((cookies, visit.done(paths::ACCOUNT_CODE, next).await?).into_response())
            }
            Err(error) if error.status() == StatusCode::UNPROCESSABLE_ENTITY => {
                let again = visit.again(&form, problem("code", account_code::WRONG), paths::ACCOUNT_CODE);
                Ok(at_address(again.await?, &here))
            }
            Err(error) => Err::<_, ApiError>(error),
        }
    };
    or_sorry(&state, &at, done).await
}

/// Keeps what somebody typed into a page of questions, with what is wrong or what helps with it, and leads back to it.
pub(super) async fn again(
    visit: &Visit<'_>,
    (slug, answers): (&str, Answers),
    (problems, opened): (Vec<Problem>, String),
    place: &str,
) -> Result<Response, ApiError> {
    let path = paths::account(slug);
    visit.keep_page(&path, answers, problems, opened).await?;
    Ok(visit.to(&if place.is_empty() { path } else { format!("{path}#{place}") }))
}

/// What was typed for some questions.
pub(super) async fn taken(
    at: &At,
    questions: &[Question],
    form: &Form,
    mut answers: Answers,
) -> Result<Answers, ApiError> {
    for question in questions {
        question.kind.take(&question.id, &form.texts, &mut answers);
        if matches!(question.kind, Kind::Address(_)) {
            posted::pick_address(at, question, form, &mut answers).await?;
        }
    }
    Ok(answers)
}

/// Keeps the details.
async fn details(State(state): State<AppState>, at: At, request: Request) -> Response {
    let headers = request.headers().clone();
    let done = async {
        let form = Form::read((&state, &at), request, &no_files).await?;
        let visit = Visit::of(&state, &at, &headers).await?;
        let here = paths::account("details");
        let Some((resident, session)) = signed_in(&state, &at, &headers).await? else {
            return Ok(visit.to(&paths::sign_in(&here)));
        };
        let who = SignedIn { resident, session };
        let questions = domain::profile::questions();
        // What was typed before and could not be kept yet is on the page, too.
        let before = match visit.kept_page(&here).await? {
            Some(before) => before.answers,
            None => at.store.profile(who.resident.id).await?.answers,
        };
        let answers = taken(&at, &questions, &form, before).await?;
        let (verb, on) = form.act();
        if matches!(verb, "find" | "hand") && on == domain::profile::ADDRESS {
            let place = if verb == "find" { "address.postcode" } else { "address.line1" };
            return again(&visit, ("details", answers), (Vec::new(), format!("{verb}:{on}")), place).await;
        }
        match profile::keep(&state, &at, &who, &Profile { answers: answers.clone() }).await {
            Ok(()) => visit.done(&here, &format!("{here}?{KEPT}=yes")).await,
            Err(error) if !error.fields().is_empty() => {
                let asked: Vec<&Question> = questions.iter().collect();
                let problems = words::problems(&asked, error.fields());
                again(&visit, ("details", answers), (problems, String::new()), "").await
            }
            Err(error) => Err(error),
        }
    };
    or_sorry(&state, &at, done).await
}

/// Does what was pressed on the page of the ways in: a passkey is called something else or removed, a link is ended.
async fn security(State(state): State<AppState>, at: At, request: Request) -> Response {
    let headers = request.headers().clone();
    let done = async {
        let form = Form::read((&state, &at), request, &no_files).await?;
        let visit = Visit::of(&state, &at, &headers).await?;
        let Some((resident, session)) = signed_in(&state, &at, &headers).await? else {
            return Ok(visit.to(&paths::sign_in(paths::ACCOUNT_SECURITY)));
        };
        let who = SignedIn { resident, session };
        match form.act() {
            ("rename", id) => {
                let field = account_security::name_field(id);
                let Some(name) = passkey_name(form.text(&field)) else {
                    let wrong = problem(&field, account_security::NO_NAME);
                    return visit.again(&form, wrong, paths::ACCOUNT_SECURITY).await;
                };
                passkeys::name_of_resident(&at, who.resident.id, id, name).await?;
            }
            ("remove", id) => passkeys::remove_of_resident(&state, &at, &who, id).await?,
            ("unlink", id) => routes::security::end_link(&state, &at, who.resident.id, id).await?,
            _ => {}
        }
        visit.done(paths::ACCOUNT_SECURITY, paths::ACCOUNT_SECURITY).await
    };
    or_sorry(&state, &at, done).await
}

/// Names a helper, accepts, or ends it.
async fn help(State(state): State<AppState>, at: At, request: Request) -> Response {
    let headers = request.headers().clone();
    let done = async {
        let form = Form::read((&state, &at), request, &no_files).await?;
        let visit = Visit::of(&state, &at, &headers).await?;
        let here = paths::account("helpers");
        let Some((resident, session)) = signed_in(&state, &at, &headers).await? else {
            return Ok(visit.to(&paths::sign_in(&here)));
        };
        let who = SignedIn { resident, session };
        match form.act() {
            ("accept", id) => helpers::accept_for(&state, &at, &who, id).await?,
            ("end", id) => helpers::end_for(&state, &at, &who, id).await?,
            _ => {
                let view = helpers::view(&state, &at, &who).await?;
                let questions = asked_of_helpers(&view);
                let answers = taken(&at, &questions, &form, Answers::default()).await?;
                let named = match named(&view, &answers) {
                    Ok(request) => helpers::name_for(&state, &at, &who, request).await,
                    Err(errors) => Err(ApiError::invalid(errors)),
                };
                match named {
                    Ok(()) => {}
                    Err(error) if !error.fields().is_empty() => {
                        let asked: Vec<&Question> = questions.iter().collect();
                        let problems = words::problems(&asked, error.fields());
                        return again(&visit, ("helpers", answers), (problems, String::new()), "").await;
                    }
                    Err(error) => return Err(error),
                }
            }
        }
        visit.done(&here, &here).await
    };
    or_sorry(&state, &at, done).await
}
