//! What somebody had who does not work on it any more, because their role or department is another or they have left: it
//! goes back to the team, whose lead is told.

use std::sync::Arc;

use domain::access::{Act, Role};
use domain::case::{Actor, Event};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Ended;
use crate::councils::Served;
use crate::extract::At;
use crate::operations::act::{after, tell};
use crate::operations::clock;
use crate::state::AppState;
use crate::store::StoreError;
use crate::store::requests::NewEvent;

/// Somebody may have left requests behind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    /// Who.
    pub staff: Uuid,
}

impl Left {
    pub(super) async fn run(self, state: &AppState, served: &Arc<Served>) -> Ended {
        match self.give_back(state, served).await {
            Ok(()) => Ended::Done,
            Err(error) => Ended::Retry(error.to_string()),
        }
    }

    async fn give_back(&self, state: &AppState, served: &Arc<Served>) -> Result<(), StoreError> {
        let store = state.db.council(&served.council.id);
        let at = At { served: served.clone(), store: store.clone(), turn: None };
        let member = store.member(self.staff).await?;
        let can_answer = |role: Role| role.may(Act::Answer);
        let member = member.filter(|member| member.role().is_some_and(can_answer));
        // Where they still work, or answer for what is done there, they can open what they have.
        let stays: Vec<String> = member.map_or_else(Vec::new, |member| {
            let answers = at.reach(&member).answers.into_iter().map(|(department, _)| department);
            answers.chain([member.department]).collect()
        });
        for stored in store.left_by(self.staff, &stays).await? {
            let case = stored.case;
            let lead = clock::lead(&store, served, case.department()).await?;
            let Some(who) = case.answers_for_it().cloned() else { continue };
            let event = Event::OwnerLeft { who, lead };
            let (now, id) = (state.now(), state.new_id());
            let new = NewEvent { id, at: now, by: Actor::Clock, event };
            match store.append(stored.id, new, after(state, served)).await {
                Ok((_, happened)) => tell(state, happened),
                // Closed, taken by somebody else or erased meanwhile.
                Err(StoreError::Refused(_) | StoreError::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
