//! The locations of the archive area, opened when they are first needed.

use aws_config::{BehaviorVersion, Region};
use tokio::sync::OnceCell;

use super::config::{ArchiveConfig, ArchivePlace};
use super::{App, AppError};
use crate::archive::vault::{S3Settings, https};
use crate::archive::{ArchiveError, Vault};

/// The region that servers other than AWS call themselves when nobody says otherwise.
const USUAL_REGION: &str = "us-east-1";

/// The opened locations.
#[derive(Debug, Default)]
pub(super) struct Vaults {
    archive: OnceCell<Vault>,
    replica: OnceCell<Option<Vault>>,
}

impl App {
    /// Returns the vault that records are archived in.
    ///
    /// # Errors
    /// Its location cannot be used as it is configured.
    pub async fn vault(&self) -> Result<&Vault, AppError> {
        let open = || async {
            let vault = self.open_vault(&self.config.archive).await?;
            vault.ok_or_else(|| ArchiveError::Location { what: "archive.location is empty".to_owned() }.into())
        };
        self.vaults.archive.get_or_try_init(open).await
    }

    /// Returns the vault that records are copied to, if one is configured.
    ///
    /// # Errors
    /// Its location cannot be used as it is configured.
    pub async fn replica(&self) -> Result<Option<&Vault>, AppError> {
        let opened = self.vaults.replica.get_or_try_init(|| self.open_vault(&self.config.replica)).await?;
        Ok(opened.as_ref())
    }

    async fn open_vault(&self, config: &ArchiveConfig) -> Result<Option<Vault>, AppError> {
        let (bucket, prefix) = match config.place() {
            None => return Ok(None),
            Some(ArchivePlace::Folder(path)) => return Ok(Some(Vault::folder(&path, self.clock.clone())?)),
            Some(ArchivePlace::Bucket { bucket, prefix }) => (bucket, prefix),
        };
        let endpoint = (!config.endpoint.is_empty()).then(|| config.endpoint.clone());
        let mut environment = aws_config::defaults(BehaviorVersion::latest()).http_client(https());
        if !config.region.is_empty() {
            environment = environment.region(Region::new(config.region.clone()));
        } else if endpoint.is_some() {
            // Otherwise the machine would be asked which region of AWS it stands in.
            environment = environment.region(Region::new(USUAL_REGION));
        }
        let environment = environment.load().await;
        let missing = |what: &str| ArchiveError::Location { what: what.to_owned() };
        let settings = S3Settings {
            bucket,
            prefix,
            endpoint,
            region: environment.region().map_or_else(|| USUAL_REGION.to_owned(), ToString::to_string),
            path_style: config.path_style,
            allow_http: config.allow_http,
            credentials: environment
                .credentials_provider()
                .ok_or_else(|| missing("there are no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"))?,
        };
        Ok(Some(Vault::s3(&settings, self.clock.clone())?))
    }
}
