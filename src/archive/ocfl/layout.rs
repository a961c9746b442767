//! Where objects are: storage layout extension 0003-hash-and-id-n-tuple-storage-layout, with its default settings, below
//! the storage root `records/`. <https://ocfl.github.io/extensions/0003-hash-and-id-n-tuple-storage-layout.html>

use crate::chart::{Digest, RecordId};

/// Folder of the storage root within the archive.
pub const ROOT: &str = "records";

/// Name of the declaration of a storage root.
pub const ROOT_DECLARATION: &str = "0=ocfl_1.1";
/// Text of the declaration of a storage root.
pub const ROOT_DECLARATION_TEXT: &str = "ocfl_1.1\n";
/// Name of the declaration of an object.
pub const OBJECT_DECLARATION: &str = "0=ocfl_object_1.1";
/// Text of the declaration of an object.
pub const OBJECT_DECLARATION_TEXT: &str = "ocfl_object_1.1\n";
/// Name of the file that names the layout.
pub const LAYOUT: &str = "ocfl_layout.json";
/// Text of that file.
pub const LAYOUT_TEXT: &str = "{
  \"extension\": \"0003-hash-and-id-n-tuple-storage-layout\",
  \"description\": \"Three folders of three digits of the SHA-256 of the object's id, then the id itself\"
}
";
/// Name of the layout's settings.
pub const SETTINGS: &str = "extensions/0003-hash-and-id-n-tuple-storage-layout/config.json";
/// Text of the layout's settings.
pub const SETTINGS_TEXT: &str = "{
  \"extensionName\": \"0003-hash-and-id-n-tuple-storage-layout\",
  \"digestAlgorithm\": \"sha256\",
  \"tupleSize\": 3,
  \"numberOfTuples\": 3
}
";
/// Name of an inventory.
pub const INVENTORY: &str = "inventory.json";
/// Name of an inventory's sidecar.
pub const SIDECAR: &str = "inventory.json.sha512";

/// What every object's id begins with.
const URN: &str = "urn:uuid:";
/// The same in a folder's name: the layout encodes everything but letters, digits, `-` and `_`.
const ENCODED_URN: &str = "urn%3auuid%3a";

/// Returns the id of a record's object.
pub fn object_id(record: RecordId) -> String {
    format!("{URN}{record}")
}

/// Returns the record that an object's id names.
pub fn record_of_id(id: &str) -> Option<RecordId> {
    let record: RecordId = id.strip_prefix(URN)?.parse().ok()?;
    // Upper-case or undashed forms of the same UUID would be other objects.
    (object_id(record) == id).then_some(record)
}

/// Returns the folder of a record's object within the archive, without a slash at its end.
pub fn object_folder(record: RecordId) -> String {
    let digest = Digest::of(object_id(record).as_bytes()).to_string();
    format!("{ROOT}/{}/{}/{}/{ENCODED_URN}{record}", &digest[..3], &digest[3..6], &digest[6..9])
}

/// Splits a key into the record whose object it belongs to and the path within the object; `None` when it is in no
/// object's folder.
pub fn split(key: &str) -> Option<(RecordId, &str)> {
    let (_, id_and_path) = key.split_once(ENCODED_URN)?;
    let (id, path) = id_and_path.split_once('/')?;
    let record: RecordId = id.parse().ok()?;
    let folder = object_folder(record);
    (key.strip_prefix(folder.as_str())?.strip_prefix('/')? == path).then_some((record, path))
}

/// Returns the files of the storage root itself, by key, in the order of writing: the declaration last.
pub fn root_files() -> [(String, &'static str); 3] {
    [
        (format!("{ROOT}/{SETTINGS}"), SETTINGS_TEXT),
        (format!("{ROOT}/{LAYOUT}"), LAYOUT_TEXT),
        (format!("{ROOT}/{ROOT_DECLARATION}"), ROOT_DECLARATION_TEXT),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORD: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

    #[test]
    fn an_object_is_where_the_layout_puts_it() {
        let record: RecordId = RECORD.parse().unwrap();
        // printf urn:uuid:01890a5d-ac96-774b-bcce-b302099a8057 | sha256sum
        let expected = format!("records/85a/9a8/74c/urn%3auuid%3a{RECORD}");
        let folder = object_folder(record);
        assert_eq!(folder, expected);
        assert_eq!(split(&format!("{folder}/v1/content/record.json")), Some((record, "v1/content/record.json")));
    }

    #[test]
    fn a_key_in_the_wrong_place_belongs_to_no_object() {
        let folder = object_folder(RECORD.parse().unwrap());
        for key in [
            folder.clone(),
            format!("other/{folder}/inventory.json"),
            format!("records/aaa/bbb/ccc/urn%3auuid%3a{RECORD}/inventory.json"),
            folder.to_uppercase() + "/inventory.json",
            "records/ocfl_layout.json".to_owned(),
        ] {
            assert_eq!(split(&key), None, "{key}");
        }
    }

    #[test]
    fn only_the_usual_form_of_an_id_is_one() {
        let id = format!("urn:uuid:{RECORD}");
        assert_eq!(record_of_id(&id).map(object_id), Some(id.clone()));
        assert_eq!(record_of_id(&id.replace('-', "")), None);
        assert_eq!(record_of_id(&id.to_uppercase()), None);
        assert_eq!(record_of_id(RECORD), None);
    }
}
