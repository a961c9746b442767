//! Listing versions, page by page. Within a key the server lists them from the newest to the oldest: that order decides,
//! since times have whole seconds on some servers and clocks jump.

use aws_sdk_s3::operation::list_object_versions::ListObjectVersionsOutput;
use aws_sdk_s3::primitives::DateTime;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use jiff::Timestamp;

use super::Bucket;
use super::connection::failed;
use crate::archive::error::ArchiveError;
use crate::archive::vault::version::{Entry, Version};

/// The most versions that are listed at once.
const MOST_VERSIONS: usize = 1_000_000;
/// The most folders that are listed at once.
const MOST_FOLDERS: usize = 1_000_000;

/// What of a page is still to be asked for.
enum Next {
    First,
    After { key: String, version: Option<String> },
    End,
}

impl Bucket {
    /// Lists every version of `prefix` itself and of every key below it.
    pub(in crate::archive::vault) async fn versions(&self, prefix: &str) -> Result<Vec<Version>, ArchiveError> {
        let mut versions = Vec::new();
        let mut pages = self.pages(prefix, false);
        while let Some(page) = pages.try_next().await? {
            versions.extend(self.data_versions(&page, prefix));
            versions.extend(self.delete_markers(&page, prefix));
            if versions.len() > MOST_VERSIONS {
                return Err(ArchiveError::TooMany { what: prefix.to_owned(), most: MOST_VERSIONS });
            }
        }
        // Stable: among versions of a key, the server's order stays; its newest marker comes first, the others last.
        versions.sort_by(|one, other| {
            let rank = |version: &Version| if version.is_newest { 0 } else { 1 + u8::from(version.is_delete_marker) };
            one.key.cmp(&other.key).then(rank(one).cmp(&rank(other)))
        });
        self.mark_healed(&mut versions).await?;
        Ok(versions)
    }

    /// Returns the versions of one key that hold data, from the newest to the oldest.
    pub(super) async fn of_key(&self, key: &str) -> Result<Vec<Version>, ArchiveError> {
        let mut found = Vec::new();
        let mut pages = self.pages(key, false);
        while let Some(page) = pages.try_next().await? {
            let listed = self.data_versions(&page, key);
            // Keys are listed in order: after the key itself come only longer ones.
            let is_past = listed.iter().any(|version| version.key != key);
            found.extend(listed.into_iter().filter(|version| version.key == key));
            if is_past {
                break;
            }
        }
        Ok(found)
    }

    /// Returns the first version that was written of a key: the truth.
    pub(super) async fn oldest(&self, key: &str) -> Result<Option<Version>, ArchiveError> {
        Ok(self.of_key(key).await?.pop())
    }

    /// Lists the keys that hold data, with the size of their oldest version.
    pub(in crate::archive::vault) fn list(&self, prefix: &str) -> BoxStream<'static, Result<Entry, ArchiveError>> {
        let (bucket, under) = (self.clone(), prefix.to_owned());
        let versions = self
            .pages(prefix, false)
            .map_ok(move |page| futures::stream::iter(bucket.data_versions(&page, &under)).map(Ok))
            .try_flatten()
            .boxed();
        // The last version of a key is the oldest: a key is told when the next one begins.
        let told = futures::stream::try_unfold((versions, None::<Version>), |(mut versions, mut before)| async move {
            loop {
                let next: Option<Version> = versions.try_next().await?;
                match (before.take(), next) {
                    (None, None) => return Ok(None),
                    (Some(last), None) => return Ok(Some((entry(last), (versions, None)))),
                    (Some(last), Some(next)) if last.key != next.key => {
                        return Ok(Some((entry(last), (versions, Some(next)))));
                    }
                    (_, Some(next)) => before = Some(next),
                }
            }
        });
        told.boxed()
    }

    /// Lists the folders directly in `prefix`, sorted.
    pub(in crate::archive::vault) async fn folders(&self, prefix: &str) -> Result<Vec<String>, ArchiveError> {
        let mut folders = Vec::new();
        let mut pages = self.pages(prefix, true);
        while let Some(page) = pages.try_next().await? {
            let names = page.common_prefixes().iter().filter_map(|folder| folder.prefix());
            let names = names.filter_map(|name| self.own_key(name.trim_end_matches('/')));
            folders.extend(names.filter(|name| !super::is_own(name)));
            if folders.len() > MOST_FOLDERS {
                return Err(ArchiveError::TooMany { what: prefix.to_owned(), most: MOST_FOLDERS });
            }
        }
        folders.sort_unstable();
        folders.dedup();
        Ok(folders)
    }

    /// Asks for page after page; with `folders`, what lies deeper is told by the folder's name only.
    fn pages(&self, prefix: &str, folders: bool) -> BoxStream<'static, Result<ListObjectVersionsOutput, ArchiveError>> {
        let (bucket, prefix) = (self.clone(), prefix.to_owned());
        let mut full = bucket.full_key(&prefix);
        if folders && !full.is_empty() {
            full.push('/');
        }
        let state = (bucket, prefix, full, Next::First);
        let pages = futures::stream::try_unfold(state, move |(bucket, prefix, full, next)| async move {
            let mut request = bucket.sdk.list_object_versions().bucket(&bucket.name).prefix(&full);
            if folders {
                request = request.delimiter("/");
            }
            request = match &next {
                Next::End => return Ok(None),
                Next::First => request,
                Next::After { key, version } => request.key_marker(key).set_version_id_marker(version.clone()),
            };
            let page = request.send().await.map_err(|error| failed(&prefix, &error))?;
            let after = match (page.is_truncated(), page.next_key_marker()) {
                (Some(true), Some(key)) => {
                    let version = page.next_version_id_marker().map(ToOwned::to_owned);
                    if matches!(&next, Next::After { key: before, version: at } if before == key && *at == version) {
                        // Asked again and again, it would never come to an end.
                        let cause = "the server repeats a page of its list".to_owned();
                        return Err(ArchiveError::Failed { key: prefix, cause });
                    }
                    Next::After { key: key.to_owned(), version }
                }
                (Some(true), None) => {
                    let cause = "the server breaks its list off and does not say where to go on".to_owned();
                    return Err(ArchiveError::Failed { key: prefix, cause });
                }
                _ => Next::End,
            };
            Ok(Some((page, (bucket, prefix, full, after))))
        });
        pages.boxed()
    }

    fn data_versions(&self, page: &ListObjectVersionsOutput, prefix: &str) -> Vec<Version> {
        let listed = page.versions().iter().filter_map(|version| {
            Some(Version {
                key: self.own_key(version.key()?)?,
                // Without versioning, objects have the version "null".
                id: version.version_id().unwrap_or("null").to_owned(),
                size: u64::try_from(version.size().unwrap_or_default()).unwrap_or_default(),
                modified: instant(version.last_modified()),
                is_delete_marker: false,
                is_newest: version.is_latest().unwrap_or_default(),
                healed: false,
            })
        });
        listed.filter(|version| is_at_or_below(&version.key, prefix)).collect()
    }

    fn delete_markers(&self, page: &ListObjectVersionsOutput, prefix: &str) -> Vec<Version> {
        let listed = page.delete_markers().iter().filter_map(|marker| {
            Some(Version {
                key: self.own_key(marker.key()?)?,
                id: marker.version_id().unwrap_or("null").to_owned(),
                size: 0,
                modified: instant(marker.last_modified()),
                is_delete_marker: true,
                is_newest: marker.is_latest().unwrap_or_default(),
                healed: false,
            })
        });
        listed.filter(|version| is_at_or_below(&version.key, prefix)).collect()
    }
}

/// Says whether `key` is `prefix` or lies below it, and not in a folder that the vault keeps for itself, unless that was
/// asked for.
fn is_at_or_below(key: &str, prefix: &str) -> bool {
    let below =
        prefix.is_empty() || key.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    below && (!super::is_own(key) || super::is_own(prefix))
}

fn entry(version: Version) -> Entry {
    Entry { key: version.key, size: version.size }
}

/// Turns the SDK's time into ours.
pub(super) fn instant(time: Option<&DateTime>) -> Timestamp {
    time.and_then(exact).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Turns the SDK's time into ours, where it is one.
pub(super) fn exact(time: &DateTime) -> Option<Timestamp> {
    Timestamp::new(time.secs(), i32::try_from(time.subsec_nanos()).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_longer_name_is_not_below() {
        assert!(is_at_or_below("a/b", "a") && is_at_or_below("a", "a") && is_at_or_below("a", ""));
        assert!(!is_at_or_below("ab", "a") && !is_at_or_below("a", "a/b"));
        assert!(!is_at_or_below(".probe/1", "") && is_at_or_below(".probe/1", ".probe"));
    }
}
