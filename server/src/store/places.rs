//! The gazetteer: streets, addresses and wards. Imported whole; read by postcode, by name and by position.

use std::sync::Arc;

use domain::field::Position;
use domain::geo::{self, Rings};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, DatabaseTransaction, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Select,
};

use super::entities::{address, street, ward};
use super::{Store, StoreError};

/// Rows that are written by one statement: SQLite takes 32,766 values in one.
const ROWS: usize = 2_000;
/// The most addresses of one postcode that are shown.
const MOST_ADDRESSES: u64 = 200;
/// A street is near when its middle is this near, in metres.
const NEAR: f64 = 250.0;

/// A street of the gazetteer.
#[derive(Clone, Debug, PartialEq)]
pub struct Street {
    /// Identifier.
    pub id: String,
    /// Name.
    pub name: String,
    /// Part of town.
    pub locality: Option<String>,
    /// Name and part of town in the form they are searched in.
    pub search_key: String,
    /// Its middle.
    pub middle: Position,
    /// Its line: points of latitude and longitude.
    pub path: Vec<[f64; 2]>,
}

/// An address of the gazetteer.
#[derive(Clone, Debug, PartialEq)]
pub struct Address {
    /// Unique property reference number.
    pub uprn: String,
    /// One line or two.
    pub lines: [String; 2],
    /// Town.
    pub town: Option<String>,
    /// Postcode, in its usual form.
    pub postcode: String,
    /// The street's identifier.
    pub street: String,
    /// Its place among those of its postcode.
    pub place: i32,
    /// Where it is.
    pub position: Position,
}

/// A ward, or the area of another council.
#[derive(Clone, Debug, PartialEq)]
pub struct Area {
    /// Identifier.
    pub id: String,
    /// The ward's name, or the other council's.
    pub name: String,
    /// A ward of this council.
    pub own: bool,
    /// Its outline.
    pub rings: Rings,
}

/// South, west, north and east; none where there is no row.
type Edges = (Option<f64>, Option<f64>, Option<f64>, Option<f64>);
/// Told how many rows are written.
pub type Progress = Arc<dyn Fn(u64) + Send + Sync>;

/// A postcode in the form it is searched in.
#[must_use]
pub fn postcode_key(postcode: &str) -> String {
    postcode.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

impl Area {
    fn bounds(&self) -> [f64; 4] {
        let mut bounds = [f64::MAX, f64::MAX, f64::MIN, f64::MIN];
        for [lat, lon] in self.rings.iter().flatten() {
            bounds = [bounds[0].min(*lat), bounds[1].min(*lon), bounds[2].max(*lat), bounds[3].max(*lon)];
        }
        bounds
    }
}

impl TryFrom<ward::Model> for Area {
    type Error = StoreError;
    fn try_from(row: ward::Model) -> Result<Self, StoreError> {
        Ok(Self { rings: serde_json::from_str(&row.rings)?, id: row.id, name: row.name, own: row.own })
    }
}

impl TryFrom<street::Model> for Street {
    type Error = StoreError;
    fn try_from(row: street::Model) -> Result<Self, StoreError> {
        Ok(Self {
            path: serde_json::from_str(&row.path)?,
            id: row.id,
            name: row.name,
            locality: row.locality,
            search_key: row.search_key,
            middle: Position { lat: row.lat, lon: row.lon },
        })
    }
}

impl From<address::Model> for Address {
    fn from(row: address::Model) -> Self {
        Self {
            uprn: row.uprn,
            lines: [row.line1, row.line2.unwrap_or_default()],
            town: row.town,
            postcode: row.postcode,
            street: row.street_id,
            place: row.place,
            position: Position { lat: row.lat, lon: row.lon },
        }
    }
}

impl Store {
    /// Takes in all streets and addresses, in place of those that were there.
    ///
    /// # Errors
    /// The database's errors; then nothing has changed.
    pub async fn replace_addresses(
        &self,
        streets: Vec<Street>,
        addresses: Vec<Address>,
        progress: Progress,
    ) -> Result<(), StoreError> {
        let council = self.council.clone();
        let (streets, addresses) = (Arc::new(streets), Arc::new(addresses));
        self.db
            .write(move |transaction| {
                let (council, streets, addresses) = (council.clone(), streets.clone(), addresses.clone());
                let progress = progress.clone();
                Box::pin(async move { replace(transaction, &council, &streets, &addresses, &progress).await })
            })
            .await
    }

    /// Takes in all wards and areas around, in place of those that were there.
    ///
    /// # Errors
    /// The database's errors; then nothing has changed.
    pub async fn replace_wards(&self, areas: Vec<Area>) -> Result<(), StoreError> {
        let council = self.council.clone();
        let mut rows = Vec::new();
        for area in areas {
            let [south, west, north, east] = area.bounds();
            rows.push(ward::ActiveModel {
                council_id: Set(council.to_string()),
                rings: Set(serde_json::to_string(&area.rings)?),
                id: Set(area.id),
                name: Set(area.name),
                own: Set(area.own),
                south: Set(south),
                west: Set(west),
                north: Set(north),
                east: Set(east),
            });
        }
        self.db
            .write(move |transaction| {
                let (council, rows) = (council.clone(), rows.clone());
                Box::pin(async move {
                    let own = ward::Column::CouncilId.eq(&*council);
                    ward::Entity::delete_many().filter(own).exec(transaction).await?;
                    if !rows.is_empty() {
                        ward::Entity::insert_many(rows).exec_without_returning(transaction).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    /// The addresses with a postcode, in their natural order.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn addresses(&self, postcode: &str) -> Result<Vec<Address>, StoreError> {
        let rows = address::Entity::find()
            .filter(address::Column::CouncilId.eq(&*self.council))
            .filter(address::Column::PostcodeKey.eq(postcode_key(postcode)))
            .order_by_asc(address::Column::Place)
            .limit(MOST_ADDRESSES)
            .all(self.db.reader())
            .await?;
        Ok(rows.into_iter().map(Address::from).collect())
    }

    /// One address.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn address(&self, uprn: &str) -> Result<Option<Address>, StoreError> {
        let key = (self.council.to_string(), uprn.to_owned());
        Ok(address::Entity::find_by_id(key).one(self.db.reader()).await?.map(Address::from))
    }

    /// One street.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn street(&self, id: &str) -> Result<Option<Street>, StoreError> {
        let key = (self.council.to_string(), id.to_owned());
        street::Entity::find_by_id(key).one(self.db.reader()).await?.map(Street::try_from).transpose()
    }

    /// The streets in whose names all these words begin or stand, those that begin so first. Words hold
    /// letters and digits only.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn streets_named(&self, words: &[String], most: u64) -> Result<Vec<Street>, StoreError> {
        let Some(first) = words.first() else { return Ok(Vec::new()) };
        let mut found = self.streets();
        for word in words {
            // Every word of the key has a space before it.
            found = found.filter(street::Column::SearchKey.contains(format!(" {word}")));
        }
        let begins = Expr::col(street::Column::SearchKey).like(format!(" {first}%"));
        let rows = found
            .order_by_asc(Expr::Case(Box::new(Expr::case(begins, 0).finally(1))))
            .order_by_asc(street::Column::SearchKey)
            .limit(most)
            .all(self.db.reader())
            .await?;
        rows.into_iter().map(Street::try_from).collect()
    }

    /// The streets that have addresses with a postcode.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn streets_with(&self, postcode: &str, most: u64) -> Result<Vec<Street>, StoreError> {
        let ids: Vec<String> = address::Entity::find()
            .select_only()
            .column(address::Column::StreetId)
            .distinct()
            .filter(address::Column::CouncilId.eq(&*self.council))
            .filter(address::Column::PostcodeKey.eq(postcode_key(postcode)))
            .into_tuple()
            .all(self.db.reader())
            .await?;
        let rows = self
            .streets()
            .filter(street::Column::Id.is_in(ids))
            .order_by_asc(street::Column::SearchKey)
            .limit(most)
            .all(self.db.reader())
            .await?;
        rows.into_iter().map(Street::try_from).collect()
    }

    /// The streets whose middles are within so many metres, nearest first.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn streets_near(&self, middle: Position, reach: f64) -> Result<Vec<Street>, StoreError> {
        let [south, west, north, east] = geo::around(middle, reach);
        let rows = self
            .streets()
            .filter(street::Column::Lat.between(south, north))
            .filter(street::Column::Lon.between(west, east))
            .limit(2_000)
            .all(self.db.reader())
            .await?;
        let mut streets = rows.into_iter().map(Street::try_from).collect::<Result<Vec<_>, _>>()?;
        streets.sort_by(|a, b| geo::metres(a.middle, middle).total_cmp(&geo::metres(b.middle, middle)));
        Ok(streets)
    }

    /// The street nearest to a position, if one is near: by its line, not its middle.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn street_at(&self, position: Position) -> Result<Option<Street>, StoreError> {
        let streets = self.streets_near(position, 4.0 * NEAR).await?;
        let near = streets.into_iter().map(|street| (from_line(&street.path, position), street));
        let nearest = near.min_by(|(a, _), (b, _)| a.total_cmp(b));
        Ok(nearest.filter(|(metres, _)| *metres <= NEAR).map(|(_, street)| street))
    }

    fn streets(&self) -> Select<street::Entity> {
        street::Entity::find().filter(street::Column::CouncilId.eq(&*self.council))
    }

    /// The wards and areas that a position may lie in, or all of them.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn areas(&self, within: Option<[f64; 4]>) -> Result<Vec<Area>, StoreError> {
        let mut rows = ward::Entity::find().filter(ward::Column::CouncilId.eq(&*self.council));
        if let Some([south, west, north, east]) = within {
            rows = rows
                .filter(ward::Column::South.lte(north))
                .filter(ward::Column::North.gte(south))
                .filter(ward::Column::West.lte(east))
                .filter(ward::Column::East.gte(west));
        }
        let rows = rows.order_by_asc(ward::Column::Id).all(self.db.reader()).await?;
        rows.into_iter().map(Area::try_from).collect()
    }

    /// The names of the council's own wards, in their order.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn ward_names(&self) -> Result<Vec<String>, StoreError> {
        Ok(ward::Entity::find()
            .filter(ward::Column::CouncilId.eq(&*self.council))
            .filter(ward::Column::Own.eq(true))
            .order_by_asc(ward::Column::Name)
            .select_only()
            .column(ward::Column::Name)
            .into_tuple()
            .all(self.db.reader())
            .await?)
    }

    /// The ward or other area that a position lies in.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn area_at(&self, position: Position) -> Result<Option<Area>, StoreError> {
        let here = [position.lat, position.lon, position.lat, position.lon];
        let areas = self.areas(Some(here)).await?;
        Ok(areas.into_iter().find(|area| geo::contains(&area.rings, position)))
    }

    /// South, west, north and east of the council's own wards, else of its streets.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn bounds(&self) -> Result<Option<[f64; 4]>, StoreError> {
        let areas = self.areas(None).await?;
        let own = areas.iter().filter(|area| area.own).map(Area::bounds);
        let joined = own.reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])]);
        if joined.is_some() {
            return Ok(joined);
        }
        let edges: Option<Edges> = self
            .streets()
            .select_only()
            .column_as(street::Column::Lat.min(), "south")
            .column_as(street::Column::Lon.min(), "west")
            .column_as(street::Column::Lat.max(), "north")
            .column_as(street::Column::Lon.max(), "east")
            .into_tuple()
            .one(self.db.reader())
            .await?;
        Ok(edges.and_then(|(south, west, north, east)| Some([south?, west?, north?, east?])))
    }
}

/// How far a position is from a line, in metres: from the nearest of points along it.
fn from_line(path: &[[f64; 2]], position: Position) -> f64 {
    let away = |[lat, lon]: [f64; 2]| geo::metres(Position { lat, lon }, position);
    let mut least = path.first().map_or(f64::MAX, |only| away(*only));
    for pair in path.windows(2) {
        let ([a, b], [c, d]) = (pair[0], pair[1]);
        let steps = 16_u8;
        for step in 0..=steps {
            let share = f64::from(step) / f64::from(steps);
            least = least.min(away([a + (c - a) * share, b + (d - b) * share]));
        }
    }
    least
}

async fn replace(
    transaction: &DatabaseTransaction,
    council: &str,
    streets: &[Street],
    addresses: &[Address],
    progress: &Progress,
) -> Result<(), StoreError> {
    street::Entity::delete_many().filter(street::Column::CouncilId.eq(council)).exec(transaction).await?;
    address::Entity::delete_many().filter(address::Column::CouncilId.eq(council)).exec(transaction).await?;
    for some in streets.chunks(ROWS) {
        let mut rows = Vec::with_capacity(some.len());
        for street in some {
            rows.push(street::ActiveModel {
                council_id: Set(council.to_owned()),
                id: Set(street.id.clone()),
                name: Set(street.name.clone()),
                locality: Set(street.locality.clone()),
                search_key: Set(street.search_key.clone()),
                lat: Set(street.middle.lat),
                lon: Set(street.middle.lon),
                path: Set(serde_json::to_string(&street.path)?),
            });
        }
        street::Entity::insert_many(rows).exec_without_returning(transaction).await?;
    }
    for some in addresses.chunks(ROWS) {
        let rows = some.iter().map(|address| address::ActiveModel {
            council_id: Set(council.to_owned()),
            uprn: Set(address.uprn.clone()),
            line1: Set(address.lines[0].clone()),
            line2: Set(Some(address.lines[1].clone()).filter(|line| !line.is_empty())),
            town: Set(address.town.clone()),
            postcode_key: Set(postcode_key(&address.postcode)),
            postcode: Set(address.postcode.clone()),
            place: Set(address.place),
            street_id: Set(address.street.clone()),
            lat: Set(address.position.lat),
            lon: Set(address.position.lon),
        });
        address::Entity::insert_many(rows).exec_without_returning(transaction).await?;
        progress(some.len() as u64);
    }
    Ok(())
}
