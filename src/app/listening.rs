//! How the server is asked to run: what the command line says and the server does. Neither knows the other.

use std::error::Error;
use std::net::SocketAddr;
use std::path::PathBuf;

use futures::future::LocalBoxFuture;

use super::App;
use crate::worker::Stop;

/// Where and how the server listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listening {
    /// Address and port; port 0 takes a free one.
    pub address: SocketAddr,
    /// Certificate and key, where it speaks TLS itself.
    pub tls: Option<TlsFiles>,
    /// Whether a proxy in front of it speaks TLS and says who asks (X-Forwarded-For).
    pub behind_proxy: bool,
    /// Whether pages are read and the archive is looked after by the same process.
    pub work: bool,
}

/// Files that TLS is spoken with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate with those above it, PEM.
    pub certificate: PathBuf,
    /// Its key, PEM.
    pub key: PathBuf,
}

/// Told the address once it is listened at.
pub type Ready = Box<dyn FnOnce(SocketAddr) + Send>;

/// How serving ended.
pub type Served = Result<(), Box<dyn Error + Send + Sync>>;

/// What the command line needs of the server.
#[derive(Clone, Copy)]
pub struct ServerEntry {
    /// Serves until the signal is raised.
    pub serve: fn(App, Listening, Stop, Ready) -> LocalBoxFuture<'static, Served>,
    /// Describes its interface.
    pub describe: fn() -> String,
}
