//! `muniment doctor`: checks everything that a working day needs, and says what to do about what is missing.

mod archive;

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::exit::{CommandError, Ended};
use super::output::Output;
use super::start::Place;
use crate::app::{App, pool};
use crate::archive::vault::VaultKind;

/// Checks everything that a working day needs, and says what to do about what is missing.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Free space below which doctor warns, in bytes.
const LITTLE_SPACE: u64 = 5 << 30;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Grade {
    Good,
    Warning,
    Bad,
}

#[derive(Debug, Serialize)]
struct Check {
    name: &'static str,
    grade: Grade,
    message: String,
}

/// Runs every check; one that fails does not stop the others.
pub async fn run(_: &Args, place: &Place<'_>, output: Output) -> Result<Ended, CommandError> {
    let mut checks = Vec::new();
    match place.load() {
        Err(cause) => checks.push(bad("configuration", cause.to_string())),
        Ok(config) => {
            checks.push(good("configuration", format!("read; data in {}", config.data.folder.display())));
            match App::open(config).await {
                Err(cause) => checks.push(bad("data", cause.to_string())),
                Ok(app) => check_app(&app, &mut checks).await,
            }
        }
    }
    let worst = if checks.iter().any(|check| check.grade == Grade::Bad) { Ended::NeedsAttention } else { Ended::Well };
    output.value(&checks, |checks| {
        let lines: Vec<String> = checks
            .iter()
            .map(|check| {
                let sign = match check.grade {
                    Grade::Good => "ok     ",
                    Grade::Warning => "warning",
                    Grade::Bad => "BAD    ",
                };
                format!("{sign}  {:<14} {}", check.name, check.message)
            })
            .collect();
        lines.join("\n")
    });
    Ok(worst)
}

async fn check_app(app: &App, checks: &mut Vec<Check>) {
    checks.push(good("database", format!("{} opened and up to date", app.store.engine())));
    checks.push(writable("object store", &app.config.store.folder));
    checks.push(writable("data folder", &app.config.data.folder));
    checks.push(space(app));
    checks.push(encryption(&app.config.data.folder));
    archive::check(app, checks).await;
    archive::custody(app, checks).await;
    checks.push(children(app).await);
    checks.push(other_renderer(app).await);
    checks.push(index(app).await);
    checks.push(ledger(app).await);
    checks.push(disposal(app).await);
    let recognition = &app.config.recognition;
    checks.push(good(
        "limits",
        format!(
            "{} children of {} MiB; a page: {} s, {} megapixels; a file: {} s, {} MiB, {} pages",
            app.config.children(),
            recognition.memory_mib,
            recognition.page_seconds,
            recognition.max_megapixels,
            recognition.file_seconds,
            app.config.intake.max_file_mib,
            app.config.intake.max_pages
        ),
    ));
    checks.push(match app.definition(None) {
        Ok(definition) => {
            let stamp = definition.stamp();
            good("pipeline", format!("{} revision {}", stamp.name, stamp.revision))
        }
        Err(cause) => bad("pipeline", cause.to_string()),
    });
}

/// Says whether the ledger can be signed and shipped, and what its place cannot protect it from.
async fn ledger(app: &App) -> Check {
    match app.store.ledger_size().await {
        Err(cause) => return bad("ledger", cause.to_string()),
        Ok(0) => return good("ledger", "empty; its key is made with the first entry".into()),
        Ok(_) => {}
    }
    match app.ship_ledger().await {
        Err(cause) => bad("ledger", format!("not shipped to the archive: {cause}")),
        Ok(shipped) if app.vault.kind() == VaultKind::Folder => warning(
            "ledger",
            format!(
                "{} entries are signed and in the archive; the archive is a folder, so that whoever owns this machine can set \
                 back or rewrite both unseen. Keep the newest checkpoint elsewhere: muniment audit verify --witness",
                shipped.size
            ),
        ),
        Ok(shipped) => good("ledger", format!("{} entries are signed and in the archive", shipped.size)),
    }
}

/// Says whether enough people could take part in destruction.
async fn disposal(app: &App) -> Check {
    match app.disposal_readiness().await {
        Err(cause) => bad("disposal", cause.to_string()),
        Ok(ready) if ready.people < ready.needed => good(
            "disposal",
            format!("disabled: destruction takes {} administrators, there are {}", ready.needed, ready.people),
        ),
        Ok(ready) => good("disposal", format!("possible: {} administrators", ready.people)),
    }
}

fn space(app: &App) -> Check {
    match app.location.free_bytes() {
        Ok(Some(free)) if free < LITTLE_SPACE => {
            warning("space", format!("only {} MiB free in the object store; make room", free >> 20))
        }
        Ok(Some(free)) => good("space", format!("{} GiB free in the object store", free >> 30)),
        Ok(None) => good("space", "the object store states no limit".into()),
        Err(cause) => bad("space", cause.to_string()),
    }
}

/// Says whether the data folder lies on a device-mapper volume of the kind that encryption uses.
fn encryption(folder: &Path) -> Check {
    let mounts = std::fs::read_to_string("/proc/mounts").unwrap_or_default();
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
    let by_place: BTreeMap<usize, &str> = mounts
        .lines()
        .filter_map(|line| {
            let mut words = line.split(' ');
            let (device, place) = (words.next()?, words.next()?);
            folder.starts_with(place).then_some((place.len(), device))
        })
        .collect();
    match by_place.values().next_back() {
        Some(device) if device.starts_with("/dev/mapper/") || device.starts_with("/dev/dm-") => {
            good("encryption", format!("the data folder is on {device}; make sure that it is an encrypted volume"))
        }
        _ => warning(
            "encryption",
            "the data folder is not on a volume that is known to be encrypted; patient records belong on one".into(),
        ),
    }
}

async fn children(app: &App) -> Check {
    let pool = match pool(&app.config, true, 1) {
        Ok(pool) => pool,
        Err(cause) => return bad("children", cause.to_string()),
    };
    let check = match pool.lease().await {
        Ok(child) => match child.containment() {
            Some(containment) if containment.is_complete() => {
                good("children", format!("Tesseract {} opened; {containment}", app.config.recognition.languages))
            }
            Some(containment) => warning(
                "children",
                format!(
                    "Tesseract opened, but containment is not complete: {containment}. A newer kernel has the rest"
                ),
            ),
            None => bad("children", "the child said nothing about its containment".into()),
        },
        Err(cause) => bad("children", format!("{cause}. Install the packages tesseract-ocr-LANG, or run make setup")),
    };
    pool.shut_down().await;
    check
}

async fn other_renderer(app: &App) -> Check {
    let checked = match app.redrawer() {
        Ok(redrawer) => redrawer.check().await,
        Err(cause) => return bad("pdftoppm", cause.to_string()),
    };
    match checked {
        Ok(()) => good("pdftoppm", "draws the PDF pages that the own renderer cannot".into()),
        Err(cause) => warning("pdftoppm", format!("{cause}. Some PDF pages stay unread; install poppler-utils")),
    }
}

async fn index(app: &App) -> Check {
    let pages =
        match app.index().and_then(|index| Ok(index.searcher().map_err(crate::worker::IndexError::from)?.page_count()))
        {
            Ok(pages) => pages,
            Err(cause) => return bad("index", cause.to_string()),
        };
    match app.unseen().await {
        Err(cause) => bad("index", cause.to_string()),
        Ok(unseen) if !unseen.index_complete => {
            warning("index", format!("{pages} pages, not complete; run muniment index rebuild"))
        }
        Ok(unseen) if unseen.changes_not_indexed > 0 => warning(
            "index",
            format!("{pages} pages, {} changes behind; muniment index update", unseen.changes_not_indexed),
        ),
        Ok(_) => good("index", format!("{pages} pages, in step with the database")),
    }
}

/// Writes, flushes and removes a small file: what is only said to be writable may not be.
fn writable(name: &'static str, folder: &Path) -> Check {
    let shown = folder.display();
    let probe = || {
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        std::io::Write::write_all(&mut file, b"probe")?;
        file.as_file().sync_all()
    };
    match probe() {
        Ok(()) => good(name, format!("{shown} can be written and flushed")),
        Err(cause) => bad(name, format!("{shown} cannot be written: {cause}. Give this user the right to write there")),
    }
}

const fn good(name: &'static str, message: String) -> Check {
    Check { name, grade: Grade::Good, message }
}

const fn warning(name: &'static str, message: String) -> Check {
    Check { name, grade: Grade::Warning, message }
}

const fn bad(name: &'static str, message: String) -> Check {
    Check { name, grade: Grade::Bad, message }
}
