//! The versions of the retention policy, as the facts of the ledger have made them.

use jiff::Timestamp;
use jiff::civil::Date;

use super::engine::Store;
use super::error::StoreError;
use super::values::{Row, values};
use crate::chart::PersonId;

/// One version of the policy: a draft, approved, or withdrawn before it was approved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyRow {
    /// Number, from 1.
    pub version: u32,
    /// The policy as canonical JSON.
    pub policy: String,
    /// First day on which it was meant to be in force.
    pub effective_from: Date,
    /// Why it was made.
    pub reason: String,
    /// Who drafted it.
    pub author: PersonId,
    /// When it was drafted.
    pub drafted_at: Timestamp,
    /// Who approved it.
    pub approver: Option<PersonId>,
    /// The day of the approval at the facility.
    pub approved_on: Option<Date>,
    /// When it was withdrawn.
    pub withdrawn_at: Option<Timestamp>,
    /// Who approved so far that it keeps shorter.
    pub shortening_approvers: Vec<PersonId>,
    /// Day of the second of these approvals.
    pub may_shorten_from: Option<Date>,
}

impl PolicyRow {
    /// Returns the first day on which it is in force; none for what is not approved.
    pub fn in_force_from(&self) -> Option<Date> {
        self.approved_on.map(|on| on.max(self.effective_from))
    }
}

impl Store {
    /// Returns every version of the policy, in the order of their numbers.
    pub async fn policies(&self) -> Result<Vec<PolicyRow>, StoreError> {
        let sql = "SELECT version, policy, effective_from, reason, author, drafted_at, approver, approved_on,
                withdrawn_at, may_shorten_from FROM policies ORDER BY version";
        let mut policies: Vec<PolicyRow> =
            self.rows(sql, values![]).await?.iter().map(read).collect::<Result<_, _>>()?;
        let sql = "SELECT version, approver FROM policy_shortenings ORDER BY approved_at, approver";
        for row in self.rows(sql, values![]).await? {
            let version = row.count("version")?;
            if let Some(policy) = policies.iter_mut().find(|policy| policy.version == version) {
                policy.shortening_approvers.push(row.parsed("approver")?);
            }
        }
        Ok(policies)
    }
}

fn read(row: &Row) -> Result<PolicyRow, StoreError> {
    let withdrawn = row.optional_integer("withdrawn_at")?;
    Ok(PolicyRow {
        version: row.count("version")?,
        policy: row.text("policy")?,
        effective_from: row.parsed("effective_from")?,
        reason: row.text("reason")?,
        author: row.parsed("author")?,
        drafted_at: row.time("drafted_at")?,
        approver: row.optional_parsed("approver")?,
        approved_on: row.optional_parsed("approved_on")?,
        withdrawn_at: withdrawn.map(|_| row.time("withdrawn_at")).transpose()?,
        shortening_approvers: Vec::new(),
        may_shorten_from: row.optional_parsed("may_shorten_from")?,
    })
}
