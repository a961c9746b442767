//! What a draft of the policy would change, record by record, before anybody approves it.

use jiff::civil::Date;
use serde::Serialize;

use super::retention::Basis;
use super::{App, AppError};
use crate::access::Permission;
use crate::chart::LastDay;
use crate::retention::{Forecast, Plan, Policy, PolicyVersion, forecast};

/// Years that an impact looks ahead.
const YEARS: i16 = 30;

/// What a version of the policy would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PolicyImpact {
    /// The version.
    pub version: u32,
    /// The day that was computed for: the first one on which it would be in force.
    pub on: Date,
    /// Records that it is about.
    pub records: u64,
    /// Records that would be kept longer.
    pub longer: u64,
    /// Records that would be kept less long. They are not, until a review and two approvals.
    pub shorter: u64,
    /// Records for which nothing changes.
    pub unchanged: u64,
    /// Records that could be proposed for destruction, and could not without it.
    pub newly_eligible: u64,
    /// Records that could be proposed without it, and could not with it.
    pub no_longer_eligible: u64,
    /// What the coming years bring as it is.
    pub before: Forecast,
    /// What they would bring.
    pub after: Forecast,
}

impl App {
    /// Computes what a version of the policy would change.
    ///
    /// # Errors
    /// They may not look; there is no such version; the database failed.
    pub async fn policy_impact(&self, version: u32) -> Result<PolicyImpact, AppError> {
        self.actor(Permission::ViewRetention, &[]).await?;
        let row = self.policy_row(version).await?;
        let on = row.effective_from.max(self.today(None).date);
        let as_it_is = Basis { today: self.today(Some(on)), ..self.basis(None).await? };
        let mut versions = as_it_is.versions.clone();
        versions.retain(|known| known.number != version);
        versions.push(PolicyVersion {
            number: version,
            policy: Policy::parse(&row.policy)?,
            in_force_from: on,
            // As if its shortening were approved: what it asks for is to be seen.
            may_shorten_from: Some(on),
        });
        let with_it = Basis { versions, holds: as_it_is.holds.clone(), today: self.today(Some(on)) };
        let (mut before, mut after): (Vec<Plan>, Vec<Plan>) = (Vec::new(), Vec::new());
        self.plan_each(&as_it_is, |plan| before.push(plan)).await?;
        self.plan_each(&with_it, |plan| after.push(plan)).await?;
        let mut impact = PolicyImpact {
            version,
            on,
            records: 0,
            longer: 0,
            shorter: 0,
            unchanged: 0,
            newly_eligible: 0,
            no_longer_eligible: 0,
            before: forecast(&before, on.year(), on.year().saturating_add(YEARS)),
            after: forecast(&after, on.year(), on.year().saturating_add(YEARS)),
        };
        // Both are in the order of the records; one that came in between is left out.
        let mut others = before.iter().peekable();
        for new in &after {
            while others.next_if(|old| old.record < new.record).is_some() {}
            let Some(old) = others.next_if(|old| old.record == new.record) else { continue };
            impact.records += 1;
            match days(new.computation.last_day).cmp(&days(old.computation.last_day)) {
                std::cmp::Ordering::Greater => impact.longer += 1,
                std::cmp::Ordering::Less => impact.shorter += 1,
                std::cmp::Ordering::Equal => impact.unchanged += 1,
            }
            impact.newly_eligible += u64::from(new.is_eligible() && !old.is_eligible());
            impact.no_longer_eligible += u64::from(!new.is_eligible() && old.is_eligible());
        }
        Ok(impact)
    }
}

/// Orders last days; no end is later than every day.
fn days(last: LastDay) -> (bool, Option<Date>) {
    match last {
        LastDay::On(day) => (false, Some(day)),
        LastDay::Indefinite => (true, None),
    }
}
