//! Takes who saw what to the ledger. Whoever notes something waits until it is on disk; what many note at once is written
//! in one transaction, so that reading is hardly slowed.

use tokio::sync::{mpsc, oneshot};

use super::problem::Problem;
use crate::app::App;
use crate::chart::facts::AccessFact;
use crate::chart::{Actor, Fact, PersonId};

/// Notes that wait at most; more are told to try again.
const WAITING: usize = 4096;
/// Notes that one transaction takes at most.
const AT_ONCE: usize = 256;

type Note = (Actor, AccessFact, oneshot::Sender<bool>);

/// The way into the journal. Clones share it.
#[derive(Clone)]
pub struct Journal(mpsc::Sender<Note>);

impl Journal {
    /// Begins a journal, which ends when its last clone is gone and everything is written.
    pub fn begin(app: App) -> Self {
        let (sender, receiver) = mpsc::channel(WAITING);
        tokio::spawn(write(app, receiver));
        Self(sender)
    }

    /// Notes what a person sees or does, and waits until that is kept.
    ///
    /// # Errors
    /// It could not be kept.
    pub async fn note(&self, person: PersonId, fact: AccessFact) -> Result<(), Problem> {
        self.keep(Actor::Person(person), fact).await
    }

    /// Notes what happened without a person being known, such as an attempt to sign in.
    ///
    /// # Errors
    /// It could not be kept.
    pub async fn note_event(&self, fact: AccessFact) -> Result<(), Problem> {
        self.keep(Actor::Program, fact).await
    }

    async fn keep(&self, actor: Actor, fact: AccessFact) -> Result<(), Problem> {
        let (answer, kept) = oneshot::channel();
        self.0.send((actor, fact, answer)).await.map_err(|_| unkept())?;
        match kept.await {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(unkept()),
        }
    }
}

async fn write(app: App, mut receiver: mpsc::Receiver<Note>) {
    let mut notes = Vec::with_capacity(AT_ONCE);
    while receiver.recv_many(&mut notes, AT_ONCE).await > 0 {
        let now = app.clock.now();
        let facts: Vec<(Actor, Fact)> =
            notes.iter().map(|(actor, fact, _)| (*actor, Fact::Access(fact.clone()))).collect();
        let kept = match app.store.record_each(now, &facts).await {
            Ok(()) => true,
            Err(cause) => {
                tracing::error!(%cause, "who read what could not be noted");
                false
            }
        };
        for (_, _, answer) in notes.drain(..) {
            // Whoever gave up waiting needs no answer.
            let _ = answer.send(kept);
        }
    }
}

fn unkept() -> Problem {
    let detail = "this cannot be shown now, because it could not be noted who saw it; try again in a moment";
    Problem::new(axum::http::StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail).with("retry_after", 2)
}
