//! What is kept: one set of entities, queries and migrations for SQLite and PostgreSQL. A [`Store`] is
//! handed out for one council, so no query can forget whose rows it may touch.

pub mod account_codes;
pub mod accounts;
pub mod amended;
pub mod attempts;
pub mod audit;
pub mod ceremonies;
pub mod clock;
pub mod consent;
pub mod contacts;
pub mod contracts;
pub mod deliveries;
pub mod devices;
pub mod digest;
pub mod drafts;
pub mod entities;
pub mod erasure;
pub mod figures;
pub mod grants;
pub mod helpers;
pub mod jobs;
pub mod ledgers;
pub mod links;
mod migrations;
pub mod nearby;
pub mod notices;
pub mod papers;
pub mod passkeys;
pub mod payments;
pub mod photos;
pub mod places;
pub mod profile;
pub mod proofs;
pub mod refunds;
pub mod requests;
pub mod roll;
pub mod slots;
pub mod staff;
pub mod staff_sessions;
pub mod team;
pub mod terminals;
pub mod workspace;
mod writer;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use sea_orm::{
    ConnectOptions, ConnectionTrait as _, Database as SeaDatabase, DatabaseConnection, DatabaseTransaction,
    DbBackend, DbErr, RuntimeErr, TransactionTrait as _,
};
use sea_orm_migration::MigratorTrait as _;

use writer::Writer;

use crate::secret::Secret;

/// What can go wrong with what is kept.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database said no.
    #[error("database: {0}")]
    Database(#[from] DbErr),
    /// What was stored can't be read back.
    #[error("stored JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// There is no such row, or it is another council's or another person's.
    #[error("not found")]
    NotFound,
    /// The rules of the case refuse it.
    #[error("refused: {0}")]
    Refused(#[from] domain::case::Refused),
    /// What stands in a table is not what we write there.
    #[error("unreadable row in {0}")]
    Unreadable(&'static str),
    /// A photo or document that was named is not there to be taken: too old, another request's, or never
    /// uploaded.
    #[error("upload {0} is not there")]
    UploadGone(uuid::Uuid),
    /// A home may have so many more in this year, and more were asked for.
    #[error("{left} are left of {question}")]
    NotLeft {
        /// The question for the number.
        question: String,
        /// How many are left.
        left: u32,
    },
    /// They keep as many as there may be.
    #[error("there are as many as there may be")]
    TooMany,
    /// Nobody would be left who can give roles.
    #[error("the last admin can't have another role")]
    LastAdmin,
    /// The ledger of decisions takes no such entry.
    #[error("consent: {0}")]
    Unsound(#[from] domain::consent::Unsound),
    /// Others have taken all places of the day that is to be booked.
    #[error("no place is left")]
    SlotTaken,
    /// The reference is another request's; take another.
    #[error("the reference is taken")]
    ReferenceTaken,
    /// The writer ended; the server is stopping.
    #[error("the store is closed")]
    Closed,
}

/// One write: runs inside a transaction, perhaps more than once, and takes effect all or not at all.
pub trait Operation<T>:
    for<'t> Fn(&'t DatabaseTransaction) -> BoxFuture<'t, Result<T, StoreError>> + Send + Sync + 'static
{
}
impl<T, F> Operation<T> for F where
    F: for<'t> Fn(&'t DatabaseTransaction) -> BoxFuture<'t, Result<T, StoreError>> + Send + Sync + 'static
{
}

/// Who asks the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// What only reads.
    Reader,
    /// A write, and what it reads.
    Writer,
}

/// Hears of statements, as SQL.
pub type Hear = Arc<dyn Fn(By, &str) + Send + Sync>;

/// A connected database.
#[derive(Clone)]
pub struct Database {
    read: DatabaseConnection,
    write: Write,
    /// Seals the audit log.
    secret: Secret,
}

#[derive(Clone)]
enum Write {
    /// SQLite has one writer: writes that arrive while it is busy share the next commit.
    Queued(Writer),
    /// PostgreSQL takes writes side by side.
    Direct(DatabaseConnection),
}

/// How often a write is tried again when PostgreSQL asks for it (serialisation failure, deadlock).
const TRIES: usize = 4;

impl Database {
    /// Connects to `sqlite://FILE` or `postgres://…`. The secret seals the audit log.
    ///
    /// # Errors
    /// When the database can't be reached or opened.
    pub async fn connect(url: &str, secret: Secret) -> Result<Self, StoreError> {
        Self::connect_heard(url, secret, None).await
    }

    /// Connects, and has every statement told to somebody who looks at them.
    ///
    /// # Errors
    /// When the database can't be reached or opened.
    pub async fn connect_heard(url: &str, secret: Secret, hear: Option<Hear>) -> Result<Self, StoreError> {
        let heard = |mut connection: DatabaseConnection, by: By| {
            if let Some(hear) = hear.clone() {
                connection.set_metric_callback(move |told| hear(by, &told.statement.sql));
            }
            connection
        };
        if let Some(file) = url.strip_prefix("sqlite://") {
            let file = file.split('?').next().unwrap_or(file);
            if let Some(folder) = Path::new(file).parent() {
                std::fs::create_dir_all(folder)
                    .map_err(|error| DbErr::Custom(format!("{}: {error}", folder.display())))?;
            }
            let writer =
                SeaDatabase::connect(sqlite(&format!("sqlite://{file}?mode=rwc"), 1, "-8000")).await?;
            let read = SeaDatabase::connect(sqlite(&format!("sqlite://{file}?mode=rwc"), 4, "-2000")).await?;
            let write = Write::Queued(Writer::start(heard(writer, By::Writer)));
            return Ok(Self { read: heard(read, By::Reader), write, secret });
        }
        let mut options = ConnectOptions::new(url);
        options
            .max_connections(16)
            .min_connections(2)
            .sqlx_logging(false)
            .acquire_timeout(Duration::from_secs(8));
        options.test_before_acquire(false).record_stmt_in_spans(false);
        let pool = SeaDatabase::connect(options).await?;
        let write = Write::Direct(heard(pool.clone(), By::Writer));
        Ok(Self { read: heard(pool, By::Reader), write, secret })
    }

    /// Brings the tables up to date.
    ///
    /// # Errors
    /// When a migration fails.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        let connection = match &self.write {
            Write::Queued(writer) => writer.connection(),
            Write::Direct(pool) => pool,
        };
        let mut tried = 1;
        while let Err(error) = migrations::Migrator::up(connection, None).await {
            // Two servers that start at once get in each other's way; then one finds it done.
            if tried == TRIES {
                return Err(error.into());
            }
            tried += 1;
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        Ok(())
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.read.execute_unprepared("SELECT 1").await?;
        Ok(())
    }

    /// What is kept for one council.
    #[must_use]
    pub fn council(&self, id: &str) -> Store {
        Store { db: self.clone(), council: id.into() }
    }

    /// Runs one write in one durable transaction.
    ///
    /// # Errors
    /// What the write says, or what the database says.
    pub async fn write<T: Send + 'static>(&self, operation: impl Operation<T>) -> Result<T, StoreError> {
        match &self.write {
            Write::Queued(writer) => writer.run(operation).await,
            Write::Direct(pool) => {
                let mut tried = 1;
                loop {
                    match transact(pool, &operation).await {
                        Err(StoreError::Database(error)) if tried < TRIES && wants_retry(&error) => {
                            tried += 1;
                        }
                        other => return other,
                    }
                }
            }
        }
    }

    fn reader(&self) -> &DatabaseConnection {
        &self.read
    }

    /// Which engine it is.
    #[must_use]
    pub fn backend(&self) -> DbBackend {
        self.read.get_database_backend()
    }
}

/// What is kept for one council.
#[derive(Clone)]
pub struct Store {
    db: Database,
    council: Arc<str>,
}

impl Store {
    /// The council's identifier.
    #[must_use]
    pub fn council(&self) -> &str {
        &self.council
    }
}

/// Connections to SQLite; `cache` is how much each keeps of the file, in kibibytes with a minus before it. Readers
/// are several and gain nothing from much.
fn sqlite(url: &str, connections: u32, cache: &'static str) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .min_connections(1)
        .sqlx_logging(false)
        .test_before_acquire(false)
        .record_stmt_in_spans(false);
    options.idle_timeout(None::<Duration>).max_lifetime(None::<Duration>);
    options.map_sqlx_sqlite_opts(move |options| {
        options
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5))
            .pragma("journal_mode", "WAL")
            .pragma("synchronous", "FULL")
            // What is deleted is written over, not only forgotten.
            .pragma("secure_delete", "ON")
            .pragma("cache_size", cache)
    });
    options
}

async fn transact<T>(pool: &DatabaseConnection, operation: &impl Operation<T>) -> Result<T, StoreError> {
    let transaction = pool.begin().await?;
    let done = operation(&transaction).await?;
    transaction.commit().await?;
    Ok(done)
}

/// Serialisation failure (40001) and deadlock (40P01) are PostgreSQL's way to say "once more, please".
fn wants_retry(error: &DbErr) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error))) = error
    else {
        return false;
    };
    error
        .as_database_error()
        .and_then(|error| error.code().map(|code| matches!(&*code, "40001" | "40P01")))
        .unwrap_or(false)
}
