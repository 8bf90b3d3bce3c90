//! Databases that live for one test, on both engines.

use std::panic::{AssertUnwindSafe, resume_unwind};

use futures::FutureExt as _;
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend};
use server::store::Database;
use uuid::Uuid;

/// Names a PostgreSQL in which databases may be created, by the URL of its maintenance database.
pub const VARIABLE: &str = "PORTICO_TEST_POSTGRES";

/// A new database with its tables.
#[derive(Clone)]
pub struct Kept {
    /// As the server uses it.
    pub db: Database,
    /// Where it is.
    pub url: String,
    raw: DatabaseConnection,
}

impl Kept {
    async fn at(url: String) -> Self {
        let hear = super::plans::looked_at(&url);
        let db = Database::connect_heard(&url, super::secret(), Some(hear)).await.unwrap();
        db.migrate().await.unwrap();
        let raw = sea_orm::Database::connect(&url).await.unwrap();
        Self { db, url, raw }
    }

    /// How many rows a table has, of all councils.
    pub async fn rows(&self, table: &str) -> i64 {
        self.number(&format!("SELECT COUNT(*) AS n FROM {table}")).await
    }

    /// One number, called `n`.
    pub async fn number(&self, sql: &str) -> i64 {
        let statement = sea_orm::Statement::from_string(self.raw.get_database_backend(), sql);
        let row = self.raw.query_one_raw(statement).await.unwrap().unwrap();
        row.try_get::<i64>("", "n").or_else(|_| row.try_get::<i32>("", "n").map(i64::from)).unwrap()
    }

    /// Names, called `name`, in their order.
    async fn names(&self, sql: String) -> Vec<String> {
        let statement = sea_orm::Statement::from_string(self.raw.get_database_backend(), sql);
        let rows = self.raw.query_all_raw(statement).await.unwrap();
        let mut names: Vec<String> = rows.iter().map(|row| row.try_get("", "name").unwrap()).collect();
        names.sort_unstable();
        names
    }

    /// The names of all our tables.
    pub async fn tables(&self) -> Vec<String> {
        let sql = match self.raw.get_database_backend() {
            DbBackend::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table'",
            _ => {
                "SELECT table_name::text AS name FROM information_schema.tables WHERE table_schema = 'public'"
            }
        };
        let mut names = self.names(sql.to_owned()).await;
        names.retain(|name| !name.starts_with("sqlite_") && name != "seaql_migrations");
        names
    }

    /// The names of a table's columns.
    pub async fn columns(&self, table: &str) -> Vec<String> {
        self.names(match self.raw.get_database_backend() {
            DbBackend::Sqlite => format!("SELECT name FROM pragma_table_info('{table}')"),
            _ => format!(
                "SELECT column_name::text AS name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = '{table}'"
            ),
        })
        .await
    }

    /// An identifier, as it stands in SQL.
    pub fn literal(&self, id: Uuid) -> String {
        match self.raw.get_database_backend() {
            DbBackend::Sqlite => format!("x'{}'", id.simple()),
            _ => format!("'{id}'"),
        }
    }

    /// Does something to the tables that the server would not do.
    pub async fn tamper(&self, sql: &str) {
        self.raw.execute_unprepared(sql).await.unwrap();
    }

    /// How many rows each of these tables has.
    pub async fn all_rows<const N: usize>(&self, tables: [&str; N]) -> [i64; N] {
        let mut rows = [0; N];
        for (rows, table) in rows.iter_mut().zip(tables) {
            *rows = self.rows(table).await;
        }
        rows
    }
}

/// Runs a test in a new SQLite file.
pub async fn on_sqlite<F: Future<Output = ()>>(test: impl FnOnce(Kept) -> F) {
    let folder = tempfile::tempdir().unwrap();
    test(Kept::at(format!("sqlite://{}", folder.path().join("kept.db").display())).await).await;
}

/// Runs a test in a new PostgreSQL database, which is dropped afterwards.
pub async fn on_postgres<F: Future<Output = ()>>(test: impl FnOnce(Kept) -> F) {
    let Ok(maintenance) = std::env::var(VARIABLE) else {
        eprintln!(
            "NOT RUN: {VARIABLE} is not set, so there is no PostgreSQL to run this on. `cargo xtask test` starts one."
        );
        return;
    };
    let admin = sea_orm::Database::connect(&maintenance).await.unwrap();
    let name = format!("portico_{}", Uuid::now_v7().simple());
    admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
    let (server, _) = maintenance.rsplit_once('/').unwrap();
    let kept = Kept::at(format!("{server}/{name}")).await;
    let ended = AssertUnwindSafe(test(kept)).catch_unwind().await;
    admin.execute_unprepared(&format!("DROP DATABASE {name} WITH (FORCE)")).await.unwrap();
    if let Err(panic) = ended {
        resume_unwind(panic);
    }
}

/// One list of tests, run on both engines: each is a function that takes what is kept.
macro_rules! on_both_engines {
    ($($test:ident),+ $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $test() {
                    $crate::support::database::on_sqlite(super::$test).await;
                }
            )+
        }
        mod postgres {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $test() {
                    $crate::support::database::on_postgres(super::$test).await;
                }
            )+
        }
    };
}
