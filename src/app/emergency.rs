//! Opening a chart in an emergency ("break-glass"): fresh proof of who it is, a reason, one patient, for a while, to read
//! only; everybody who steers learns of it, and somebody else looks at it afterwards.

use jiff::{SignedDuration, Timestamp};

use super::sign_in::SignInError;
use super::{App, AppError};
use crate::access::Permission;
use crate::chart::facts::AccessFact;
use crate::chart::{Actor, Fact, PatientId};
use crate::store::EmergencyRow;

/// How long a chart stays open.
const OPEN: SignedDuration = SignedDuration::from_mins(60);
/// By when somebody else has to have looked at it.
const REVIEW: SignedDuration = SignedDuration::from_hours(72);
/// Fewest characters of a reason that says something.
const SHORTEST_REASON: usize = 10;
/// Emergencies that one list has at most.
const MOST: u32 = 200;

/// A chart that was just opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedEmergency {
    /// Number of the ledger's entry.
    pub opened: u64,
    /// Until when.
    pub until: Timestamp,
    /// By when somebody else looks at it.
    pub review_by: Timestamp,
}

impl App {
    /// Opens one patient's chart for the person who asks, after they gave their password once more. It unlocks reading and
    /// nothing else.
    ///
    /// # Errors
    /// Their role does not allow it, the password is wrong, the reason says nothing, there is no such patient.
    pub async fn open_in_emergency(
        &self,
        patient: PatientId,
        reason: &str,
        password: &str,
    ) -> Result<OpenedEmergency, SignInError> {
        let actor = self.actor(Permission::OpenInEmergency, &[]).await.map_err(SignInError::App)?.person;
        let reason = reason.trim();
        if reason.chars().count() < SHORTEST_REASON {
            let why = "say in a few words what the emergency is, without naming the patient; it is reviewed";
            return Err(AppError::Unfit(why.into()).into());
        }
        self.prove_again(password).await?;
        if self.store.patient(patient).await?.is_none() {
            return Err(AppError::NotFound("there is no such patient".into()).into());
        }
        let now = self.clock.now();
        let after = |length: SignedDuration| now.saturating_add(length).unwrap_or(Timestamp::MAX);
        let (until, review_by) = (after(OPEN), after(REVIEW));
        let fact = AccessFact::EmergencyOpened { patient, reason: reason.to_owned(), until, review_by };
        let entries = self.store.record(Actor::Person(actor), now, &[Fact::Access(fact)]).await?;
        let opened = entries.first().map_or(0, |entry| entry.sequence);
        tracing::warn!(entry = opened, person = %actor, "a chart was opened in an emergency; it has to be reviewed");
        Ok(OpenedEmergency { opened, until, review_by })
    }

    /// Returns the emergencies, those nobody looked at first.
    ///
    /// # Errors
    /// The person who asks may not review them.
    pub async fn emergencies(&self) -> Result<Vec<EmergencyRow>, AppError> {
        self.actor(Permission::ReviewEmergency, &[]).await?;
        Ok(self.store.emergencies(MOST).await?)
    }

    /// Says what came of looking at an emergency.
    ///
    /// # Errors
    /// The person who asks may not review it, or opened it themselves; somebody looked at it already.
    pub async fn review_emergency(&self, opened: u64, justified: bool, note: &str) -> Result<(), AppError> {
        let actor = self.actor(Permission::ReviewEmergency, &[]).await?.person;
        let fact = AccessFact::EmergencyReviewed { opened, justified, note: note.trim().to_owned() };
        self.store.record(Actor::Person(actor), self.clock.now(), &[Fact::Access(fact)]).await?;
        Ok(())
    }
}
