//! Where an archive of records is: a folder, or a bucket that speaks S3.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use aws_sdk_s3::config::Region;

use super::config::ArchiveConfig;
use super::{AppError, SystemClock};
use crate::archive::Vault;
use crate::archive::vault::{S3Settings, https};
use crate::chart::Clock;

/// The region that is signed for where none is set.
const REGION: &str = "us-east-1";

/// Where an archive is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArchivePlace {
    /// A local folder.
    Folder(PathBuf),
    /// A bucket, and where in it.
    Bucket {
        /// Its name.
        bucket: String,
        /// Where the archive begins in it; empty: at its root.
        prefix: String,
    },
}

impl ArchivePlace {
    /// Opens an archive that must be there. A bucket's server, region and credentials come from where every S3 program
    /// looks for them: `AWS_ENDPOINT_URL`, `AWS_REGION`, `AWS_ACCESS_KEY_ID`, `~/.aws`, the instance.
    ///
    /// # Errors
    /// The folder is not there; there are no credentials; the place cannot be used.
    pub async fn open(&self) -> Result<Vault, AppError> {
        self.must_be_there()?;
        self.vault(None, Arc::new(SystemClock)).await
    }

    /// Opens the configured archive, which must be there; with its configured server and region.
    ///
    /// # Errors
    /// The folder is not there; there are no credentials; the place cannot be used.
    pub async fn open_configured(config: &ArchiveConfig) -> Result<Vault, AppError> {
        let place = config.place().ok_or_else(|| AppError::NotFound("the configuration names no archive".into()))?;
        place.must_be_there()?;
        place.vault(Some(config), Arc::new(SystemClock)).await
    }

    /// Returns the place of this name within this one.
    #[must_use]
    pub fn within(&self, name: &str) -> Self {
        match self {
            Self::Folder(folder) => Self::Folder(folder.join(name)),
            Self::Bucket { bucket, prefix } => {
                let prefix = if prefix.is_empty() { name.to_owned() } else { format!("{prefix}/{name}") };
                Self::Bucket { bucket: bucket.clone(), prefix }
            }
        }
    }

    /// Opens a place that need not be there.
    ///
    /// # Errors
    /// There are no credentials; the place cannot be used.
    pub async fn make(&self) -> Result<Vault, AppError> {
        self.vault(None, Arc::new(SystemClock)).await
    }

    /// Opens the place; makes the folder if it is missing.
    pub(super) async fn vault(&self, config: Option<&ArchiveConfig>, clock: Arc<dyn Clock>) -> Result<Vault, AppError> {
        Ok(match self {
            Self::Folder(folder) => Vault::folder(folder, clock)?,
            Self::Bucket { bucket, prefix } => {
                Vault::s3(&settings(bucket.clone(), prefix.clone(), config).await?, clock)?
            }
        })
    }

    fn must_be_there(&self) -> Result<(), AppError> {
        match self {
            Self::Folder(folder) if !folder.is_dir() => Err(AppError::NotFound(format!(
                "{} is no folder; name the archive's folder, or a bucket as s3://BUCKET/PREFIX",
                folder.display()
            ))),
            _ => Ok(()),
        }
    }
}

impl FromStr for ArchivePlace {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let Some(rest) = text.strip_prefix("s3://") else {
            return match text.split_once("://") {
                Some((scheme, _)) => Err(format!("{scheme}:// is not known; name a folder, or s3://BUCKET/PREFIX")),
                None => Ok(Self::Folder(Path::new(text).to_path_buf())),
            };
        };
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        if bucket.is_empty() {
            return Err("a bucket is named as s3://BUCKET or s3://BUCKET/PREFIX".to_owned());
        }
        Ok(Self::Bucket { bucket: bucket.to_owned(), prefix: prefix.trim_matches('/').to_owned() })
    }
}

/// Puts together how a bucket is reached: what is configured, else what the environment says.
async fn settings(bucket: String, prefix: String, config: Option<&ArchiveConfig>) -> Result<S3Settings, AppError> {
    let set = |text: &String| (!text.is_empty()).then(|| text.clone());
    let endpoint = config.and_then(|config| set(&config.endpoint));
    let mut environment = aws_config::defaults(aws_config::BehaviorVersion::latest()).http_client(https());
    if let Some(region) = config.and_then(|config| set(&config.region)) {
        environment = environment.region(Region::new(region));
    } else if endpoint.is_some() {
        // Otherwise the machine would be asked which region of AWS it stands in.
        environment = environment.region(Region::new(REGION));
    }
    let found = environment.load().await;
    let credentials = found.credentials_provider().ok_or_else(|| {
        AppError::NotFound("there are no credentials for S3; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY".into())
    })?;
    let endpoint = endpoint.or_else(|| found.endpoint_url().map(str::to_owned));
    Ok(S3Settings {
        bucket,
        prefix,
        path_style: config.map_or(endpoint.is_some(), |config| config.path_style),
        endpoint,
        region: found.region().map_or_else(|| REGION.to_owned(), |region: &Region| region.as_ref().to_owned()),
        allow_http: config.is_some_and(|config| config.allow_http),
        credentials,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_and_buckets_are_told_apart() {
        let bucket =
            |bucket: &str, prefix: &str| Ok(ArchivePlace::Bucket { bucket: bucket.into(), prefix: prefix.into() });
        assert_eq!("archive".parse(), Ok(ArchivePlace::Folder("archive".into())));
        assert_eq!("/a/s3:/b".parse(), Ok(ArchivePlace::Folder("/a/s3:/b".into())));
        assert_eq!("s3://charts".parse(), bucket("charts", ""));
        assert_eq!("s3://charts/a/b/".parse(), bucket("charts", "a/b"));
        for text in ["s3://", "s3:///a", "https://example.org/x"] {
            assert!(text.parse::<ArchivePlace>().is_err(), "{text}");
        }
    }
}
