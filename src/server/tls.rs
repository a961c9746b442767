//! The certificate and key that TLS is spoken with, and those that take their place while the server runs.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum_server::tls_rustls::RustlsConfig;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::app::listening::TlsFiles;
use crate::chart::Digest;
use crate::worker::Stop;

/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(3);

/// Why TLS cannot be spoken.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be used.
    #[error("{path} cannot be used for TLS: {cause}. It must be PEM: the certificate with those above it, and its key")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: String,
    },
    /// Certificate and key do not fit.
    #[error("the certificate and the key cannot be used together: {0}")]
    Pair(rustls::Error),
}

/// Reads the certificate and its key. TLS 1.2 and 1.3, HTTP/2 and HTTP/1.1.
///
/// # Errors
/// A file cannot be read, holds none, or the two do not belong together.
pub fn read(files: &TlsFiles) -> Result<Arc<ServerConfig>, TlsError> {
    let unusable = |path: &PathBuf, cause: String| TlsError::File { path: path.clone(), cause };
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(&files.certificate)
        .and_then(Iterator::collect)
        .map_err(|cause| unusable(&files.certificate, cause.to_string()))?;
    if chain.is_empty() {
        return Err(unusable(&files.certificate, "there is no certificate in it".into()));
    }
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|cause| unusable(&files.key, cause.to_string()))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Pair)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(TlsError::Pair)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// Takes a certificate that was renewed into use when its files change, until `stop` is raised: connections that are open stay
/// as they are. Files that cannot be used are told to the log once, and what was used before goes on being used.
pub async fn follow(files: &TlsFiles, used: &RustlsConfig, stop: &Stop) {
    let mut known = None;
    loop {
        let now = contents(files).await;
        if known.replace(now) != Some(now) {
            match read(files) {
                Ok(config) => used.reload_from_config(config),
                Err(cause) => tracing::warn!(%cause, "the certificate was changed, and the one before stays in use"),
            }
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = stop.raised() => return,
        }
    }
}

/// Returns digests of what the files hold; none of one that cannot be read.
async fn contents(files: &TlsFiles) -> [Option<Digest>; 2] {
    let digest = async |path| tokio::fs::read(path).await.ok().map(|bytes| Digest::of(&bytes));
    [digest(&files.certificate).await, digest(&files.key).await]
}
