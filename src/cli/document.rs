//! `muniment document`: puts documents into shape before they are accepted.

use super::exit::{CommandError, Ended, error};
use super::output::Output;
use super::start::Place;

/// Most pages that a range may name.
const MOST_PAGES: u32 = 100_000;

/// Splits documents of scan files that hold several.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Splits a document of a shared scan: each part becomes a document of its own
    Split {
        /// Id of the document, or its beginning
        document: String,
        /// The parts, as pages of the document: 1-3,4-7 makes two; 1-2+5,3-4 makes one of pages 1, 2 and 5
        #[arg(value_parser = parts)]
        parts: Parts,
    },
}

/// Pages of each part.
#[derive(Debug, Clone)]
struct Parts(Vec<Vec<u32>>);

/// Does it.
pub async fn run(args: &Args, place: &Place<'_>, output: Output) -> Result<Ended, CommandError> {
    let Command::Split { document, parts } = &args.command;
    let app = place.open().await?;
    let document = app.document(document).await?;
    let made = app.split(&document, &parts.0).await?;
    output.value(&serde_json::json!({ "document": document.id, "parts": &made }), |_| {
        let lines: Vec<String> =
            made.iter().zip(&parts.0).map(|(id, pages)| format!("{id}  {:>4} pages", pages.len())).collect();
        lines.join("\n")
    });
    Ok(Ended::Well)
}

fn parts(text: &str) -> Result<Parts, CommandError> {
    let wrong = || error("parts are written 1-3,4-7: pages from 1, the parts parted by commas");
    let mut parts = Vec::new();
    for part in text.split(',') {
        let mut pages = Vec::new();
        for range in part.split('+') {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            let number = |text: &str| text.trim().parse::<u32>().ok().filter(|page| (1..=MOST_PAGES).contains(page));
            let (first, last) =
                number(first).zip(number(last)).filter(|(first, last)| first <= last).ok_or_else(wrong)?;
            pages.extend(first..=last);
        }
        parts.push(pages);
    }
    Ok(Parts(parts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_ranges_and_sums_of_ranges() {
        assert_eq!(parts("1-3,4").unwrap().0, [vec![1, 2, 3], vec![4]]);
        assert_eq!(parts("1-2+5,3-4").unwrap().0, [vec![1, 2, 5], vec![3, 4]]);
        for wrong in ["", "0", "3-1", "1-2,", "a", "1-999999999"] {
            assert!(parts(wrong).is_err(), "{wrong}");
        }
    }
}
