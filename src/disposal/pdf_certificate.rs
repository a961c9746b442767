//! The certificate as PDF, for people and for files on paper; signed like the other form.
//!
//! The signature stands in a comment before `startxref`, which every reader of PDF passes over. Everything is signed but the
//! digits of the signature itself, which count as zeros.

use super::certificate::{DestroyedRecord, RecordOutcome, SignedCertificate};
use super::error::DisposalError;
use crate::audit::{KeyChain, SigningKey};
use crate::chart::{Digest, Signature};
use crate::pdf::write::plain_pages;

/// What the comment begins with.
const MARK: &[u8] = b"%muniment-certificate-signature ";
/// What follows it.
const AFTER: &[u8] = b"startxref\n";
/// Digits of a signature.
const DIGITS: usize = 128;
/// Most objects that are listed for a record; the other form lists them all.
const MOST_OBJECTS: usize = 40;

/// Writes and signs the PDF of a certificate. `json` is the file of the other form.
pub(super) fn write(signed: &SignedCertificate, json: &[u8], key: &SigningKey) -> Result<Vec<u8>, DisposalError> {
    let failed = |cause: &dyn std::fmt::Display| DisposalError::Certificate(cause.to_string());
    let plain = plain_pages("Certificate of destruction", &text(signed, json)).map_err(|cause| failed(&cause))?;
    let at = find_last(&plain, AFTER).ok_or_else(|| failed(&"the PDF has no end"))?;
    let keys = serde_json_canonicalizer::to_vec(&signed.keys).map_err(|cause| failed(&cause))?;
    let zeros = vec![b'0'; DIGITS];
    let mut bytes = [&plain[..at], MARK, &keys, b" "].concat();
    let digits = bytes.len();
    bytes.extend([&zeros, b"\n".as_slice(), &plain[at..]].concat());
    let signature = key.sign(&message(&bytes)).to_string();
    bytes[digits..digits + DIGITS].copy_from_slice(signature.as_bytes());
    Ok(bytes)
}

/// Takes a signed PDF apart: what was signed, the keys, the signature; none if it has no signature.
pub(super) fn signed_part(bytes: &[u8]) -> Option<(Vec<u8>, KeyChain, Signature)> {
    let at = find_last(bytes, MARK)?;
    let line = bytes[at..].iter().position(|byte| *byte == b'\n').map(|length| &bytes[at..at + length])?;
    let (keys, digits) = line[MARK.len()..].split_at_checked(line.len().checked_sub(MARK.len() + DIGITS)?)?;
    let keys = keys.strip_suffix(b" ")?;
    let chain: KeyChain = serde_json::from_slice(keys).ok()?;
    let signature = std::str::from_utf8(digits).ok()?.parse().ok()?;
    let begin = at + line.len() - DIGITS;
    let mut zeroed = bytes.to_vec();
    zeroed[begin..begin + DIGITS].fill(b'0');
    Some((message(&zeroed), chain, signature))
}

fn message(bytes: &[u8]) -> Vec<u8> {
    [b"muniment certificate of destruction, PDF\n".as_slice(), bytes].concat()
}

fn find_last(bytes: &[u8], what: &[u8]) -> Option<usize> {
    (0..=bytes.len().checked_sub(what.len())?).rev().find(|at| bytes[*at..].starts_with(what))
}

fn text(signed: &SignedCertificate, json: &[u8]) -> Vec<String> {
    let certificate = &signed.certificate;
    let count = |outcome| certificate.records.iter().filter(|record| record.outcome == outcome).count();
    let mut lines = vec![
        format!("Proposal     {}", certificate.disposal),
        format!("Issued       {}", certificate.issued_at),
        format!("Ledger       {}, {} entries", certificate.ledger, certificate.ledger_entries),
        format!("Reason       {}", certificate.reason),
        format!("Classes      {}", certificate.classes.join(", ")),
        certificate
            .inclusive_dates
            .map_or("Dates        none".into(), |(from, to)| format!("Dates        {from} to {to}, inclusive")),
        format!(
            "Records      {} destroyed, {} stopped, {} kept by the review",
            count(RecordOutcome::Destroyed),
            count(RecordOutcome::Stopped),
            count(RecordOutcome::Kept)
        ),
        String::new(),
        format!("Proposed by  {} on {}", certificate.proposed.name, certificate.proposed.at),
        format!("Reviewed by  {} on {}", certificate.reviewed.name, certificate.reviewed.at),
    ];
    lines.extend(certificate.approvals.iter().map(|by| format!("Approved by  {} on {}", by.name, by.at)));
    lines.push(format!("Grace until  {}", certificate.destroy_from));
    lines.push(String::new());
    lines.extend(certificate.method.iter().map(|line| format!("- {line}")));
    lines.push(String::new());
    lines.push(certificate.statement.clone());
    for record in &certificate.records {
        lines.push(String::new());
        lines.extend(describe(record));
    }
    lines.push(String::new());
    let signer = signed.keys.keys.last().map(|key| key.public_key.fingerprint().to_string()).unwrap_or_default();
    lines.push(format!("Signed by the key with the fingerprint {signer}"));
    lines.push(format!("The same certificate as JSON has the SHA-256 digest {}", Digest::of(json)));
    lines.push("Verify either file with: muniment certificate verify FILE --key FINGERPRINT".into());
    lines
}

fn describe(record: &DestroyedRecord) -> Vec<String> {
    let mut lines = vec![format!(
        "Record {}: {}{}",
        record.record,
        match record.outcome {
            RecordOutcome::Destroyed => "destroyed",
            RecordOutcome::Stopped => "stopped",
            RecordOutcome::Kept => "kept",
        },
        record.why.as_ref().map(|why| format!(" ({why})")).unwrap_or_default()
    )];
    lines.push(format!("  kept through {} under policy {}", record.last_day, record.policy));
    lines.push(format!("  computation {}", record.computation));
    let times = [("begun", record.begun_at), ("holds checked", record.hold_checked_at), ("ended", record.ended_at)];
    lines.extend(times.into_iter().filter_map(|(what, at)| at.map(|at| format!("  {what} {at}"))));
    for version in &record.versions {
        let inventory = version.inventory_sha512.as_deref().unwrap_or("never archived");
        lines.push(format!("  version {}, inventory SHA-512 {inventory}", version.version));
    }
    lines.push(format!("  {} object versions removed", record.removed.len()));
    lines.extend(
        record
            .removed
            .iter()
            .take(MOST_OBJECTS)
            .map(|object| format!("    {} {} {} ({} bytes)", object.place, object.key, object.version, object.size)),
    );
    if record.removed.len() > MOST_OBJECTS {
        lines.push("    the rest is listed in the certificate as JSON".into());
    }
    lines.extend(record.scans_left.iter().map(|scan| format!("  scan file {scan} stays: it holds other documents")));
    lines
}
