//! Measures how fast database and index come back out of an archive: records with text, their facts in a ledger, rebuilt by
//! the command's own code.

use std::collections::BTreeSet;
use std::time::Instant;

use serde::Serialize;
use serde_json::json;

use super::config::Config;
use super::{App, AppError, SystemClock, new_id};
use crate::archive::ocfl::{Author, LogicalPath, Original, RecordVersion, Root, VersionNumber};
use crate::archive::{RECORD_JSON, TEXT_JSON, Vault};
use crate::chart::facts::{Acceptance, PeopleFact, RecordFact};
use crate::chart::{
    Actor, Block, Clock, Confidence, Digest, Fact, Line, PAGE_TEXT_SCHEMA, PageId, PageImage, PageNumber, PageText,
    PersonId, PipelineStamp, QuarterTurns, RecordDescription, RecordId, Rect, TextSource, Word,
};
use crate::export::seekable::Writer;
use crate::worker::Stop;

/// Lines of a page, and words of a line: a full page of a chart.
const LINES: u32 = 40;
const WORDS: u32 = 9;
/// Words that pages are made of.
const VOCABULARY: [&str; 12] = [
    "patient",
    "denies",
    "chest",
    "pain",
    "aspirin",
    "daily",
    "follow-up",
    "stable",
    "blood",
    "pressure",
    "reviewed",
    "mg",
];

/// What was measured.
#[derive(Debug, Clone, Serialize)]
pub struct RebuildRate {
    /// Records, of a page each.
    pub records: u64,
    /// Records read out of the archive and made rows of, in a second.
    pub rebuilt_per_second: f64,
    /// With the index, in a second.
    pub rebuilt_and_indexed_per_second: f64,
}

/// Archives `records` records in `vault`, which must be a place of its own, and rebuilds database and index from it. What was
/// written there is removed.
///
/// # Errors
/// The place or the temporary folder cannot be used.
pub async fn measure(vault: &Vault, records: u64) -> Result<RebuildRate, AppError> {
    let from = Instance::open(vault).await?;
    let measured = from.archive_and_rebuild(vault, records).await;
    for version in vault.versions("").await? {
        vault.delete(&version).await?;
    }
    measured
}

/// A program with a folder of its own.
struct Instance {
    app: App,
    _folder: tempfile::TempDir,
}

impl Instance {
    async fn open(vault: &Vault) -> Result<Self, AppError> {
        let folder =
            tempfile::tempdir().map_err(|cause| AppError::Write { what: "a temporary folder".into(), cause })?;
        let config = Config::load(None, std::iter::empty(), Some(folder.path()));
        let mut config = config.map_err(|cause| AppError::Unfit(cause.to_string()))?;
        // It is removed right after.
        config.ledger.lock_days = 0;
        let mut app = App::open(config).await?;
        app.vault = vault.clone();
        Ok(Self { app, _folder: folder })
    }

    async fn archive_and_rebuild(&self, vault: &Vault, records: u64) -> Result<RebuildRate, AppError> {
        let root = Root::open(vault.clone()).await?;
        let person = PersonId::from_uuid(new_id());
        let added = PeopleFact::Added { person, name: "Measured".into(), login: None };
        let now = SystemClock.now();
        self.app.store.record(Actor::Person(person), now, &[Fact::People(added)]).await?;
        let batch = new_id();
        for number in 0..records {
            let (acceptance, version) = record(person, &batch.to_string(), number)?;
            let (record, number) = (acceptance.record, acceptance.version);
            root.deposit(version).await?;
            let accepted = Fact::Record(RecordFact::Accepted(acceptance));
            self.app.store.record(Actor::Person(person), now, &[accepted]).await?;
            let inventory = String::new();
            let deposited = RecordFact::Deposited { record, version: number, inventory, bytes: 0, locked_until: None };
            self.app.store.record(Actor::Program, now, &[Fact::Record(deposited)]).await?;
        }
        self.app.ship_ledger().await?;
        let to = Self::open(vault).await?;
        let begun = Instant::now();
        let stop = Stop::new();
        let rebuilt = to.app.rebuild(vault, None, &stop, |_, _| {}).await?;
        let pages = to.app.indexer().await?.build(&stop, |_| {}).await?;
        if (rebuilt.versions, pages) != (records, records) {
            return Err(AppError::Unfit(format!("{} of {records} records came back", rebuilt.versions)));
        }
        Ok(RebuildRate {
            records,
            rebuilt_per_second: rebuilt.records_per_second,
            rebuilt_and_indexed_per_second: records as f64 / begun.elapsed().as_secs_f64().max(1e-6),
        })
    }
}

/// Makes up a record of a page.
fn record(person: PersonId, batch: &str, number: u64) -> Result<(Acceptance, RecordVersion), AppError> {
    let unfit = |cause: &dyn std::fmt::Display| AppError::Unfit(cause.to_string());
    let (record, document, now) = (RecordId::from_uuid(new_id()), new_id(), SystemClock.now());
    let content = format!("scan {number}");
    let scan = Digest::of(content.as_bytes());
    let page = PageId { scan, number: PageNumber::FIRST };
    let stamp = PipelineStamp { name: "measured".into(), revision: 1, digest: Digest::of(b"measured") };
    let description = json!({
        "schema": 1,
        "description": {
            "record": record, "version": 1, "document": document, "batch": batch, "batch_name": "Measured",
            "source_name": "measured.tif",
            "patient": { "id": new_id(), "number": format!("M-{number}"), "authority": "", "name": "", "born": "" },
            "kind": "progress-note", "class": "adult-chart", "labels": [], "encounters": [], "note": null,
            "pages": [{ "page": page, "hidden": false, "turn": QuarterTurns::None, "pipeline": &stamp, "engine": "measured" }],
            "correction": null,
        },
        "verification": { "by": { "person": person }, "at": now, "second": null },
        "originals": [{ "path": "original/0001.tif", "sha256": scan, "size": content.len(), "format": "tiff", "scan": scan,
            "received_at": now, "cut": "whole", "pages": [page] }],
        "not_in_access": [],
        "program": "measured",
    });
    let description: RecordDescription = serde_json::from_value(description).map_err(|cause| unfit(&cause))?;
    let draft = &description.draft;
    let acceptance = Acceptance {
        record,
        version: 1,
        document: draft.document,
        patient: draft.patient.id,
        kind: draft.kind.clone(),
        class: draft.class.clone(),
        encounters: Vec::new(),
        scans: BTreeSet::from([scan]).into_iter().collect(),
        pages: 1,
        rule: None,
        correction: None,
        final_at: now,
        second_review: false,
    };
    let json = serde_json::to_vec(&description).map_err(|cause| unfit(&cause))?;
    let files = [
        ("original/0001.tif", content.into_bytes()),
        (RECORD_JSON, json),
        (TEXT_JSON, text(page, stamp, number).map_err(|cause| unfit(&cause))?),
    ];
    let mut contents = Vec::new();
    for (path, bytes) in files {
        contents.push((LogicalPath::new(path).map_err(|cause| unfit(&cause))?, Original::Bytes(bytes.into())));
    }
    let version = RecordVersion {
        record,
        number: VersionNumber::FIRST,
        message: "Measured".into(),
        author: Author { name: "Muniment".into(), address: "urn:muniment:program".into() },
        at: now,
        files: contents.into_iter().collect(),
        lock: None,
    };
    Ok((acceptance, version))
}

/// Writes a page of text as an archived version has it.
fn text(page: PageId, pipeline: PipelineStamp, number: u64) -> std::io::Result<Vec<u8>> {
    let word = |line: u32, at: u32| {
        let place = (number as usize).wrapping_mul(7) + (line * 5 + at) as usize;
        let text = VOCABULARY.get(place % VOCABULARY.len()).copied().unwrap_or_default();
        let rect = Rect::new(100 + at * 150, 100 + line * 40, 140, 30);
        Word::new(text.to_owned(), rect, Confidence::clamped(0.93))
    };
    let lines = (0..LINES).map(|line| Line {
        rect: Rect::new(100, 100 + line * 40, 150 * WORDS, 30),
        words: (0..WORDS).map(|at| word(line, at)).collect(),
    });
    let text = PageText {
        schema: PAGE_TEXT_SCHEMA,
        page,
        pipeline,
        engine: "measured".into(),
        source: TextSource::Recognised,
        image: PageImage { width: 1700, height: 2200, dpi: (200.0, 200.0) },
        upright: QuarterTurns::None,
        skew_degrees: 0.0,
        hidden: false,
        codes: Vec::new(),
        separators: Vec::new(),
        blocks: vec![Block { rect: Rect::new(100, 100, 1500, 2000), lines: lines.collect() }],
        findings: Vec::new(),
    };
    let mut writer = Writer::new(Vec::new());
    writer.add(b"{\"schema\":1,\"pages\":[")?;
    let mut part = b"\n".to_vec();
    serde_json::to_writer(&mut part, &text)?;
    writer.add(&part)?;
    writer.add(b"\n]}\n")?;
    writer.finish()
}

impl std::fmt::Display for RebuildRate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "rebuild   {:.0} records/s, {:.0} records/s with the index ({} records of a full page each)",
            self.rebuilt_per_second, self.rebuilt_and_indexed_per_second, self.records
        )
    }
}
