//! Finds out what a bucket really enforces, with throw-away objects under `.probe/` and locks of seconds.

use std::time::Duration;

use aws_sdk_s3::primitives::ByteStream;
use base64ct::{Base64, Encoding};
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};

use super::connection::{failed, status};
use super::{Bucket, PROBE};
use crate::archive::error::ArchiveError;
use crate::archive::vault::VaultKind;
use crate::archive::vault::lock::{Lock, LockMode};
use crate::archive::vault::probe::{Enforcement, Probe};
use crate::archive::vault::version::Version;

/// How long the locks of a probe last.
const LOCKED: SignedDuration = SignedDuration::from_secs(4);
/// The most objects of earlier probes that are removed.
const MOST_SWEPT: usize = 200;

impl Bucket {
    pub(in crate::archive::vault) async fn probe(&self) -> Result<Probe, ArchiveError> {
        let store_time = self.store_time().await?;
        let clock_difference = store_time.duration_since(self.clock.now()).as_secs();
        self.sweep().await;
        let versioning = self.probe_versions().await?;
        let may_delete = self.may_delete().await?;
        let unknown = || {
            Enforcement::Unknown(
            "these credentials may delete nothing, so a refusal proves nothing; run this with those of the disposal".to_owned(),
        )
        };
        let (mut lock, mut bypass) = self.probe_lock(store_time).await?;
        let mut hold = self.probe_hold().await?;
        if !may_delete {
            // What cannot be locked at all is known all the same.
            for finding in [&mut lock, &mut hold, &mut bypass] {
                if finding.is_by_store() {
                    *finding = unknown();
                }
            }
        }
        let conditional_put = if self.creates_once().await? {
            Enforcement::Store
        } else {
            Enforcement::Program(
                "the server takes a second version; the program compares after each write, and the oldest counts"
                    .to_owned(),
            )
        };
        let (checksum, sha256) = self.probe_checksums().await?;
        self.sweep().await;
        Ok(Probe {
            kind: VaultKind::S3,
            location: self.describes(),
            versioning,
            lock,
            bypass,
            hold,
            conditional_put,
            checksum,
            sha256,
            clock_difference,
        })
    }

    /// Overwrites a key and asks for what was there before.
    async fn probe_versions(&self) -> Result<Enforcement, ArchiveError> {
        let key = self.probe_key();
        for text in ["one", "two"] {
            self.put_probe(&key, text, None).await?;
        }
        let versions = self.of_key(&key).await?;
        Ok(match versions.last() {
            Some(oldest) if versions.len() == 2 && self.read_version(oldest).await? == "one" => Enforcement::Store,
            _ => {
                Enforcement::Nobody("overwriting loses what was there; switch versioning on for the bucket".to_owned())
            }
        })
    }

    async fn may_delete(&self) -> Result<bool, ArchiveError> {
        let version = self.put_probe(&self.probe_key(), "free", None).await?;
        self.delete(&version).await.map(|()| true).or_else(|error| match error {
            ArchiveError::Refused { .. } | ArchiveError::Locked { .. } => Ok(false),
            error => Err(error),
        })
    }

    /// Locks versions and tries to delete them: one in compliance mode, one in governance mode with a bypass.
    async fn probe_lock(&self, store_time: Timestamp) -> Result<(Enforcement, Enforcement), ArchiveError> {
        let until = store_time.saturating_add(LOCKED).unwrap_or(Timestamp::MAX);
        let mut locked = Vec::new();
        for mode in [LockMode::Compliance, LockMode::Governance] {
            match self.put_probe(&self.probe_key(), "locked", Some(&Lock { mode, until, held: false })).await {
                Ok(version) => locked.push(version),
                Err(ArchiveError::Refused { cause, .. }) => {
                    let no_lock = Enforcement::Nobody(format!(
                        "the bucket takes no locks; make one with Object Lock switched on ({cause})"
                    ));
                    return Ok((no_lock.clone(), no_lock));
                }
                Err(error) => return Err(error),
            }
        }
        let [compliance, governance] = locked.as_slice() else { return Ok((unclear(), unclear())) };
        let _ = self.delete(compliance).await;
        let lock = self.still_there(compliance, "a version that is locked in compliance mode could be deleted").await?;
        let forced = self
            .sdk
            .delete_object()
            .bucket(&self.name)
            .key(self.full_key(&governance.key))
            .version_id(&governance.id)
            .bypass_governance_retention(true);
        let _ = forced.send().await;
        let bypass = self
            .still_there(
                governance,
                "these credentials can lift locks in governance mode: deny them s3:BypassGovernanceRetention, or lock in \
                 compliance mode",
            )
            .await?;
        // So that the sweep at the end can remove them; by the server's clock they are free then.
        let wait = LOCKED.saturating_add(SignedDuration::from_secs(1)).unsigned_abs();
        tokio::time::sleep(wait.min(Duration::from_secs(10))).await;
        Ok((lock, bypass))
    }

    async fn probe_hold(&self) -> Result<Enforcement, ArchiveError> {
        let version = self.put_probe(&self.probe_key(), "held", None).await?;
        match self.hold(&version, true).await {
            Ok(()) => {}
            Err(ArchiveError::Refused { cause, .. }) => {
                return Ok(Enforcement::Nobody(format!("the bucket takes no legal holds ({cause})")));
            }
            Err(error) => return Err(error),
        }
        let _ = self.delete(&version).await;
        let finding = self.still_there(&version, "a version under a legal hold could be deleted").await?;
        if finding.is_by_store() {
            self.hold(&version, false).await?;
        }
        Ok(finding)
    }

    /// Sends bytes with a wrong Content-MD5, and with a wrong x-amz-checksum-sha256.
    async fn probe_checksums(&self) -> Result<(Enforcement, Enforcement), ArchiveError> {
        let mut findings = Vec::new();
        for header in ["Content-MD5", "x-amz-checksum-sha256"] {
            let key = self.probe_key();
            let put = self
                .sdk
                .put_object()
                .bucket(&self.name)
                .key(self.full_key(&key))
                .body(ByteStream::from_static(b"bytes"));
            let put = match header {
                "Content-MD5" => put.content_md5(Base64::encode_string(&[7; 16])),
                _ => put.checksum_sha256(Base64::encode_string(&[7; 32])),
            };
            findings.push(match put.send().await {
                Err(error) if status(&error) == Some(400) => Enforcement::Store,
                Err(error) => return Err(failed(&key, &error)),
                Ok(_) => Enforcement::Nobody(format!("bytes with a wrong {header} were taken")),
            });
        }
        let sha256 = findings.pop().unwrap_or_else(unclear);
        Ok((findings.pop().unwrap_or_else(unclear), sha256))
    }

    async fn still_there(&self, version: &Version, otherwise: &str) -> Result<Enforcement, ArchiveError> {
        let there = self.of_key(&version.key).await?.iter().any(|found| found.id == version.id);
        Ok(if there { Enforcement::Store } else { Enforcement::Nobody(otherwise.to_owned()) })
    }

    async fn read_version(&self, version: &Version) -> Result<Bytes, ArchiveError> {
        self.whole(&version.key, self.version_id(version), 1 << 10).await
    }

    async fn put_probe(&self, key: &str, text: &'static str, lock: Option<&Lock>) -> Result<Version, ArchiveError> {
        let put = self.put(key, Bytes::from_static(text.as_bytes()), lock, false).await;
        put.map_err(|error| failed(key, &error))
    }

    fn probe_key(&self) -> String {
        format!("{PROBE}/{}", self.ticket())
    }

    /// Removes what probes have left, as far as it is free and these credentials may.
    async fn sweep(&self) {
        if let Ok(left) = self.versions(PROBE).await {
            for version in left.iter().take(MOST_SWEPT) {
                let _ = self.delete(version).await;
            }
        }
    }
}

fn unclear() -> Enforcement {
    Enforcement::Unknown("the probe did not come to a result; run it again".to_owned())
}
