//! Requests that the clock looks at, and when staff are away.

use std::collections::HashSet;

use chrono::{DateTime, NaiveDate, Utc};
use domain::access::{Act, Role};
use domain::case::{Actor, Case, Owner, Recorded, Rung, Status};
use domain::clock::{Due, Leave, People};
use domain::council::Department;
use domain::field::contact::same_email_key;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _,
    ExprTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use uuid::Uuid;

use super::entities::{event, request, staff};
use super::payments::ASK_AGAIN;
use super::requests::{Follows, Happened, Stored};
use super::staff::StaffMember;
use super::{Store, StoreError, audit, figures, jobs, notices};

/// Days on which members of staff are away.
pub mod leave {
    use sea_orm::entity::prelude::*;

    /// A row of `leave`.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "leave")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// Identifier.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// Who.
        pub staff_id: Uuid,
        /// The first day.
        pub from: Date,
        /// The last day.
        pub until: Date,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Who answers for a department, one above the other.
#[derive(Clone, Debug, Default)]
pub struct Ladder {
    /// On which rung each stands.
    pub people: People,
    /// They, with their addresses.
    pub members: Vec<StaffMember>,
}

impl Ladder {
    /// The identifiers of all of them.
    #[must_use]
    pub fn ids(&self) -> Vec<Uuid> {
        self.members.iter().map(|member| member.id).collect()
    }
}

/// Forgets when somebody is away who has left.
pub(super) async fn forget_leave(
    on: &impl ConnectionTrait,
    council: &str,
    staff: Uuid,
) -> Result<(), StoreError> {
    leave::Entity::delete_many()
        .filter(leave::Column::CouncilId.eq(council))
        .filter(leave::Column::StaffId.eq(staff))
        .exec(on)
        .await?;
    Ok(())
}

/// Lets time go by for a case: the events that happened, each already applied, and when to look next.
pub type Tick = std::sync::Arc<
    dyn Fn(&mut Case) -> Result<(Vec<(Due, Recorded)>, Option<DateTime<Utc>>), StoreError> + Send + Sync,
>;

/// Whether they may have a request.
fn can_answer(member: &StaffMember) -> bool {
    member.role().is_some_and(|role| role.may(Act::Answer))
}

impl Store {
    /// Requests of which something is due, the longest first.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn due(&self, now: DateTime<Utc>, limit: u64) -> Result<Vec<Uuid>, StoreError> {
        Ok(request::Entity::find()
            .filter(request::Column::CouncilId.eq(&*self.council))
            .filter(request::Column::WakeAt.lte(now))
            .order_by_asc(request::Column::WakeAt)
            .limit(limit)
            .select_only()
            .column(request::Column::Id)
            .into_tuple()
            .all(self.db.reader())
            .await?)
    }

    /// Lets time go by for a request: all that is due at once, in one transaction, and each rule once: whoever comes
    /// second finds it done. `of` is the department and the owner that `tick` was made for; where they are others by
    /// now, nothing happens, and somebody looks again.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; the database's errors.
    pub async fn tick(
        &self,
        id: Uuid,
        (now, of): (DateTime<Utc>, (String, Option<Uuid>)),
        tick: Tick,
        follows: Follows,
        event_id: fn(Uuid, &Due, u32) -> Uuid,
    ) -> Result<Vec<Happened>, StoreError> {
        let store = self.clone();
        self.db
            .write(move |transaction| {
                let (store, of, tick, follows) = (store.clone(), of.clone(), tick.clone(), follows.clone());
                Box::pin(async move {
                    let (row, mut case) = store.locked(transaction, id).await?;
                    let is_due = row.wake_at.is_some_and(|at| at <= now);
                    if !is_due || of != (row.department.clone(), row.owner_id) {
                        return Ok(Vec::new());
                    }
                    // While it may still be paid, nobody is told that it is not. How that ends is asked every ten minutes.
                    if case.status == Status::ToPay && store.is_unpaid(transaction, id).await.is_err() {
                        let mut later: request::ActiveModel = row.into();
                        later.wake_at = Set(Some(now + ASK_AGAIN));
                        later.update(transaction).await?;
                        return Ok(Vec::new());
                    }
                    let (known, resident) = (row.email_key.clone(), row.resident_id);
                    let before = (case.status, case.complete_by);
                    let standing = figures::standing(&case);
                    let (events, wakes) = tick(&mut case)?;
                    let first = events.first().map(|(due, recorded)| event_id(id, due, recorded.seq));
                    store.keep(transaction, row, &case, (standing, wakes)).await?;
                    let mut all = Vec::new();
                    for (due, recorded) in events {
                        let row = store.event_row(id, event_id(id, &due, recorded.seq), &recorded)?;
                        event::Entity::insert(row).exec_without_returning(transaction).await?;
                        let whose = (id, resident, known.clone());
                        let like = (&follows, false);
                        all.push(store.happened(transaction, whose, case.clone(), recorded, like).await?);
                    }
                    if let Some(first) = first {
                        let like = (first, now, Actor::Clock);
                        let told = store.duplicates_follow(transaction, (id, &case), before, &like, &follows);
                        all.extend(told.await?);
                        let whole = store.whole_follows(transaction, (id, &case), before, like, &follows);
                        all.extend(whole.await?);
                    }
                    store.tell_waiting(transaction, &all, now).await?;
                    let made = follows.all_jobs(&all);
                    notices::tell(transaction, &store.council, &all, &made).await?;
                    jobs::insert(transaction, jobs::rows(&store.council, now, &made)?).await?;
                    Ok(all)
                })
            })
            .await
    }

    /// A request, for the clock.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; the database's errors.
    pub async fn for_clock(&self, id: Uuid) -> Result<Stored, StoreError> {
        self.by_id(id).await
    }

    /// Who answers for a department.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn ladder_of(&self, department: &Department) -> Result<Ladder, StoreError> {
        self.ladder(self.db.reader(), department).await
    }

    /// Who answers for a department: who works here of those whom its document names, may see its requests, and stands
    /// on its ladder. Where that is nobody, a manager of the department leads it, or else whoever works there.
    ///
    /// # Errors
    /// The database's errors.
    async fn ladder(&self, on: &impl ConnectionTrait, department: &Department) -> Result<Ladder, StoreError> {
        let keys = Rung::ALL.map(|rung| department.on(rung).map(same_email_key));
        let find = |which: Expr| {
            let all = staff::Entity::find().filter(staff::Column::CouncilId.eq(&*self.council));
            all.filter(which).order_by_asc(staff::Column::Id).all(on)
        };
        let mut members = find(staff::Column::EmailKey.is_in(keys.iter().flatten())).await?;
        members.retain(can_answer);
        let owner = |member: &StaffMember| Owner { id: member.id, name: member.name.clone() };
        let [lead, deputy, head, director] = keys.map(|key| {
            let key = key?;
            members.iter().find(|member| member.email_key == key).map(owner)
        });
        let portfolio = department.portfolio.as_ref().map(|portfolio| portfolio.name.clone());
        let mut people = People { lead, deputy, head, director, portfolio };
        if members.is_empty() {
            members = find(staff::Column::Department.eq(&*department.id)).await?;
            members.retain(can_answer);
            members.sort_by_key(|member| member.role() != Some(Role::Manager));
            members.truncate(1);
            people.lead = members.first().map(owner);
        }
        Ok(Ladder { people, members })
    }

    /// Who is asked to agree to how somebody would close a request of a department that needs the agreement of this rung:
    /// on which rung they stand, and the rungs that were passed by because who stands there is away.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn signer(
        &self,
        department: Option<&Department>,
        (by, not): (Rung, Uuid),
        day: NaiveDate,
    ) -> Result<Option<(Rung, Owner, Vec<Rung>)>, StoreError> {
        let Some(department) = department else { return Ok(None) };
        let ladder = self.ladder_of(department).await?;
        let away = self.away(self.db.reader(), &ladder.ids(), day).await?;
        let signer = ladder.people.signer(by, not, |who| away.contains(&who));
        Ok(signer.map(|(rung, whom, away)| (rung, whom.clone(), away)))
    }

    /// Who answers for what nobody has: who leads the team, or whoever stands next on the department's ladder where they are
    /// away on this day or work here no more.
    ///
    /// # Errors
    /// The database's errors.
    pub(super) async fn leads(
        &self,
        on: &impl ConnectionTrait,
        (department, lead): (Option<&Department>, Option<&Owner>),
        day: NaiveDate,
    ) -> Result<Option<StaffMember>, StoreError> {
        if let Some(lead) = lead
            && self.away(on, &[lead.id], day).await?.is_empty()
            && let Some(member) = self.member_within(on, lead.id).await?
            && can_answer(&member)
        {
            return Ok(Some(member));
        }
        let Some(department) = department else { return Ok(None) };
        let ladder = self.ladder(on, department).await?;
        let away = self.away(on, &ladder.ids(), day).await?;
        let first = ladder.people.first_there(Rung::ALL, |_| true, |who| away.contains(&who));
        let first = first.map(|(_, whom, _)| whom.id);
        Ok(ladder.members.into_iter().find(|member| Some(member.id) == first))
    }

    /// When somebody is away, from this day on, the first days first, with their identifiers.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn leave_of(&self, staff: &[Uuid], from: NaiveDate) -> Result<Vec<leave::Model>, StoreError> {
        self.leave_within(self.db.reader(), staff, from).await
    }

    async fn leave_within(
        &self,
        on: &impl ConnectionTrait,
        staff: &[Uuid],
        from: NaiveDate,
    ) -> Result<Vec<leave::Model>, StoreError> {
        Ok(leave::Entity::find()
            .filter(leave::Column::CouncilId.eq(&*self.council))
            .filter(leave::Column::StaffId.is_in(staff.iter().copied()))
            .filter(leave::Column::Until.gte(from))
            .order_by_asc(leave::Column::From)
            .all(on)
            .await?)
    }

    /// Which of these are away on a day.
    ///
    /// # Errors
    /// The database's errors.
    pub(super) async fn away(
        &self,
        on: &impl ConnectionTrait,
        staff: &[Uuid],
        day: NaiveDate,
    ) -> Result<HashSet<Uuid>, StoreError> {
        let leave = self.leave_within(on, staff, day).await?;
        Ok(leave.into_iter().filter(|leave| leave.from <= day).map(|leave| leave.staff_id).collect())
    }

    /// Notes that somebody is away. The clock looks at what they have.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn add_leave(
        &self,
        (by, now): (&StaffMember, DateTime<Utc>),
        (id, staff): (Uuid, Uuid),
        leave: Leave,
    ) -> Result<(), StoreError> {
        let row = leave::ActiveModel {
            council_id: Set(self.council.to_string()),
            id: Set(id),
            staff_id: Set(staff),
            from: Set(leave.from),
            until: Set(leave.until),
        };
        let entry = by.did(now, domain::audit::Deed::Changed, format!("leave of {staff}"), String::new());
        let store = self.clone();
        self.db
            .write(move |transaction| {
                let (store, row, entry) = (store.clone(), row.clone(), entry.clone());
                Box::pin(async move {
                    leave::Entity::insert(row).exec_without_returning(transaction).await?;
                    store.look_at(transaction, staff, now).await?;
                    audit::append(&store, transaction, entry).await
                })
            })
            .await
    }

    /// Forgets that somebody is away.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; the database's errors.
    pub async fn end_leave(
        &self,
        (by, now): (&StaffMember, DateTime<Utc>),
        (id, staff): (Uuid, Uuid),
    ) -> Result<(), StoreError> {
        let entry =
            by.did(now, domain::audit::Deed::Changed, format!("leave of {staff}"), "taken back".into());
        let store = self.clone();
        self.db
            .write(move |transaction| {
                let (store, entry) = (store.clone(), entry.clone());
                Box::pin(async move {
                    let gone = leave::Entity::delete_many()
                        .filter(leave::Column::CouncilId.eq(&*store.council))
                        .filter(leave::Column::Id.eq(id))
                        .filter(leave::Column::StaffId.eq(staff))
                        .exec(transaction)
                        .await?;
                    if gone.rows_affected == 0 {
                        return Err(StoreError::NotFound);
                    }
                    store.look_at(transaction, staff, now).await?;
                    audit::append(&store, transaction, entry).await
                })
            })
            .await
    }

    async fn look_at(
        &self,
        on: &impl ConnectionTrait,
        owner: Uuid,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        request::Entity::update_many()
            .set(request::ActiveModel { wake_at: Set(Some(now)), ..Default::default() })
            .filter(request::Column::CouncilId.eq(&*self.council))
            .filter(request::Column::OwnerId.eq(owner).and(request::Column::Open.eq(true)))
            .exec(on)
            .await?;
        Ok(())
    }
}
