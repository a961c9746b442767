//! Page images after the IIIF Image API 3.0, level 0: the listed sizes, and tiles of 512 pixels.

use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE, HeaderValue, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::address::Address;
use crate::app::AppError;
use crate::app::images::shape::TILE;
use crate::app::images::{ImageId, Shape};
use crate::chart::DocumentId;
use crate::chart::facts::AccessFact;
use crate::server::problem::Problem;
use crate::server::{Path, SignedIn};

/// How long a browser may keep a piece of a page.
const KEEP: &str = "private, max-age=300";
/// Pieces at this size and above can be read, and so are noted as seen.
const READABLE: u32 = 4;

/// Leads to the description of an image.
#[utoipa::path(get, path = "/api/v1/iiif/3/{image}", tag = "iiif",
    params(("image" = String, Path, description = "SCAN:NUMBER, or SCAN:NUMBER:TURN")), responses((status = 303)))]
pub async fn base(
    signed_in: SignedIn,
    Path(image): Path<String>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Problem> {
    let (image, ..) = readable(&signed_in, &image).await?;
    let to = format!("{}/info.json", Address::of(&signed_in, &headers).image(image));
    let to = HeaderValue::from_str(&to).map_err(|_| Problem::internal())?;
    Ok((StatusCode::SEE_OTHER, [(LOCATION, to)]))
}

/// Describes an image: its size, and the sizes and tiles that there are.
#[utoipa::path(get, path = "/api/v1/iiif/3/{image}/info.json", tag = "iiif",
    params(("image" = String, Path, description = "SCAN:NUMBER, or SCAN:NUMBER:TURN")),
    responses((status = 200, body = Value, content_type = "application/ld+json")))]
pub async fn info(signed_in: SignedIn, Path(image): Path<String>, headers: HeaderMap) -> Result<Response, Problem> {
    let (image, ..) = readable(&signed_in, &image).await?;
    let shape = signed_in.app.image_shape(image).await?;
    let id = Address::of(&signed_in, &headers).image(image);
    Ok(linked_data("http://iiif.io/api/image/3/context.json", description(&id, shape), true))
}

/// Gives one of the listed pieces of an image as JPEG.
#[utoipa::path(get, path = "/api/v1/iiif/3/{image}/{region}/{size}/{rotation}/{file}", tag = "iiif",
    params(
        ("image" = String, Path, description = "SCAN:NUMBER, or SCAN:NUMBER:TURN"),
        ("region" = String, Path, description = "full, or the region of a tile: left,top,width,height"),
        ("size" = String, Path, description = "width,height of a listed size or tile, or max"),
        ("rotation" = String, Path, description = "0"),
        ("file" = String, Path, description = "default.jpg"),
    ),
    responses((status = 200, body = Vec<u8>, content_type = "image/jpeg")))]
pub async fn piece(
    signed_in: SignedIn,
    Path((image, region, size, rotation, file)): Path<(String, String, String, String, String)>,
) -> Result<Response, Problem> {
    let (image, document, position) = readable(&signed_in, &image).await?;
    let not_listed = || Problem::not_found("image: only the listed sizes and tiles are there");
    if rotation != "0" || file != "default.jpg" {
        return Err(not_listed());
    }
    let piece = signed_in.app.image_shape(image).await?.piece(&region, &size).ok_or_else(not_listed)?;
    let person = signed_in.person.id;
    if piece.reduction <= READABLE && signed_in.app.sees_anew(person, document, position) {
        let noted = signed_in.noted(AccessFact::Viewed { document, page: Some(position) }).await;
        noted.inspect_err(|_| signed_in.app.forget_look(person, document, position))?;
    }
    let jpeg = signed_in.app.image_piece(document, image, piece).await.map_err(undrawable)?;
    let kind = HeaderValue::from_static("image/jpeg");
    Ok(([(CONTENT_TYPE, kind), (CACHE_CONTROL, HeaderValue::from_static(KEEP))], jpeg).into_response())
}

/// Describes an image in the words of the Image API.
pub fn description(id: &str, shape: Shape) -> Value {
    let reductions = shape.reductions();
    let sizes: Vec<Value> = reductions
        .iter()
        .rev()
        .map(|by| json!({ "width": shape.reduced(*by).width, "height": shape.reduced(*by).height }))
        .collect();
    json!({
        "id": id,
        "type": "ImageService3",
        "protocol": "http://iiif.io/api/image",
        "profile": "level0",
        "width": shape.0.width,
        "height": shape.0.height,
        "sizes": sizes,
        "tiles": [{ "width": TILE, "height": TILE, "scaleFactors": reductions }],
        "preferredFormats": ["jpg"],
    })
}

/// Makes an answer of linked data, whose context comes first.
pub fn linked_data(context: &str, body: Value, keep: bool) -> Response {
    let mut whole = serde_json::Map::new();
    whole.insert("@context".into(), context.into());
    if let Value::Object(body) = body {
        whole.extend(body);
    }
    let text = Value::Object(whole).to_string();
    let kind = HeaderValue::from_str(&format!("application/ld+json;profile=\"{context}\""));
    let mut response = text.into_response();
    let kind = kind.unwrap_or(HeaderValue::from_static("application/ld+json"));
    response.headers_mut().insert(CONTENT_TYPE, kind);
    // Nothing of this is for pages of other origins.
    response.headers_mut().remove(ACCESS_CONTROL_ALLOW_ORIGIN);
    if keep {
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(KEEP));
    }
    response
}

async fn readable(signed_in: &SignedIn, image: &str) -> Result<(ImageId, DocumentId, u32), Problem> {
    let image: ImageId = image.parse().map_err(|_| Problem::not_found("page"))?;
    let reader = signed_in.app.reader().await?;
    let (document, position) = signed_in.app.readable_page(&reader, image.page).await?;
    Ok((image, document, position))
}

/// A page that cannot be drawn is no failure of the server.
fn undrawable(cause: AppError) -> Problem {
    match cause {
        AppError::Child(why) => {
            tracing::warn!(why, "a page cannot be shown");
            let detail = "this page cannot be drawn; its original file can be exported";
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "undrawable", detail)
        }
        cause => cause.into(),
    }
}
