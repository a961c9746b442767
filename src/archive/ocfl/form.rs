//! The JSON of an inventory. Keys that come twice, keys that are unknown and texts that are no digests are refused.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use jiff::Timestamp;
use serde::de::{DeserializeOwned, Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::fingerprint::Sha512;
use super::inventory::{Author, Content, Inventory, InventoryError, Version, fault};
use super::layout;
use super::names::{CONTENT, ContentPath, LogicalPath, VersionNumber};
use crate::chart::Digest;

const TYPE: &str = "https://ocfl.io/1.1/spec/#inventory";
const ALGORITHM: &str = "sha512";

/// The most entries of a map, and of a list within it.
const MOST_ENTRIES: usize = 200_000;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Form {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    digest_algorithm: String,
    head: VersionNumber,
    content_directory: String,
    fixity: Fixity,
    manifest: Unique<Sha512, One<ContentPath>>,
    versions: Unique<VersionNumber, VersionForm>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fixity {
    sha256: Unique<Digest, Vec<ContentPath>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct VersionForm {
    created: Timestamp,
    message: String,
    user: User,
    state: Unique<Sha512, Vec<LogicalPath>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct User {
    name: String,
    address: String,
}

/// Reads the JSON; the rules between its parts are not checked yet.
pub(super) fn parse(bytes: &[u8]) -> Result<Inventory, InventoryError> {
    let form: Form = serde_json::from_slice(bytes)
        .map_err(|error| fault(format!("line {} column {}: {error}", error.line(), error.column())))?;
    for (name, found, known) in [
        ("type", &form.kind, TYPE),
        ("digestAlgorithm", &form.digest_algorithm, ALGORITHM),
        ("contentDirectory", &form.content_directory, CONTENT),
    ] {
        if found != known {
            return Err(fault(format!("its {name} is {found:?}; this version reads {known:?}")));
        }
    }
    let record = layout::record_of_id(&form.id)
        .ok_or_else(|| fault(format!("its id is {:?}; this version reads urn:uuid:RECORD", form.id)))?;
    let mut sha256 = BTreeMap::new();
    for (digest, paths) in form.fixity.sha256.0 {
        for path in paths {
            if let Some(path) = sha256.insert(path.clone(), digest).map(|_| path) {
                return Err(fault(format!("{path} comes twice in the fixity block")));
            }
        }
    }
    let mut manifest = BTreeMap::new();
    for (digest, One([path])) in form.manifest.0 {
        let sha256 = sha256.remove(&path).ok_or_else(|| fault(format!("{path} has no SHA-256 in the fixity block")))?;
        manifest.insert(digest, Content { path, sha256 });
    }
    if let Some(path) = sha256.keys().next() {
        return Err(fault(format!("{path} is in the fixity block but not in the manifest")));
    }
    let versions = form.versions.0.into_iter().map(|(number, form)| Ok((number, version(number, form)?)));
    Ok(Inventory { record, head: form.head, manifest, versions: versions.collect::<Result<_, _>>()? })
}

/// Writes the JSON.
pub(super) fn write(inventory: &Inventory) -> Result<Vec<u8>, InventoryError> {
    let mut sha256: BTreeMap<Digest, Vec<ContentPath>> = BTreeMap::new();
    let mut manifest = BTreeMap::new();
    for (digest, content) in &inventory.manifest {
        sha256.entry(content.sha256).or_default().push(content.path.clone());
        manifest.insert(*digest, One([content.path.clone()]));
    }
    let versions = inventory.versions.iter().map(|(number, version)| {
        let mut state: BTreeMap<Sha512, Vec<LogicalPath>> = BTreeMap::new();
        for (path, digest) in &version.state {
            state.entry(*digest).or_default().push(path.clone());
        }
        let user = User { name: version.author.name.clone(), address: version.author.address.clone() };
        let form =
            VersionForm { created: version.created, message: version.message.clone(), user, state: Unique(state) };
        (*number, form)
    });
    let form = Form {
        id: layout::object_id(inventory.record),
        kind: TYPE.to_owned(),
        digest_algorithm: ALGORITHM.to_owned(),
        head: inventory.head,
        content_directory: CONTENT.to_owned(),
        fixity: Fixity { sha256: Unique(sha256) },
        manifest: Unique(manifest),
        versions: Unique(versions.collect()),
    };
    let mut bytes = serde_json::to_vec_pretty(&form).map_err(|error| fault(error.to_string()))?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn version(number: VersionNumber, form: VersionForm) -> Result<Version, InventoryError> {
    let mut state = BTreeMap::new();
    for (digest, paths) in form.state.0 {
        for path in paths {
            if let Some(path) = state.insert(path.clone(), digest).map(|_| path) {
                return Err(fault(format!("{number}: {path} comes twice")));
            }
        }
    }
    let author = Author { name: form.user.name, address: form.user.address };
    Ok(Version { created: form.created, message: form.message, author, state })
}

/// A list of exactly one.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct One<T>([T; 1]);

/// A map in which no key comes twice.
#[derive(Serialize)]
#[serde(transparent)]
struct Unique<K, V>(BTreeMap<K, V>);

impl<'de, K: DeserializeOwned + Ord, V: DeserializeOwned> Deserialize<'de> for Unique<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(UniqueVisitor(PhantomData)).map(Self)
    }
}

struct UniqueVisitor<K, V>(PhantomData<(K, V)>);

impl<'de, K: DeserializeOwned + Ord, V: DeserializeOwned> Visitor<'de> for UniqueVisitor<K, V> {
    type Value = BTreeMap<K, V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a map of at most {MOST_ENTRIES} entries, no key twice")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut map = BTreeMap::new();
        while let Some((key, value)) = access.next_entry()? {
            if map.len() == MOST_ENTRIES {
                return Err(A::Error::custom(format_args!("more than {MOST_ENTRIES} entries")));
            }
            if map.insert(key, value).is_some() {
                return Err(A::Error::custom("a key comes twice"));
            }
        }
        Ok(map)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::archive::ocfl::fingerprint::Fingerprint;
    use crate::chart::RecordId;

    const RECORD: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

    fn record() -> RecordId {
        RECORD.parse().unwrap()
    }

    fn about(seconds: i64) -> Version {
        Version {
            created: Timestamp::from_second(seconds).unwrap(),
            message: "a \"message\", with signs: \u{2713}".into(),
            author: Author { name: "Muniment".into(), address: "urn:uuid:0".into() },
            state: BTreeMap::new(),
        }
    }

    fn files(list: &[(&str, &str)]) -> BTreeMap<LogicalPath, Fingerprint> {
        list.iter().map(|(path, bytes)| (path.parse().unwrap(), Fingerprint::of(bytes.as_bytes()))).collect()
    }

    fn two_versions() -> Inventory {
        let first = files(&[("original/0001.tif", "scan"), ("record.json", "{}"), ("text.json", "[]")]);
        let first = Inventory::with_version(None, record(), about(1), &first).unwrap();
        let second = files(&[("original/0001.tif", "scan"), ("record.json", "{1}"), ("copy.tif", "scan")]);
        Inventory::with_version(Some(&first), record(), about(2), &second).unwrap()
    }

    #[test]
    fn unchanged_files_refer_to_what_the_earlier_version_brought() {
        let inventory = two_versions();
        let brought = |number| {
            let number = VersionNumber::new(number).unwrap();
            let mut paths: Vec<String> =
                inventory.brought_by(number).map(|(_, content)| content.path.to_string()).collect();
            paths.sort();
            paths
        };
        assert_eq!(brought(1), ["v1/content/original/0001.tif", "v1/content/record.json", "v1/content/text.json"]);
        assert_eq!(brought(2), ["v2/content/record.json"]);
        let bytes = inventory.to_bytes().unwrap();
        assert_eq!(Inventory::parse(&bytes, Some(record())), Ok(inventory));
    }

    #[test]
    fn an_inventory_of_another_record_is_refused() {
        let bytes = two_versions().to_bytes().unwrap();
        let other = "01890a5d-ac96-774b-bcce-b302099a8058".parse().unwrap();
        assert!(Inventory::parse(&bytes, Some(other)).unwrap_err().what.contains("not of"));
    }

    #[test]
    fn every_broken_rule_is_named() {
        let inventory = two_versions();
        let text = String::from_utf8(inventory.to_bytes().unwrap()).unwrap();
        let sha512 = Fingerprint::of(b"{1}").sha512.to_string();
        let sha256 = Fingerprint::of(b"{1}").sha256.to_string();
        let zeros = "0".repeat(128);
        let breaks: &[(&str, &str, &str)] = &[
            ("inventory\"", "inventory/\"", "its type is"),
            ("\"sha512\"", "\"sha256\"", "digestAlgorithm"),
            (": \"content\"", ": \"contents\"", "contentDirectory"),
            ("urn:uuid:01", "urn:uuid:X1", "its id is"),
            ("\"head\": \"v2\"", "\"head\": \"v3\"", "without gaps"),
            ("\"head\": \"v2\"", "\"head\": \"v02\"", "no version number"),
            ("\"head\": \"v2\"", "\"head\": \"v2\", \"heads\": 1", "unknown field"),
            ("\"head\": \"v2\"", "\"head\": \"v2\", \"head\": \"v2\"", "duplicate field"),
            ("v2/content/record.json", "v2/content/../record.json", "cannot be a path"),
            ("v2/content/record.json", "/etc/passwd", "no content path"),
            (&sha512, &sha512.to_uppercase(), "128 lower-case"),
            (&sha256, &sha256[1..], "64 lower-case"),
            ("copy.tif", "original/0001.tif", "comes twice"),
            ("copy.tif", "original", "is a file, and a folder"),
            ("copy.tif", "../copy.tif", "cannot be a path"),
            ("\"message\": \"a", "\"message\": \"a\\n", "control signs"),
            ("\"name\": \"Muniment\"", "\"name\": \"\"", "1 to 1000 bytes"),
            ("1970-01-01T00:00:02Z", "yesterday", "line"),
        ];
        for (old, new, expected) in breaks {
            assert!(text.contains(old), "{old}");
            let broken = text.replacen(old, new, 1);
            let error = Inventory::parse(broken.as_bytes(), None).unwrap_err();
            assert!(error.what.contains(expected), "{old} -> {new}: {error}");
        }
        // In one place only: the other blocks still have the digest.
        let at = text.rfind(&sha512).unwrap();
        let broken = format!("{}{zeros}{}", &text[..at], &text[at + 128..]);
        assert!(Inventory::parse(broken.as_bytes(), None).unwrap_err().what.contains("not in the manifest"));
    }

    #[test]
    fn a_key_that_comes_twice_is_refused() {
        let text = String::from_utf8(two_versions().to_bytes().unwrap()).unwrap();
        let (before, states) = text.rsplit_once("\"state\": {").unwrap();
        let (entry, _) = states.split_once(']').unwrap();
        let broken = format!("{before}\"state\": {{{entry}], {states}");
        assert!(Inventory::parse(broken.as_bytes(), None).unwrap_err().what.contains("a key comes twice"));
    }

    #[test]
    fn what_cannot_become_a_version_is_refused() {
        let next = |list: &[(&str, &str)]| Inventory::with_version(None, record(), about(1), &files(list));
        assert!(next(&[]).is_err());
        assert!(next(&[("a", "1"), ("a/b", "2")]).is_err());
        let untitled = Version { message: String::new(), ..about(1) };
        assert!(Inventory::with_version(None, record(), untitled, &files(&[("a", "1")])).is_err());
    }

    #[test]
    fn an_inventory_continues_only_its_own_past() {
        let inventory = two_versions();
        let past = |message: &str, bytes: &str| {
            let version = Version { message: message.into(), ..about(1) };
            let list = [("original/0001.tif", bytes), ("record.json", "{}"), ("text.json", "[]")];
            Inventory::with_version(None, record(), version, &files(&list)).unwrap()
        };
        assert_eq!(inventory.continues(&past(&about(1).message, "scan")), Ok(()));
        assert!(inventory.continues(&past("another", "scan")).is_err());
        assert!(inventory.continues(&past(&about(1).message, "scam")).is_err());
        assert_eq!(inventory.continues(&inventory), Ok(()));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

        #[test]
        fn every_history_reads_itself_back(
            history in proptest::collection::vec(
                proptest::collection::btree_map("[a-z]{1,2}(/[a-z0-9]{1,3}\\.tif)?", "[a-c]{0,2}", 1..8), 1..6),
        ) {
            let mut inventory: Option<Inventory> = None;
            for (at, version) in history.iter().enumerate() {
                let list: Vec<(&str, &str)> =
                    version.iter().map(|(path, bytes)| (path.as_str(), bytes.as_str())).collect();
                let Ok(next) = Inventory::with_version(inventory.as_ref(), record(), about(at as i64), &files(&list)) else {
                    // A file that is a folder too.
                    prop_assert!(version.keys().any(|path| path.contains('/')));
                    continue;
                };
                let read = Inventory::parse(&next.to_bytes().unwrap(), None);
                prop_assert_eq!(read.as_ref(), Ok(&next));
                // Every file is found, and with the bytes that it had.
                let state = &next.versions()[&next.head()].state;
                prop_assert_eq!(state.len(), version.len());
                for (path, bytes) in version {
                    let digest = state[&path.parse::<LogicalPath>().unwrap()];
                    prop_assert_eq!(next.manifest()[&digest].sha256, Digest::of(bytes.as_bytes()));
                }
                if let Some(previous) = &inventory {
                    prop_assert_eq!(next.continues(previous), Ok(()));
                }
                inventory = Some(next);
            }
        }

        #[test]
        fn whatever_is_read_as_an_inventory_writes_itself(at in 0_usize..4000, byte in any::<u8>()) {
            let mut bytes = two_versions().to_bytes().unwrap();
            let at = at % bytes.len();
            bytes[at] = byte;
            if let Ok(read) = Inventory::parse(&bytes, None) {
                prop_assert_eq!(Inventory::parse(&read.to_bytes().unwrap(), None), Ok(read));
            }
        }
    }
}
