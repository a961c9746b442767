//! What every handler shares, and what is known about whoever sent a request.

use std::net::{IpAddr, SocketAddr};
use std::ops::Deref;
use std::sync::Arc;

use metrics_exporter_prometheus::PrometheusHandle;

use super::allowance::Allowance;
use super::journal::Journal;
use super::refusals::Refusals;
use crate::app::App;
use crate::app::listening::Listening;
use crate::worker::Stop;

/// The running server. Clones share everything.
#[derive(Clone)]
pub struct Server(Arc<Parts>);

/// What a server is made of.
pub struct Parts {
    /// The program, as nobody in particular; handlers use the one of [`SignedIn`](super::SignedIn).
    pub app: App,
    /// How it listens.
    pub listening: Listening,
    /// The address that it listens at.
    pub address: SocketAddr,
    /// Raised when it is to stop: streams end then.
    pub stop: Stop,
    /// Takes what was read and by whom to the ledger.
    pub journal: Journal,
    /// Who was refused what lately.
    pub refusals: Refusals,
    /// How much everybody may still ask for.
    pub allowance: Allowance,
    /// The figures.
    pub metrics: PrometheusHandle,
}

/// Whoever sent a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// Address of the other end: the browser's, where a proxy says so that is known to be one.
    pub address: IpAddr,
    /// Whether the request came from this machine, through no proxy.
    pub local: bool,
    /// Id of the request, as answers and logs have it.
    pub request_id: String,
}

impl Server {
    /// Puts a server together.
    pub(super) fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// Returns the address that people open, without a slash at its end.
    pub fn public_url(&self) -> String {
        match self.app.config.server.public_url.trim_end_matches('/') {
            "" => format!("{}://{}", if self.is_secure() { "https" } else { "http" }, self.address),
            url => url.to_owned(),
        }
    }

    /// Says whether browsers speak to it through TLS.
    pub fn is_secure(&self) -> bool {
        self.listening.tls.is_some() || self.listening.behind_proxy
    }
}

impl Deref for Server {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
