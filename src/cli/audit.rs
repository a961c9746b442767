//! `muniment audit`: the ledger of who decided what, and the proof that nobody rewrote it.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::access_report;
use super::exit::{CommandError, Ended, error};
use super::output::{Output, warn};
use super::start::Place;
use crate::access::{Extent, Permission};
use crate::app::App;
use crate::app::audit::AuditReport;
use crate::audit::{EntryProof, verifier_key};
use crate::chart::{Actor, Digest};

/// Longest proof or checkpoint that is read from a file, in bytes.
const LONGEST_FILE: u64 = 8 << 20;

/// The ledger of who decided what: verifies that nobody rewrote it, proves single entries, exports it, and keeps the key
/// that signs it.
///
/// Every administrative fact is an entry of the ledger. Entries go to the archive at most a minute after they are made, under
/// checkpoints signed with the key of this installation. Write the key's fingerprint down (`muniment audit key show`) and
/// keep it away from this machine: with it, anybody can tell this ledger from a forged one.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    Verify(VerifyArgs),
    Prove(ProveArgs),
    Export(ExportArgs),
    Access(access_report::Args),
    Key(KeyArgs),
}

/// Compares database, archive and signatures, and lists every difference.
///
/// Ends with code 3 if there is any. Reads the whole ledger. What cannot be detected is said below the result; on a local
/// folder the owner of the machine can set back everything at once, which only a checkpoint kept elsewhere shows.
#[derive(Debug, clap::Args)]
struct VerifyArgs {
    /// Fingerprint of the ledger's key that was kept elsewhere: the key itself, or one that it replaced by rotation
    #[arg(long, value_name = "FINGERPRINT")]
    key: Option<Digest>,
    /// A checkpoint that was kept elsewhere: the ledger must still begin with it
    #[arg(long, value_name = "FILE")]
    witness: Option<PathBuf>,
    /// Verifies a proof made by `muniment audit prove` instead, without the archive and the database
    #[arg(long, value_name = "FILE", requires = "key", conflicts_with = "witness")]
    proof: Option<PathBuf>,
}

/// Writes the proof that an entry is in the ledger, for somebody who has no access to it.
///
/// The proof holds the entry, the way from it to a signed root (RFC 6962), the checkpoint and the public keys. Check it with
/// `muniment audit verify --proof FILE --key FINGERPRINT`, anywhere.
#[derive(Debug, clap::Args)]
struct ProveArgs {
    /// Number of the entry, from 0
    sequence: u64,
    /// File to write; else standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Writes entries as JSON Lines, byte for byte as they are signed.
#[derive(Debug, clap::Args)]
struct ExportArgs {
    /// First entry
    #[arg(long, value_name = "N", default_value_t = 0)]
    from: u64,
    /// Entry before which to stop [default: all]
    #[arg(long, value_name = "N")]
    to: Option<u64>,
    /// File to write; else standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// The key that signs checkpoints and certificates.
#[derive(Debug, clap::Args)]
struct KeyArgs {
    #[command(subcommand)]
    action: KeyAction,
}

#[derive(Debug, clap::Subcommand)]
enum KeyAction {
    /// Shows the fingerprints of the keys, the present one last, and the present key in the form that other programs take
    Show,
    /// Makes a new key; the present one signs for it, so that its fingerprint goes on being good
    Rotate,
    /// Makes a new key in the place of a lost one; nothing vouches for it, and everybody must be told its fingerprint
    Replace {
        /// Why; recorded in the ledger
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
}

/// Ships what a command recorded.
pub async fn ship(place: &Place<'_>) -> Result<(), CommandError> {
    place.open().await?.ship_at_the_end().await;
    Ok(())
}

/// Runs the action.
pub async fn run(args: &Args, place: &Place<'_>, output: Output) -> Result<Ended, CommandError> {
    if let Action::Verify(VerifyArgs { key: Some(key), proof: Some(path), .. }) = &args.action {
        return verify_proof(path, *key, output);
    }
    let app = place.open().await?;
    match &args.action {
        Action::Verify(verify) => run_verify(&app, verify, output).await,
        Action::Prove(prove) => run_prove(&app, prove, output).await,
        Action::Export(export) => run_export(&app, export, output).await,
        Action::Access(access) => access_report::run(&app, access, output).await,
        Action::Key(key) => run_key(&app, &key.action, output).await,
    }
}

async fn run_verify(app: &App, args: &VerifyArgs, output: Output) -> Result<Ended, CommandError> {
    let witness = match &args.witness {
        Some(path) => Some((path.display().to_string(), read(path)?)),
        None => None,
    };
    let report = app.audit(args.key, witness).await?;
    output.value(&report, describe);
    let fits = report.verdict.findings.is_empty();
    Ok(if fits { Ended::Well } else { Ended::NeedsAttention })
}

fn describe(report: &AuditReport) -> String {
    let verdict = &report.verdict;
    let mut lines = Vec::new();
    if verdict.findings.is_empty() {
        lines.push(format!(
            "{} entries fit; {} of them are under signed checkpoints in {}.",
            verdict.entries, verdict.signed_entries, report.archive
        ));
        match (verdict.pinned, verdict.keys.last()) {
            (Some(pinned), _) => lines.push(format!("The key {pinned} vouches for them.")),
            (None, Some(last)) => {
                lines.push(format!("Signed by the key {last}; compare it with what was kept elsewhere."))
            }
            (None, None) => {}
        }
    } else {
        lines.push("THE LEDGER DOES NOT FIT:".to_owned());
        lines.extend(verdict.findings.iter().map(|finding| format!("  {finding}")));
        if verdict.more_findings > 0 {
            lines.push(format!("  and {} more", verdict.more_findings));
        }
        lines.push("Keep the database and the archive as they are, and find out who had access to them.".to_owned());
    }
    lines.push("Not to be detected here:".to_owned());
    lines.extend(report.cannot_detect.iter().map(|limit| format!("  {limit}")));
    lines.join("\n")
}

fn verify_proof(path: &Path, key: Digest, output: Output) -> Result<Ended, CommandError> {
    let proof: EntryProof = serde_json::from_slice(&read(path)?)
        .map_err(|cause| error(format!("{} is no proof of an entry: {cause}", path.display())))?;
    match proof.verify(key) {
        Ok(checkpoint) => {
            let value = serde_json::json!({ "holds": true, "sequence": proof.sequence, "size": checkpoint.size,
                "origin": checkpoint.origin, "entry": proof.entry });
            output.value(&value, |_| {
                format!(
                    "The proof holds: entry {} is among the first {} of {}.\n{}",
                    proof.sequence, checkpoint.size, checkpoint.origin, proof.entry
                )
            });
            Ok(Ended::Well)
        }
        Err(cause) => {
            output.value(&serde_json::json!({ "holds": false, "why": cause.to_string() }), |_| cause.to_string());
            Ok(Ended::NeedsAttention)
        }
    }
}

async fn run_prove(app: &App, args: &ProveArgs, output: Output) -> Result<Ended, CommandError> {
    may_read(app).await?;
    let proof = app.prove_entry(args.sequence).await?;
    let text = serde_json::to_string_pretty(&proof)? + "\n";
    match &args.output {
        None => output.raw(text.as_bytes())?,
        Some(path) => {
            write_new(path)?.write_all(text.as_bytes())?;
            let keys = &proof.keys.keys;
            let fingerprint = keys.last().map(|key| key.public_key.fingerprint().to_string()).unwrap_or_default();
            let value = serde_json::json!({ "sequence": args.sequence, "file": path, "key": fingerprint });
            output.value(&value, |_| {
                format!(
                    "Wrote {0}. Check it anywhere with\n  muniment audit verify --proof {0} --key {fingerprint}",
                    path.display()
                )
            });
        }
    }
    Ok(Ended::Well)
}

async fn run_export(app: &App, args: &ExportArgs, output: Output) -> Result<Ended, CommandError> {
    may_read(app).await?;
    match &args.output {
        None => {
            let mut out = std::io::BufWriter::new(std::io::stdout().lock());
            app.export_ledger(args.from, args.to, &mut out).await?;
        }
        Some(path) => {
            let mut out = std::io::BufWriter::new(write_new(path)?);
            let entries = app.export_ledger(args.from, args.to, &mut out).await?;
            let value = serde_json::json!({ "entries": entries, "file": path });
            output.value(&value, |_| format!("Wrote {entries} entries to {}.", path.display()));
        }
    }
    Ok(Ended::Well)
}

async fn run_key(app: &App, action: &KeyAction, output: Output) -> Result<Ended, CommandError> {
    match action {
        KeyAction::Show => {}
        KeyAction::Rotate => {
            app.rotate_key(operator(app).await?).await?;
            output.line("The new key signs from now on; the old one signed for it.");
        }
        KeyAction::Replace { reason } => {
            app.replace_key(operator(app).await?, reason).await?;
            warn("Nothing vouches for the new key: tell its fingerprint to everybody who kept the old one.");
        }
    }
    let chain = app.key_chain().await?;
    let fingerprints: Vec<Digest> = chain.keys.iter().map(|key| key.public_key.fingerprint()).collect();
    let verifier = chain.keys.last().map(|key| verifier_key(&chain.origin, &key.public_key));
    let file = &app.config.ledger.key;
    let value = serde_json::json!({ "origin": chain.origin, "fingerprints": fingerprints, "verifier_key": verifier,
        "file": file });
    output.value(&value, |_| match (&verifier, fingerprints.last()) {
        (Some(verifier), Some(last)) => format!(
            "Fingerprint: {last}\nLedger: {}\nFor other programs: {verifier}\nFile: {} (back it up, apart from the archive)",
            chain.origin,
            file.display()
        ),
        _ => "There is no key yet; it is made when the first entry of the ledger is signed.".into(),
    });
    Ok(Ended::Well)
}

async fn operator(app: &App) -> Result<Actor, CommandError> {
    Ok(Actor::Person(app.actor(Permission::Operate, &[]).await?.person))
}

/// Entries say who did what: only those read them who may read all of the log.
async fn may_read(app: &App) -> Result<(), CommandError> {
    match app.actor(Permission::ReadAudit, &[]).await?.extent {
        Extent::All => Ok(()),
        _ => Err(error("you may read a part of the audit log only; ask an auditor or an administrator")),
    }
}

fn read(path: &Path) -> Result<Vec<u8>, CommandError> {
    use std::io::Read;
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(|cause| error(format!("{}: {cause}", path.display())))?;
    file.take(LONGEST_FILE + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LONGEST_FILE {
        return Err(error(format!("{} is too large to be a proof or a checkpoint", path.display())));
    }
    Ok(bytes)
}

fn write_new(path: &Path) -> Result<std::fs::File, CommandError> {
    std::fs::File::create_new(path)
        .map_err(|cause| error(format!("{} cannot be written: {cause}; name another file", path.display())))
}
