//! `muniment certificate`: certificates of destruction, fetched from the archive and verified anywhere.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use serde_json::json;

use super::exit::{CommandError, Ended, error};
use super::output::{Output, counted};
use super::start;
use super::start::Place;
use crate::access::Permission;
use crate::chart::Digest;
use crate::disposal::{RecordOutcome, Verified, json_key, pdf_key, verify};

/// Longest certificate, in bytes.
const LONGEST: u64 = 256 << 20;

/// Certificates of destruction.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Verifies a certificate, as JSON or as PDF, without archive, database or network; ends with code 3 if it does not hold
    Verify {
        /// The file
        file: PathBuf,
        /// Fingerprint of the archive's key that was kept elsewhere: the key itself, or one that it replaced by rotation
        #[arg(long, value_name = "FINGERPRINT")]
        key: Digest,
    },
    /// Fetches a certificate from the archive
    Fetch {
        /// Beginning of the proposal's id
        disposal: String,
        /// File to write, NAME.json or NAME.pdf
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
    },
}

/// Runs the action.
pub fn run(args: &Args, place: &Place<'_>, output: Output) -> Result<Ended, CommandError> {
    match &args.action {
        Action::Verify { file, key } => run_verify(file, *key, output),
        Action::Fetch { disposal, output: path } => start::block_on(run_fetch(disposal, path, place, output)),
    }
}

fn run_verify(path: &Path, key: Digest, output: Output) -> Result<Ended, CommandError> {
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(|cause| error(format!("{}: {cause}", path.display())))?;
    file.take(LONGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LONGEST {
        return Err(error(format!("{} is too large to be a certificate", path.display())));
    }
    match verify(&bytes, key) {
        Ok(verified) => {
            let value = json!({ "holds": true, "signer": verified.signer, "certificate": verified.certificate });
            output.value(&value, |_| describe(&verified));
            Ok(Ended::Well)
        }
        Err(cause) => {
            output.value(&json!({ "holds": false, "why": cause.to_string() }), |_| cause.to_string());
            Ok(Ended::NeedsAttention)
        }
    }
}

fn describe(verified: &Verified) -> String {
    let Some(certificate) = &verified.certificate else {
        return format!("The certificate holds: signed by the key {}.", verified.signer);
    };
    let destroyed = certificate.records.iter().filter(|record| record.outcome == RecordOutcome::Destroyed).count();
    let removed: usize = certificate.records.iter().map(|record| record.removed.len()).sum();
    format!(
        "The certificate holds: signed by the key {}.\nDestroyed: {} with {}; \
         issued {}, proposal {}.",
        verified.signer,
        counted(destroyed, "record"),
        counted(removed, "object version"),
        certificate.issued_at,
        certificate.disposal
    )
}

async fn run_fetch(disposal: &str, path: &Path, place: &Place<'_>, output: Output) -> Result<Ended, CommandError> {
    let app = place.open().await?;
    app.actor(Permission::ViewRetention, &[]).await?;
    let row = app.disposal_named(disposal).await?;
    let key = match path.extension().and_then(|extension| extension.to_str()) {
        Some("json") => json_key(row.id),
        Some("pdf") => pdf_key(row.id),
        _ => return Err(error(format!("{}: name a file that ends in .json or .pdf", path.display()))),
    };
    if row.certificate.is_none() {
        return Err(error(format!("proposal {} has no certificate: it is {}", row.id, row.state.name())));
    }
    let bytes = app.vault.read(&key, LONGEST).await?;
    let mut file = std::fs::File::create_new(path)
        .map_err(|cause| error(format!("{} cannot be written: {cause}; name another file", path.display())))?;
    file.write_all(&bytes)?;
    output.value(&json!({ "disposal": row.id, "file": path }), |_| format!("Wrote {}.", path.display()));
    Ok(Ended::Well)
}
