//! Where Tesseract's model files are, and whether they are whole: a damaged one would end the process.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::recognizer::RecognizeError;

/// Folders of model files in the packages of the usual distributions, looked into in this order.
const USUAL_FOLDERS: [&str; 5] = [
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tessdata",
    "/usr/local/share/tessdata",
    "/opt/homebrew/share/tessdata",
    "/usr/share/tesseract-ocr/4.00/tessdata",
];
/// Most entries in the table of a model file; version 5 writes 24.
const MOST_ENTRIES: i32 = 64;
/// Most bytes of a model file; the largest published one has 90 MB.
const MOST_BYTES: u64 = 256 << 20;
/// Place of the network in the table.
const NETWORK: usize = 17;
/// Place of the classifier that orientation detection uses.
const SHAPES: usize = 3;

/// A folder of model files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Models {
    folder: PathBuf,
}

impl Models {
    /// Takes `folder`, or without one the first usual folder that has any model.
    ///
    /// # Errors
    /// The folder does not exist, or no usual folder does.
    pub fn find(folder: Option<&Path>) -> Result<Self, RecognizeError> {
        match folder {
            Some(folder) if folder.is_dir() => Ok(Self { folder: folder.to_owned() }),
            Some(folder) => Err(RecognizeError::Models(format!(
                "the folder of Tesseract models {} does not exist",
                folder.display()
            ))),
            None => USUAL_FOLDERS
                .iter()
                .map(Path::new)
                .find(|folder| folder.is_dir())
                .map(|folder| Self { folder: folder.to_owned() })
                .ok_or_else(|| {
                    let looked = USUAL_FOLDERS.join(", ");
                    RecognizeError::Models(format!(
                        "no Tesseract models found in {looked}; install tesseract-ocr-eng or name the folder"
                    ))
                }),
        }
    }

    /// Returns the folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Lists the languages whose models are there, sorted; `osd` (orientation) is none.
    pub fn languages(&self) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return Vec::new() };
        let mut names: Vec<String> = entries
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter_map(|name| name.strip_suffix(".traineddata").map(str::to_owned))
            .filter(|name| name != "osd")
            .collect();
        names.sort();
        names
    }

    /// Returns the bytes of the model of `language`.
    ///
    /// # Errors
    /// As [`Models::check`], or the file cannot be read.
    pub fn read(&self, language: &str) -> Result<Vec<u8>, RecognizeError> {
        self.check(language)?;
        let path = self.folder.join(format!("{language}.traineddata"));
        let read = File::open(&path).and_then(|file| {
            let mut data = Vec::new();
            file.take(MOST_BYTES + 1).read_to_end(&mut data).map(|_| data)
        });
        let wrong = |what: String| RecognizeError::Models(format!("the model {} {what}", path.display()));
        match read {
            Ok(data) if data.len() as u64 <= MOST_BYTES => Ok(data),
            Ok(_) => Err(wrong(format!("has more than {MOST_BYTES} bytes"))),
            Err(error) => Err(wrong(format!("cannot be read: {error}"))),
        }
    }

    /// Checks that the model of `language` is there and whole as far as its table of contents tells.
    ///
    /// # Errors
    /// It is missing, cut short, or not a model.
    pub fn check(&self, language: &str) -> Result<(), RecognizeError> {
        let sane = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
        if language.is_empty() || !language.chars().all(sane) {
            return Err(RecognizeError::Models(format!(
                "{language:?} is not the name of a language model, for example eng"
            )));
        }
        let path = self.folder.join(format!("{language}.traineddata"));
        let wrong = |what: &str| RecognizeError::Models(format!("the model {} {what}", path.display()));
        let file = File::open(&path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => wrong(&format!(
                "is missing: install the package tesseract-ocr-{} (models there: {})",
                language.replace('_', "-"),
                self.languages().join(", ")
            )),
            _ => wrong(&format!("cannot be opened: {error}")),
        })?;
        let length = file.metadata().map_err(|error| wrong(&format!("cannot be read: {error}")))?.len();
        let place = if language == "osd" { SHAPES } else { NETWORK };
        check_table(file, length, place).map_err(|what| wrong(&format!("{what}; install it again")))
    }
}

/// Checks the table of contents: a count, then as many offsets (-1 where nothing is), little-endian, growing, in the file.
fn check_table(mut file: impl std::io::Read, length: u64, needed: usize) -> Result<(), &'static str> {
    let mut head = [0; 4];
    file.read_exact(&mut head).map_err(|_| "is empty or cut short")?;
    let entries = i32::from_le_bytes(head);
    if !(1..=MOST_ENTRIES).contains(&entries) {
        return Err("is not a Tesseract model");
    }
    let mut table = Vec::new();
    file.take(entries as u64 * 8).read_to_end(&mut table).map_err(|_| "cannot be read")?;
    if table.len() as u64 != entries as u64 * 8 {
        return Err("is cut short");
    }
    let offsets: Vec<i64> = table.as_chunks::<8>().0.iter().map(|bytes| i64::from_le_bytes(*bytes)).collect();
    let mut last = 4 + entries as i64 * 8 - 1;
    for offset in offsets.iter().filter(|offset| **offset != -1) {
        if *offset <= last {
            return Err("is damaged");
        }
        if *offset as u64 >= length {
            return Err("is cut short");
        }
        last = *offset;
    }
    match offsets.get(needed) {
        Some(offset) if *offset != -1 => Ok(()),
        _ => Err("lacks the part that is needed (a model of Tesseract 4 or newer is expected)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder_with(name: &str, bytes: &[u8]) -> (tempfile::TempDir, Models) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join(name), bytes).expect("a written model");
        let models = Models::find(Some(folder.path())).expect("a folder");
        (folder, models)
    }

    fn model(offsets: &[i64], length: usize) -> Vec<u8> {
        let mut bytes = (offsets.len() as i32).to_le_bytes().to_vec();
        offsets.iter().for_each(|offset| bytes.extend(offset.to_le_bytes()));
        bytes.resize(length, 0);
        bytes
    }

    #[test]
    fn damaged_models_are_told_apart_before_they_are_loaded() {
        let mut offsets = vec![-1i64; 24];
        offsets[NETWORK] = 196;
        offsets[18] = 300;
        for (bytes, expected) in [
            (Vec::new(), "empty"),
            (vec![0xff; 1000], "not a Tesseract model"),
            (model(&offsets, 250), "cut short"),
            (model(&[-1; 24], 1000), "lacks"),
            (model(&offsets, 1000)[..100].to_vec(), "cut short"),
        ] {
            let (_folder, models) = folder_with("xyz.traineddata", &bytes);
            let message = models.check("xyz").expect_err(expected).to_string();
            assert!(message.contains(expected) && message.contains("xyz.traineddata"), "{message}");
        }
        let (_folder, models) = folder_with("xyz.traineddata", &model(&offsets, 1000));
        assert_eq!(models.check("xyz"), Ok(()));
    }

    #[test]
    fn a_missing_model_names_its_package_and_what_is_there() {
        let (_folder, models) = folder_with("eng.traineddata", b"");
        let message = models.check("chi_sim").expect_err("missing").to_string();
        assert!(message.contains("tesseract-ocr-chi-sim") && message.contains("eng"), "{message}");
        assert!(models.check("../eng").is_err());
    }
}
