//! The configuration: defaults, one TOML file over them, environment variables over both. Unknown keys are refused.

mod archive;
mod keeping;
mod layers;
mod places;
mod quality;
mod reading;
mod review;
mod server;
mod serving;

use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Table;

use self::layers::{lay_environment_over, lay_over};
use crate::chart::Secret;

pub use archive::{ArchiveConfig, FixityConfig};
pub use keeping::{CustodyConfig, DepositConfig, DisposalConfig, LedgerConfig};
pub use places::{Data, Database, Facility, IndexConfig, ObjectStoreConfig};
pub use quality::QualityConfig;
pub use reading::{IntakeConfig, Pipelines, Recognition, WorkerConfig};
pub use review::{ReviewConfig, SecondReview};
pub use server::{ProviderConfig, ServerConfig};
pub use serving::{ImagesConfig, UploadsConfig};

/// The default configuration with comments, as `muniment init` writes it.
pub const DEFAULTS: &str = include_str!("defaults.toml");

/// Prefix of the environment variables that win over the file.
const PREFIX: &str = "MUNIMENT_";
/// Variables with the prefix that are no configuration keys: they are read elsewhere.
const NOT_KEYS: &[&str] = &["MUNIMENT_CONFIG", "MUNIMENT_LOG", "MUNIMENT_PDF_PASSWORD", "MUNIMENT_TOKEN"];

/// The whole configuration, with every default filled in and every path absolute or relative to the working directory.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where everything lives.
    pub data: Data,
    /// The object store.
    pub store: ObjectStoreConfig,
    /// Where records are archived.
    pub archive: ArchiveConfig,
    /// Where they are copied to.
    pub replica: ArchiveConfig,
    /// How they are read again.
    pub fixity: FixityConfig,
    /// How they are looked after.
    pub custody: CustodyConfig,
    /// The database.
    pub database: Database,
    /// The search index.
    pub index: IndexConfig,
    /// The place where it runs.
    pub facility: Facility,
    /// What is taken in, and when.
    pub intake: IntakeConfig,
    /// Pipelines.
    pub pipelines: Pipelines,
    /// Children and their limits.
    pub recognition: Recognition,
    /// What comes into the archive.
    pub deposit: DepositConfig,
    /// What people decide, and when it becomes final.
    pub review: ReviewConfig,
    /// How lots are sampled.
    pub quality: QualityConfig,
    /// Claims.
    pub worker: WorkerConfig,
    /// The ledger.
    pub ledger: LedgerConfig,
    /// Destruction.
    pub disposal: DisposalConfig,
    /// Page images for viewers.
    pub images: ImagesConfig,
    /// Files that are being uploaded.
    pub uploads: UploadsConfig,
    /// The server.
    pub server: ServerConfig,
    /// Where else people may sign in.
    pub oidc: ProviderConfig,
}

/// What is wrong with a configuration: every fault at once.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{path} cannot be read: {cause}. Name another file with --config, or make one with `muniment init`")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// The file is no TOML.
    #[error("{path} is not valid TOML: {cause}")]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Where and why.
        cause: toml::de::Error,
    },
    /// Keys that do not exist, values of the wrong kind or out of range.
    #[error("the configuration has {} fault(s):\n  {}", .0.len(), .0.join("\n  "))]
    Faults(Vec<String>),
}

impl Config {
    /// Returns the folder of a site's own document types.
    pub fn document_types(&self) -> Option<PathBuf> {
        self.pipelines.folder.as_ref().map(|folder| folder.join("document-types"))
    }

    /// Reads the configuration: defaults, then `file`, then `environment`. `data_folder` wins over all of them.
    ///
    /// # Errors
    /// The file cannot be read or holds keys or values that do not exist; all of them are named.
    pub fn load(
        file: Option<&Path>,
        environment: impl Iterator<Item = (String, String)>,
        data_folder: Option<&Path>,
    ) -> Result<Self, ConfigError> {
        let mut table: Table =
            DEFAULTS.parse().map_err(|cause| ConfigError::Syntax { path: "defaults".into(), cause })?;
        let defaults = table.clone();
        let mut faults = Vec::new();
        let mut base = PathBuf::new();
        if let Some(path) = file {
            let text =
                std::fs::read_to_string(path).map_err(|cause| ConfigError::Unreadable { path: path.into(), cause })?;
            let own: Table = text.parse().map_err(|cause| ConfigError::Syntax { path: path.into(), cause })?;
            lay_over(&mut table, own, "", &mut faults);
            base = path.parent().map(Path::to_path_buf).unwrap_or_default();
        }
        lay_environment_over(&mut table, &defaults, environment, &mut faults);
        let mut config: Self = match table.try_into() {
            Ok(config) => config,
            Err(cause) => {
                faults.push(cause.to_string().trim_end().to_owned());
                return Err(ConfigError::Faults(faults));
            }
        };
        config.check(&mut faults);
        if !faults.is_empty() {
            return Err(ConfigError::Faults(faults));
        }
        config.resolve(&base, data_folder);
        Ok(config)
    }

    /// Returns the number of recognition children: as configured, or one per core.
    pub fn children(&self) -> usize {
        match self.recognition.children {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            children => children,
        }
    }

    fn check(&self, faults: &mut Vec<String>) {
        let mut range = |key: &str, value: u64, low: u64, high: u64| {
            if !(low..=high).contains(&value) {
                faults.push(format!("{key} = {value}: must lie between {low} and {high}"));
            }
        };
        range("index.memory_mib", self.index.memory_mib, 16, 1024);
        range("intake.settle_seconds", self.intake.settle_seconds, 0, 3600);
        range("intake.poll_seconds", self.intake.poll_seconds, 1, 3600);
        range("intake.max_file_mib", self.intake.max_file_mib, 1, 1 << 20);
        range("intake.max_pages", self.intake.max_pages.into(), 1, 1_000_000);
        range("intake.dispute_days", self.intake.dispute_days.into(), 0, 36_500);
        range("recognition.children", self.recognition.children as u64, 0, 256);
        range("recognition.memory_mib", self.recognition.memory_mib, 256, 1 << 16);
        range("recognition.page_seconds", self.recognition.page_seconds, 5, 3600);
        range("recognition.file_seconds", self.recognition.file_seconds, 5, 3600);
        range("recognition.max_megapixels", self.recognition.max_megapixels, 1, 2000);
        range("recognition.pages_per_child", self.recognition.pages_per_child.into(), 1, 1_000_000);
        range("deposit.lock_seconds", self.deposit.lock_seconds, 0, 3_153_600_000);
        range("review.undo_minutes", self.review.undo_minutes.into(), 0, 10_080);
        range("quality.new_staff_documents", self.quality.new_staff_documents.into(), 0, 100_000);
        range("worker.lease_seconds", self.worker.lease_seconds, 5, 86_400);
        range("disposal.grace_days", self.disposal.grace_days.into(), 0, 3650);
        range("ledger.lock_days", self.ledger.lock_days.into(), 0, 36_500);
        range("images.cache_mib", self.images.cache_mib, 16, 1 << 20);
        range("images.children", self.images.children as u64, 1, 64);
        range("uploads.keep_hours", self.uploads.keep_hours.into(), 1, 720);
        range("uploads.most_open", self.uploads.most_open.into(), 1, 10_000);
        self.archive.check("archive", faults);
        self.replica.check("replica", faults);
        self.fixity.check(faults);
        self.custody.check(faults);
        self.server.check(faults);
        self.oidc.check(faults);
        if jiff::tz::TimeZone::get(&self.facility.zone).is_err() {
            faults.push(format!(
                "facility.zone = {:?}: not a time zone of this system; try \"UTC\" or \"America/New_York\"",
                self.facility.zone
            ));
        }
        if self.recognition.languages.is_empty() {
            faults.push("recognition.languages is empty: name at least one, for example \"eng\"".into());
        }
    }

    /// Makes every path whole: relative to the file it was read from, or inside of the data folder.
    fn resolve(&mut self, base: &Path, data_folder: Option<&Path>) {
        let data = data_folder.map_or_else(|| base.join(&self.data.folder), Path::to_path_buf);
        let inside = |path: &Path, default: &str| {
            if path.as_os_str().is_empty() { data.join(default) } else { base.join(path) }
        };
        self.store.folder = inside(&self.store.folder, "objects");
        self.index.folder = inside(&self.index.folder, "index");
        self.images.folder = inside(&self.images.folder, "images");
        self.uploads.folder = inside(&self.uploads.folder, "uploads");
        self.archive.resolve(base, Some(data.join("archive")));
        self.replica.resolve(base, None);
        self.ledger.key = inside(&self.ledger.key, "ledger-key.pem");
        for path in [&mut self.server.tls_certificate, &mut self.server.tls_key, &mut self.oidc.client_secret_file] {
            if !path.as_os_str().is_empty() {
                *path = whole(&base.join(&*path));
            }
        }
        let own = [
            &mut self.index.definitions,
            &mut self.pipelines.folder,
            &mut self.recognition.tessdata,
            &mut self.recognition.user_words,
        ];
        for path in own.into_iter().flatten() {
            *path = whole(&base.join(&*path));
        }
        // A path of an SQLite file is relative to the configuration too, like every other.
        if let Some(path) = self.database.url.reveal().strip_prefix("sqlite:") {
            let path = base.join(path.strip_prefix("//").unwrap_or(path));
            self.database.url = Secret::new(format!("sqlite:{}", path.display()));
        }
        if self.database.url.reveal().is_empty() {
            let path = data.join("muniment.db");
            self.database.url = Secret::new(format!("sqlite:{}", path.display()));
        }
        self.data.folder = data;
    }
}

/// Returns `path` from the root: children work in another folder.
fn whole(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf())
}

#[cfg(test)]
mod tests {
    use super::super::archive_place::ArchivePlace;
    use super::*;

    fn load(text: &str, environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("muniment.toml");
        std::fs::write(&path, text).unwrap();
        Config::load(
            Some(&path),
            environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
            None,
        )
    }

    #[test]
    fn the_written_defaults_are_a_valid_configuration() {
        let written = load(DEFAULTS, &[]).unwrap();
        assert_eq!(written.recognition.page_seconds, 120);
        assert!(written.store.folder.ends_with("muniment-data/objects"));
    }

    #[test]
    fn every_fault_is_named_at_once_with_a_hint() {
        let message = load(
            "[archive]\nlock_mode = 'x'\n[intake]\nmax_pagse = 3\nmax_file_mib = 0\n[databas]\nurl = 'x'",
            &[("MUNIMENT_DATABASE_URI", "x")],
        )
        .unwrap_err()
        .to_string();
        for part in [
            "did you mean max_pages?",
            "archive.lock_mode is not a known key; did you mean deposit.lock_mode?",
            "did you mean database?",
            "did you mean MUNIMENT_DATABASE_URL?",
            "max_file_mib = 0",
        ] {
            assert!(message.contains(part), "{part} is missing in: {message}");
        }
    }

    #[test]
    fn the_password_of_the_database_is_not_shown() {
        let url = "postgres://muniment:Correct-Horse-7@localhost/muniment";
        let config = load(&format!("[database]\nurl = '{url}'"), &[]).unwrap();
        assert_eq!(config.database.url.reveal(), url);
        assert!(!format!("{config:?}").contains("Correct"), "{config:?}");
    }

    #[test]
    fn paths_are_relative_to_the_file() {
        let config = load("[database]\nurl = 'sqlite:archive.db'\n[recognition]\ntessdata = 'models'", &[]).unwrap();
        let path = config.database.url.reveal().strip_prefix("sqlite:").unwrap();
        assert!(Path::new(path).is_absolute() && path.ends_with("archive.db"), "{path}");
        assert!(config.recognition.tessdata.unwrap().is_absolute());
    }

    #[test]
    fn the_archive_is_a_folder_or_a_bucket() {
        let place = |text: &str| load(text, &[]).map(|config| (config.archive.place(), config.replica.place()));
        let (archive, replica) = place("").unwrap();
        assert!(matches!(archive, Some(ArchivePlace::Folder(folder)) if folder.ends_with("muniment-data/archive")));
        assert_eq!(replica, None);
        let (archive, replica) =
            place("[archive]\nlocation = 's3://records/clinic/'\n[replica]\nlocation = 'copy'").unwrap();
        let bucket = ArchivePlace::Bucket { bucket: "records".into(), prefix: "clinic".into() };
        assert_eq!(archive, Some(bucket));
        assert!(
            matches!(replica, Some(ArchivePlace::Folder(folder)) if folder.is_absolute() && folder.ends_with("copy"))
        );
        for bad in ["location = 's3://'", "location = 'gs://x'", "path_style = 3", "endpoint = 'https://x'"] {
            assert!(load(&format!("[archive]\n{bad}"), &[]).is_err(), "{bad}");
        }
        let config =
            load("", &[("MUNIMENT_ARCHIVE_PATH_STYLE", "false"), ("MUNIMENT_DEPOSIT_LOCK_SECONDS", "2")]).unwrap();
        assert!(!config.archive.path_style);
        let now = jiff::Timestamp::UNIX_EPOCH;
        assert_eq!(config.lock(now).unwrap().until, now + jiff::SignedDuration::from_secs(2));
    }

    #[test]
    fn the_environment_wins_over_the_file() {
        let config = load("[worker]\nlease_seconds = 30", &[("MUNIMENT_WORKER_LEASE_SECONDS", "45")]).unwrap();
        assert_eq!(config.worker.lease_seconds, 45);
    }
}
