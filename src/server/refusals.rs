//! Refusals in the ledger: who was refused what, once in a while for each permission, so that nobody can flood it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use axum::http::StatusCode;
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};

use super::journal::Journal;
use super::problem::Problem;
use crate::chart::PersonId;
use crate::chart::facts::AccessFact;

/// How long further refusals of the same are counted in the figures only.
const ONCE_IN: SignedDuration = SignedDuration::from_mins(10);
/// Refusals that are remembered; while there are more, further ones are in the figures only.
const MOST: usize = 10_000;

/// The refusals of the last minutes.
#[derive(Default)]
pub struct Refusals(Mutex<HashMap<(PersonId, String), Timestamp>>);

impl Refusals {
    /// Notes that a person was refused what takes a permission, if that was not noted lately. The answer stays what it is: a
    /// refusal that cannot be noted is in the log.
    pub async fn note(&self, journal: &Journal, person: PersonId, permission: String, now: Timestamp) {
        metrics::counter!("muniment_refusals_total", "permission" => permission.clone()).increment(1);
        if !self.is_new(person, &permission, now) {
            return;
        }
        if journal.note(person, AccessFact::Refused { permission }).await.is_err() {
            tracing::error!(%person, "a refusal could not be noted");
        }
    }

    fn is_new(&self, person: PersonId, permission: &str, now: Timestamp) -> bool {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let lately = |at: &Timestamp| now.duration_since(*at) < ONCE_IN;
        if known.len() >= MOST {
            known.retain(|_, at| lately(at));
        }
        let key = (person, permission.to_owned());
        if known.get(&key).is_some_and(lately) || known.len() >= MOST {
            return false;
        }
        known.insert(key, now);
        true
    }
}

/// Returns the permission that was missing, where that is why a request was not carried out.
pub fn refused(answer: &Response) -> Option<String> {
    if answer.status() != StatusCode::FORBIDDEN {
        return None;
    }
    let problem = answer.extensions().get::<Problem>().filter(|problem| problem.code == "denied")?;
    problem.more.get("permission")?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn the_same_is_noted_once_in_a_while() {
        let (refusals, now) = (Refusals::default(), Timestamp::UNIX_EPOCH);
        let (one, two) = (PersonId::from_uuid(Uuid::from_u128(1)), PersonId::from_uuid(Uuid::from_u128(2)));
        assert!(refusals.is_new(one, "label", now));
        assert!(!refusals.is_new(one, "label", now));
        assert!(refusals.is_new(two, "label", now) && refusals.is_new(one, "operate", now));
        assert!(refusals.is_new(one, "label", now + ONCE_IN));
    }

    #[test]
    fn not_every_refusal_is_one_of_a_permission() {
        let denied = Problem::new(StatusCode::FORBIDDEN, "denied", "no").with("permission", "label");
        assert_eq!(refused(&denied.into_response()).as_deref(), Some("label"));
        assert_eq!(refused(&Problem::new(StatusCode::FORBIDDEN, "csrf", "no").into_response()), None);
        assert_eq!(refused(&Problem::not_found("thing").into_response()), None);
    }
}
