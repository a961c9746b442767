//! Starts the server, has the work done beside it, and stops both in order.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use super::allowance::Allowance;
use super::journal::Journal;
use super::refusals::Refusals;
use super::state::{Parts, Server};
use super::tls::{self, TlsError};
use super::{assets, frame, metrics, route};
use crate::app::listening::Listening;
use crate::app::{App, AppError};
use crate::worker::Stop;

/// How long the first bytes and the headers of a request may take.
const HEADERS: Duration = Duration::from_secs(10);
/// Headers of one request, at most.
const MOST_HEADERS: usize = 64;
/// Bytes of a request's line and headers, at most.
const MOST_HEADER_BYTES: usize = 64 << 10;
/// How long what is under way may take when the server stops.
const GRACE: Duration = Duration::from_secs(20);
/// How often what has expired is swept away.
const SWEEP_EVERY: Duration = Duration::from_secs(600);

/// Why the server cannot run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address would be open to the network in the clear.
    #[error(
        "{0} can be reached from other machines, and nothing would be encrypted: give --tls-cert and --tls-key, or \
         --behind-proxy when a proxy on this machine or its network speaks TLS in front of it"
    )]
    InTheClear(SocketAddr),
    /// The address cannot be taken.
    #[error("{address} cannot be listened at: {cause}. Is another server running there? Name another with --listen")]
    Address {
        /// The address.
        address: SocketAddr,
        /// Why.
        cause: std::io::Error,
    },
    /// TLS cannot be spoken.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The server ended by itself.
    #[error("the server stopped: {0}")]
    Stopped(std::io::Error),
    /// What it needs failed.
    #[error(transparent)]
    App(#[from] AppError),
}

/// Serves until `stop` is raised. `ready` is told the address once it is listened at.
///
/// # Errors
/// The address cannot be taken or would be open in the clear, TLS cannot be spoken, or the work beside it failed.
pub async fn serve(
    app: App,
    listening: Listening,
    stop: Stop,
    ready: impl FnOnce(SocketAddr) + Send,
) -> Result<(), ServeError> {
    let address = listening.address;
    if !address.ip().is_loopback() && listening.tls.is_none() && !listening.behind_proxy {
        return Err(ServeError::InTheClear(address));
    }
    let tls = listening.tls.as_ref().map(tls::read).transpose()?.map(RustlsConfig::from_config);
    let used = listening.tls.clone().zip(tls.clone());
    let failed = move |cause| ServeError::Address { address, cause };
    let listener = std::net::TcpListener::bind(address).map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    let works = listening.work;
    let journal = Journal::begin(app.clone());
    let parts = Parts {
        app: app.clone(),
        listening,
        address: bound,
        stop: stop.clone(),
        journal,
        refusals: Refusals::default(),
        allowance: Allowance::new(app.config.server.requests_per_minute),
        metrics: metrics::recorder(),
    };
    let server = Server::new(parts);
    let service = router(&server).into_make_service_with_connect_info::<SocketAddr>();
    let handle = Handle::new();
    let stopping = stop_gracefully(handle.clone(), stop.clone());
    let stopper = stop.clone();
    // A task of its own: requests do not wait for the work's turns.
    let http = tokio::spawn(async move {
        let outcome = match tls {
            Some(config) => {
                let mut server = axum_server::from_tcp_rustls(listener, config).map_err(failed)?.handle(handle);
                limit(&mut server);
                server.first_request_timeout(HEADERS).serve(service).await
            }
            None => {
                let mut server = axum_server::from_tcp(listener).map_err(failed)?.handle(handle);
                limit(&mut server);
                server.first_request_timeout(HEADERS).serve(service).await
            }
        };
        // Whatever ended it ends the work beside it.
        stopper.raise();
        outcome.map_err(ServeError::Stopped)
    });
    // Boxed: together they are deeper than the compiler lays out.
    let work = Box::pin(async {
        let outcome = if works { app.work(&stop).await } else { Ok(()) };
        if outcome.is_err() {
            stop.raise();
        }
        outcome
    });
    let following = async {
        if let Some((files, used)) = &used {
            tls::follow(files, used, &stop).await;
        }
    };
    ready(bound);
    // Without systemd there is nobody to tell.
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Ready]);
    let (served, worked, (), (), ()) = tokio::join!(http, work, stopping, sweep(&app, &stop), following);
    served.map_err(|cause| ServeError::Stopped(std::io::Error::other(cause)))??;
    Ok(worked?)
}

/// Puts the table of routes, the web application and what all of them go through together.
pub(super) fn router(server: &Server) -> Router {
    route::router(server)
        .fallback(assets::asset)
        .layer(CompressionLayer::new())
        .layer(CatchPanicLayer::custom(frame::panicked))
        .layer(from_fn_with_state(server.clone(), frame::frame))
        .with_state(server.clone())
}

fn limit<A>(server: &mut axum_server::Server<SocketAddr, A>) {
    let builder = server.http_builder();
    builder.http1().header_read_timeout(HEADERS).max_headers(MOST_HEADERS).max_buf_size(MOST_HEADER_BYTES);
    let largest = u32::try_from(MOST_HEADER_BYTES).unwrap_or(u32::MAX);
    builder.http2().max_header_list_size(largest).max_concurrent_streams(128).keep_alive_interval(GRACE);
}

async fn stop_gracefully(handle: Handle<SocketAddr>, stop: Stop) {
    stop.raised().await;
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Stopping]);
    handle.graceful_shutdown(Some(GRACE));
}

async fn sweep(app: &App, stop: &Stop) {
    while !stop.is_raised() {
        if let Err(cause) = app.sweep_sign_ins().await {
            tracing::warn!(%cause, "sessions that have ended were not swept away");
        }
        tokio::select! {
            () = tokio::time::sleep(SWEEP_EVERY) => {}
            () = stop.raised() => {}
        }
    }
}
