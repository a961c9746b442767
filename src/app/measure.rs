//! Measures of accuracy on pages whose text is known.

use std::fs::File;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;

use super::config::Config;
use super::{AppError, parts};
use crate::chart::{Digest, PageId, PageNumber, PageText};
use crate::ocr::accuracy::Accuracy;
use crate::ocr::calibration::Calibration;
use crate::pipeline::Definition;
use crate::pipeline::child::message::{Drawing, Request, Response};
use crate::sandbox::Pool;

/// Place of a process's own user and system time behind the name in its stat line.
const OWN_TIME: usize = 11;
/// Place of its ended children's user and system time.
const CHILDREN_TIME: usize = 13;

/// The measures of one folder.
#[derive(Debug, Clone, Serialize)]
pub struct Slice {
    /// Name of the folder.
    pub name: String,
    /// Pages measured.
    pub pages: u64,
    /// This program.
    pub muniment: Measured,
    /// The bare tesseract command line on the same files.
    pub bare: Option<Measured>,
}

/// What one program reached.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Measured {
    /// Its accuracy.
    pub accuracy: Accuracy,
    /// Whether its confidences mean what they say; nothing where it gives none.
    pub calibration: Calibration,
    /// Processor time of it all, in seconds.
    pub cpu_seconds: f64,
}

/// Reads every image in `folder` that has `NAME.gt.txt` beside it. `skipped` is told of what could not be measured.
///
/// # Errors
/// The folder cannot be read, the pipeline is unknown, or no child can work.
pub async fn accuracy(
    config: &Config,
    pipeline: Option<&str>,
    folder: &Path,
    bare: bool,
    mut skipped: impl FnMut(&str, &str),
) -> Result<Slice, AppError> {
    let name = pipeline.unwrap_or(&config.pipelines.default);
    let definition =
        Definition::load(name, config.pipelines.folder.as_deref())?.with_languages(&config.recognition.languages);
    // The bare program's time is that of ended children: ours must not end meanwhile.
    let mut lasting = config.clone();
    lasting.recognition.pages_per_child = u32::MAX;
    let pool = parts::pool(&lasting, true, 1)?;
    let mut slice = Slice {
        name: folder.file_name().unwrap_or(folder.as_os_str()).to_string_lossy().into_owned(),
        pages: 0,
        muniment: Measured::default(),
        bare: bare.then(Measured::default),
    };
    for (image, truth) in images(folder)? {
        // A page that cannot be read counts as read empty: leaving it out would flatter.
        let own = read(config, &pool, &definition, &image).await.unwrap_or_else(|why| {
            skipped(&image.to_string_lossy(), &why);
            (None, 0.0)
        });
        slice.pages += 1;
        let text = own.0.as_ref().map(PageText::plain).unwrap_or_default();
        slice.muniment.accuracy += Accuracy::of(&truth, &text);
        slice.muniment.calibration += Calibration::of(&truth, own.0.iter().flat_map(|text| text.words()));
        slice.muniment.cpu_seconds += own.1;
        if let Some(measured) = &mut slice.bare {
            let before = children_cpu_seconds();
            let text = tesseract(&image).await.map_err(AppError::Child)?;
            measured.accuracy += Accuracy::of(&truth, &text);
            measured.cpu_seconds += children_cpu_seconds() - before;
        }
    }
    pool.shut_down().await;
    Ok(slice)
}

/// Lists the images with their texts, in the order of their names.
fn images(folder: &Path) -> Result<Vec<(PathBuf, String)>, AppError> {
    let failed = |cause| AppError::NotFound(format!("{} cannot be read: {cause}", folder.display()));
    let mut images = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let truth = path.with_extension("gt.txt");
        let is_text = path.extension().is_some_and(|end| end == "txt" || end == "json");
        if path.is_file() && !is_text && truth.is_file() {
            images.push((path, std::fs::read_to_string(&truth).map_err(failed)?));
        }
    }
    images.sort();
    Ok(images)
}

/// Reads one image in a child; returns what it says and the child's processor time in seconds.
async fn read(
    config: &Config,
    pool: &Pool,
    definition: &Definition,
    image: &Path,
) -> Result<(Option<PageText>, f64), String> {
    let file = File::open(image).map_err(|cause| cause.to_string())?;
    let page = PageId { scan: Digest::of(image.as_os_str().as_encoded_bytes()), number: PageNumber::FIRST };
    let definition = Box::new(definition.clone());
    let request = Request::Read { page, definition, drawing: Drawing::Own };
    let mut child = pool.lease().await.map_err(|cause| cause.to_string())?;
    let pid = child.pid();
    let before = pid.map_or(0.0, cpu_seconds);
    let deadline = Duration::from_secs(config.recognition.page_seconds);
    let answer = child.call::<_, Response>(&request, &[file.as_fd()], deadline).await;
    let used = pid.map_or(0.0, cpu_seconds) - before;
    match answer {
        Ok((Response::Read(text), _)) => Ok((Some(*text), used)),
        Ok((Response::Rejected(reject), _)) => Err(reject.message),
        Ok((Response::Failed(why), _)) => Err(why),
        Ok(_) => Err("the child gave an answer to another question".into()),
        Err(cause) => Err(cause.to_string()),
    }
}

/// Runs the bare command line on one image.
async fn tesseract(image: &Path) -> Result<String, String> {
    let run = tokio::process::Command::new("tesseract")
        .arg(image)
        .arg("-")
        .env("OMP_THREAD_LIMIT", "1")
        .stdin(std::process::Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(Duration::from_secs(600), run)
        .await
        .map_err(|_| "tesseract did not end within 600 s".to_owned())?
        .map_err(|cause| format!("tesseract cannot be started: {cause}; install tesseract-ocr"))?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Returns the processor time of a running process, in seconds.
fn cpu_seconds(pid: u32) -> f64 {
    processor_time(&format!("/proc/{pid}/stat"), OWN_TIME)
}

/// Returns the processor time of the children of this process that have ended, in seconds.
fn children_cpu_seconds() -> f64 {
    processor_time("/proc/self/stat", CHILDREN_TIME)
}

/// Adds up user and system time at `place` behind the name in a stat line (proc(5)), in seconds.
fn processor_time(path: &str, place: usize) -> f64 {
    let stat = std::fs::read_to_string(path).unwrap_or_default();
    // The name, in parentheses, may hold spaces.
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks: f64 =
        after_name.split_whitespace().skip(place).take(2).filter_map(|field| field.parse::<f64>().ok()).sum();
    ticks / rustix::param::clock_ticks_per_second() as f64
}
