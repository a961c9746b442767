//! How much one person may ask for: so many requests at once, and as many in every minute after them. A browser and the
//! programs of the same person have an allowance each.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::problem::Problem;
use super::signed_in::Credential;
use crate::chart::PersonId;

/// People who are remembered before those who rested are forgotten.
const MOST: usize = 10_000;
const MINUTE: Duration = Duration::from_secs(60);

/// The allowances of everybody who asked lately.
pub struct Allowance {
    /// What one request costs: at this rate the allowance comes back.
    each: Duration,
    /// When everything that was used will have come back, for each person's browser and programs.
    whole_at: Mutex<HashMap<(PersonId, bool), Instant>>,
}

impl Allowance {
    /// Gives everybody so many requests a minute.
    pub fn new(requests_per_minute: u32) -> Self {
        Self { each: MINUTE / requests_per_minute.max(1), whole_at: Mutex::default() }
    }

    /// Takes one request of a person's allowance.
    ///
    /// # Errors
    /// It is used up; the answer says when to ask again.
    pub fn take(&self, person: PersonId, credential: &Credential, now: Instant) -> Result<(), Problem> {
        let by_program = matches!(credential, Credential::Token { .. });
        let mut whole_at = self.whole_at.lock().unwrap_or_else(PoisonError::into_inner);
        if whole_at.len() >= MOST {
            whole_at.retain(|_, at| *at > now);
        }
        let at = whole_at.entry((person, by_program)).or_insert(now);
        let next = (*at).max(now) + self.each;
        let over = next.duration_since(now).saturating_sub(MINUTE);
        if !over.is_zero() {
            return Err(too_many(over));
        }
        *at = next;
        Ok(())
    }
}

fn too_many(wait: Duration) -> Problem {
    let seconds = wait.as_secs() + 1;
    let detail = "you ask faster than this server lets one person; wait a moment and go on";
    Problem::new(axum::http::StatusCode::TOO_MANY_REQUESTS, "too-many", detail).with("retry_after", seconds)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::chart::Digest;

    #[test]
    fn an_allowance_is_used_up_and_comes_back() {
        let allowance = Allowance::new(60);
        let token = Credential::Token { digest: Digest::of(b"t"), scopes: None };
        let (one, two) = (PersonId::from_uuid(Uuid::from_u128(1)), PersonId::from_uuid(Uuid::from_u128(2)));
        let now = Instant::now();
        for _ in 0..60 {
            allowance.take(one, &token, now).unwrap();
        }
        let refused = allowance.take(one, &token, now).unwrap_err();
        assert_eq!((refused.status.as_u16(), refused.more["retry_after"].as_u64()), (429, Some(2)));
        allowance.take(two, &token, now).unwrap();
        let later = now + Duration::from_secs(3);
        assert_eq!((0..9).filter(|_| allowance.take(one, &token, later).is_ok()).count(), 3);
    }
}
