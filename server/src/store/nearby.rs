//! Requests that others may be shown, by where they are, and those who watch them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::case::Case;
use domain::field::Position;
use domain::field::contact::same_email_key;
use domain::geo;
use sea_orm::sea_query::{IntoCondition, OnConflict, Query};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, QueryTrait as _, TryInsertResult,
};
use uuid::Uuid;

use super::entities::{request, spot, watcher};
use super::requests::{COLUMNS, Columns, Stored};
use super::{Store, StoreError, jobs};
use crate::jobs::Job;

/// Open requests that are read to find the nearest.
const MOST_READ: u64 = 200;
/// People who may watch one request.
const MOST_WATCHERS: u64 = 500;

/// Where a request is, when others may be shown it.
#[derive(Clone, Debug, PartialEq)]
pub struct Spot {
    /// What others name it by.
    pub public_id: String,
    /// Position, where it is known.
    pub position: Option<Position>,
    /// Street of the gazetteer, where it is known.
    pub street: Option<String>,
}

/// Somebody who watches a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watcher {
    /// Identifier.
    pub id: Uuid,
    /// Where to tell what happens.
    pub email: String,
}

/// Where to look for open requests.
#[derive(Clone, Debug)]
pub enum Around {
    /// So near, in metres.
    Position(Position, f64),
    /// In the same street.
    Street(String),
}

impl Store {
    pub(super) fn spot_row(&self, request: Uuid, case: &Case, at: Spot) -> spot::ActiveModel {
        spot::ActiveModel {
            council_id: Set(self.council.to_string()),
            request_id: Set(request),
            public_id: Set(at.public_id),
            service: Set(case.submission.service.clone()),
            lat: Set(at.position.map(|position| position.lat)),
            lon: Set(at.position.map(|position| position.lon)),
            street_id: Set(at.street),
            open: Set(true),
        }
    }

    /// The open requests of a service around a place, nearest (else newest) first, with the distance in metres
    /// where it is known.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn around(
        &self,
        service: &str,
        around: &Around,
        most: usize,
    ) -> Result<Vec<(String, Option<f64>, Stored)>, StoreError> {
        let mut requests = Vec::new();
        for (metres, row) in self.spots(spot::Column::Service.eq(service), around, most).await? {
            requests.push((row.public_id, metres, self.by_id(row.request_id).await?));
        }
        Ok(requests)
    }

    /// The open requests of a department around a place, of whatever service, nearest (else newest) first, with the
    /// distance in metres where it is known.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn around_in(
        &self,
        department: &str,
        around: &Around,
        most: usize,
    ) -> Result<Vec<(Option<f64>, Stored)>, StoreError> {
        let own = request::Entity::find()
            .select_only()
            .column(request::Column::Id)
            .filter(request::Column::CouncilId.eq(&*self.council))
            .filter(request::Column::Department.eq(department))
            .filter(request::Column::Open.eq(true))
            .into_query();
        let mut requests = Vec::new();
        for (metres, row) in self.spots(spot::Column::RequestId.in_subquery(own), around, most).await? {
            requests.push((metres, self.by_id(row.request_id).await?));
        }
        Ok(requests)
    }

    /// Some of the places of open requests.
    async fn spots(
        &self,
        which: impl IntoCondition,
        around: &Around,
        most: usize,
    ) -> Result<Vec<(Option<f64>, spot::Model)>, StoreError> {
        let rows = spot::Entity::find()
            .filter(spot::Column::CouncilId.eq(&*self.council))
            .filter(which.into_condition())
            .filter(spot::Column::Open.eq(true));
        let rows = match around {
            Around::Position(middle, reach) => {
                let [south, west, north, east] = geo::around(*middle, *reach);
                rows.filter(spot::Column::Lat.between(south, north))
                    .filter(spot::Column::Lon.between(west, east))
            }
            Around::Street(id) => rows.filter(spot::Column::StreetId.eq(id)),
        };
        let rows = rows.order_by_desc(spot::Column::RequestId).limit(MOST_READ).all(self.db.reader()).await?;
        let mut found = Vec::new();
        for row in rows {
            let position = row.lat.zip(row.lon).map(|(lat, lon)| Position { lat, lon });
            let metres = match around {
                Around::Position(middle, reach) => {
                    let metres = position.map(|position| geo::metres(position, *middle));
                    if metres.is_none_or(|metres| metres > *reach) {
                        continue;
                    }
                    metres
                }
                Around::Street(_) => None,
            };
            found.push((metres, row));
        }
        found.sort_by(|(a, _), (b, _)| a.unwrap_or(0.0).total_cmp(&b.unwrap_or(0.0)));
        found.truncate(most);
        Ok(found)
    }

    /// The request that others name so, with its service; none when it is closed.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; the database's errors.
    pub async fn shown(&self, public_id: &str) -> Result<(String, Stored), StoreError> {
        let row = spot::Entity::find()
            .filter(spot::Column::CouncilId.eq(&*self.council))
            .filter(spot::Column::PublicId.eq(public_id))
            .filter(spot::Column::Open.eq(true))
            .one(self.db.reader())
            .await?
            .ok_or(StoreError::NotFound)?;
        Ok((row.service, self.by_id(row.request_id).await?))
    }

    /// What else a department has or had at the place of its request, open or not, the nearest first, else the newest; each
    /// with the distance in metres where it is known. Nothing where no place is known of it.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn at_same_place(
        &self,
        department: &str,
        request: Uuid,
        (reach, most): (f64, usize),
    ) -> Result<Vec<(Option<f64>, Stored)>, StoreError> {
        let key = (self.council.to_string(), request);
        let Some(own) = spot::Entity::find_by_id(key).one(self.db.reader()).await? else {
            return Ok(Vec::new());
        };
        let place = |spot: &spot::Model| spot.lat.zip(spot.lon).map(|(lat, lon)| Position { lat, lon });
        let here = place(&own);
        let spots = spot::Entity::find()
            .filter(spot::Column::CouncilId.eq(&*self.council))
            .filter(spot::Column::RequestId.ne(request));
        // In the order of the index of each: SQLite would read all spots of the council for another.
        let spots = match (here, own.street_id) {
            (Some(here), _) => {
                let [south, west, north, east] = geo::around(here, reach);
                spots
                    .filter(spot::Column::Lat.between(south, north))
                    .filter(spot::Column::Lon.between(west, east))
                    .order_by_asc(spot::Column::Lat)
            }
            (None, Some(street)) => {
                spots.filter(spot::Column::StreetId.eq(street)).order_by_desc(spot::Column::RequestId)
            }
            (None, None) => return Ok(Vec::new()),
        };
        let spots = spots.limit(MOST_READ).all(self.db.reader()).await?;
        let metres = spots.iter().map(|spot| {
            let metres = place(spot).zip(here).map(|(one, other)| geo::metres(one, other));
            (spot.request_id, metres)
        });
        let mut near: Vec<_> =
            metres.filter(|(_, metres)| metres.is_none_or(|metres| metres <= reach)).collect();
        near.sort_by(|(_, a), (_, b)| a.unwrap_or(0.0).total_cmp(&b.unwrap_or(0.0)));
        let rows = request::Entity::find()
            .filter(request::Column::CouncilId.eq(&*self.council))
            .filter(request::Column::Id.is_in(near.iter().map(|(id, _)| *id)))
            .filter(request::Column::Department.eq(department))
            .select_only()
            .columns(COLUMNS)
            .into_tuple::<Columns>()
            .all(self.db.reader())
            .await?;
        let mut found: HashMap<Uuid, Columns> = rows.into_iter().map(|row| (row.0, row)).collect();
        let of_department = near.into_iter().filter_map(|(id, metres)| Some((metres, found.remove(&id)?)));
        of_department.take(most).map(|(metres, row)| Ok((metres, row.try_into()?))).collect()
    }

    /// Whether others may be shown a request.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn is_shown(&self, request: Uuid) -> Result<bool, StoreError> {
        let key = (self.council.to_string(), request);
        Ok(spot::Entity::find_by_id(key).one(self.db.reader()).await?.is_some())
    }

    /// Lets somebody watch a request, with the mail that says so; somebody who does already gets it again.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn watch(
        &self,
        request: Uuid,
        watcher: Watcher,
        follow_hash: impl Fn(Uuid) -> Vec<u8> + Send + Sync + 'static,
        now: DateTime<Utc>,
        mail: impl Fn(&Watcher) -> (Uuid, Job) + Send + Sync + 'static,
    ) -> Result<(), StoreError> {
        let council = self.council.clone();
        let (follow_hash, mail) = (std::sync::Arc::new(follow_hash), std::sync::Arc::new(mail));
        self.db
            .write(move |transaction| {
                let (council, watcher) = (council.clone(), watcher.clone());
                let (follow_hash, mail) = (follow_hash.clone(), mail.clone());
                Box::pin(async move {
                    let email_key = same_email_key(&watcher.email);
                    let row = watcher::ActiveModel {
                        council_id: Set(council.to_string()),
                        id: Set(watcher.id),
                        request_id: Set(request),
                        email: Set(watcher.email.clone()),
                        email_key: Set(email_key.clone()),
                        follow_hash: Set(follow_hash(watcher.id)),
                        created_at: Set(now),
                    };
                    let inserted = watcher::Entity::insert(row)
                        .on_conflict(OnConflict::new().do_nothing().to_owned())
                        .try_insert()
                        .exec_without_returning(transaction)
                        .await?;
                    let watcher = if matches!(inserted, TryInsertResult::Inserted(1)) {
                        watcher
                    } else {
                        let known = watcher::Entity::find()
                            .filter(watcher::Column::CouncilId.eq(&*council))
                            .filter(watcher::Column::RequestId.eq(request))
                            .filter(watcher::Column::EmailKey.eq(email_key))
                            .one(transaction)
                            .await?
                            .ok_or(StoreError::NotFound)?;
                        Watcher { id: known.id, email: known.email }
                    };
                    jobs::insert(transaction, jobs::rows(&council, now, &[mail(&watcher)])?).await
                })
            })
            .await
    }

    /// The watcher whose key has this hash, and the request.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; the database's errors.
    pub async fn watched(&self, follow_hash: &[u8]) -> Result<(Uuid, Stored), StoreError> {
        let row = watcher::Entity::find()
            .filter(watcher::Column::CouncilId.eq(&*self.council))
            .filter(watcher::Column::FollowHash.eq(follow_hash))
            .one(self.db.reader())
            .await?
            .ok_or(StoreError::NotFound)?;
        Ok((row.id, self.by_id(row.request_id).await?))
    }

    /// Ends a watch.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn stop_watching(&self, id: Uuid) -> Result<(), StoreError> {
        let council = self.council.to_string();
        self.db
            .write(move |transaction| {
                let council = council.clone();
                Box::pin(async move {
                    watcher::Entity::delete_by_id((council, id)).exec(transaction).await?;
                    Ok(())
                })
            })
            .await
    }
}

/// Those who watch a request.
pub(super) async fn watchers(
    on: &impl ConnectionTrait,
    council: &str,
    request: Uuid,
) -> Result<Vec<Watcher>, StoreError> {
    let rows = watcher::Entity::find()
        .filter(watcher::Column::CouncilId.eq(council))
        .filter(watcher::Column::RequestId.eq(request))
        .limit(MOST_WATCHERS)
        .all(on)
        .await?;
    Ok(rows.into_iter().map(|row| Watcher { id: row.id, email: row.email }).collect())
}

/// Lets those who watch a request watch another one instead, unless they do already.
pub(super) async fn move_watchers(
    on: &impl ConnectionTrait,
    council: &str,
    from: Uuid,
    to: Uuid,
) -> Result<(), StoreError> {
    let there = Query::select()
        .column(watcher::Column::EmailKey)
        .from(watcher::Entity)
        .and_where(watcher::Column::CouncilId.eq(council))
        .and_where(watcher::Column::RequestId.eq(to))
        .to_owned();
    watcher::Entity::update_many()
        .set(watcher::ActiveModel { request_id: Set(to), ..Default::default() })
        .filter(watcher::Column::CouncilId.eq(council))
        .filter(watcher::Column::RequestId.eq(from))
        .filter(watcher::Column::EmailKey.not_in_subquery(there))
        .exec(on)
        .await?;
    Ok(())
}

/// Others are not shown a request any more.
pub(super) async fn close(on: &impl ConnectionTrait, council: &str, request: Uuid) -> Result<(), StoreError> {
    spot::Entity::update_many()
        .set(spot::ActiveModel { open: Set(false), ..Default::default() })
        .filter(spot::Column::CouncilId.eq(council))
        .filter(spot::Column::RequestId.eq(request))
        .exec(on)
        .await?;
    Ok(())
}
