//! `text.json.zst`: the text of a record as `docs/text-json.md` describes it, a compressed part for each page.

use std::fs::File;
use std::io::BufWriter;

use super::{DepositError, Depositor};
use crate::archive::ResultArea;
use crate::chart::{PAGE_TEXT_SCHEMA, PageText, RecordPage, VerifiedRecord};
use crate::export::seekable::Writer;

/// Writes the text of a record: the results that were accepted with it. Part 0 opens the text, part N is its Nth page that
/// has a result, the last part closes it.
pub(super) async fn write(depositor: &Depositor, record: &VerifiedRecord) -> Result<File, DepositError> {
    let draft = record.draft();
    let mut writer = Writer::new(BufWriter::new(tempfile::tempfile()?));
    let head = format!("{{\"schema\":{PAGE_TEXT_SCHEMA},\"document\":\"{}\",\"pages\":[", draft.document);
    writer.add(head.as_bytes())?;
    let mut first = true;
    for page in &draft.pages {
        let Some(text) = result(depositor, page).await? else { continue };
        let mut part = if first { b"\n".to_vec() } else { b",\n".to_vec() };
        serde_json::to_writer(&mut part, &text).map_err(std::io::Error::from)?;
        writer.add(&part)?;
        first = false;
    }
    writer.add(b"\n]}\n")?;
    let file = writer.finish()?.into_inner().map_err(std::io::IntoInnerError::into_error)?;
    Ok(file)
}

/// Returns what was read on a page by the pipeline that was accepted with it.
pub(super) async fn result(depositor: &Depositor, page: &RecordPage) -> Result<Option<PageText>, DepositError> {
    let Some(pipeline) = &page.pipeline else { return Ok(None) };
    Ok(Some(depositor.areas.results.get(&ResultArea::key(page.page, pipeline)).await?))
}
