//! Facts about destruction.
//!
//! Nobody approves their own proposal, nobody twice, nothing before the period of grace is over, nothing that is held, and
//! nothing at all where fewer than three people could take part: with two, whoever proposes would need only one other.

use jiff::{SignedDuration, Timestamp};

use super::who::is_administrator;
use crate::chart::facts::{Beginning, DisposalFact, KeptBack, Proposal};
use crate::chart::{Actor, Digest, DisposalId, LedgerEntry, PersonId, RecordId, Role};
use crate::store::engine::Transaction;
use crate::store::error::{StoreError, refused};
use crate::store::values::{Row, values};
use crate::store::{disposal_work, records};

/// People who may take part, below which destruction stays disabled: whoever proposes, and two who approve.
const FEWEST_PEOPLE: u32 = 3;
/// Most records of a proposal.
const MOST_RECORDS: usize = 4_000;
/// Longest period of grace, in days.
const LONGEST_GRACE: u32 = 3_650;

/// Applies one fact.
pub(super) async fn apply(
    transaction: &mut Transaction,
    entry: &LedgerEntry,
    fact: &DisposalFact,
) -> Result<(), StoreError> {
    match fact {
        DisposalFact::Proposed(proposal) => propose(transaction, entry, proposal).await,
        DisposalFact::Reviewed { disposal, kept } => review(transaction, entry, *disposal, kept).await,
        DisposalFact::Approved { disposal } => approve(transaction, entry, *disposal).await,
        DisposalFact::Cancelled { disposal, reason } => cancel(transaction, entry, *disposal, reason).await,
        DisposalFact::Begun(beginning) => begin(transaction, entry.at, beginning).await,
        DisposalFact::Listed { disposal, record, objects } => {
            let sql = "SELECT record FROM disposal_records WHERE disposal = $1 AND record = $2 AND state = 'begun'";
            let begun = transaction.row(sql, values![*disposal, *record]).await?;
            begun.ok_or_else(|| refused("the record is not being destroyed"))?;
            disposal_work::list(transaction, *disposal, *record, objects).await
        }
        DisposalFact::Stopped { disposal, record, why, .. } => {
            let sql = "UPDATE disposal_records SET state = 'stopped', why = $3, ended_at = $4
                 WHERE disposal = $1 AND record = $2 AND state IN ('proposed', 'begun')";
            changed(transaction.execute(sql, values![*disposal, *record, why.as_str(), entry.at]).await?)
        }
        DisposalFact::Destroyed { disposal, record } => destroyed(transaction, entry.at, *disposal, *record).await,
        DisposalFact::Certified { disposal, certificate } => {
            certify(transaction, entry.at, *disposal, *certificate).await
        }
    }
}

async fn propose(transaction: &mut Transaction, entry: &LedgerEntry, proposal: &Proposal) -> Result<(), StoreError> {
    let person = administrator(transaction, entry.actor).await?;
    enough_people(transaction).await?;
    let Proposal { disposal, reason, grace_days, records } = proposal;
    if records.is_empty() || records.len() > MOST_RECORDS {
        return Err(refused(format!("a proposal is for 1 to {MOST_RECORDS} records; this one has {}", records.len())));
    }
    if reason.trim().is_empty() || *grace_days > LONGEST_GRACE {
        return Err(refused("a proposal needs a reason, and a period of grace of at most ten years"));
    }
    let sql = "INSERT INTO disposals (id, state, reason, grace_days, proposed_by, proposed_at)
         VALUES ($1, 'proposed', $2, $3, $4, $5)";
    let values = values![*disposal, reason.as_str(), *grace_days, person, entry.at];
    transaction.execute(sql, values).await?;
    for proposed in records {
        let record = proposed.record;
        disposable(transaction, record).await?;
        let sql = "SELECT disposals.id FROM disposal_records JOIN disposals ON disposals.id = disposal_records.disposal
             WHERE disposal_records.record = $1 AND disposal_records.state IN ('proposed', 'begun')
                AND disposals.state <> 'cancelled'";
        if transaction.row(sql, values![record]).await?.is_some() {
            return Err(refused(format!("record {record} is part of another proposal already")));
        }
        let sql = "INSERT INTO disposal_records (disposal, record, state, computation, last_day, policy)
             VALUES ($1, $2, 'proposed', $3, $4, $5)";
        let day = proposed.last_day.to_string();
        let values = values![*disposal, record, proposed.computation, day, proposed.policy.as_str()];
        transaction.execute(sql, values).await?;
    }
    Ok(())
}

async fn review(
    transaction: &mut Transaction,
    entry: &LedgerEntry,
    disposal: DisposalId,
    kept: &[KeptBack],
) -> Result<(), StoreError> {
    let person = administrator(transaction, entry.actor).await?;
    let row = in_state(transaction, disposal, "proposed", "reviewed").await?;
    not_the_proposer(&row, person, "reviews")?;
    for back in kept {
        let sql = "UPDATE disposal_records SET state = 'kept', why = $3, ended_at = $4
             WHERE disposal = $1 AND record = $2 AND state = 'proposed'";
        let values = values![disposal, back.record, back.reason.as_str(), entry.at];
        if transaction.execute(sql, values).await? == 0 || back.reason.trim().is_empty() {
            return Err(refused(format!("record {} is no part of this proposal, or has no reason", back.record)));
        }
    }
    let sql = "SELECT record FROM disposal_records WHERE disposal = $1 AND state = 'proposed' LIMIT 1";
    if transaction.row(sql, values![disposal]).await?.is_none() {
        return Err(refused("nothing would be left to destroy; cancel the proposal instead"));
    }
    let sql = "UPDATE disposals SET state = 'reviewed', reviewed_by = $2, reviewed_at = $3 WHERE id = $1";
    transaction.execute(sql, values![disposal, person, entry.at]).await.map(drop)
}

async fn approve(transaction: &mut Transaction, entry: &LedgerEntry, disposal: DisposalId) -> Result<(), StoreError> {
    let person = administrator(transaction, entry.actor).await?;
    enough_people(transaction).await?;
    let row = in_state(transaction, disposal, "reviewed", "approved").await?;
    not_the_proposer(&row, person, "approves")?;
    let sql = "SELECT person FROM disposal_approvals WHERE disposal = $1";
    let others: Vec<PersonId> = transaction
        .rows(sql, values![disposal])
        .await?
        .iter()
        .map(|row| row.parsed("person"))
        .collect::<Result<_, _>>()?;
    if others.contains(&person) {
        return Err(refused("nobody approves the same proposal twice; a second person has to"));
    }
    let sql = "INSERT INTO disposal_approvals (disposal, person, approved_at) VALUES ($1, $2, $3)";
    transaction.execute(sql, values![disposal, person, entry.at]).await?;
    if others.is_empty() {
        return Ok(());
    }
    let grace = SignedDuration::from_hours(24 * i64::from(row.count("grace_days")?));
    let from = entry.at.checked_add(grace).map_err(|_| refused("the period of grace is too long"))?;
    let sql = "UPDATE disposals SET state = 'approved', approved_at = $2, destroy_from = $3 WHERE id = $1";
    transaction.execute(sql, values![disposal, entry.at, from]).await.map(drop)
}

async fn cancel(
    transaction: &mut Transaction,
    entry: &LedgerEntry,
    disposal: DisposalId,
    reason: &str,
) -> Result<(), StoreError> {
    let person = administrator(transaction, entry.actor).await?;
    if reason.trim().is_empty() {
        return Err(refused("say why it is cancelled"));
    }
    let sql = "SELECT record FROM disposal_records WHERE disposal = $1 AND state IN ('begun', 'destroyed') LIMIT 1";
    if transaction.row(sql, values![disposal]).await?.is_some() {
        return Err(refused(
            "destruction has begun; a hold on the records that are left stops it: muniment hold place",
        ));
    }
    let sql = "UPDATE disposals SET state = 'cancelled', ended_by = $2, ended_at = $3, ended_why = $4
         WHERE id = $1 AND state IN ('proposed', 'reviewed', 'approved')";
    changed(transaction.execute(sql, values![disposal, person, entry.at, reason]).await?)
}

async fn begin(transaction: &mut Transaction, at: Timestamp, beginning: &Beginning) -> Result<(), StoreError> {
    let Beginning { disposal, record, today, objects, scans_left } = beginning;
    enough_people(transaction).await?;
    let row = in_state(transaction, *disposal, "approved", "carried out").await?;
    if row.optional_time("destroy_from")?.is_none_or(|from| at < from) {
        return Err(refused("the period of grace is not over"));
    }
    disposable(transaction, *record).await?;
    let sql = "SELECT last_day FROM disposal_records WHERE disposal = $1 AND record = $2 AND state = 'proposed'";
    let row = transaction.row(sql, values![*disposal, *record]).await?;
    let last_day: jiff::civil::Date =
        row.ok_or_else(|| refused("the record is not up for destruction"))?.parsed("last_day")?;
    if last_day >= *today {
        return Err(refused(format!("record {record} must be kept through {last_day}")));
    }
    let left: Vec<String> = scans_left.iter().map(Digest::to_string).collect();
    let sql = "UPDATE disposal_records SET state = 'begun', begun_at = $3, begun_on = $4, scans_left = $5
         WHERE disposal = $1 AND record = $2";
    let values = values![*disposal, *record, at, today.to_string(), left.join(" ")];
    transaction.execute(sql, values).await?;
    disposal_work::list(transaction, *disposal, *record, objects).await
}

async fn destroyed(
    transaction: &mut Transaction,
    at: Timestamp,
    disposal: DisposalId,
    record: RecordId,
) -> Result<(), StoreError> {
    let sql = "UPDATE disposal_records SET state = 'destroyed', ended_at = $3
         WHERE disposal = $1 AND record = $2 AND state = 'begun'";
    changed(transaction.execute(sql, values![disposal, record, at]).await?)?;
    // A ledger that is replayed elsewhere knows of objects what the facts say: the record is destroyed, so they are gone.
    let sql = "UPDATE disposal_objects SET state = 'gone', gone_at = $3
         WHERE disposal = $1 AND record = $2 AND state <> 'gone'";
    transaction.execute(sql, values![disposal, record, at]).await?;
    records::mark_destroyed(transaction, record, at).await?;
    disposal_work::forget(transaction, record, at).await
}

async fn certify(
    transaction: &mut Transaction,
    at: Timestamp,
    disposal: DisposalId,
    certificate: Digest,
) -> Result<(), StoreError> {
    let sql = "SELECT record FROM disposal_records WHERE disposal = $1 AND state IN ('proposed', 'begun') LIMIT 1";
    if transaction.row(sql, values![disposal]).await?.is_some() {
        return Err(refused("records of this proposal are not destroyed yet"));
    }
    let sql = "UPDATE disposals SET state = 'certified', certificate = $2, ended_at = $3
         WHERE id = $1 AND state = 'approved'";
    changed(transaction.execute(sql, values![disposal, certificate, at]).await?)
}

/// Refuses a record that is not in the archive, or held.
async fn disposable(transaction: &mut Transaction, record: RecordId) -> Result<(), StoreError> {
    let row = transaction.row("SELECT state FROM records WHERE id = $1", values![record]).await?;
    let state = row.map(|row| row.text("state")).transpose()?;
    if state.as_deref() != Some("archived") {
        return Err(refused(format!("record {record} is not in the archive")));
    }
    match disposal_work::holds_on(transaction, record).await?.as_slice() {
        [] => Ok(()),
        [hold, ..] => Err(refused(format!("record {record} is held (hold {hold})"))),
    }
}

async fn in_state(
    transaction: &mut Transaction,
    disposal: DisposalId,
    state: &str,
    next: &str,
) -> Result<Row, StoreError> {
    let sql = "SELECT state, proposed_by, grace_days, destroy_from FROM disposals WHERE id = $1";
    let row = transaction.row(sql, values![disposal]).await?;
    let row = row.ok_or_else(|| StoreError::NotFound { what: format!("proposal {disposal}") })?;
    match row.text("state")? {
        now if now == state => Ok(row),
        now => Err(refused(format!("the proposal is {now}; only one that is {state} can be {next}"))),
    }
}

fn not_the_proposer(row: &Row, person: PersonId, does: &str) -> Result<(), StoreError> {
    match row.parsed::<PersonId>("proposed_by")? == person {
        true => Err(refused(format!("nobody {does} their own proposal; another administrator has to"))),
        false => Ok(()),
    }
}

async fn administrator(transaction: &mut Transaction, actor: Actor) -> Result<PersonId, StoreError> {
    let Actor::Person(person) = actor else { return Err(refused("destruction is decided by people")) };
    if !is_administrator(transaction, person).await? {
        return Err(refused("only administrators take part in destruction"));
    }
    Ok(person)
}

async fn enough_people(transaction: &mut Transaction) -> Result<(), StoreError> {
    let sql = "SELECT count(*) AS people FROM roles JOIN people ON people.id = roles.person
         WHERE roles.role = $1 AND people.disabled_at IS NULL";
    let row = transaction.row(sql, values![Role::Administrator.name()]).await?;
    let people = row.ok_or_else(|| StoreError::unreadable("people"))?.count("people")?;
    if people < FEWEST_PEOPLE {
        return Err(refused(format!(
            "destruction is disabled: it takes {FEWEST_PEOPLE} administrators (one proposes, two others approve), and \
             there are {people}; add some with `muniment people add NAME --role administrator`"
        )));
    }
    Ok(())
}

fn changed(rows: u64) -> Result<(), StoreError> {
    if rows == 0 { Err(refused("the proposal or the record is not in the state for it")) } else { Ok(()) }
}
