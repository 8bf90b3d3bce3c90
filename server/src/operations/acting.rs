//! Doing something for somebody who named one: a helper is a resident who signs in as themselves, and may what a row says
//! that is asked for each time.

use std::borrow::Cow;

use axum::http::HeaderMap;
use chrono::{DateTime, NaiveDate, Utc};
use domain::access::Role;
use domain::api::helpers::{for_whom, form_for};
use domain::audit::{Deed, Entry};
use domain::case::{Actor, Owner};
use domain::catalogue::{Service, StopKind};
use domain::identity::Proof;
use uuid::Uuid;

use crate::error::ApiError;
use crate::extract::{At, signed_in};
use crate::operations::looked::ONCE;
use crate::operations::slots;
use crate::routes::identity;
use crate::state::AppState;
use crate::store::accounts::Resident;
use crate::store::helpers::{ActsBy, Helper};

/// Somebody who acts for a resident, at this moment.
#[derive(Clone, Debug)]
pub struct Acting {
    /// The account of who acts.
    pub who: Uuid,
    /// By what.
    pub helper: Helper,
    /// For whom.
    pub resident: Resident,
    /// The name that they go by.
    pub name: String,
}

/// The service whose form this is, whoever it is filled in for.
#[must_use]
pub fn service_of(form: &str) -> &str {
    for_whom(form).map_or(form, |(service, _)| service)
}

/// The day that it is for a council.
#[must_use]
pub fn today(state: &AppState, at: &At) -> NaiveDate {
    at.served.local(state.now()).date()
}

impl Acting {
    /// Who fills in a form for somebody. None where they fill it in for themselves.
    ///
    /// # Errors
    /// `not_found` where they may not, whyever; the database's.
    pub async fn of(
        state: &AppState,
        at: &At,
        headers: &HeaderMap,
        form: &str,
    ) -> Result<Option<Self>, ApiError> {
        let Some((service, helper)) = for_whom(form) else { return Ok(None) };
        let (who, _) = signed_in(state, at, headers).await?.ok_or_else(ApiError::not_found)?;
        let helper = at.store.acts(who.id, helper, today(state, at)).await?;
        if !helper.services.iter().any(|known| known == service) {
            return Err(ApiError::not_found());
        }
        let resident = at.store.resident_by_id(helper.resident).await?;
        let names = at.store.names(&[resident.id]).await?;
        let name = names.into_iter().next().map_or_else(|| resident.email.clone(), |(_, name)| name);
        Ok(Some(Self { who: who.id, helper, resident, name }))
    }

    /// As what happened to a request says it.
    #[must_use]
    pub fn actor(&self) -> Actor {
        actor(&self.helper)
    }

    /// By what it is done, and what the log says of it.
    #[must_use]
    pub fn acts_by(&self, request: Uuid, detail: String, (now, today): (DateTime<Utc>, NaiveDate)) -> ActsBy {
        acts_by((self.who, &self.helper), request, detail, (now, today))
    }

    /// Notes that what the resident told once was looked at.
    ///
    /// # Errors
    /// The database's.
    pub async fn saw_details(&self, state: &AppState, at: &At) -> Result<(), ApiError> {
        let what = "Your details, to fill in a form for you".to_owned();
        let object = format!("details of {}", self.resident.id);
        log_once(state, at, looked((self.who, &self.helper), object, what, state.now())).await
    }
}

/// Somebody who acts, as what happened to a request says it: by the name that the resident gave them.
#[must_use]
pub fn actor(helper: &Helper) -> Actor {
    Actor::Helper(Owner { id: helper.id, name: helper.name.clone() })
}

/// By what something is done to a request, and what the log says of it.
#[must_use]
pub fn acts_by(
    (who, helper): (Uuid, &Helper),
    request: Uuid,
    detail: String,
    (now, today): (DateTime<Utc>, NaiveDate),
) -> ActsBy {
    let entry = looked((who, helper), format!("request {request}"), detail, now);
    ActsBy { who, helper: helper.id, today, entry: Entry { deed: Deed::Changed, ..entry } }
}

/// What the log says of a look that somebody took for a resident.
#[must_use]
pub fn looked((who, helper): (Uuid, &Helper), object: String, detail: String, at: DateTime<Utc>) -> Entry {
    Entry {
        seq: 0,
        at,
        role: Role::Helper,
        who: Some(who),
        department: None,
        deed: Deed::Read,
        person: Some(helper.resident),
        object,
        detail,
    }
}

/// Who looks at the same thing over and over within ten minutes looked once.
///
/// # Errors
/// The database's.
pub async fn log_once(state: &AppState, at: &At, entry: Entry) -> Result<(), ApiError> {
    let since = state.now() - ONCE;
    let is_logged = match entry.who {
        Some(who) => at.store.has_logged(who, (entry.deed, &entry.object), since).await?,
        None => false,
    };
    if is_logged { Ok(()) } else { Ok(at.store.log(entry).await?) }
}

/// A form, as it is for who asks for it.
#[derive(Clone, Debug)]
pub struct Form<'s> {
    /// The document. Where it is filled in for somebody, the form's identifier takes the place of the service's.
    pub service: Cow<'s, Service>,
    /// For whom it is filled in, if that is somebody else.
    pub acting: Option<Acting>,
}

impl<'s> Form<'s> {
    /// The form with this identifier, in a language.
    ///
    /// # Errors
    /// `not_found` for what is not there, and for whom one may not act; the database's.
    pub async fn of(
        state: &AppState,
        at: &'s At,
        headers: &HeaderMap,
        (language, id): (&str, &str),
    ) -> Result<Self, ApiError> {
        let service = at.served.service_in(language, service_of(id)).ok_or_else(ApiError::not_found)?;
        let acting = Acting::of(state, at, headers, id).await?;
        let known: Vec<Proof> = match &acting {
            _ if service.needs_identity.is_none() => Vec::new(),
            Some(acting) => {
                at.store.proofs(acting.resident.id).await?.into_iter().map(|kept| kept.proof).collect()
            }
            None => identity::proofs(state, at, headers).await?,
        };
        let service = service.for_somebody(&known, state.now(), today(state, at));
        let service = match &acting {
            Some(acting) => Cow::Owned(filled_in_for(service.into_owned(), acting)),
            None => service,
        };
        Ok(Self { service: slots::offered(state, at, service).await?, acting })
    }
}

/// The document of a form that is filled in for somebody.
fn filled_in_for(mut service: Service, acting: &Acting) -> Service {
    service.id = form_for(&service.id, acting.helper.id);
    // It would lead out of what is filled in for them.
    service.suggest = None;
    let needs = service.needs_identity.take();
    for stop in service.stops.iter_mut().filter(|stop| stop.kind == StopKind::SignIn) {
        "They have to show who they are first".clone_into(&mut stop.title);
        stop.text = needs.iter().map(|needs| needs.why.clone()).collect();
        stop.text.push(
            "Whoever you act for does that in their own account, under “Who you are”. Then you can fill this in for them."
                .to_owned(),
        );
        stop.instead = None;
    }
    service
}
