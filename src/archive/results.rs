//! Page results: the text that a pipeline read on a page, as zstd-compressed JSON.

use std::io::Read;

use object_store::path::Path;

use super::error::{ArchiveError, spread};
use super::location::Location;
use super::writing::{self, Put};
use crate::chart::{PAGE_TEXT_SCHEMA, PageId, PageText, PipelineStamp};

/// The largest result that is read, in bytes of JSON. The fullest pages of small print have about 2 MiB.
const LARGEST: u64 = 256 << 20;

/// How hard to compress: 3 is fast and makes JSON of words about a tenth of its size.
const COMPRESSION: i32 = 3;

/// The page results.
#[derive(Debug, Clone)]
pub struct ResultArea {
    location: Location,
}

/// A result that is safe in the store.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptResult {
    /// Its key.
    pub key: String,
    /// The result as it is kept. It is an earlier one when the same pipeline had read the page before, and the program
    /// was stopped before that was recorded.
    pub text: PageText,
}

impl ResultArea {
    /// Uses the results at `location`.
    pub const fn new(location: Location) -> Self {
        Self { location }
    }

    /// Returns the key of a result: `results/sha256/ab/cd/SCAN/PAGE/PIPELINE.json.zst`, the page with six digits.
    pub fn key(page: PageId, pipeline: &PipelineStamp) -> String {
        format!("{}/{:06}/{}.json.zst", spread("results/sha256", page.scan), page.number.get(), pipeline.digest)
    }

    /// Writes a result, create-only and flushed. Where one of the same page and pipeline is kept, that one is returned.
    ///
    /// # Errors
    /// There is no room; writing failed; what is kept there cannot be read.
    pub async fn put(&self, text: PageText) -> Result<KeptResult, ArchiveError> {
        let key = Path::from(Self::key(text.page, &text.pipeline));
        let json = serde_json::to_vec(&text).map_err(|error| ArchiveError::failed(&key, error))?;
        let bytes = zstd::bulk::compress(&json, COMPRESSION).map_err(|error| ArchiveError::failed(&key, error))?;
        self.location.need_room(bytes.len() as u64)?;
        match writing::put_bytes(&self.location, &key, bytes.into()).await? {
            Put::Created => Ok(KeptResult { key: key.to_string(), text }),
            Put::Existed => {
                self.location.flush(&key).await?;
                let kept = self.get(key.as_ref()).await?;
                if kept.page != text.page || kept.pipeline.digest != text.pipeline.digest {
                    return Err(ArchiveError::damaged(&key, "it is the result of another page or pipeline"));
                }
                Ok(KeptResult { key: key.to_string(), text: kept })
            }
        }
    }

    /// Reads the result kept under `key`.
    ///
    /// # Errors
    /// It is missing, damaged, or of another schema.
    pub async fn get(&self, key: &str) -> Result<PageText, ArchiveError> {
        let key = Path::from(key);
        let file = self.location.open(&key).await?;
        let reading = tokio::task::spawn_blocking({
            let key = key.clone();
            move || read(&key, file)
        });
        reading.await.map_err(|error| ArchiveError::failed(&key, error))?
    }
}

fn read(key: &Path, file: std::fs::File) -> Result<PageText, ArchiveError> {
    let damaged = |error: std::io::Error| ArchiveError::damaged(key, error.to_string());
    let mut json = Vec::new();
    let decoder = zstd::stream::read::Decoder::new(file).map_err(damaged)?;
    decoder.take(LARGEST + 1).read_to_end(&mut json).map_err(damaged)?;
    if json.len() as u64 > LARGEST {
        return Err(ArchiveError::damaged(key, format!("it has more than {LARGEST} bytes")));
    }
    // The schema first: another one may not even have the same fields. The parser's message could quote the page's
    // words.
    #[derive(serde::Deserialize)]
    struct Head {
        schema: u64,
    }
    let no_result = |error: serde_json::Error| {
        ArchiveError::damaged(key, format!("line {} column {} is no page result", error.line(), error.column()))
    };
    let head: Head = serde_json::from_slice(&json).map_err(no_result)?;
    if head.schema != u64::from(PAGE_TEXT_SCHEMA) {
        return Err(ArchiveError::Schema { key: key.to_string(), found: head.schema, known: PAGE_TEXT_SCHEMA });
    }
    serde_json::from_slice(&json).map_err(no_result)
}
