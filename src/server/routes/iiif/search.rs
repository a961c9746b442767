//! Words of one document for image viewers: IIIF Content Search 2.0 and 1.0 over the boxes that recognition found.

use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::IntoParams;

use super::address::Address;
use super::image::linked_data;
use crate::app::searching::FoundPlace;
use crate::chart::facts::AccessFact;
use crate::chart::{DocumentId, Rect};
use crate::server::problem::Problem;
use crate::server::{Path, Query, SignedIn};

/// What is looked for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Words {
    /// The words.
    #[serde(default)]
    q: String,
}

/// Finds words in a document, after Content Search 2.0.
#[utoipa::path(get, path = "/api/v1/iiif/search/2/{document}", tag = "iiif", params(("document" = String, Path), Words),
    responses((status = 200, body = Value, content_type = "application/ld+json")))]
pub async fn version_2(
    signed_in: SignedIn,
    Path(document): Path<DocumentId>,
    Query(words): Query<Words>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let places = found(&signed_in, document, &words.q).await?;
    let address = Address::of(&signed_in, &headers);
    let base = address.search(2, document);
    let items: Vec<Value> = places
        .iter()
        .enumerate()
        .map(|(number, place)| {
            json!({
                "id": format!("{base}/match/{number}"),
                "type": "Annotation",
                "motivation": "highlighting",
                "body": { "type": "TextualBody", "value": place.text, "format": "text/plain" },
                "target": target(&address.canvas(document, place.position), place.rect),
            })
        })
        .collect();
    let body = json!({ "id": base, "type": "AnnotationPage", "items": items });
    Ok(linked_data("http://iiif.io/api/search/2/context.json", body, false))
}

/// Finds words in a document, after Content Search 1.0, which most viewers still speak.
#[utoipa::path(get, path = "/api/v1/iiif/search/1/{document}", tag = "iiif", params(("document" = String, Path), Words),
    responses((status = 200, body = Value, content_type = "application/ld+json")))]
pub async fn version_1(
    signed_in: SignedIn,
    Path(document): Path<DocumentId>,
    Query(words): Query<Words>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let places = found(&signed_in, document, &words.q).await?;
    let address = Address::of(&signed_in, &headers);
    let base = address.search(1, document);
    let name = |number: usize| format!("{base}/match/{number}");
    let resources: Vec<Value> = places
        .iter()
        .enumerate()
        .map(|(number, place)| {
            json!({
                "@id": name(number),
                "@type": "oa:Annotation",
                "motivation": "sc:painting",
                "resource": { "@type": "cnt:ContentAsText", "chars": place.text },
                "on": target(&address.canvas(document, place.position), place.rect),
            })
        })
        .collect();
    let hits: Vec<Value> = places
        .iter()
        .enumerate()
        .map(|(number, place)| json!({ "@type": "search:Hit", "annotations": [name(number)], "match": place.text }))
        .collect();
    let body = json!({
        "@id": base,
        "@type": "sc:AnnotationList",
        "within": { "@type": "sc:Layer", "total": places.len() },
        "resources": resources,
        "hits": hits,
    });
    Ok(linked_data("http://iiif.io/api/search/1/context.json", body, false))
}

async fn found(signed_in: &SignedIn, document: DocumentId, words: &str) -> Result<Vec<FoundPlace>, Problem> {
    let reader = signed_in.app.reader().await?;
    signed_in.app.readable_document(&reader, document).await?;
    let places = signed_in.app.search_in(&reader, document, words).await?;
    signed_in.noted(AccessFact::Viewed { document, page: None }).await?;
    Ok(places)
}

fn target(canvas: &str, rect: Rect) -> String {
    format!("{canvas}#xywh={},{},{},{}", rect.left, rect.top, rect.width, rect.height)
}
