//! The two clients of one bucket, `object_store` for data and the SDK for versions and locks, with the same credentials,
//! the same TLS, deadlines and bounded retries.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    BehaviorVersion, ProvideCredentials, Region, RequestChecksumCalculation, ResponseChecksumValidation,
    SharedCredentialsProvider,
};
use aws_sdk_s3::error::{ConnectorError, ProvideErrorMetadata, SdkError};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use jiff::{SignedDuration, Timestamp};
use object_store::aws::{AmazonS3Builder, AwsCredential, Checksum};
use object_store::{BackoffConfig, ClientOptions, CredentialProvider, ObjectStore};
use tokio::sync::Mutex;

use super::settings::S3Settings;
use crate::archive::error::ArchiveError;
use crate::chart::Clock;

/// Time to reach the server.
const CONNECT: Duration = Duration::from_secs(10);
/// Time for one request. A part of 8 MiB then needs 70 kB a second.
const REQUEST: Duration = Duration::from_secs(120);
/// Time for a request with all its repetitions.
const OPERATION: Duration = Duration::from_secs(300);
/// How often a request is sent at most.
const ATTEMPTS: u32 = 4;
/// How long credentials without an end are used before they are asked for again: their file may have changed.
const FRESH: SignedDuration = SignedDuration::from_mins(10);
/// How long before their end credentials are replaced.
const BEFORE_END: SignedDuration = SignedDuration::from_mins(2);

/// Makes the client for versions and locks.
pub(super) fn sdk(settings: &S3Settings) -> aws_sdk_s3::Client {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_attempt_timeout(REQUEST)
        .operation_timeout(OPERATION)
        .build();
    let mut config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(settings.region.clone()))
        .force_path_style(settings.path_style)
        .credentials_provider(settings.credentials.clone())
        .http_client(https())
        .timeout_config(timeouts)
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
        // Checksums are set by hand where they matter; servers other than AWS do not know the newer ones.
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .response_checksum_validation(ResponseChecksumValidation::WhenRequired);
    config.set_endpoint_url(settings.endpoint.clone());
    aws_sdk_s3::Client::from_conf(config.build())
}

/// Returns the HTTP client of the SDK: rustls with ring, as everywhere in the program.
pub fn https() -> aws_sdk_s3::config::SharedHttpClient {
    aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https()
}

/// Makes the client for data.
pub(super) fn data(settings: &S3Settings, clock: Arc<dyn Clock>) -> Result<Arc<dyn ObjectStore>, ArchiveError> {
    // `object_store`'s client leaves the choice of the cryptography to the process. An error says that it was made.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let is_http = settings.endpoint.as_deref().is_some_and(|endpoint| endpoint.starts_with("http://"));
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(&settings.bucket)
        .with_region(&settings.region)
        .with_virtual_hosted_style_request(!settings.path_style)
        .with_credentials(Arc::new(Credentials {
            provider: settings.credentials.clone(),
            clock,
            kept: Mutex::new(None),
        }))
        .with_checksum_algorithm(Checksum::SHA256)
        .with_client_options(
            ClientOptions::new().with_connect_timeout(CONNECT).with_timeout(REQUEST).with_allow_http(is_http),
        )
        .with_retry(object_store::RetryConfig {
            backoff: BackoffConfig::default(),
            max_retries: ATTEMPTS as usize - 1,
            retry_timeout: OPERATION,
        });
    if let Some(endpoint) = &settings.endpoint {
        builder = builder.with_endpoint(endpoint);
    }
    let built = builder.build().map_err(|error| ArchiveError::Location { what: error.to_string() })?;
    Ok(Arc::new(built))
}

/// The SDK's credentials, for `object_store`.
struct Credentials {
    provider: SharedCredentialsProvider,
    clock: Arc<dyn Clock>,
    kept: Mutex<Option<(Arc<AwsCredential>, Timestamp)>>,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Credentials")
    }
}

#[async_trait]
impl CredentialProvider for Credentials {
    type Credential = AwsCredential;

    async fn get_credential(&self) -> object_store::Result<Arc<AwsCredential>> {
        let mut kept = self.kept.lock().await;
        let now = self.clock.now();
        if let Some((credential, until)) = &*kept
            && now < *until
        {
            return Ok(credential.clone());
        }
        let given = self
            .provider
            .provide_credentials()
            .await
            .map_err(|error| object_store::Error::Generic { store: "S3", source: Box::new(error) })?;
        let end = given.expiry().and_then(|end| Timestamp::try_from(end).ok());
        let until = end.and_then(|end| end.checked_sub(BEFORE_END).ok()).or(now.checked_add(FRESH).ok()).unwrap_or(now);
        let credential = Arc::new(AwsCredential {
            key_id: given.access_key_id().to_owned(),
            secret_key: given.secret_access_key().to_owned(),
            token: given.session_token().map(ToOwned::to_owned),
        });
        *kept = Some((credential.clone(), until));
        Ok(credential)
    }
}

/// Returns the code of a refusal, such as `AccessDenied`, or the HTTP status where the answer has none.
pub(super) fn code<E: ProvideErrorMetadata>(error: &SdkError<E>) -> Option<String> {
    let SdkError::ServiceError(refusal) = error else { return None };
    let status = refusal.raw().status().as_u16();
    Some(refusal.err().code().map_or_else(|| status.to_string(), ToOwned::to_owned))
}

/// Returns the HTTP status of a refusal.
pub(super) fn status<E>(error: &SdkError<E>) -> Option<u16> {
    error.raw_response().map(|response| response.status().as_u16())
}

/// Puts a failure into words that name what to do. Neither requests nor headers are quoted.
pub(super) fn failed<E: ProvideErrorMetadata + std::error::Error>(key: &str, error: &SdkError<E>) -> ArchiveError {
    let key = key.to_owned();
    let cause = match error {
        SdkError::ServiceError(refusal) => {
            let status = refusal.raw().status().as_u16();
            let code = refusal.err().code().unwrap_or("no code");
            let cause = format!("{code} ({status}): {}", refusal.err().message().unwrap_or("the server says no more"));
            match (status, code) {
                (_, "NoSuchBucket") => {
                    return ArchiveError::Location { what: format!("the server has no such bucket: {cause}") };
                }
                (404, _) => return ArchiveError::Missing { key },
                (400 | 401 | 403 | 405 | 501, _) => return ArchiveError::Refused { key, cause },
                _ => cause,
            }
        }
        SdkError::TimeoutError(_) => "the server did not answer in time".to_owned(),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => "the server did not answer in time".to_owned(),
        SdkError::DispatchFailure(failure) => match failure.as_connector_error().map(causes) {
            // The SDK tells a lack of credentials by a chain of errors of many types.
            Some(causes) if causes.iter().any(|cause| cause.contains("credentials")) => {
                let cause = "no credentials were found; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY".to_owned();
                return ArchiveError::Refused { key, cause };
            }
            causes => {
                let deepest = causes.and_then(|causes| causes.into_iter().next_back());
                format!("the server cannot be reached: {}", deepest.unwrap_or_default())
            }
        },
        SdkError::ResponseError(_) => "the server's answer cannot be understood; is it an S3 server?".to_owned(),
        error => error.to_string(),
    };
    ArchiveError::Failed { key, cause }
}

/// Returns an error and what lies behind it, as texts.
fn causes(error: &ConnectorError) -> Vec<String> {
    let first: &dyn std::error::Error = error;
    std::iter::successors(Some(first), |error| error.source()).take(20).map(ToString::to_string).collect()
}
