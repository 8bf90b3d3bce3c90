//! Accepting connections, with limits on what a connection may send before it has said anything useful,
//! and an orderly end.

use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// The most bytes a request's head may have; more is answered with 431.
const HEAD: usize = 32 * 1024;
/// How long a request's head may take to arrive.
const HEAD_TIME: Duration = Duration::from_secs(10);
/// How long requests may go on after the server was told to stop.
const LAST: Duration = Duration::from_secs(10);

/// Serves until told to stop, then lets the requests under way end.
pub async fn serve(listener: TcpListener, app: Router, stop: CancellationToken) {
    serve_within(listener, app, stop, HEAD_TIME).await;
}

/// The same, with the time that a request's head may take.
pub async fn serve_within(listener: TcpListener, app: Router, stop: CancellationToken, head_time: Duration) {
    let graceful = GracefulShutdown::new();
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(head_time).max_buf_size(HEAD);
    loop {
        let stream = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    // Out of file descriptors, most likely: let some connections end.
                    tracing::error!(%error, "a connection can't be accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            },
        };
        // Small replies must not wait for each other.
        let _ = stream.set_nodelay(true);
        let connection = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(app.clone()));
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
        });
    }
    drop(listener);
    tokio::select! {
        () = graceful.shutdown() => {}
        () = tokio::time::sleep(LAST) => tracing::warn!("some requests did not end in time"),
    }
}
