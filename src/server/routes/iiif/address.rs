//! The addresses that viewers are given: whole ones, as they ask for.

use axum::http::HeaderMap;
use axum::http::header::HOST;

use crate::app::images::ImageId;
use crate::chart::DocumentId;
use crate::server::SignedIn;

/// Where this server is, as whoever asks knows it.
pub struct Address(String);

impl Address {
    /// Finds it out: as configured, or as the request says.
    pub fn of(signed_in: &SignedIn, headers: &HeaderMap) -> Self {
        let configured = signed_in.app.config.server.public_url.trim_end_matches('/');
        if !configured.is_empty() {
            return Self(configured.to_owned());
        }
        let scheme = if signed_in.server.is_secure() { "https" } else { "http" };
        let plain = |host: &&str| host.chars().all(|sign| sign.is_ascii_alphanumeric() || ".:-[]".contains(sign));
        let host = headers.get(HOST).and_then(|host| host.to_str().ok()).filter(plain).unwrap_or("localhost");
        Self(format!("{scheme}://{host}"))
    }

    /// Returns the address of an image.
    pub fn image(&self, image: ImageId) -> String {
        format!("{}/api/v1/iiif/3/{image}", self.0)
    }

    /// Returns the address of what belongs to a document's manifest.
    pub fn of_manifest(&self, document: DocumentId, part: &str) -> String {
        format!("{}/api/v1/iiif/presentation/{document}/{part}", self.0)
    }

    /// Returns the address of a page's canvas.
    pub fn canvas(&self, document: DocumentId, position: u32) -> String {
        self.of_manifest(document, &format!("canvas/{position}"))
    }

    /// Returns the address of a document's search, of a version of the protocol.
    pub fn search(&self, version: u32, document: DocumentId) -> String {
        format!("{}/api/v1/iiif/search/{version}/{document}", self.0)
    }
}
