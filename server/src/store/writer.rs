//! SQLite's one writer. Writes that wait while it commits share the next commit, so the cost of making
//! them durable (one flush of the disk) is shared too. Each stands in its own savepoint: one that fails
//! takes only itself back.

use std::panic::AssertUnwindSafe;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use sea_orm::{
    DatabaseConnection, DatabaseTransaction, DbErr, SqliteTransactionMode, TransactionOptions,
    TransactionTrait as _,
};
use tokio::sync::{mpsc, oneshot};

use super::{Operation, StoreError};

/// Writes that share one commit at most.
const BATCH: usize = 64;
/// Writes that may wait; beyond it callers wait to get in line.
const WAITING: usize = 1024;

/// Runs inside the transaction and gives back what to do when the commit is known.
type Queued = Box<dyn for<'t> FnOnce(&'t DatabaseTransaction) -> BoxFuture<'t, Tell> + Send>;
/// Tells the caller; the argument is why the commit failed, if it did.
type Tell = Box<dyn FnOnce(Option<String>) + Send>;

#[derive(Clone)]
pub(super) struct Writer {
    connection: DatabaseConnection,
    line: mpsc::Sender<Queued>,
}

impl Writer {
    pub(super) fn start(connection: DatabaseConnection) -> Self {
        let (line, waiting) = mpsc::channel(WAITING);
        tokio::spawn(work(connection.clone(), waiting));
        Self { connection, line }
    }

    pub(super) fn connection(&self) -> &DatabaseConnection {
        &self.connection
    }

    pub(super) async fn run<T: Send + 'static>(&self, operation: impl Operation<T>) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        let queued: Queued = Box::new(move |transaction| {
            async move {
                let done = AssertUnwindSafe(in_savepoint(transaction, operation)).catch_unwind().await;
                let done = done
                    .unwrap_or_else(|_| Err(StoreError::Database(DbErr::Custom("a write panicked".into()))));
                let tell: Tell = Box::new(move |commit_failed| {
                    let answered = match (done, commit_failed) {
                        (Ok(_), Some(why)) => Err(StoreError::Database(DbErr::Custom(why))),
                        (done, _) => done,
                    };
                    // A caller that is gone has nobody to tell.
                    let _ = answer.send(answered);
                });
                tell
            }
            .boxed()
        });
        self.line.send(queued).await.map_err(|_| StoreError::Closed)?;
        answered.await.map_err(|_| StoreError::Closed)?
    }
}

async fn in_savepoint<T>(
    transaction: &DatabaseTransaction,
    operation: impl Operation<T>,
) -> Result<T, StoreError> {
    let savepoint = transaction.begin().await?;
    match operation(&savepoint).await {
        Ok(done) => {
            savepoint.commit().await?;
            Ok(done)
        }
        Err(error) => {
            savepoint.rollback().await?;
            Err(error)
        }
    }
}

async fn work(connection: DatabaseConnection, mut waiting: mpsc::Receiver<Queued>) {
    let mut batch = Vec::with_capacity(BATCH);
    while waiting.recv_many(&mut batch, BATCH).await > 0 {
        let immediate = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let transaction = match connection.begin_with_options(immediate).await {
            Ok(transaction) => transaction,
            Err(error) => {
                // Dropping the writes tells their callers; nothing was stored.
                tracing::error!(%error, "the database can't begin a write");
                batch.clear();
                continue;
            }
        };
        let mut tell = Vec::with_capacity(batch.len());
        for queued in batch.drain(..) {
            tell.push(queued(&transaction).await);
        }
        let failed = transaction.commit().await.err().map(|error| error.to_string());
        if let Some(error) = &failed {
            tracing::error!(error, "a commit failed");
        }
        for tell in tell {
            tell(failed.clone());
        }
    }
}
