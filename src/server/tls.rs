//! The certificate and key that TLS is spoken with.

use std::path::PathBuf;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::app::listening::TlsFiles;

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
