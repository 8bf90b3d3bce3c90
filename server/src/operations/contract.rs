//! Work that a contractor does: giving it out, sending the link again, taking it back, and looking at what was done.

use axum::http::StatusCode;
use chrono::Days;
use data_encoding::BASE32_NOPAD;
use domain::audit::Deed;
use domain::case::{Actor, Case, Contract, Event, Owner, Refused};
use domain::contractor::{self, Contractor};
use domain::council::Council;
use uuid::Uuid;

use super::act::{after, tell};
use super::base;
use super::looked::object;
use crate::error::ApiError;
use crate::extract::At;
use crate::jobs::Job;
use crate::jobs::contractor::{ContractorMail, ToContractor, Way};
use crate::secret;
use crate::state::AppState;
use crate::store::StoreError;
use crate::store::contracts::{Dealing, NewLink};
use crate::store::requests::{NewEvent, Stored};
use crate::store::staff::StaffMember;

/// Where a contractor finds the work that was given to them.
#[must_use]
pub fn link(state: &AppState, council: &Council, token: &str) -> String {
    format!("{}/contract/{token}", base(state, council))
}

/// A member of staff who deals with the contractor of a request.
pub struct Desk<'a> {
    /// The server's state.
    pub state: &'a AppState,
    /// The council.
    pub at: &'a At,
    /// Who.
    pub member: &'a StaffMember,
    /// The request.
    pub stored: &'a Stored,
}

impl Desk<'_> {
    /// Gives the work to a contractor. The lot says whether what they do is looked at.
    ///
    /// # Errors
    /// The reason when the rules of the case refuse it; the database's.
    pub async fn give(&self, to: &Contractor, task: String, event_id: Uuid) -> Result<Case, ApiError> {
        let settings = &self.at.served.council.contracts;
        let work = self.state.new_id();
        let (link, way) = self.way(work, &to.id);
        let contract = Contract {
            contractor: Owner { id: work, name: to.name.clone() },
            task: task.clone(),
            until: link.until,
            check: contractor::is_checked(settings, self.state.dice.lot()),
        };
        let mail = self.mail(to, ToContractor::Given { task, way });
        let event = Some((Event::Contracted(contract), event_id));
        self.deal(event, Some(link), Some(mail), format!("given to the contractor {}", to.id)).await
    }

    /// Sends the link again: another one, for the token of the first is not kept.
    ///
    /// # Errors
    /// As above; a conflict when the council works with this contractor no more.
    pub async fn send_link(&self) -> Result<Case, ApiError> {
        self.stored.case.may_send_link(self.member.id).map_err(StoreError::from)?;
        let (work, to) = self.contractor().await?;
        let (link, way) = self.way(work, &to.id);
        let mail = self.mail(&to, ToContractor::Link(way));
        self.deal(None, Some(link), Some(mail), "sent the contractor’s link again".to_owned()).await
    }

    /// Takes the work back before it is done.
    ///
    /// # Errors
    /// As above.
    pub async fn take_back(&self, reason: String) -> Result<Case, ApiError> {
        // Whoever is no contractor of the council any more loses the work all the same.
        let mail = match self.contractor().await {
            Ok((_, to)) => Some(self.mail(&to, ToContractor::Ended { reason: reason.clone() })),
            Err(error) if error.status() == StatusCode::CONFLICT => None,
            Err(error) => return Err(error),
        };
        let event = Some((Event::ContractEnded { reason }, self.state.new_id()));
        self.deal(event, None, mail, "taken back from the contractor".to_owned()).await
    }

    /// Says whether the work is done well. If not, it goes back to the contractor with what was seen.
    ///
    /// # Errors
    /// As above.
    pub async fn check(&self, fine: bool, text: String) -> Result<Case, ApiError> {
        let event = Some((Event::Checked { fine, text: text.clone() }, self.state.new_id()));
        if fine {
            return self.deal(event, None, None, "found the contractor’s work well done".to_owned()).await;
        }
        let (work, to) = self.contractor().await?;
        let (link, way) = self.way(work, &to.id);
        let mail = self.mail(&to, ToContractor::Again { seen: text, way });
        self.deal(event, Some(link), Some(mail), "sent the work back to the contractor".to_owned()).await
    }

    /// The piece of work that is given out, and to whom.
    async fn contractor(&self) -> Result<(Uuid, Contractor), ApiError> {
        let refused = || ApiError::from(StoreError::Refused(Refused::NotAllowed));
        let contract = self.stored.case.contract.as_ref().ok_or_else(refused)?;
        let work = contract.contractor.id;
        let link = self.at.store.contract_link(work).await?.ok_or_else(refused)?;
        let to = self.at.served.council.contractor(&link.contractor).cloned();
        Ok((work, to.ok_or_else(refused)?))
    }

    /// A new link to a piece of work: what is kept of it, and what is sent.
    fn way(&self, work: Uuid, contractor: &str) -> (NewLink, Way) {
        let council = &self.at.served.council;
        let token = BASE32_NOPAD.encode(&self.state.dice.token()).to_ascii_lowercase();
        let today = self.at.served.local(self.state.now()).date();
        let until = today.checked_add_days(Days::new(council.contracts.days.into())).unwrap_or(today);
        let token_hash = secret::hash(token.as_bytes());
        let complete_by = self.stored.case.complete_by;
        let way = Way { link: link(self.state, council, &token), until, complete_by };
        (NewLink { id: work, contractor: contractor.to_owned(), token_hash, until }, way)
    }

    fn mail(&self, to: &Contractor, told: ToContractor) -> (Uuid, Job) {
        let submission = &self.stored.case.submission;
        let mail = ContractorMail {
            name: to.name.clone(),
            email: to.email.clone(),
            reference: submission.reference.to_string(),
            title: submission.title.clone(),
            owner: self.member.name.clone(),
            told,
        };
        (self.state.new_id(), Job::Contractor(mail))
    }

    async fn deal(
        &self,
        event: Option<(Event, Uuid)>,
        link: Option<NewLink>,
        mail: Option<(Uuid, Job)>,
        detail: String,
    ) -> Result<Case, ApiError> {
        let now = self.state.now();
        let by = Actor::Staff(Owner { id: self.member.id, name: self.member.name.clone() });
        let dealing = Dealing {
            staff: self.member.id,
            event: event.map(|(event, id)| NewEvent { id, at: now, by, event }),
            link,
            mail,
            entry: self.member.did(now, Deed::Changed, object(self.stored.id), detail),
        };
        let follows = after(self.state, &self.at.served);
        let (case, happened) = self.at.store.deal(self.stored.id, dealing, follows).await?;
        tell(self.state, happened);
        self.state.wake.notify_one();
        Ok(case)
    }
}
