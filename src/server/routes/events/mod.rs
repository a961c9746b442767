//! Progress as it happens, over server-sent events: the queue, batches, failures, the index.

use std::convert::Infallible;
use std::time::Duration;

use axum::response::sse::{Event, KeepAlive, Sse};
use futures::stream::{Stream, unfold};
use serde_json::{Value, json};
use utoipa_axum::routes;

use crate::access::Permission;
use crate::app::App;
use crate::server::SignedIn;
use crate::server::problem::Problem;
use crate::server::route::{Access, Route};
use crate::worker::Stop;

/// How often the figures are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// How long one stream lasts; browsers open another one, which is checked anew.
const LOOKS: u32 = 900;

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![Route::new(Access::May(Permission::SeeWork), routes!(events)).long()]
}

/// Streams what changes: events `queue`, `batches`, `jobs`, each with its figures, when they are others than before. Only for
/// those whose work it is.
#[utoipa::path(get, path = "/api/v1/events", tag = "administration",
    responses((status = 200, body = String, content_type = "text/event-stream")))]
async fn events(signed_in: SignedIn) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let runs = signed_in.app.actor(Permission::Operate, &[]).await.is_ok();
    // Figures of everything would tell of batches that are not theirs.
    let sees_all = runs || signed_in.app.store.batches_of_others(signed_in.person.id).await?.is_empty();
    Ok(sse(Watching::new(&signed_in, sees_all)))
}

struct Watching {
    app: App,
    stop: Stop,
    sees_figures: bool,
    looks: u32,
    told: Vec<(&'static str, Value)>,
    waiting: Vec<Event>,
}

impl Watching {
    fn new(signed_in: &SignedIn, sees_figures: bool) -> Self {
        Self {
            app: signed_in.app.clone(),
            stop: signed_in.server.stop.clone(),
            sees_figures,
            looks: 0,
            told: Vec::new(),
            waiting: Vec::new(),
        }
    }

    /// Waits for the next event; `None` when the stream is over.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.waiting.pop() {
                return Some(event);
            }
            if self.looks >= LOOKS || self.stop.is_raised() {
                return None;
            }
            if self.looks > 0 {
                tokio::select! {
                    () = tokio::time::sleep(LOOK_EVERY) => {}
                    () = self.stop.raised() => return None,
                }
            }
            self.looks += 1;
            for (name, value) in self.look().await? {
                let known = self.told.iter_mut().find(|(known, _)| *known == name);
                match known {
                    Some((_, known)) if *known == value => continue,
                    Some((_, known)) => *known = value.clone(),
                    None => self.told.push((name, value.clone())),
                }
                self.waiting.push(Event::default().event(name).data(value.to_string()));
            }
        }
    }

    /// Looks at the figures; `None` when the person may not any more, or the database fails.
    async fn look(&self) -> Option<Vec<(&'static str, Value)>> {
        // The person may have lost their role since.
        let person = self.app.whoever().await.ok()?;
        if person.disabled_at.is_some() {
            return None;
        }
        if !self.sees_figures {
            return Some(vec![("alive", json!({}))]);
        }
        let figures = self.app.store.figures(self.app.clock.now()).await.ok()?;
        let queue = json!({
            "ready": figures.documents_to_verify,
            "reading": figures.documents_reading,
            "oldest": figures.oldest_to_verify.map(|at| at.to_string()),
        });
        let batches = json!({ "files_waiting": figures.files_waiting, "pages_waiting": figures.pages_waiting });
        let jobs = json!({
            "pages_failed": figures.pages_failed,
            "pages_rejected": figures.pages_rejected,
            "files_rejected": figures.files_rejected,
            "deposits_waiting": figures.deposits_waiting,
            "deposits_failed": figures.deposits_failed,
        });
        Some(vec![("queue", queue), ("batches", batches), ("jobs", jobs)])
    }
}

fn sse(watching: Watching) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let stream = unfold(watching, async |mut watching| {
        let event = watching.next().await?;
        Some((Ok(event), watching))
    });
    Sse::new(stream).keep_alive(KeepAlive::default())
}
