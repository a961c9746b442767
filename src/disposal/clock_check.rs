//! Refuses to destroy by a clock that may be wrong.

use jiff::{SignedDuration, Timestamp};

use super::error::DisposalError;
use super::place::Place;
use crate::store::Store;

/// How far the clocks of this machine and of a store may be apart.
const TOLERANCE: SignedDuration = SignedDuration::from_mins(5);

/// Compares the clock with the ledger and with every place.
pub(super) async fn check_clock(store: &Store, places: &[Place], now: Timestamp) -> Result<(), DisposalError> {
    if let Some(newest) = store.newest_entry_at().await?
        && now < newest
    {
        return Err(DisposalError::ClockBehind { now, newest });
    }
    for place in places {
        let theirs = place.vault.store_time().await?;
        let difference = now.duration_since(theirs).abs();
        if difference > TOLERANCE {
            return Err(DisposalError::ClocksDiffer { place: place.vault.describes(), difference });
        }
    }
    Ok(())
}
