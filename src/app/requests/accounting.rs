//! The accounting of a patient's disclosures: six years of what was given out to others, with whom it went to and what for.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;

use super::recipient::Known;
use crate::access::Permission;
use crate::app::{App, AppError};
use crate::chart::facts::AccessFact;
use crate::chart::{Digest, PatientId, RequestAuthority, RequestId, RequestPurpose, accounting_from, is_accounted};
use crate::store::ReleaseRow;

/// What was given out of a patient's records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accounting {
    /// The patient.
    pub patient: PatientId,
    /// The first day that it reaches back to.
    pub from: Date,
    /// The day on which it was made.
    pub to: Date,
    /// The disclosures, the oldest first.
    pub disclosures: Vec<Disclosure>,
}

/// One disclosure, as 45 CFR 164.528(b)(2) wants it told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disclosure {
    /// When.
    pub at: Timestamp,
    /// The day of that at the facility.
    pub day: Date,
    /// To whom.
    pub recipient: Known,
    /// What, in a few words.
    pub description: String,
    /// What for.
    pub purpose: RequestPurpose,
    /// What it rested on.
    pub authority: RequestAuthority,
    /// For which request.
    pub request: RequestId,
    /// SHA-256 of the manifest of what was given out.
    pub manifest: Digest,
}

impl App {
    /// Accounts for what was given out of a patient's records, and of those who were found to be the same, within six
    /// years; notes who asked. Records that were destroyed since are told too.
    ///
    /// # Errors
    /// The person who asks may not see it; the database failed.
    pub async fn disclosures(&self, patient: PatientId) -> Result<Accounting, AppError> {
        let person = self.actor(Permission::SeeDisclosures, &[]).await?.person;
        self.note(person, AccessFact::DisclosuresViewed { patient }).await?;
        let to = self.today(None).date;
        let from = accounting_from(to);
        let mut disclosures = Vec::new();
        for merged in self.store.merged_patients(patient).await? {
            for row in self.store.requests_about(merged).await? {
                if !is_accounted(row.purpose, row.authority) {
                    continue;
                }
                for release in self.store.releases(row.id).await? {
                    let day = release.released_at.to_zoned(self.zone()).date();
                    if day < from {
                        continue;
                    }
                    disclosures.push(Disclosure {
                        at: release.released_at,
                        day,
                        recipient: self.recipient(&row).await?,
                        description: description(&release),
                        purpose: row.purpose,
                        authority: row.authority,
                        request: row.id,
                        manifest: release.manifest,
                    });
                }
            }
        }
        disclosures.sort_by_key(|disclosure| disclosure.at);
        Ok(Accounting { patient, from, to, disclosures })
    }
}

/// Says what was given out: how many records of which type.
fn description(release: &ReleaseRow) -> String {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, kind) in &release.records {
        *kinds.entry(kind.as_str()).or_default() += 1;
    }
    let parts: Vec<String> = kinds.iter().map(|(kind, count)| format!("{count} {}", kind.replace('-', " "))).collect();
    parts.join(", ")
}
