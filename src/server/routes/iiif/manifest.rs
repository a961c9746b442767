//! A document as a IIIF Presentation 3.0 manifest: its pages as it shows them, turned, without the hidden ones.

use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Value, json};

use super::address::Address;
use super::image::linked_data;
use crate::chart::facts::AccessFact;
use crate::chart::{DocumentId, Size};
use crate::server::problem::Problem;
use crate::server::{Path, SignedIn};

/// Describes a document for image viewers.
#[utoipa::path(get, path = "/api/v1/iiif/presentation/{document}/manifest", tag = "iiif",
    params(("document" = String, Path)),
    responses((status = 200, body = Value, content_type = "application/ld+json")))]
pub async fn manifest(
    signed_in: SignedIn,
    Path(document): Path<DocumentId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let reader = signed_in.app.reader().await?;
    let seen = signed_in.app.see_document(&reader, document).await?;
    signed_in.noted(AccessFact::Viewed { document, page: None }).await?;
    let address = Address::of(&signed_in, &headers);
    let all_hidden = seen.pages.iter().all(|page| page.view.hidden);
    let shown = seen.pages.iter().filter(|page| all_hidden || !page.view.hidden);
    let canvases: Vec<Value> = shown
        .map(|page| {
            let (image, shape) = signed_in.app.shown_image(page);
            let Size { width, height } = shape.0;
            let (canvas, service) = (address.canvas(document, page.position), address.image(image));
            let small = shape.reductions().last().map_or(shape.0, |by| shape.reduced(*by));
            let services = json!([{ "id": service, "type": "ImageService3", "profile": "level0" }]);
            json!({
                "id": canvas,
                "type": "Canvas",
                "label": { "en": [format!("Page {}", page.position)] },
                "width": width,
                "height": height,
                "thumbnail": [{
                    "id": format!("{service}/full/{},{}/0/default.jpg", small.width, small.height),
                    "type": "Image", "format": "image/jpeg", "width": small.width, "height": small.height,
                    "service": services,
                }],
                "items": [{
                    "id": format!("{canvas}/page"),
                    "type": "AnnotationPage",
                    "items": [{
                        "id": format!("{canvas}/image"),
                        "type": "Annotation",
                        "motivation": "painting",
                        "body": {
                            "id": format!("{service}/full/max/0/default.jpg"),
                            "type": "Image", "format": "image/jpeg", "width": width, "height": height,
                            "service": services,
                        },
                        "target": canvas,
                    }],
                }],
            })
        })
        .collect();
    let title = seen
        .description
        .as_ref()
        .map_or_else(|| format!("Document {document}"), |record| format!("{} {document}", record.kind.as_str()));
    let body = json!({
        "id": address.of_manifest(document, "manifest"),
        "type": "Manifest",
        "label": { "none": [title] },
        "behavior": ["individuals"],
        "viewingDirection": "left-to-right",
        "metadata": [
            { "label": { "en": ["State"] }, "value": { "en": [seen.document.state.name()] } },
            { "label": { "en": ["Pages"] }, "value": { "none": [seen.pages.len().to_string()] } },
        ],
        "service": [
            { "id": address.search(2, document), "type": "SearchService2" },
            {
                "@context": "http://iiif.io/api/search/1/context.json",
                "@id": address.search(1, document),
                "@type": "SearchService1",
                "profile": "http://iiif.io/api/search/1/search",
            },
        ],
        "items": canvases,
    });
    Ok(linked_data("http://iiif.io/api/presentation/3/context.json", body, false))
}
