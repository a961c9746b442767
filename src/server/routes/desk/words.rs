//! `GET /api/v1/documents/{id}/pages/{position}/words`: what was read on a page, with places.

use serde::Serialize;
use utoipa::ToSchema;

use super::document_id;
use crate::chart::facts::AccessFact;
use crate::chart::{PageText, Size};
use crate::server::problem::Problem;
use crate::server::view::RectView;
use crate::server::{Json, Path, SignedIn};

/// Confidence below which a word is shown as doubtful.
const DOUBTFUL: f32 = 0.6;

/// The words of a page.
#[derive(Serialize, ToSchema)]
pub struct WordsView {
    /// Columns of the page image.
    width: u32,
    /// Rows of the page image.
    height: u32,
    /// Lines in reading order.
    lines: Vec<Vec<WordView>>,
}

/// A word.
#[derive(Serialize, ToSchema)]
pub struct WordView {
    /// As read.
    text: String,
    /// Where.
    rect: RectView,
    /// How sure it is, from 0 to 1.
    confidence: f32,
    /// Whether somebody should look at it.
    doubtful: bool,
}

/// Returns the words of a page.
#[utoipa::path(get, path = "/api/v1/documents/{id}/pages/{position}/words", tag = "station",
    params(("id" = String, Path), ("position" = u32, Path)), responses((status = 200, body = WordsView)))]
pub async fn page_words(
    signed_in: SignedIn,
    Path((id, position)): Path<(String, u32)>,
) -> Result<Json<WordsView>, Problem> {
    let document = document_id(&id)?;
    let text = signed_in.app.words_at_station(document, position).await?;
    signed_in.noted(AccessFact::Viewed { document, page: Some(position) }).await?;
    Ok(Json(WordsView::of(&text)))
}

impl WordsView {
    fn of((text, size): &(Option<PageText>, Size)) -> Self {
        let lines = text.iter().flat_map(PageText::lines).map(|line| {
            let words = line.words.iter().map(|word| WordView {
                text: word.text.clone(),
                rect: word.rect.into(),
                confidence: word.confidence.value(),
                doubtful: word.confidence.value() < DOUBTFUL,
            });
            words.collect()
        });
        Self { width: size.width, height: size.height, lines: lines.collect() }
    }
}
