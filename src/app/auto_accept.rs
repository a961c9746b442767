//! Acceptance by named rules: who puts them into force, and what the program accepts under them.

use std::path::Path;

use jiff::Timestamp;
use serde::Serialize;

use super::review::{Accepted, accepted, record_page, sorted};
use super::{App, AppError, new_id};
use crate::access::Permission;
use crate::chart::facts::RuleFact;
use crate::chart::{
    Actor, AutoAcceptRule, BirthDate, Digest, DocumentId, DocumentState, Fact, PatientRef, RecordDraft, RecordId,
};
use crate::review::{AcceptanceRule, Doubt, SeenPage, Told, doubts};
use crate::store::{AcceptanceRuleRow, AcceptanceTerms, DocumentPage, DocumentRecord, PageWork, Standing};

/// Longest text of a rule, in bytes.
const MOST_BYTES: u64 = 64 * 1024;
/// Rows that are read from the database at a time.
const ROWS: u32 = 200;

/// What a rule did with a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Considered {
    /// The document.
    pub document: DocumentId,
    /// The rule that is about it.
    pub rule: String,
    /// The record that it became; `None` when a person has to decide, or nothing was to be done.
    pub record: Option<RecordId>,
    /// What stands against it.
    pub doubts: Vec<Doubt>,
}

impl App {
    /// Drafts a rule out of a file.
    ///
    /// # Errors
    /// The person may not, the file cannot be read, or the rule is wrong.
    pub async fn draft_acceptance_rule(&self, path: &Path, reason: &str) -> Result<AutoAcceptRule, AppError> {
        let person = self.actor(Permission::SetPolicy, &[]).await?.person;
        let unreadable = |cause: String| AppError::Unfit(format!("{} cannot be read: {cause}", path.display()));
        let size = tokio::fs::metadata(path).await.map_err(|cause| unreadable(cause.to_string()))?.len();
        if size > MOST_BYTES {
            return Err(unreadable("it is longer than 64 KiB".into()));
        }
        let body = tokio::fs::read_to_string(path).await.map_err(|cause| unreadable(cause.to_string()))?;
        let parsed =
            AcceptanceRule::parse(&body).map_err(|cause| AppError::Unfit(format!("{}: {cause}", path.display())))?;
        self.document_kind(&parsed.kind).await?;
        let rule = AutoAcceptRule { name: parsed.name, digest: Digest::of(body.as_bytes()) };
        let fact = RuleFact::Drafted { rule: rule.clone(), body, reason: reason.to_owned() };
        self.store.record(Actor::Person(person), self.clock.now(), &[Fact::Rule(fact)]).await?;
        Ok(rule)
    }

    /// Approves the rule of somebody else: it comes into force, in the place of any other of its name.
    ///
    /// # Errors
    /// The person may not, or it is their own.
    pub async fn approve_acceptance_rule(&self, row: &AcceptanceRuleRow) -> Result<(), AppError> {
        let person = self.actor(Permission::ApprovePolicy, &[row.author]).await?.person;
        // What cannot be read must not come into force.
        AcceptanceRule::parse(&row.body).map_err(|cause| AppError::Unfit(cause.to_string()))?;
        let fact = RuleFact::Approved { rule: row.rule.clone() };
        self.store.record(Actor::Person(person), self.clock.now(), &[Fact::Rule(fact)]).await?;
        Ok(())
    }

    /// Ends a rule.
    ///
    /// # Errors
    /// The person may not, or it ended before.
    pub async fn withdraw_acceptance_rule(&self, row: &AcceptanceRuleRow) -> Result<(), AppError> {
        let person = self.actor(Permission::SetPolicy, &[]).await?.person;
        let fact = RuleFact::Withdrawn { rule: row.rule.clone() };
        self.store.record(Actor::Person(person), self.clock.now(), &[Fact::Rule(fact)]).await?;
        Ok(())
    }

    /// Returns the newest rule of a name, or the one that is named with the beginning of its digest: `NAME@DIGEST`.
    ///
    /// # Errors
    /// There is none, or the database failed.
    pub async fn acceptance_rule(&self, name: &str) -> Result<AcceptanceRuleRow, AppError> {
        let (name, digest) = name.split_once('@').unwrap_or((name, ""));
        let rules = self.store.acceptance_rules().await?;
        let fits =
            |row: &AcceptanceRuleRow| row.rule.name.as_str() == name && row.rule.digest.to_string().starts_with(digest);
        rules.into_iter().rfind(fits).ok_or_else(|| {
            AppError::NotFound(format!("there is no rule {name:?}. `muniment auto-accept list` shows what there is"))
        })
    }

    /// Accepts every document that a rule in force is about and nothing stands against. `rehearse` accepts none. Returns
    /// what became of each document that a rule is about.
    ///
    /// # Errors
    /// The database or the object store failed.
    pub async fn auto_accept(&self, rehearse: bool) -> Result<Vec<Considered>, AppError> {
        let mut rules = Vec::new();
        for row in self.store.acceptance_rules().await?.into_iter().filter(AcceptanceRuleRow::is_in_force) {
            let rule = AcceptanceRule::parse(&row.body)
                .map_err(|cause| AppError::Unfit(format!("{}: {cause}. Withdraw the rule", row.rule)))?;
            rules.push((row.rule, rule));
        }
        let (mut considered, mut after) = (Vec::new(), None);
        while !rules.is_empty() {
            let documents = self.store.documents(None, after, ROWS).await?;
            let Some(last) = documents.last() else { break };
            after = Some(last.id);
            for document in documents.iter().filter(|one| matches!(one.state, DocumentState::Read { .. })) {
                considered.extend(self.consider(document, &rules, rehearse).await?);
            }
        }
        Ok(considered)
    }

    /// Accepts a document under the first rule that is about it, if nothing stands against that.
    async fn consider(
        &self,
        document: &DocumentRecord,
        rules: &[(AutoAcceptRule, AcceptanceRule)],
        rehearse: bool,
    ) -> Result<Option<Considered>, AppError> {
        let batch = self.store.batch(document.batch).await?.map(|batch| batch.name).unwrap_or_default();
        let about = rules.iter().find_map(|(name, rule)| {
            rule.batches.read(&batch)?;
            Some((name, rule, rule.files.read(&document.source_name)?))
        });
        let Some((name, rule, told)) = about else { return Ok(None) };
        let mut considered =
            Considered { document: document.id, rule: name.to_string(), record: None, doubts: Vec::new() };
        // Whoever has it on their desk decides about it.
        if self.store.is_on_somebodys_desk(document.id, self.clock.now()).await? {
            return Ok(None);
        }
        let pages = self.pages(document.id).await?;
        let patient = self.patient_told(rule, &told, &mut considered.doubts).await?;
        if !self.is_whole_file(document).await? {
            considered.doubts.push(Doubt::SharedFile);
        }
        if self.store.was_decided(document.id).await? {
            considered.doubts.push(Doubt::DecidedBefore);
        }
        if let Some(patient) = &patient {
            let seen = self.seen(&pages).await?;
            considered.doubts.extend(doubts(rule, &seen, patient));
        }
        if let (Some(patient), true, false) = (patient, considered.doubts.is_empty(), rehearse) {
            let now = self.clock.now();
            let draft = drafted(rule, document, batch, patient, &pages);
            let accepted = self.accept_under(name, &draft, now).await?;
            considered.record = Some(accepted.record);
        }
        Ok(Some(considered))
    }

    async fn accept_under(
        &self,
        rule: &AutoAcceptRule,
        draft: &RecordDraft,
        now: Timestamp,
    ) -> Result<Accepted, AppError> {
        let terms = AcceptanceTerms { rule: Some(rule.clone()), ..self.terms(now) };
        self.store.accept(Actor::Program, now, draft, &terms).await?;
        Ok(accepted(draft, &terms))
    }

    /// Finds the patient whom a file's name tells; only one who is known already, and without a doubt.
    async fn patient_told(
        &self,
        rule: &AcceptanceRule,
        told: &Told,
        doubts: &mut Vec<Doubt>,
    ) -> Result<Option<PatientRef>, AppError> {
        let Some(patient) = self.store.patient_by_number(&rule.authority, &told.number).await? else {
            doubts.push(Doubt::UnknownPatient);
            return Ok(None);
        };
        let merged = self.store.merged_patients(patient.id).await?.len() > 1;
        if merged || !matches!(patient.born, BirthDate::Day(_)) {
            doubts.push(Doubt::PatientInDoubt);
        }
        if told.born.is_some_and(|born| patient.born != BirthDate::Day(born)) {
            doubts.push(Doubt::BirthDateDiffers);
        }
        Ok(Some(patient))
    }

    async fn seen(&self, pages: &[DocumentPage]) -> Result<Vec<SeenPage>, AppError> {
        let mut seen = Vec::with_capacity(pages.len());
        for page in pages {
            let results = self.store.results_of(page.view.page).await?;
            let words = match &page.current {
                Some(result) => {
                    let text = self.areas.results.get(&result.object_key).await?;
                    text.words().map(|word| word.text.clone()).collect()
                }
                None => Vec::new(),
            };
            seen.push(SeenPage {
                read: page.record.work == PageWork::Done && page.current.is_some(),
                reliable: page.record.reliable,
                blank: page.record.blank,
                worst: page.record.findings.iter().map(|finding| finding.severity).max(),
                candidate: results.iter().any(|result| result.standing == Standing::Candidate),
                confidence: page.current.as_ref().and_then(|result| result.mean_confidence).map(f32::from),
                words,
            });
        }
        Ok(seen)
    }
}

fn drafted(
    rule: &AcceptanceRule,
    document: &DocumentRecord,
    batch_name: String,
    patient: PatientRef,
    pages: &[DocumentPage],
) -> RecordDraft {
    RecordDraft {
        record: RecordId::from_uuid(new_id()),
        version: 1,
        document: document.id,
        batch: document.batch,
        batch_name,
        source_name: document.source_name.clone(),
        patient,
        kind: rule.kind.clone(),
        class: rule.class.clone(),
        labels: sorted(&rule.labels),
        encounters: Vec::new(),
        note: None,
        pages: pages.iter().map(record_page).collect(),
        correction: None,
    }
}
