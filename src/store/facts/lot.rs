//! Facts about lots: drawn, checked, released or held back.

use std::collections::BTreeSet;

use super::record;
use super::who::{person, person_or_program, text};
use crate::chart::facts::{LotDraw, LotFact};
use crate::chart::{Defect, DefectClass, LedgerEntry, LotId, PersonId, RecordId, Sampled};
use crate::store::engine::Transaction;
use crate::store::error::{StoreError, refused};
use crate::store::values::values;

/// Applies one fact.
pub(super) async fn apply(
    transaction: &mut Transaction,
    entry: &LedgerEntry,
    fact: &LotFact,
) -> Result<(), StoreError> {
    match fact {
        LotFact::Drawn(draw) => drawn(transaction, entry, draw).await,
        LotFact::Checked { lot, record, defects } => checked(transaction, entry, *lot, *record, defects).await,
        LotFact::Released { lot } => {
            let person = person(entry)?;
            open(transaction, *lot).await?;
            not_their_own(transaction, *lot, person).await?;
            release_rule(transaction, *lot).await?;
            decide(transaction, entry, *lot, "released", None).await
        }
        LotFact::HeldBack { lot, reason } => {
            person(entry)?;
            text("reason", reason)?;
            open(transaction, *lot).await?;
            decide(transaction, entry, *lot, "held-back", Some(reason)).await
        }
    }
}

/// Refuses the deposit of a record whose lot is not released.
pub(super) async fn released(transaction: &mut Transaction, record: RecordId) -> Result<(), StoreError> {
    let sql = "SELECT lots.state FROM lot_records JOIN lots ON lots.id = lot_records.lot WHERE lot_records.record = $1
         ORDER BY lots.drawn_at DESC, lots.id DESC LIMIT 1";
    match transaction.row(sql, values![record]).await? {
        Some(row) if row.text("state")? != "released" => Err(refused("its lot is not released")),
        _ => Ok(()),
    }
}

/// Returns the lot that a record is in and that nobody has decided about.
pub(super) async fn open_lot_of(transaction: &mut Transaction, record: RecordId) -> Result<Option<LotId>, StoreError> {
    let sql = "SELECT lots.id FROM lot_records JOIN lots ON lots.id = lot_records.lot
         WHERE lot_records.record = $1 AND lots.state = 'open'";
    transaction.row(sql, values![record]).await?.map(|row| row.parsed("id")).transpose()
}

async fn drawn(transaction: &mut Transaction, entry: &LedgerEntry, draw: &LotDraw) -> Result<(), StoreError> {
    let records: BTreeSet<RecordId> = draw.records.iter().copied().collect();
    let drawn: BTreeSet<RecordId> = draw.drawn.iter().copied().collect();
    let added: BTreeSet<RecordId> = draw.added.iter().copied().collect();
    if records.is_empty() || !drawn.is_subset(&records) || !added.is_subset(&records) {
        return Err(refused("a lot has at least one document, and its sample is part of it"));
    }
    let sql = "INSERT INTO lots (id, batch, state, plan, stringency, seed, accepts, drawn_at, drawn_by)
         VALUES ($1, $2, 'open', $3, $4, $5, $6, $7, $8)";
    let by = person_or_program(entry).map(|person| person.to_string());
    let values = values![
        draw.lot,
        draw.batch,
        draw.plan.as_str(),
        draw.stringency.name(),
        draw.seed,
        draw.accepts,
        entry.at,
        by
    ];
    transaction.execute(sql, values).await?;
    for record in records {
        let sql = "SELECT record FROM record_versions WHERE record = $1 AND version = 1 AND state = 'waiting'
                AND final_at <= $2 AND (NOT second_review OR reviewed_by IS NOT NULL)
                AND NOT EXISTS (SELECT 1 FROM lot_records JOIN lots ON lots.id = lot_records.lot
                    WHERE lot_records.record = record_versions.record AND lots.state <> 'held-back')";
        if transaction.row(sql, values![record, entry.at]).await?.is_none() {
            return Err(refused("a document of the lot does not wait for one, or belongs to another: draw it again"));
        }
        let sampled = match (drawn.contains(&record), added.contains(&record)) {
            (true, _) => Sampled::Drawn,
            (false, true) => Sampled::Added,
            (false, false) => Sampled::No,
        };
        let sql = "INSERT INTO lot_records (lot, record, sampled) VALUES ($1, $2, $3)";
        transaction.execute(sql, values![draw.lot, record, sampled.name()]).await?;
    }
    Ok(())
}

async fn checked(
    transaction: &mut Transaction,
    entry: &LedgerEntry,
    lot: LotId,
    record: RecordId,
    defects: &[Defect],
) -> Result<(), StoreError> {
    let person = person(entry)?;
    open(transaction, lot).await?;
    let sql = "SELECT lot_records.checked_by, record_versions.accepted_by FROM lot_records
         JOIN record_versions ON record_versions.record = lot_records.record AND record_versions.version = 1
         WHERE lot_records.lot = $1 AND lot_records.record = $2";
    let row = transaction.row(sql, values![lot, record]).await?;
    let row = row.ok_or_else(|| refused("this document is not in the lot"))?;
    if row.optional_text("checked_by")?.is_some() {
        return Err(refused("this document was checked already"));
    }
    if row.optional_parsed::<PersonId>("accepted_by")? == Some(person) {
        return Err(refused("nobody checks their own work: somebody else has to compare this document with its image"));
    }
    let sql = "UPDATE lot_records SET checked_by = $3, checked_at = $4 WHERE lot = $1 AND record = $2";
    transaction.execute(sql, values![lot, record, person, entry.at]).await?;
    for defect in defects.iter().collect::<BTreeSet<_>>() {
        let sql = "INSERT INTO lot_defects (lot, record, defect) VALUES ($1, $2, $3)";
        transaction.execute(sql, values![lot, record, defect.name()]).await?;
    }
    if defects.iter().any(|defect| defect.class() > DefectClass::Minor) {
        record::withdraw(transaction, record, 1).await?;
    }
    Ok(())
}

/// Refuses the release of a lot by somebody who accepted a document of it.
async fn not_their_own(transaction: &mut Transaction, lot: LotId, person: PersonId) -> Result<(), StoreError> {
    let sql = "SELECT lot_records.record FROM lot_records
         JOIN record_versions ON record_versions.record = lot_records.record AND record_versions.version = 1
         WHERE lot_records.lot = $1 AND record_versions.accepted_by = $2 LIMIT 1";
    match transaction.row(sql, values![lot, person]).await? {
        Some(_) => Err(refused("you accepted a document of this lot: somebody else has to release it")),
        None => Ok(()),
    }
}

/// Refuses the release of a lot whose sample is not checked, or failed.
async fn release_rule(transaction: &mut Transaction, lot: LotId) -> Result<(), StoreError> {
    let sql = "SELECT count(*) AS unchecked FROM lot_records WHERE lot = $1 AND sampled <> 'no' AND checked_by IS NULL";
    let row = transaction.row(sql, values![lot]).await?.ok_or_else(|| StoreError::unreadable("unchecked"))?;
    match row.size("unchecked")? {
        0 => {}
        left => return Err(refused(format!("{left} of its sampled documents are not checked yet"))),
    }
    let sql = "SELECT lot_defects.record, lot_defects.defect, lot_records.sampled FROM lot_defects
         JOIN lot_records ON lot_records.lot = lot_defects.lot AND lot_records.record = lot_defects.record
         WHERE lot_defects.lot = $1";
    let mut failed = BTreeSet::new();
    for row in transaction.rows(sql, values![lot]).await? {
        let class = row.parsed::<Defect>("defect")?.class();
        if class == DefectClass::Critical {
            return Err(refused(
                "a critical defect was found: hold the lot back, every document of it has to be checked",
            ));
        }
        if class == DefectClass::Major && row.parsed::<Sampled>("sampled")? == Sampled::Drawn {
            failed.insert(row.text("record")?);
        }
    }
    let row = transaction.row("SELECT accepts FROM lots WHERE id = $1", values![lot]).await?;
    let accepts = row.ok_or_else(|| StoreError::unreadable("accepts"))?.size("accepts")?;
    if failed.len() as u64 > accepts {
        return Err(refused(format!(
            "{} documents of its sample have a major defect, the plan tolerates {accepts}: hold the lot back",
            failed.len()
        )));
    }
    Ok(())
}

async fn open(transaction: &mut Transaction, lot: LotId) -> Result<(), StoreError> {
    match transaction.row("SELECT state FROM lots WHERE id = $1", values![lot]).await? {
        None => Err(refused("there is no such lot")),
        Some(row) => match row.text("state")?.as_str() {
            "open" => Ok(()),
            state => Err(refused(format!("the lot is {state} already"))),
        },
    }
}

async fn decide(
    transaction: &mut Transaction,
    entry: &LedgerEntry,
    lot: LotId,
    state: &str,
    reason: Option<&str>,
) -> Result<(), StoreError> {
    let by = person(entry)?;
    let sql = "UPDATE lots SET state = $2, decided_at = $3, decided_by = $4, reason = $5 WHERE id = $1";
    transaction.execute(sql, values![lot, state, entry.at, by, reason.map(str::to_owned)]).await.map(drop)
}
