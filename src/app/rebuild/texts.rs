//! The text of an archived version, page by page, put back where the index reads it.

use serde::Deserialize;

use crate::archive::ocfl::{ArchivedFile, LogicalPath, OcflError, Root};
use crate::archive::{ResultArea, TEXT_JSON};
use crate::chart::{PAGE_TEXT_SCHEMA, PageText};
use crate::export::seekable::Reader;

/// The largest text of a page, in bytes of JSON.
const LARGEST_PAGE: u64 = 256 << 20;

/// Reads the text of each page of a version, and keeps each as a result where it is not kept any more. Returns them with
/// their keys.
pub(super) async fn restore(
    root: &Root,
    results: &ResultArea,
    files: &[ArchivedFile],
) -> Result<Vec<(PageText, String)>, OcflError> {
    let path = LogicalPath::new(TEXT_JSON)?;
    let Some(file) = files.iter().find(|file| file.path == path) else { return Ok(Vec::new()) };
    let failed = |cause: std::io::Error| OcflError::Damaged { key: file.key.clone(), what: cause.to_string() };
    let spooled = root.read_file(file, tempfile::tempfile().map_err(failed)?).await?;
    let reading = tokio::task::spawn_blocking(move || pages(Reader::open(spooled)?));
    let read = reading.await.map_err(|cause| failed(std::io::Error::other(cause)))?.map_err(failed)?;
    let mut kept = Vec::with_capacity(read.len());
    for text in read {
        let result = results.put(text).await?;
        kept.push((result.text, result.key));
    }
    Ok(kept)
}

/// Reads the parts between the first and the last: a page each.
fn pages(mut reader: Reader<std::fs::File>) -> std::io::Result<Vec<PageText>> {
    let mut pages = Vec::new();
    for part in 1..reader.parts().saturating_sub(1) {
        let bytes = reader.part(part, LARGEST_PAGE)?;
        let json = bytes.strip_prefix(b",").unwrap_or(&bytes);
        pages.push(page(json).ok_or_else(|| {
            std::io::Error::new(std::io::ErrorKind::InvalidData, format!("part {part} is no text of a page"))
        })?);
    }
    Ok(pages)
}

fn page(json: &[u8]) -> Option<PageText> {
    #[derive(Deserialize)]
    struct Head {
        schema: u32,
    }
    let head: Head = serde_json::from_slice(json).ok()?;
    (head.schema == PAGE_TEXT_SCHEMA).then(|| serde_json::from_slice(json).ok())?
}
