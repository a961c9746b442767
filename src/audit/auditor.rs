//! The audit: takes every entry in order and every checkpoint at its size, and says what does not fit.

use serde::Serialize;

use super::checkpoint::Checkpoint;
use super::finding::AuditFinding;
use super::key::is_signed;
use super::note::Note;
use crate::chart::facts::{KeyFact, rotation_statement};
use crate::chart::merkle::{Edge, leaf};
use crate::chart::{Digest, Fact, LedgerEntry, PublicKey};

/// Most findings that are listed; one changed entry can give thousands.
const MOST_FINDINGS: usize = 200;

/// Checks a ledger from its first entry on.
#[derive(Debug)]
pub struct Auditor {
    edge: Edge,
    origin: Option<String>,
    pinned: Option<Digest>,
    keys: Vec<Key>,
    signed: Option<Signed>,
    checkpoints: u64,
    findings: Vec<AuditFinding>,
    more: u64,
}

#[derive(Debug, Clone)]
struct Key {
    public: PublicKey,
    /// Whether it is the pinned key, or follows from it by signatures.
    vouched: bool,
}

/// The last checkpoint that fits.
#[derive(Debug, Clone)]
struct Signed {
    size: u64,
    key: Key,
}

/// What an audit comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// Name of the ledger; none before its first key.
    pub origin: Option<String>,
    /// Number of entries.
    pub entries: u64,
    /// Root of the tree over them.
    pub root: Digest,
    /// Number of checkpoints that fit.
    pub checkpoints: u64,
    /// Size of the last checkpoint that fits: what is before it cannot be rewritten unseen.
    pub signed_entries: u64,
    /// Fingerprints of the ledger's keys, in their order.
    pub keys: Vec<Digest>,
    /// The fingerprint that was asked for.
    pub pinned: Option<Digest>,
    /// What does not fit, at most some hundreds.
    pub findings: Vec<AuditFinding>,
    /// Number of findings that are not listed.
    pub more_findings: u64,
}

impl Auditor {
    /// Begins an audit. With a fingerprint, the last checkpoint must be signed by its key or by one that follows from it.
    pub fn new(pinned: Option<Digest>) -> Self {
        Self {
            edge: Edge::default(),
            origin: None,
            pinned,
            keys: Vec::new(),
            signed: None,
            checkpoints: 0,
            findings: Vec::new(),
            more: 0,
        }
    }

    /// Returns how many entries were taken.
    pub const fn size(&self) -> u64 {
        self.edge.size()
    }

    /// Notes something that whoever brings the entries found.
    pub fn note(&mut self, finding: AuditFinding) {
        if self.findings.len() < MOST_FINDINGS {
            self.findings.push(finding);
        } else {
            self.more += 1;
        }
    }

    /// Takes the next entry: its canonical bytes, and the digests that are kept beside it.
    pub fn entry(&mut self, bytes: &[u8], nodes: &[Digest]) {
        let sequence = self.size();
        if self.edge.push(leaf(bytes)) != nodes {
            self.note(AuditFinding::NodesDiffer { sequence });
        }
        match serde_json::from_slice::<LedgerEntry>(bytes) {
            Err(cause) => {
                let why = format!("{}; was it written by a newer version?", cause_without_text(&cause));
                self.note(AuditFinding::EntryUnreadable { sequence, why });
            }
            Ok(entry) if entry.sequence != sequence => {
                let why = format!("it calls itself entry {}", entry.sequence);
                self.note(AuditFinding::EntryUnreadable { sequence, why });
            }
            Ok(entry) if entry.canonical().ok().as_deref() != Some(bytes) => {
                let why = "its bytes are not the canonical ones".to_owned();
                self.note(AuditFinding::EntryUnreadable { sequence, why });
            }
            Ok(LedgerEntry { fact: Fact::Key(fact), .. }) => self.key(sequence, &fact),
            Ok(_) => {}
        }
    }

    /// Takes the checkpoint that was signed over as many entries as were taken so far. `place` says where it is.
    pub fn checkpoint(&mut self, place: &str, bytes: &[u8]) {
        let (note, checkpoint) = match read(bytes) {
            Ok(read) => read,
            Err(why) => return self.note(AuditFinding::ObjectUnreadable { key: place.to_owned(), why }),
        };
        let key = place.to_owned();
        let Some(signer) = self.keys.last().cloned() else {
            return self.note(AuditFinding::CheckpointForged { key });
        };
        if self.origin.as_deref() != Some(checkpoint.origin.as_str())
            || !note.is_signed_by(&checkpoint.origin, &signer.public)
        {
            self.note(AuditFinding::CheckpointForged { key });
        } else if (checkpoint.size, checkpoint.root) != (self.size(), self.edge.root()) {
            self.note(AuditFinding::CheckpointDiffers { key, size: checkpoint.size });
        } else {
            self.checkpoints += 1;
            self.signed = Some(Signed { size: checkpoint.size, key: signer });
        }
    }

    /// Ends the audit.
    pub fn finish(mut self) -> Verdict {
        let signed = self.signed.clone();
        if let Some(fingerprint) = self.pinned {
            if !self.keys.iter().any(|key| key.public.fingerprint() == fingerprint) {
                self.note(AuditFinding::KeyUnknown { fingerprint });
            }
            match &signed {
                None => self.note(AuditFinding::NoCheckpoint),
                Some(signed) if !signed.key.vouched => {
                    let signer = signed.key.public.fingerprint();
                    self.note(AuditFinding::KeyNotVouched { fingerprint, signer });
                }
                Some(_) => {}
            }
        }
        Verdict {
            origin: self.origin,
            entries: self.edge.size(),
            root: self.edge.root(),
            checkpoints: self.checkpoints,
            signed_entries: signed.map_or(0, |signed| signed.size),
            keys: self.keys.iter().map(|key| key.public.fingerprint()).collect(),
            pinned: self.pinned,
            findings: self.findings,
            more_findings: self.more,
        }
    }

    fn key(&mut self, sequence: u64, fact: &KeyFact) {
        let public = *fact.public_key();
        let mut vouched = self.pinned == Some(public.fingerprint());
        match fact {
            KeyFact::Introduced { origin, .. } if self.origin.is_none() => self.origin = Some(origin.clone()),
            KeyFact::Introduced { .. } => self.note(AuditFinding::KeyNotAnnounced { sequence }),
            KeyFact::Rotated { signature, .. } => match (self.keys.last(), &self.origin) {
                (Some(old), Some(origin))
                    if is_signed(
                        &old.public,
                        rotation_statement(origin, old.public.fingerprint(), &public).as_bytes(),
                        signature,
                    ) =>
                {
                    vouched |= old.vouched;
                }
                _ => self.note(AuditFinding::KeyNotAnnounced { sequence }),
            },
            // A lost key cannot sign. Whoever pinned it learns so from the last checkpoint.
            KeyFact::Replaced { .. } => {}
        }
        self.keys.push(Key { public, vouched });
    }
}

fn read(bytes: &[u8]) -> Result<(Note, Checkpoint), String> {
    let note = Note::parse(bytes).map_err(|cause| cause.to_string())?;
    let checkpoint = Checkpoint::read(&note).map_err(|cause| cause.to_string())?;
    Ok((note, checkpoint))
}

/// Says where a text is wrong without quoting it.
fn cause_without_text(cause: &serde_json::Error) -> String {
    format!("it cannot be read at column {}", cause.column())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::SigningKey;
    use crate::chart::{Actor, LEDGER_ENTRY_SCHEMA};

    const ORIGIN: &str = "muniment/test";

    struct Ledger {
        entries: Vec<Vec<u8>>,
        edge: Edge,
        nodes: Vec<Vec<Digest>>,
        notes: Vec<(u64, String)>,
    }

    impl Ledger {
        fn new(key: &SigningKey) -> Self {
            let mut ledger = Self { entries: Vec::new(), edge: Edge::default(), nodes: Vec::new(), notes: Vec::new() };
            ledger.append(KeyFact::Introduced { origin: ORIGIN.into(), public_key: key.public() });
            ledger
        }

        fn append(&mut self, fact: KeyFact) {
            let entry = LedgerEntry {
                schema: LEDGER_ENTRY_SCHEMA,
                sequence: self.edge.size(),
                at: jiff::Timestamp::UNIX_EPOCH,
                actor: Actor::Program,
                fact: Fact::Key(fact),
            };
            let bytes = entry.canonical().unwrap();
            self.nodes.push(self.edge.push(leaf(&bytes)));
            self.entries.push(bytes);
        }

        fn sign(&mut self, key: &SigningKey) {
            let checkpoint = Checkpoint { origin: ORIGIN.into(), size: self.edge.size(), root: self.edge.root() };
            self.notes.push((checkpoint.size, checkpoint.sign(key).unwrap().to_string()));
        }

        fn audit(&self, pinned: Digest) -> Verdict {
            let mut auditor = Auditor::new(Some(pinned));
            for (entry, nodes) in self.entries.iter().zip(&self.nodes) {
                auditor.entry(entry, nodes);
                let size = auditor.size();
                for (_, note) in self.notes.iter().filter(|(at, _)| *at == size) {
                    auditor.checkpoint("note", note.as_bytes());
                }
            }
            auditor.finish()
        }
    }

    fn rotated(from: &SigningKey, to: &SigningKey) -> KeyFact {
        let statement = rotation_statement(ORIGIN, from.public().fingerprint(), &to.public());
        KeyFact::Rotated { public_key: to.public(), signature: from.sign(statement.as_bytes()) }
    }

    #[test]
    fn a_rotated_key_is_followed_and_a_foreign_one_is_not() {
        let [first, second, foreign] = [1, 2, 3].map(|seed| SigningKey::from_seed(&[seed; 32]));
        let mut ledger = Ledger::new(&first);
        ledger.sign(&first);
        ledger.append(rotated(&first, &second));
        ledger.sign(&second);
        for pinned in [&first, &second] {
            let verdict = ledger.audit(pinned.public().fingerprint());
            assert_eq!((verdict.findings, verdict.signed_entries, verdict.checkpoints), (vec![], 2, 2));
        }
        let fingerprint = foreign.public().fingerprint();
        let signer = second.public().fingerprint();
        let expected =
            vec![AuditFinding::KeyUnknown { fingerprint }, AuditFinding::KeyNotVouched { fingerprint, signer }];
        assert_eq!(ledger.audit(fingerprint).findings, expected);
        // The foreign key signs for itself.
        ledger.append(rotated(&foreign, &foreign));
        ledger.sign(&foreign);
        let findings = ledger.audit(first.public().fingerprint()).findings;
        assert!(findings.contains(&AuditFinding::KeyNotAnnounced { sequence: 2 }), "{findings:?}");
        assert!(matches!(findings.last(), Some(AuditFinding::KeyNotVouched { .. })), "{findings:?}");
    }

    #[test]
    fn a_replaced_key_is_no_heir_of_the_pinned_one() {
        let [first, second] = [1, 2].map(|seed| SigningKey::from_seed(&[seed; 32]));
        let mut ledger = Ledger::new(&first);
        ledger.append(KeyFact::Replaced { public_key: second.public(), reason: "the disk is gone".into() });
        ledger.sign(&second);
        assert!(matches!(
            ledger.audit(first.public().fingerprint()).findings[..],
            [AuditFinding::KeyNotVouched { .. }]
        ));
        assert_eq!(ledger.audit(second.public().fingerprint()).findings, []);
    }

    #[test]
    fn a_changed_entry_or_an_old_key_shows() {
        let [first, second] = [1, 2].map(|seed| SigningKey::from_seed(&[seed; 32]));
        let mut ledger = Ledger::new(&first);
        ledger.append(rotated(&first, &second));
        ledger.sign(&second);
        ledger.sign(&first);
        let pinned = first.public().fingerprint();
        assert_eq!(ledger.audit(pinned).findings, vec![AuditFinding::CheckpointForged { key: "note".into() }]);
        ledger.notes.pop();
        let text = String::from_utf8(ledger.entries[0].clone()).unwrap();
        ledger.entries[0] = text.replace("1970", "1971").into_bytes();
        let findings = ledger.audit(pinned).findings;
        let differs = AuditFinding::CheckpointDiffers { key: "note".into(), size: 2 };
        assert!(findings.contains(&AuditFinding::NodesDiffer { sequence: 0 }) && findings.contains(&differs));
    }
}
