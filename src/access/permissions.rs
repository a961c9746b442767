//! What each role may do.

use crate::chart::Role;

/// Something that a person may or may not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Permission {
    /// Move boxes, prepare and close batches, bring in scans, label, accept, reject, split.
    Label,
    /// Approve or return what others accepted; confirm that a batch is closed with a difference.
    ReviewOthers,
    /// Draw, check, release and hold back lots.
    DecideLots,
    /// See batches, and how far the work on them is.
    SeeWork,
    /// Read charts.
    ReadChart,
    /// Make a further version of a verified record.
    CorrectRecord,
    /// See versions that were entered in error.
    SeeErrors,
    /// Draft and put into force retention policies.
    SetPolicy,
    /// Approve a policy that somebody else drafted.
    ApprovePolicy,
    /// Place a hold, or ask for its release.
    PlaceHold,
    /// Agree to the release of a hold that somebody else asked for.
    ReleaseHold,
    /// Look at policies, holds and plans for destruction.
    ViewRetention,
    /// Propose destruction.
    ProposeDestruction,
    /// Review a proposal to destroy.
    ReviewDestruction,
    /// Approve a proposal to destroy.
    ApproveDestruction,
    /// Read and verify the audit log.
    ReadAudit,
    /// Add people, grant and revoke roles.
    ManagePeople,
    /// See who may do what.
    ViewPeople,
    /// Open a chart in an emergency, without a grant.
    OpenInEmergency,
    /// Look at what was opened in emergencies.
    ReviewEmergency,
    /// Purge scans whose pages are all archived or rejected.
    PurgeIntake,
    /// Run the machines: backups, fixity, replication, rebuilding.
    Operate,
}

/// How far a permission goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Extent {
    /// Everything.
    All,
    /// What is assigned or granted to the person, or part of their case.
    Assigned,
    /// What is drawn for review.
    Sample,
    /// With a reason, which is recorded.
    WithReason,
    /// Only as a proposal that somebody else decides.
    Propose,
    /// What the person did themselves.
    Own,
    /// What their team did.
    Team,
    /// Technical matters only.
    Technical,
}

impl Extent {
    /// Returns the name as the server gives it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Assigned => "assigned",
            Self::Sample => "sample",
            Self::WithReason => "with-reason",
            Self::Propose => "propose",
            Self::Own => "own",
            Self::Team => "team",
            Self::Technical => "technical",
        }
    }
}

/// The table: what is not in it is denied.
const TABLE: &[(Role, Permission, Extent)] = {
    use Extent::{All, Assigned, Own, Propose, Sample, Team, Technical, WithReason};
    use Permission::*;
    use Role::{Administrator, Auditor, ItSupport, Requester, Reviewer, Technician};
    &[
        (Technician, Label, All),
        (Technician, SeeWork, All),
        (Technician, ReadChart, Assigned),
        (Technician, CorrectRecord, Propose),
        (Technician, ReadAudit, Own),
        (Reviewer, Label, All),
        (Reviewer, SeeWork, All),
        (Reviewer, ReviewOthers, All),
        (Reviewer, DecideLots, All),
        (Reviewer, ReadChart, Sample),
        (Reviewer, CorrectRecord, All),
        (Reviewer, ReadAudit, Team),
        (Administrator, SeeWork, All),
        (Administrator, ReadChart, WithReason),
        (Administrator, SetPolicy, All),
        (Administrator, ApprovePolicy, All),
        (Administrator, PlaceHold, All),
        (Administrator, ReleaseHold, All),
        (Administrator, ViewRetention, All),
        (Administrator, ProposeDestruction, All),
        (Administrator, ReviewDestruction, All),
        (Administrator, ApproveDestruction, All),
        (Administrator, ReadAudit, All),
        (Administrator, ManagePeople, All),
        (Administrator, ViewPeople, All),
        (Administrator, PurgeIntake, All),
        (Administrator, Operate, All),
        (Administrator, ReviewEmergency, All),
        (Requester, ReadChart, Assigned),
        (Requester, OpenInEmergency, WithReason),
        (Auditor, ReadChart, Assigned),
        (Auditor, SeeErrors, All),
        (Auditor, ReviewEmergency, All),
        (Auditor, ViewRetention, All),
        (Auditor, ReadAudit, All),
        (Auditor, ViewPeople, All),
        (ItSupport, SeeWork, All),
        (ItSupport, ReadAudit, Technical),
        (ItSupport, ViewPeople, Technical),
        (ItSupport, Operate, All),
    ]
};

impl Permission {
    /// Every permission.
    pub const ALL: [Self; 22] = [
        Self::Label,
        Self::ReviewOthers,
        Self::DecideLots,
        Self::SeeWork,
        Self::ReadChart,
        Self::CorrectRecord,
        Self::SeeErrors,
        Self::SetPolicy,
        Self::ApprovePolicy,
        Self::PlaceHold,
        Self::ReleaseHold,
        Self::ViewRetention,
        Self::ProposeDestruction,
        Self::ReviewDestruction,
        Self::ApproveDestruction,
        Self::ReadAudit,
        Self::ManagePeople,
        Self::ViewPeople,
        Self::OpenInEmergency,
        Self::ReviewEmergency,
        Self::PurgeIntake,
        Self::Operate,
    ];

    /// Returns the name as the server gives it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Label => "label",
            Self::ReviewOthers => "review-others",
            Self::DecideLots => "decide-lots",
            Self::SeeWork => "see-work",
            Self::ReadChart => "read-chart",
            Self::CorrectRecord => "correct-record",
            Self::SeeErrors => "see-errors",
            Self::SetPolicy => "set-policy",
            Self::ApprovePolicy => "approve-policy",
            Self::PlaceHold => "place-hold",
            Self::ReleaseHold => "release-hold",
            Self::ViewRetention => "view-retention",
            Self::ProposeDestruction => "propose-destruction",
            Self::ReviewDestruction => "review-destruction",
            Self::ApproveDestruction => "approve-destruction",
            Self::ReadAudit => "read-audit",
            Self::ManagePeople => "manage-people",
            Self::ViewPeople => "view-people",
            Self::OpenInEmergency => "open-in-emergency",
            Self::ReviewEmergency => "review-emergency",
            Self::PurgeIntake => "purge-intake",
            Self::Operate => "operate",
        }
    }

    /// Returns what it is, to complete "you may not ...".
    pub const fn describes(self) -> &'static str {
        match self {
            Self::Label => "label, accept, reject or split documents",
            Self::ReviewOthers => "review what others accepted",
            Self::DecideLots => "draw, check, release or hold back lots",
            Self::SeeWork => "see batches and how far the work is",
            Self::ReadChart => "read charts",
            Self::CorrectRecord => "correct a verified record",
            Self::SeeErrors => "see what was entered in error",
            Self::SetPolicy => "draft retention policies or put them into force",
            Self::ApprovePolicy => "approve retention policies",
            Self::PlaceHold => "place holds",
            Self::ReleaseHold => "release holds",
            Self::ViewRetention => "look at policies, holds and plans for destruction",
            Self::ProposeDestruction => "propose destruction",
            Self::ReviewDestruction => "review proposals to destroy",
            Self::ApproveDestruction => "approve destruction",
            Self::ReadAudit => "read the audit log",
            Self::ManagePeople => "add people or change their roles",
            Self::ViewPeople => "see who may do what",
            Self::OpenInEmergency => "open a chart in an emergency",
            Self::ReviewEmergency => "review what was opened in emergencies",
            Self::PurgeIntake => "purge the intake area",
            Self::Operate => "run backups, fixity checks or a rebuild",
        }
    }
}

/// Returns how far a role's permission goes; `None` when the role does not have it.
pub fn extent(role: Role, permission: Permission) -> Option<Extent> {
    TABLE.iter().find(|(of, what, _)| *of == role && *what == permission).map(|(_, _, extent)| *extent)
}

/// Returns the roles that have a permission.
pub(super) fn roles_with(permission: Permission) -> Vec<Role> {
    TABLE.iter().filter(|(_, what, _)| *what == permission).map(|(role, _, _)| *role).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_counts_and_none_contradicts_another() {
        for (index, (role, permission, _)) in TABLE.iter().enumerate() {
            let same = TABLE.iter().position(|(of, what, _)| of == role && what == permission);
            assert_eq!(same, Some(index), "{role} {permission:?} stands twice");
        }
    }

    #[test]
    fn every_permission_is_listed_once_and_somebody_has_it() {
        for (index, permission) in Permission::ALL.into_iter().enumerate() {
            assert_eq!(Permission::ALL.iter().position(|other| other.name() == permission.name()), Some(index));
            assert!(!roles_with(permission).is_empty(), "{permission:?}");
        }
        assert!(TABLE.iter().all(|(_, permission, _)| Permission::ALL.contains(permission)));
    }

    #[test]
    fn destruction_people_and_holds_are_for_administrators_only() {
        use Permission::{ApproveDestruction, ManagePeople, PlaceHold, ProposeDestruction, PurgeIntake};
        for permission in [ApproveDestruction, ManagePeople, PlaceHold, ProposeDestruction, PurgeIntake] {
            assert_eq!(roles_with(permission), [Role::Administrator]);
        }
        assert_eq!(extent(Role::ItSupport, Permission::ReadChart), None);
    }
}
