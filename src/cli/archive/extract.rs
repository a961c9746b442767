//! `muniment archive extract`: the files of one version, as files.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags};
use serde::Serialize;

use super::{From, size};
use crate::archive::RECORD_JSON;
use crate::archive::ocfl::{ArchivedFile, LogicalPath, Object, Root, VersionNumber};
use crate::chart::{RecordDescription, RecordId};
use crate::cli::exit::{CommandError, Ended, error};
use crate::cli::output::Output;
use crate::cli::start::Place;

/// Name of the manifest, in the form that `sha256sum --check` reads.
const MANIFEST: &str = "SHA-256SUMS";
/// Longest `record.json`, in bytes.
const LONGEST_DESCRIPTION: u64 = 64 << 20;

/// Copies a record's files out of the archive, with a manifest that sha256sum reads; never overwrites anything.
#[derive(Debug, clap::Args)]
#[command(disable_version_flag = true)]
pub struct Args {
    /// Id of the record, or its beginning
    record: String,
    /// Copies this version [default: the newest]
    #[arg(long, value_name = "vN")]
    version: Option<VersionNumber>,
    /// Although that version was entered in error: it says of a patient what is not theirs
    #[arg(long)]
    entered_in_error: bool,
    /// Folder to make [default: RECORD-vN here]
    #[arg(long, short, value_name = "FOLDER")]
    output: Option<PathBuf>,
    #[command(flatten)]
    from: From,
}

#[derive(Serialize)]
struct Extracted {
    record: RecordId,
    version: VersionNumber,
    folder: PathBuf,
    files: usize,
    bytes: u64,
}

/// Copies them.
pub async fn run(args: &Args, place: &Place<'_>, output: Output) -> Result<Ended, CommandError> {
    let (root, object) = args.from.record(&args.record, place).await?;
    let version = args.version.unwrap_or_else(|| object.head());
    if !args.entered_in_error && was_in_error(&root, &object, version).await? {
        return Err(error(format!(
            "{version} was entered in error: it was filed with the wrong patient, or holds pages of another one. It is for \
             auditors only, who add --entered-in-error; {} is the newest version",
            object.head()
        )));
    }
    let files = object.files(version)?;
    let folder = args.output.clone().unwrap_or_else(|| format!("{}-{version}", object.record()).into());
    let exists = || error(format!("{} exists; name another folder with --output", folder.display()));
    if folder.symlink_metadata().is_ok() {
        return Err(exists());
    }
    let parent = match folder.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => PathBuf::from("."),
    };
    // The folder has its name only when it is whole.
    let unnamed = tempfile::Builder::new().prefix(".muniment-").tempdir_in(&parent);
    let unnamed = unnamed.map_err(|cause| error(format!("nothing can be written in {}: {cause}", parent.display())))?;
    copy(&root, &files, unnamed.path()).await?;
    rustix::fs::renameat_with(CWD, unnamed.path(), CWD, &folder, RenameFlags::NOREPLACE).map_err(
        |cause| match cause {
            rustix::io::Errno::EXIST => exists(),
            cause => error(format!("{} cannot be named: {cause}", folder.display())),
        },
    )?;
    // It has another name now: there is nothing to remove.
    let _ = unnamed.keep();
    File::open(&parent)?.sync_all()?;
    let bytes = files.iter().filter_map(|file| file.size).sum();
    let extracted = Extracted { record: object.record(), version, folder, files: files.len(), bytes };
    output.value(&extracted, |done| {
        let folder = done.folder.display();
        format!(
            "Wrote {} files, {}, to {folder}. To check them: cd {folder} && sha256sum --check {MANIFEST}",
            done.files,
            size(done.bytes)
        )
    });
    Ok(Ended::Well)
}

/// Says whether the version after this one tells that this one was entered in error.
async fn was_in_error(root: &Root, object: &Object, version: VersionNumber) -> Result<bool, CommandError> {
    let Some(next) = version.next().filter(|next| *next <= object.head()) else { return Ok(false) };
    let Ok(file) = object.file_at(next, &LogicalPath::new(RECORD_JSON)?) else { return Ok(false) };
    let bytes = root.read_bytes(&file, LONGEST_DESCRIPTION).await?;
    let described: RecordDescription = serde_json::from_slice(&bytes).map_err(|cause| {
        error(format!(
            "whether {version} was entered in error is not known, since {RECORD_JSON} of {next} cannot be read: {cause}. \
             --entered-in-error copies it all the same"
        ))
    })?;
    Ok(described.draft.correction.is_some_and(|correction| correction.reason.was_in_error()))
}

async fn copy(root: &Root, files: &[ArchivedFile], folder: &Path) -> Result<(), CommandError> {
    let mut manifest = String::new();
    for file in files {
        let path = folder.join(file.path.as_str());
        if let Some(above) = path.parent() {
            DirBuilder::new().recursive(true).mode(0o700).create(above)?;
        }
        root.read_file(file, new_file(&path)?).await?.sync_all()?;
        manifest.push_str(&format!("{}  {}\n", file.sha256, file.path));
    }
    let mut file = new_file(&folder.join(MANIFEST))?;
    file.write_all(manifest.as_bytes())?;
    file.sync_all()?;
    sync_folders(folder)?;
    Ok(())
}

fn new_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

fn sync_folders(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_folders(&entry.path())?;
        }
    }
    File::open(folder)?.sync_all()
}
