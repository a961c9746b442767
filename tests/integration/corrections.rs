//! Further versions of records: labels, patients, pages that were misfiled; and the intake area after everything is decided.

use muniment::chart::{Cut, RecordId};
use muniment::store::{Store, VersionRow};
use serde_json::Value;

use crate::support::born_digital::{shared_file, unpacked};
use crate::support::clinic::{Clinic, description, file};
use crate::support::program::Program;

fn holds(bytes: &[u8], word: &str) -> bool {
    bytes.windows(word.len()).any(|window| window == word.as_bytes())
}

async fn versions(clinic: &Clinic, record: RecordId) -> Vec<VersionRow> {
    let url = format!("sqlite:{}", clinic.program.path("data/muniment.db").display());
    let store = Store::open(&url).await.unwrap();
    let versions = store.record_versions(record).await.unwrap();
    store.close().await;
    versions
}

/// Splits a file of `pages` into `parts` and accepts each for the patient of its number.
fn records(clinic: &Clinic, pages: &[&str], parts: &str) -> (Vec<String>, Vec<RecordId>) {
    let whole = clinic.ingest("shared.pdf", &shared_file(pages));
    let run = clinic.technician(&["--json", "document", "split", &whole, parts]);
    assert_eq!(run.code, 0, "{}", run.err);
    let split: Value = serde_json::from_str(&run.out).unwrap();
    let documents: Vec<String> =
        split["parts"].as_array().unwrap().iter().map(|part| part.as_str().unwrap().to_owned()).collect();
    let records = (1..).zip(&documents).map(|(number, document)| {
        let patient = format!("ZZ-{number}");
        clinic.accept(document, &["--patient", &patient, "--type", "progress-note", "--label", "old-label"])
    });
    let records = records.collect();
    (documents, records)
}

/// Documents that a search finds.
fn found(clinic: &Clinic, query: &str) -> Vec<String> {
    clinic.program.json(&["index", "update"]);
    let answer = clinic.program.json(&["search", query]);
    let hits = answer["answer"]["hits"].as_array().unwrap();
    let mut documents: Vec<String> =
        hits.iter().map(|hit| hit["document"].as_str().unwrap_or_default().to_owned()).collect();
    documents.sort_unstable();
    documents.dedup();
    documents
}

#[tokio::test]
async fn a_correction_is_a_further_version_with_the_same_originals() {
    let clinic = Clinic::hasty();
    let (_, records) = records(&clinic, &["ZZADAMS", "ZZADAMS", "ZZBAKER"], "1-2,3");
    let id = records[0].to_string();
    let relabel = ["correct", &id, "--reason", "labels", "--label", "new-label", "--note", "read again"];
    let early = clinic.reviewer(&relabel);
    assert!(early.code == 1 && early.err.contains("undo"), "not in the archive yet: {}", early.err);
    assert_eq!(clinic.deposit(), 2);
    let misnamed = clinic.reviewer(&["correct", &id, "--reason", "view", "--label", "new-label"]);
    assert!(misnamed.code == 1 && misnamed.err.contains("does not fit"), "{}", misnamed.err);
    // A technician proposes, a reviewer decides.
    assert_eq!(clinic.technician(&relabel).code, 0);
    assert_eq!(clinic.deposit(), 0);
    let second = clinic.reviewer(&relabel);
    assert!(second.code == 1 && second.err.contains("waits"), "{}", second.err);
    let document = description(&clinic.files(records[0], 1).await).draft.document.to_string();
    assert_eq!(clinic.reviewer(&["review", &document, "--approve"]).code, 0);
    assert_eq!(clinic.deposit(), 1);
    let (first, second) = (clinic.files(records[0], 1).await, clinic.files(records[0], 2).await);
    assert!(file(&first, "original/0001.pdf") == file(&second, "original/0001.pdf"));
    let labels = |files: &[(String, Vec<u8>)]| description(files).draft.labels[0].to_string();
    assert_eq!((labels(&first), labels(&second)), ("old-label".into(), "new-label".into()));
    assert!(description(&second).verification.second.is_some());
    // The bytes of the original are in the archive once.
    let root = clinic.root().await;
    let object = root.object(records[0]).await.unwrap();
    let newest = object.files(object.head()).unwrap();
    let original = newest.iter().find(|file| file.path.as_str() == "original/0001.pdf").unwrap();
    assert!(original.key.contains("/v1/content/"), "{}", original.key);
    assert!(!versions(&clinic, records[0]).await[0].in_error);
    assert_eq!(found(&clinic, "label:new-label").len(), 1);
    assert_eq!(found(&clinic, "label:old-label").len(), 1, "only the other record has it still");
}

#[tokio::test]
async fn a_record_of_the_wrong_patient_is_entered_in_error() {
    let clinic = Clinic::hasty();
    let (_, records) = records(&clinic, &["ZZADAMS", "ZZBAKER"], "1,2");
    clinic.deposit();
    let id = records[0].to_string();
    let refused = clinic.reviewer(&["correct", &id, "--reason", "labels", "--patient", "ZZ-9"]);
    assert_eq!(refused.code, 1);
    let run =
        clinic.reviewer(&["correct", &id, "--reason", "wrong-patient", "--patient", "ZZ-9", "--name", "Right, Rose"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert_eq!(clinic.deposit(), 1);
    let history = versions(&clinic, records[0]).await;
    assert_eq!(history.iter().map(|version| version.in_error).collect::<Vec<_>>(), [true, false]);
    assert_ne!(history[0].patient, history[1].patient);
    let first = clinic.files(records[0], 1).await;
    assert!(!holds(file(&first, "record.json"), "Right, Rose"), "the old version says nothing of the right patient");
    assert_eq!(description(&clinic.files(records[0], 2).await).draft.patient.name, "Right, Rose");
}

#[tokio::test]
async fn a_misfiled_page_is_safe_in_the_right_record_before_it_leaves_the_wrong_one() {
    let clinic = Clinic::hasty();
    // Page 2 is Baker's and went to Adams.
    let (documents, records) = records(&clinic, &["ZZADAMS", "ZZBAKER", "ZZBAKER"], "1-2,3");
    clinic.deposit();
    let (wrong, right) = (records[0].to_string(), records[1].to_string());
    let all =
        clinic.reviewer(&["correct", &wrong, "--reason", "misfiled-pages", "--move-pages", "1,2", "--to", &right]);
    assert!(all.code == 1 && all.err.contains("wrong-patient"), "{}", all.err);
    let run = clinic.reviewer(&["correct", &wrong, "--reason", "misfiled-pages", "--move-pages", "2", "--to", &right]);
    assert_eq!(run.code, 0, "{}", run.err);
    let queued = clinic.program.json(&["queue"]);
    assert_eq!(queued.as_array().map(Vec::len), Some(2), "{queued}");
    assert_eq!(clinic.deposit(), 2);
    let (fuller, emptier) = (clinic.files(records[1], 2).await, clinic.files(records[0], 2).await);
    assert_eq!(description(&fuller).draft.pages.len(), 2);
    let text = |files: &[(String, Vec<u8>)]| zstd::decode_all(file(files, "text.json.zst")).unwrap();
    for bytes in [unpacked(file(&emptier, "original/0001.pdf")), unpacked(file(&emptier, "access.pdf")), text(&emptier)]
    {
        assert!(!holds(&bytes, "ZZBAKER"));
    }
    assert_eq!(description(&emptier).originals[0].cut, Cut::Streams);
    assert!(holds(&text(&emptier), "ZZADAMS") && holds(&text(&fuller), "ZZBAKER"));
    assert_eq!(description(&fuller).originals.len(), 2, "what it had stays as it was, the page is a file beside it");
    assert!(versions(&clinic, records[0]).await[0].in_error, "the version with the foreign page");
    assert!(!versions(&clinic, records[1]).await[0].in_error);
    assert_eq!(found(&clinic, "zzbaker"), [documents[1].clone()]);
    assert_eq!(found(&clinic, "zzadams"), [documents[0].clone()]);
    // Out of exports too, in whatever form: the scan file holds both, what was cut out of it does not.
    for form in ["txt", "json", "pdf", "original"] {
        let name = format!("out.{form}");
        let run = clinic.program.run(&["export", &documents[0], "--format", form, "-o", &name]);
        assert_eq!(run.code, 0, "{form}: {}", run.err);
        let bytes = std::fs::read(clinic.program.path(&name)).unwrap();
        let bytes = if matches!(form, "pdf" | "original") { unpacked(&bytes) } else { bytes };
        assert_eq!(form == "original", run.err.contains("cut out"), "{}", run.err);
        assert!(!holds(&bytes, "ZZBAKER"), "{form}");
    }
    // The superseded version is for auditors, who have to say so.
    let old = ["archive", "extract", &wrong, "--version", "v1"];
    let refused = clinic.program.run(&old);
    assert!(refused.code == 1 && refused.err.contains("entered in error"), "{}", refused.err);
    assert_eq!(clinic.program.run(&[&old[..], &["--entered-in-error"]].concat()).code, 0);
    assert_eq!(clinic.program.run(&["archive", "extract", &right, "--version", "v1"]).code, 0);
}

#[tokio::test]
async fn what_another_version_of_the_program_began_is_finished_under_its_name() {
    let clinic = Clinic::hasty();
    let document = clinic.ingest("a.pdf", &shared_file(&["ZZADAMS"]));
    let record = clinic.accept(&document, &["--patient", "ZZ-1", "--type", "consent"]);
    // A deposit of this record elsewhere gives the bytes that an older program would have left half done here.
    let copy = clinic.program.path("before");
    let status = std::process::Command::new("cp").arg("-a").arg(clinic.program.path("data")).arg(&copy).status();
    assert!(status.unwrap().success());
    assert_eq!(clinic.deposit(), 1);
    let made = clinic.files(record, 1).await;
    let older = String::from_utf8(file(&made, "record.json").to_vec()).unwrap();
    let own = format!("Muniment {}", env!("CARGO_PKG_VERSION"));
    let older = older.replace(&own, "Muniment 0.0.1");
    let key = clinic.root().await.object(record).await.unwrap();
    let left = format!("{}/v1/content/record.json", key.folder());
    std::fs::remove_dir_all(clinic.program.path("data")).unwrap();
    std::fs::rename(&copy, clinic.program.path("data")).unwrap();
    let path = clinic.folder().join(left);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, &older).unwrap();
    assert_eq!(clinic.deposit(), 1);
    let described = description(&clinic.files(record, 1).await);
    assert_eq!(described.program, "Muniment 0.0.1");
}

#[tokio::test]
async fn a_move_of_pages_is_taken_back_as_a_whole() {
    let clinic = Clinic::hasty();
    let (documents, records) = records(&clinic, &["ZZADAMS", "ZZBAKER", "ZZBAKER"], "1-2,3");
    let (wrong, right) = (records[0].to_string(), records[1].to_string());
    let moving = ["correct", &wrong, "--reason", "misfiled-pages", "--move-pages", "2", "--to", &right];
    let early = clinic.reviewer(&moving);
    assert!(early.code == 1 && early.err.contains("waiting"), "{}", early.err);
    clinic.deposit();
    // From here on there is time to undo.
    let clinic = clinic.set("MUNIMENT_REVIEW_UNDO_MINUTES", "15");
    assert_eq!(clinic.reviewer(&moving).code, 0);
    assert_eq!(clinic.deposit(), 0, "neither half is deposited while the other can be undone");
    let waiting = |clinic: &Clinic| clinic.program.json(&["queue"]).as_array().map(Vec::len);
    assert_eq!(waiting(&clinic), Some(2));
    // The record that gets the pages cannot let go of them while the other one is to lose them.
    let torn = clinic.reviewer(&["correct", &right, "--reason", "misfiled-pages", "--undo"]);
    assert!(torn.code == 1 && torn.err.contains("take its correction back first"), "{}", torn.err);
    assert_eq!(waiting(&clinic), Some(2));
    for record in [&wrong, &right] {
        let run = clinic.reviewer(&["correct", record, "--reason", "misfiled-pages", "--undo"]);
        assert_eq!(run.code, 0, "{}", run.err);
    }
    assert_eq!(waiting(&clinic), Some(0));
    let clinic = clinic.set("MUNIMENT_REVIEW_UNDO_MINUTES", "0");
    assert_eq!(clinic.deposit(), 0);
    for record in &records {
        let history = versions(&clinic, *record).await;
        assert!(history.iter().all(|version| !version.in_error), "{history:?}");
    }
    assert_eq!(found(&clinic, "zzbaker").len(), 2, "as before: {documents:?}");
    // The version that was taken back makes room for the next one.
    assert_eq!(clinic.reviewer(&moving).code, 0);
    assert_eq!(clinic.deposit(), 2);
    assert_eq!(found(&clinic, "zzbaker"), [documents[1].clone()]);
}

#[tokio::test]
async fn scan_files_go_when_every_page_is_decided_and_corrections_work_without_them() {
    let program = Program::new().with("MUNIMENT_REVIEW_UNDO_MINUTES", "0").with("MUNIMENT_INTAKE_DISPUTE_DAYS", "0");
    let clinic = Clinic::with(program);
    let (documents, records) = records(&clinic, &["ZZADAMS", "ZZADAMS", "ZZBAKER"], "1-2,3");
    let purged = |clinic: &Clinic| clinic.program.json(&["purge"])["purged"].as_array().unwrap().len();
    assert_eq!(purged(&clinic), 0, "nothing is in the archive");
    clinic.deposit();
    let undecided = clinic.ingest("other.pdf", &shared_file(&["ZZCLARK"]));
    let refused = clinic.technician(&["purge"]);
    assert!(refused.code == 1 && refused.err.contains("administrator"), "{}", refused.err);
    let scan = description(&clinic.files(records[0], 1).await).originals[0].scan.to_string();
    let kept = clinic.program.path(&format!("data/objects/intake/sha256/{}/{}/{scan}", &scan[..2], &scan[2..4]));
    let rehearsed = clinic.program.json(&["purge", "--dry-run"]);
    assert_eq!(rehearsed["purged"], serde_json::json!([&scan]), "{rehearsed}");
    assert!(kept.exists(), "a rehearsal removes nothing");
    assert_eq!(purged(&clinic), 1);
    assert!(!kept.exists());
    let again = clinic.program.json(&["purge"]);
    assert_eq!((again["purged"].as_array().map(Vec::len), &again["stay"]["pages-undecided"]), (Some(0), &1.into()));
    // What the archive holds of it is given back: the pages that were cut out for each record, and no others.
    for (document, own, other, pages) in
        [(&documents[0], "ZZADAMS", "ZZBAKER", 2), (&documents[1], "ZZBAKER", "ZZADAMS", 1)]
    {
        for format in ["original", "pdf"] {
            let name = format!("{own}-{format}.pdf");
            let run = clinic.program.run(&["export", document, "--format", format, "-o", &name]);
            assert_eq!(run.code, 0, "{format}: {}", run.err);
            assert_eq!(run.err.contains("was purged"), format == "original", "{}", run.err);
            let bytes = unpacked(&std::fs::read(clinic.program.path(&name)).unwrap());
            // A searchable copy names its letters otherwise.
            assert_eq!(holds(&bytes, own), format == "original", "{format} of {own}");
            assert!(!holds(&bytes, other), "{format} of {own}");
        }
        let text = clinic.program.run(&["export", document, "--format", "txt", "-o", "-"]).out;
        assert!(text.contains(own) && !text.contains(other), "{text}");
        let shown = clinic.program.json(&["show", document, "--text"]);
        assert_eq!(shown["pages"].as_array().map(Vec::len), Some(pages));
    }
    // A rejected document needs its scan no more than an archived one.
    assert_eq!(clinic.technician(&["reject", &undecided, "--reason", "duplicate"]).code, 0);
    assert_eq!(purged(&clinic), 1);
    let rejected = clinic.program.run(&["export", &undecided, "--format", "original"]);
    assert!(rejected.code == 1 && rejected.err.contains("intake area"), "{}", rejected.err);
    // Without its scan file, a record is corrected from what is in the archive; a page goes from record to record.
    let (wrong, right) = (records[0].to_string(), records[1].to_string());
    let run = clinic.reviewer(&["correct", &wrong, "--reason", "misfiled-pages", "--move-pages", "2", "--to", &right]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert_eq!(clinic.deposit(), 2);
    let files = clinic.files(records[1], 2).await;
    assert_eq!(description(&files).draft.pages.len(), 2);
    let text = zstd::decode_all(file(&files, "text.json.zst")).unwrap();
    assert!(holds(&text, "ZZADAMS") && holds(&text, "ZZBAKER"));
    assert_eq!(found(&clinic, "zzadams").len(), 2, "one page in each record: {documents:?}");
}
