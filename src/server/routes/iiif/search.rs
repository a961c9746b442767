//! Words of one document for image viewers: IIIF Content Search 2.0 and 1.0 over the boxes that recognition found.

use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::IntoParams;

use super::address::Address;
use super::image::linked_data;
use crate::chart::DocumentId;
use crate::chart::facts::AccessFact;
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
    let Found { base, places } = found(&signed_in, 2, document, &words.q, &headers).await?;
    let items: Vec<Value> = places
        .iter()
        .enumerate()
        .map(|(number, place)| {
            json!({
                "id": format!("{base}/match/{number}"),
                "type": "Annotation",
                "motivation": "highlighting",
                "body": { "type": "TextualBody", "value": place.text, "format": "text/plain" },
                "target": place.target,
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
    let Found { base, places } = found(&signed_in, 1, document, &words.q, &headers).await?;
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
                "on": place.target,
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

/// What was found, with addresses.
struct Found {
    /// Address of the search.
    base: String,
    places: Vec<Place>,
}

/// A word on a page.
struct Place {
    text: String,
    /// Address of the place on the canvas of its page.
    target: String,
}

async fn found(
    signed_in: &SignedIn,
    version: u32,
    document: DocumentId,
    words: &str,
    headers: &HeaderMap,
) -> Result<Found, Problem> {
    let reader = signed_in.app.reader().await?;
    signed_in.app.readable_document(&reader, document).await?;
    let places = signed_in.app.search_in(&reader, document, words).await?;
    signed_in.noted(AccessFact::Viewed { document, page: None }).await?;
    let address = Address::of(signed_in, headers);
    let places = places.into_iter().map(|place| {
        let (canvas, rect) = (address.canvas(document, place.position), place.rect);
        let target = format!("{canvas}#xywh={},{},{},{}", rect.left, rect.top, rect.width, rect.height);
        Place { text: place.text, target }
    });
    Ok(Found { base: address.search(version, document), places: places.collect() })
}
