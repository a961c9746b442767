//! The versions of the retention policy: draft, approve, withdraw, and review what becomes shorter.

use std::path::PathBuf;

use jiff::civil::Date;

use super::{App, AppError};
use crate::access::Permission;
use crate::chart::facts::RetentionFact;
use crate::chart::{Actor, Fact, PersonId};
use crate::retention::{self, LeapDay, Policy, PolicyVersion, RuleSet, Today};
use crate::store::PolicyRow;

impl App {
    /// Returns the folder of the site's own rule sets, where it has one.
    pub fn rule_set_folder(&self) -> Option<PathBuf> {
        self.config.pipelines.folder.as_ref().map(|folder| folder.join("retention"))
    }

    /// Returns the day that it is at the facility, or the one that is rehearsed.
    pub fn today(&self, as_of: Option<Date>) -> Today {
        let today = Today::at(self.clock.now(), self.zone());
        Today { date: as_of.unwrap_or(today.date), ..today }
    }

    /// Returns the approved versions of the policy.
    ///
    /// # Errors
    /// The database failed, or a version is of a form that only a newer program knows.
    pub async fn policy_versions(&self) -> Result<Vec<PolicyVersion>, AppError> {
        let mut versions = Vec::new();
        for row in self.store.policies().await? {
            if let Some(in_force_from) = row.in_force_from() {
                versions.push(PolicyVersion {
                    number: row.version,
                    policy: Policy::parse(&row.policy)?,
                    in_force_from,
                    may_shorten_from: row.may_shorten_from,
                });
            }
        }
        Ok(versions)
    }

    /// Drafts the next version of the policy out of rule sets, and returns its number.
    ///
    /// # Errors
    /// The person may not, a rule set is unknown or wrong, or somebody else drafted meanwhile.
    pub async fn draft_policy(
        &self,
        title: &str,
        names: &[String],
        leap_day: LeapDay,
        effective_from: Date,
        reason: &str,
    ) -> Result<u32, AppError> {
        let person = self.actor(Permission::SetPolicy, &[]).await?.person;
        let folder = self.rule_set_folder();
        let sets: Vec<RuleSet> =
            names.iter().map(|name| retention::load(name, folder.as_deref())).collect::<Result<_, _>>()?;
        let policy = Policy::new(title, leap_day, sets)?;
        let version = self.store.policies().await?.last().map_or(0, |row| row.version) + 1;
        let (policy, reason) = (policy.text(), reason.to_owned());
        self.tell(person, RetentionFact::PolicyDrafted { version, effective_from, policy, reason }).await?;
        Ok(version)
    }

    /// Approves a draft of somebody else. Returns the first day on which it is in force.
    ///
    /// # Errors
    /// The person may not, it is their own draft, or there is no such draft.
    pub async fn approve_policy(&self, version: u32) -> Result<Option<Date>, AppError> {
        let row = self.policy_row(version).await?;
        let person = self.actor(Permission::ApprovePolicy, &[row.author]).await?.person;
        // What cannot be read must not come into force.
        Policy::parse(&row.policy)?;
        self.tell(person, RetentionFact::PolicyApproved { version, on: self.today(None).date }).await?;
        Ok(self.policy_row(version).await?.in_force_from())
    }

    /// Gives up a draft.
    ///
    /// # Errors
    /// The person may not, or the version was approved: then it stays for good.
    pub async fn withdraw_policy(&self, version: u32) -> Result<(), AppError> {
        let person = self.actor(Permission::SetPolicy, &[]).await?.person;
        self.tell(person, RetentionFact::PolicyWithdrawn { version }).await
    }

    /// Approves that the version in force keeps records shorter than those before it. Returns who has approved by now.
    ///
    /// # Errors
    /// The person may not, wrote the version, or approved already; the version is not in force.
    pub async fn approve_shortening(&self, version: u32, review: &str) -> Result<Vec<PersonId>, AppError> {
        let row = self.policy_row(version).await?;
        let person = self.actor(Permission::ApprovePolicy, &[row.author]).await?.person;
        let (on, review) = (self.today(None).date, review.to_owned());
        self.tell(person, RetentionFact::ShorteningApproved { version, on, review }).await?;
        Ok(self.policy_row(version).await?.shortening_approvers)
    }

    /// Returns one version of the policy, whatever became of it.
    ///
    /// # Errors
    /// There is none of that number, or the database failed.
    pub async fn policy_row(&self, version: u32) -> Result<PolicyRow, AppError> {
        let row = self.store.policies().await?.into_iter().find(|row| row.version == version);
        row.ok_or_else(|| {
            AppError::NotFound(format!(
                "there is no version {version} of the policy. `muniment retention policy list` shows what there is"
            ))
        })
    }

    /// Records one fact about retention.
    pub(super) async fn tell(&self, person: PersonId, fact: RetentionFact) -> Result<(), AppError> {
        self.store.record(Actor::Person(person), self.clock.now(), &[Fact::Retention(fact)]).await?;
        Ok(())
    }
}
