//! `GET /api/v1/records/{id}`: a record with its versions, where it comes from, and why it is kept how long.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::view::DocumentView;
use crate::access::{Permission, extent};
use crate::app::App;
use crate::chart::facts::AccessFact;
use crate::chart::{PersonId, RecordDraft, RecordId, Verifier};
use crate::server::problem::Problem;
use crate::server::view::named;
use crate::server::{Json, Path, SignedIn};
use crate::store::VersionRow;

/// A record.
#[derive(Serialize, ToSchema)]
pub struct RecordView {
    /// Id.
    pub record: String,
    /// Where it stands.
    pub state: String,
    /// Its newest version in the archive.
    pub version: u32,
    /// The document that it was made of, with its pages.
    pub document: DocumentView,
    /// Its versions, the oldest first.
    pub versions: Vec<VersionView>,
    /// Versions that were entered in error and are not listed.
    pub hidden_in_error: usize,
    /// Where it comes from; none before it is in the archive.
    pub provenance: Option<ProvenanceView>,
    /// How long it is kept, and why.
    pub retention: RetentionView,
    /// Whether a hold keeps it.
    pub holds: Vec<String>,
}

/// A version of a record.
#[derive(Serialize, ToSchema)]
pub struct VersionView {
    /// Number, from 1.
    pub number: u32,
    /// Where it stands.
    pub state: String,
    /// When it was accepted.
    pub accepted_at: String,
    /// Who accepted it, or the rule that did.
    pub accepted_by: String,
    /// Who looked at it besides.
    pub reviewed_by: Option<String>,
    /// When it came into the archive.
    pub archived_at: Option<String>,
    /// Until when the store locks it.
    pub locked_until: Option<String>,
    /// Whether it was entered in error.
    pub in_error: bool,
    /// Its type.
    pub kind: Option<String>,
    /// Its labels.
    pub labels: Vec<String>,
    /// Why it was made, after the first.
    pub correction: Option<String>,
    /// SHA-512 of its inventory.
    pub inventory: Option<String>,
}

/// Where a record comes from.
#[derive(Serialize, ToSchema)]
pub struct ProvenanceView {
    /// Who verified it.
    pub verified_by: String,
    /// When.
    pub verified_at: String,
    /// Program that made its files.
    pub program: String,
    /// Its original files.
    pub originals: Vec<OriginalView>,
    /// The pipelines and engines that read its pages.
    pub read_by: Vec<String>,
}

/// An original file.
#[derive(Serialize, ToSchema)]
pub struct OriginalView {
    /// Its place in the archive's object.
    pub path: String,
    /// Its digest.
    pub sha256: String,
    /// The scan file that it was or is part of.
    pub scan: String,
}

/// How long a record is kept.
#[derive(Serialize, ToSchema)]
pub struct RetentionView {
    /// Its class.
    pub class: String,
    /// The last day on which it has to be kept; none: no end is known.
    pub keep_until: Option<String>,
    /// The rule that decided.
    pub decided_by: Option<String>,
    /// Why, in sentences.
    pub why: Vec<String>,
}

/// Shows a record.
#[utoipa::path(get, path = "/api/v1/records/{id}", tag = "records", params(("id" = String, Path)),
    responses((status = 200, body = RecordView)))]
pub async fn record(signed_in: SignedIn, Path(id): Path<RecordId>) -> Result<Json<RecordView>, Problem> {
    let app = &signed_in.app;
    let reader = app.reader().await?;
    let seen = app.see_record(&reader, id).await?;
    signed_in.noted(AccessFact::RecordViewed { record: id }).await?;
    let sees_holds = reader.roles.iter().any(|role| extent(*role, Permission::ViewRetention).is_some());
    let mut names = HashMap::new();
    let mut versions = Vec::with_capacity(seen.versions.len());
    let in_error = seen.in_error;
    for (version, said) in &seen.versions {
        versions.push(shown(app, &mut names, version, said.as_ref()).await?);
    }
    let listed_in_error = seen.versions.iter().filter(|(version, _)| version.in_error).count();
    let provenance = match &seen.provenance {
        Some(described) => {
            let verified_by = match &described.verification.by {
                Verifier::Person(person) => name(app, &mut names, *person).await?,
                Verifier::Rule(rule) => format!("rule {rule}"),
            };
            let mut read_by: Vec<String> = (described.draft.pages.iter())
                .filter_map(|page| Some((page.pipeline.as_ref()?, page.engine.as_ref()?)))
                .map(|(pipeline, engine)| format!("{} {} ({engine})", pipeline.name, pipeline.revision))
                .collect();
            read_by.sort_unstable();
            read_by.dedup();
            let originals = described.originals.iter().map(|original| OriginalView {
                path: original.path.clone(),
                sha256: original.sha256.to_string(),
                scan: original.scan.to_string(),
            });
            Some(ProvenanceView {
                verified_by,
                verified_at: described.verification.at.to_string(),
                program: described.program.clone(),
                originals: originals.collect(),
                read_by,
            })
        }
        None => None,
    };
    let holds = match sees_holds {
        true => app.store.holds_of(id).await?.iter().map(ToString::to_string).collect(),
        false => Vec::new(),
    };
    Ok(Json(RecordView {
        record: id.to_string(),
        state: seen.record.state.name().to_owned(),
        version: seen.record.version,
        document: DocumentView::of(&seen.seen),
        versions,
        hidden_in_error: in_error - listed_in_error,
        provenance,
        retention: RetentionView {
            class: seen.record.class.as_str().to_owned(),
            keep_until: App::kept_until(&seen.retention).map(|day| day.to_string()),
            decided_by: seen.retention.computation.decided_by.clone(),
            why: app.retention_said(&seen.retention, sees_holds),
        },
        holds,
    }))
}

async fn shown(
    app: &App,
    names: &mut HashMap<PersonId, String>,
    version: &VersionRow,
    said: Option<&RecordDraft>,
) -> Result<VersionView, Problem> {
    let accepted_by = match (version.accepted_by, &version.rule) {
        (Some(person), _) => name(app, names, person).await?,
        (None, Some(rule)) => format!("rule {rule}"),
        (None, None) => String::new(),
    };
    let reviewed_by = match version.reviewed {
        Some((person, _)) => Some(name(app, names, person).await?),
        None => None,
    };
    let correction = said.and_then(|said| said.correction.as_ref()).map(|correction| named(&correction.reason));
    Ok(VersionView {
        number: version.version,
        state: version.state.name().to_owned(),
        accepted_at: version.accepted_at.to_string(),
        accepted_by,
        reviewed_by,
        archived_at: version.archived_at.map(|at| at.to_string()),
        locked_until: version.locked_until.map(|at| at.to_string()),
        in_error: version.in_error,
        kind: said.map(|said| said.kind.as_str().to_owned()),
        labels: said.iter().flat_map(|said| &said.labels).map(ToString::to_string).collect(),
        correction,
        inventory: version.inventory.clone(),
    })
}

async fn name(app: &App, names: &mut HashMap<PersonId, String>, person: PersonId) -> Result<String, Problem> {
    if let Some(name) = names.get(&person) {
        return Ok(name.clone());
    }
    let known = app.store.person(person).await?.map_or_else(|| person.to_string(), |person| person.name);
    names.insert(person, known.clone());
    Ok(known)
}
