//! The server: where it listens, how long people stay signed in, and where else they may sign in.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::Deserialize;

use crate::chart::Role;

/// The server.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerConfig {
    /// Address and port.
    pub listen: SocketAddr,
    /// Certificate for TLS, PEM; empty: none.
    pub tls_certificate: PathBuf,
    /// Its key.
    pub tls_key: PathBuf,
    /// Whether a proxy in front of it speaks TLS.
    pub behind_proxy: bool,
    /// Address that people open, for links; empty: the one that is listened at.
    pub public_url: String,
    /// After how many minutes without use a session ends.
    pub idle_minutes: u32,
    /// After how many hours a session ends in any case.
    pub session_hours: u32,
    /// Requests that one person may send at once, and in every minute after them.
    pub requests_per_minute: u32,
    /// Roles that have to set up a second factor.
    pub second_factor: Roles,
}

/// Names of roles, parted by commas.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(try_from = "String")]
pub struct Roles(pub Vec<Role>);

impl TryFrom<String> for Roles {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
        let read = |name: &str| name.parse().map_err(|cause| format!("server.second_factor: {name:?}: {cause}"));
        names.map(read).collect::<Result<_, String>>().map(Self)
    }
}

/// An identity provider that people may sign in at (OpenID Connect).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderConfig {
    /// Its issuer URL; empty: none.
    pub issuer: String,
    /// Name under which it knows this program.
    pub client_id: String,
    /// File with the secret that goes with it; empty: none.
    pub client_secret_file: PathBuf,
    /// Claim that holds the login of a person who signs in for the first time.
    pub login_claim: String,
    /// Words on the button.
    pub name: String,
}

impl ServerConfig {
    pub(super) fn check(&self, faults: &mut Vec<String>) {
        let mut range = |key: &str, value: u32, low: u32, high: u32| {
            if !(low..=high).contains(&value) {
                faults.push(format!("{key} = {value}: must lie between {low} and {high}"));
            }
        };
        range("server.idle_minutes", self.idle_minutes, 1, 1440);
        range("server.session_hours", self.session_hours, 1, 168);
        range("server.requests_per_minute", self.requests_per_minute, 60, 10_000_000);
        if self.tls_certificate.as_os_str().is_empty() != self.tls_key.as_os_str().is_empty() {
            faults.push("server.tls_certificate and server.tls_key: give both or neither".into());
        }
    }
}

impl ProviderConfig {
    pub(super) fn check(&self, faults: &mut Vec<String>) {
        if self.issuer.is_empty() {
            return;
        }
        let local = self.issuer.starts_with("http://127.0.0.1") || self.issuer.starts_with("http://localhost");
        if !self.issuer.starts_with("https://") && !local {
            faults.push(format!("oidc.issuer = {:?}: must begin with https://", self.issuer));
        }
        if self.client_id.is_empty() {
            faults.push("oidc.client_id is empty: the provider gave one when this program was registered".into());
        }
    }
}
