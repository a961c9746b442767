//! The audit log: its entries, whether they fit, and proofs.

mod access;

use serde_json::{Value, json};
use utoipa_axum::routes;

use crate::access::{Extent, Permission};
use crate::server::paging::{Paging, Part};
use crate::server::problem::Problem;
use crate::server::route::{Access, Route};
use crate::server::{Json, Path, Query, SignedIn};

/// Entries that are looked through for one part, where not all may be seen.
const MOST_LOOKED_AT: u32 = 2_000;

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    let may = Access::May(Permission::ReadAudit);
    let report = Access::May(Permission::ReportAccess);
    vec![
        Route::new(may, routes!(list)),
        Route::new(may, routes!(status)).long(),
        Route::new(may, routes!(proof)),
        // The first report goes through the whole log.
        Route::new(report, routes!(access::report)).long(),
        Route::new(report, routes!(access::report_file)).long(),
    ]
}

/// Lists entries of the audit log, the oldest first: all of them, or those that the person may see. `after` is the number of
/// the last entry of the part before; `-N` begins N entries before the end.
#[utoipa::path(get, path = "/api/v1/audit", tag = "audit", params(Paging), responses((status = 200, body = Part<Value>)))]
async fn list(signed_in: SignedIn, Query(paging): Query<Paging>) -> Result<Json<Part<Value>>, Problem> {
    let (store, limit) = (&signed_in.app.store, paging.limit());
    let from = match paging.after::<i64>()? {
        None => 0,
        Some(after) if after < 0 => store.ledger_size().await?.saturating_sub(after.unsigned_abs()),
        Some(after) => after.unsigned_abs() + 1,
    };
    let own = signed_in.person.id.to_string();
    let extent = signed_in.extent.unwrap_or(Extent::Own);
    let may_see = |entry: &Value| match extent {
        Extent::All => true,
        Extent::Technical => {
            let about = entry["fact"]["about"].as_str().unwrap_or_default();
            matches!(about, "key" | "people" | "access")
        }
        // There are no teams yet: a team is oneself.
        _ => entry["actor"].to_string().contains(&own),
    };
    let mut items = Vec::new();
    let (mut next, mut looked) = (from, 0);
    while items.len() < limit as usize && looked < MOST_LOOKED_AT {
        let entries = store.ledger_entries(next, limit).await?;
        let Some(last) = entries.last().map(|entry| entry.sequence) else { break };
        for entry in &entries {
            looked += 1;
            next = entry.sequence + 1;
            let read: Value = serde_json::from_str(&entry.text).map_err(|_| Problem::internal())?;
            if may_see(&read) {
                items.push(read);
            }
            if items.len() >= limit as usize {
                break;
            }
        }
        if next > last && entries.len() < limit as usize {
            break;
        }
    }
    let more = next < store.ledger_size().await?;
    Ok(Json(Part { items, next: more.then(|| (next.saturating_sub(1)).to_string()) }))
}

/// Verifies the whole audit log: entries, tree, signed checkpoints, what the archive holds.
#[utoipa::path(get, path = "/api/v1/audit/status", tag = "audit", responses((status = 200, body = Value)))]
async fn status(signed_in: SignedIn) -> Result<Json<Value>, Problem> {
    if !matches!(signed_in.extent, Some(Extent::All | Extent::Technical)) {
        return Err(Problem::not_found("status: only those who read the whole log verify it"));
    }
    let report = signed_in.app.audit(None, None).await?;
    let fits = report.verdict.findings.is_empty();
    let mut value = serde_json::to_value(&report).map_err(|_| Problem::internal())?;
    if let Value::Object(members) = &mut value {
        members.insert("fits".into(), json!(fits));
    }
    Ok(Json(value))
}

/// Proves that an entry is in the log, under the last signed checkpoint.
#[utoipa::path(get, path = "/api/v1/audit/{number}/proof", tag = "audit", params(("number" = u64, Path)),
    responses((status = 200, body = Value)))]
async fn proof(signed_in: SignedIn, Path(number): Path<u64>) -> Result<Json<Value>, Problem> {
    if signed_in.extent != Some(Extent::All) {
        return Err(Problem::not_found("entry"));
    }
    let proof = signed_in.app.prove_entry(number).await?;
    serde_json::to_value(&proof).map(Json).map_err(|_| Problem::internal())
}
