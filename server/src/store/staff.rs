//! Members of staff, their roles, and their sign-in codes, which are kept as hashes only.

use chrono::{DateTime, Utc};
use domain::access::{Act, Role};
use domain::audit::{Deed, Entry};
use domain::case::{Case, Rung};
use domain::council::Department;
use domain::field::contact::same_email_key;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _,
    ExprTrait as _, ModelTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use super::entities::{code, staff};
use super::staff_sessions::{self, NewSession};
use super::{Database, Store, StoreError, audit, clock, jobs, passkeys, workspace};
use crate::jobs::Job;
use crate::jobs::left::Left;

pub use super::entities::staff::Model as StaffMember;

/// Wrong tries a code bears.
const TRIES: i32 = 5;

/// A member of staff, and the departments that they answer for, whatever department is their own, each with the highest
/// rung on which they stand.
#[derive(Clone, Debug)]
pub struct Reach {
    /// Who.
    pub member: StaffMember,
    /// What they answer for; nothing where their role sees no requests.
    pub answers: Vec<(String, Rung)>,
}

impl Reach {
    /// How far up they stand in a department.
    #[must_use]
    pub fn rung_in(&self, department: &str) -> Option<Rung> {
        self.answers.iter().find(|(id, _)| id == department).map(|(_, rung)| *rung)
    }

    /// Whether they decide what becomes of a request of a department that has been open for too long.
    #[must_use]
    pub fn may_decide(&self, department: Option<&Department>) -> bool {
        let Some(department) = department else { return false };
        let manages = self.member.role() == Some(Role::Manager) && self.member.department == department.id;
        manages || self.rung_in(&department.id) >= Some(department.decides())
    }

    /// Whether they may agree to how a request is to be closed.
    #[must_use]
    pub fn may_sign(&self, case: &Case) -> bool {
        case.proposed.as_ref().is_some_and(|proposal| {
            let is_asked = proposal.asked.as_ref().is_some_and(|asked| asked.id == self.member.id);
            let stands = self.rung_in(case.department()) >= Some(proposal.sign_off);
            case.proposed_by() != Some(self.member.id) && (is_asked || stands)
        })
    }

    /// The departments that they answer for.
    #[must_use]
    pub fn departments(&self) -> Vec<&str> {
        self.answers.iter().map(|(id, _)| &**id).collect()
    }
}

impl Store {
    /// Adds a member of staff, or changes the name and department of the one with this address. The role of somebody
    /// who is there already changes only while the council has no admin: after that it is the admins' to say.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn put_staff(
        &self,
        id: Uuid,
        name: &str,
        email: &str,
        department: &str,
        role: Role,
    ) -> Result<(), StoreError> {
        let row = staff::ActiveModel {
            council_id: Set(self.council.to_string()),
            id: Set(id),
            name: Set(name.to_owned()),
            email: Set(email.to_owned()),
            email_key: Set(same_email_key(email)),
            department: Set(department.to_owned()),
            role: Set(role.id().to_owned()),
        };
        let (store, department) = (self.clone(), department.to_owned());
        self.db
            .write(move |transaction| {
                let (row, store, department) = (row.clone(), store.clone(), department.clone());
                Box::pin(async move {
                    let same = staff::Column::EmailKey.eq(row.email_key.as_ref().clone());
                    let all = staff::Entity::find().filter(staff::Column::CouncilId.eq(&*store.council));
                    let before = all.filter(same).one(transaction).await?;
                    let mut again = OnConflict::columns([staff::Column::CouncilId, staff::Column::EmailKey]);
                    again.update_columns([staff::Column::Name, staff::Column::Department]);
                    if store.admins(transaction).await?.is_empty() {
                        again.update_column(staff::Column::Role);
                    }
                    staff::Entity::insert(row).on_conflict(again).exec_without_returning(transaction).await?;
                    // What they had elsewhere is given back at once. The identifier is not theirs, and free.
                    let is_other =
                        |before: &StaffMember| before.department != department || before.role != role.id();
                    if let Some(before) = before.filter(is_other) {
                        store.look_what_is_left(transaction, (id, before.id), DateTime::UNIX_EPOCH).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    /// The member of staff with this address.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn staff_by_email(&self, email: &str) -> Result<Option<StaffMember>, StoreError> {
        Ok(staff::Entity::find()
            .filter(staff::Column::CouncilId.eq(&*self.council))
            .filter(staff::Column::EmailKey.eq(same_email_key(email)))
            .one(self.db.reader())
            .await?)
    }

    /// Keeps a new sign-in code and the job that sends it; codes before it no longer work.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn new_code(
        &self,
        (id, staff_id): (Uuid, Uuid),
        hash: Vec<u8>,
        (now, expires_at): (DateTime<Utc>, DateTime<Utc>),
        job: Option<(Uuid, Job)>,
    ) -> Result<(), StoreError> {
        let row = code::ActiveModel {
            council_id: Set(self.council.to_string()),
            id: Set(id),
            staff_id: Set(staff_id),
            hash: Set(hash),
            expires_at: Set(expires_at),
            tries: Set(0),
        };
        let jobs = jobs::rows(&self.council, now, job.as_slice())?;
        let council = self.council.clone();
        self.db
            .write(move |transaction| {
                let (row, jobs, council) = (row.clone(), jobs.clone(), council.clone());
                Box::pin(async move {
                    forget_codes(transaction, &council, staff_id).await?;
                    code::Entity::insert(row).exec_without_returning(transaction).await?;
                    jobs::insert(transaction, jobs).await
                })
            })
            .await
    }

    /// Signs in with a code: if it is right and in time, a session begins and the code is gone; if not, the try is
    /// counted, and after five the code is gone too. Says whether the session began.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn use_code(&self, hash: Vec<u8>, new: NewSession) -> Result<bool, StoreError> {
        let store = self.clone();
        self.db
            .write(move |transaction| {
                let (store, hash, new) = (store.clone(), hash.clone(), new.clone());
                Box::pin(async move {
                    let right = store.spend_code(transaction, new.staff_id, &hash, new.now).await?;
                    if right {
                        staff_sessions::begin(&store, transaction, new, "With a code".into()).await?;
                    }
                    Ok(right)
                })
            })
            .await
    }

    /// Proves again with a code who is signed in. Says whether it was right; codes are as above.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn prove_by_code(
        &self,
        staff_id: Uuid,
        session: Uuid,
        hash: Vec<u8>,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let store = self.clone();
        self.db
            .write(move |transaction| {
                let (store, hash) = (store.clone(), hash.clone());
                Box::pin(async move {
                    let right = store.spend_code(transaction, staff_id, &hash, now).await?;
                    if right {
                        staff_sessions::prove(transaction, &store.council, session, now).await?;
                    }
                    Ok(right)
                })
            })
            .await
    }

    /// Everybody who works here, by name.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn members(&self) -> Result<Vec<StaffMember>, StoreError> {
        Ok(staff::Entity::find()
            .filter(staff::Column::CouncilId.eq(&*self.council))
            .order_by_asc(staff::Column::Name)
            .order_by_asc(staff::Column::Id)
            .all(self.db.reader())
            .await?)
    }

    /// Those of a department who can have a request, by name.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn colleagues(&self, department: &str) -> Result<Vec<StaffMember>, StoreError> {
        let members = self.members().await?.into_iter();
        let answers = |member: &StaffMember| member.role().is_some_and(|role| role.may(Act::Answer));
        Ok(members.filter(|member| member.department == department && answers(member)).collect())
    }

    /// A member of staff.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn member(&self, id: Uuid) -> Result<Option<StaffMember>, StoreError> {
        self.member_within(self.db.reader(), id).await
    }

    pub(super) async fn member_within(
        &self,
        on: &impl ConnectionTrait,
        id: Uuid,
    ) -> Result<Option<StaffMember>, StoreError> {
        Ok(staff::Entity::find_by_id((self.council.to_string(), id)).one(on).await?)
    }

    /// Gives a member of staff another role, and logs who gave it. Somebody is always left who can.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::LastAdmin`]; the database's errors.
    pub async fn change_role(
        &self,
        (by, id): (&StaffMember, Uuid),
        role: Role,
        (now, job): (DateTime<Utc>, Uuid),
    ) -> Result<(), StoreError> {
        let (store, by) = (self.clone(), by.clone());
        self.db
            .write(move |transaction| {
                let (store, by) = (store.clone(), by.clone());
                Box::pin(async move {
                    // Locked: two admins who take the role from each other at the same moment wait for each other.
                    let admins = store.admins(transaction).await?;
                    let key = (store.council.to_string(), id);
                    let member = staff::Entity::find_by_id(key).lock_exclusive().one(transaction).await?;
                    let member = member.ok_or(StoreError::NotFound)?;
                    let detail = format!("role: {} to {}", member.role, role.id());
                    let mut member: staff::ActiveModel = member.into();
                    if role != Role::Admin && admins == [id] {
                        return Err(StoreError::LastAdmin);
                    }
                    member.role = Set(role.id().to_owned());
                    member.update(transaction).await?;
                    if !role.may(Act::Answer) {
                        store.look_what_is_left(transaction, (job, id), now).await?;
                    }
                    let entry = by.did(now, Deed::Changed, format!("staff {id}"), detail);
                    audit::append(&store, transaction, entry).await
                })
            })
            .await
    }

    /// Forgets a member of staff who has left, with their ways to sign in and all that they kept. What they had goes back to
    /// the team. Somebody is always left who can give roles.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when nobody has this address, [`StoreError::LastAdmin`]; the database's errors.
    pub async fn remove_staff(
        &self,
        email: &str,
        (now, job): (DateTime<Utc>, Uuid),
    ) -> Result<StaffMember, StoreError> {
        let (store, key) = (self.clone(), same_email_key(email));
        self.db
            .write(move |transaction| {
                let (store, key) = (store.clone(), key.clone());
                Box::pin(async move {
                    let admins = store.admins(transaction).await?;
                    let all = staff::Entity::find().filter(staff::Column::CouncilId.eq(&*store.council));
                    let member = all.filter(staff::Column::EmailKey.eq(key)).one(transaction).await?;
                    let member = member.ok_or(StoreError::NotFound)?;
                    if admins == [member.id] {
                        return Err(StoreError::LastAdmin);
                    }
                    forget_codes(transaction, &store.council, member.id).await?;
                    staff_sessions::end_all(transaction, &store.council, member.id).await?;
                    passkeys::forget_of(transaction, passkeys::Owner::Staff(member.id), &store.council)
                        .await?;
                    workspace::forget_of(transaction, &store.council, member.id).await?;
                    clock::forget_leave(transaction, &store.council, member.id).await?;
                    member.clone().delete(transaction).await?;
                    store.look_what_is_left(transaction, (job, member.id), now).await?;
                    let detail = format!("{} has left", member.role);
                    let entry = member.did(now, Deed::Changed, format!("staff {}", member.id), detail);
                    audit::append(&store, transaction, Entry { who: None, ..entry }).await?;
                    Ok(member)
                })
            })
            .await
    }

    /// Has what a member of staff can't open any more given back to the teams.
    async fn look_what_is_left(
        &self,
        on: &impl ConnectionTrait,
        (job, staff): (Uuid, Uuid),
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let left = [(job, Job::Left(Left { staff }))];
        jobs::insert(on, jobs::rows(&self.council, at, &left)?).await
    }

    /// Uses up a code: says whether it is right and in time. A wrong try is counted and logged, and after five the code
    /// is worth nothing.
    async fn spend_code(
        &self,
        on: &impl ConnectionTrait,
        staff_id: Uuid,
        hash: &[u8],
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let council = &*self.council;
        // The lock makes tries at the same moment wait for each other (PostgreSQL; SQLite has one writer).
        let latest = code::Entity::find()
            .filter(code::Column::CouncilId.eq(council))
            .filter(code::Column::StaffId.eq(staff_id))
            .order_by_desc(code::Column::Id)
            .lock_exclusive()
            .one(on)
            .await?;
        let works = latest.filter(|code| code.expires_at > now && code.tries < TRIES);
        if let Some(code) = &works
            && bool::from(code.hash.ct_eq(hash))
        {
            forget_codes(on, council, staff_id).await?;
            return Ok(true);
        }
        if let Some(code) = works {
            code::Entity::update_many()
                .col_expr(code::Column::Tries, Expr::col(code::Column::Tries).add(1))
                .filter(code::Column::CouncilId.eq(council))
                .filter(code::Column::Id.eq(code.id))
                .exec(on)
                .await?;
        }
        if let Some(member) = staff::Entity::find_by_id((council.to_owned(), staff_id)).one(on).await? {
            let detail = "a code that is wrong or too old".to_owned();
            let failed = member.did(now, Deed::SignInFailed, format!("staff {staff_id}"), detail);
            // Nobody knows who tried.
            audit::append(self, on, Entry { who: None, ..failed }).await?;
        }
        Ok(false)
    }

    async fn admins(&self, on: &impl ConnectionTrait) -> Result<Vec<Uuid>, StoreError> {
        let admins = staff::Entity::find()
            .filter(staff::Column::CouncilId.eq(&*self.council))
            .filter(staff::Column::Role.eq(Role::Admin.id()))
            .order_by_asc(staff::Column::Id)
            .lock_exclusive()
            .all(on)
            .await?;
        Ok(admins.into_iter().map(|admin| admin.id).collect())
    }
}

impl StaffMember {
    /// Something that they did, for the log.
    #[must_use]
    pub fn did(&self, now: DateTime<Utc>, deed: Deed, object: String, detail: String) -> Entry {
        Entry {
            seq: 0,
            at: now,
            // One that is not known may do nothing; what they tried is logged as the least.
            role: self.role().unwrap_or(Role::Officer),
            who: Some(self.id),
            department: Some(self.department.clone()),
            deed,
            person: None,
            object,
            detail,
        }
    }

    /// What they are; nothing where this server does not know the role: then they may do nothing.
    #[must_use]
    pub fn role(&self) -> Option<Role> {
        Role::parse(&self.role).filter(|role| role.is_staff())
    }
}

async fn forget_codes(on: &impl ConnectionTrait, council: &str, staff_id: Uuid) -> Result<(), StoreError> {
    code::Entity::delete_many()
        .filter(code::Column::CouncilId.eq(council))
        .filter(code::Column::StaffId.eq(staff_id))
        .exec(on)
        .await?;
    Ok(())
}

impl Database {
    /// Forgets sign-in codes of staff that no longer work.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn forget_codes(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.write(move |transaction| {
            Box::pin(async move {
                code::Entity::delete_many()
                    .filter(code::Column::ExpiresAt.lte(now))
                    .exec(transaction)
                    .await?;
                Ok(())
            })
        })
        .await
    }
}
