//! The main job, as a person does it: from a folder of scans to text that is found, and back to files.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::program::{Program, counts, scans};

/// Copies the scans of a folder, without what lies beside them, into a new one.
fn inbox(program: &Program, from: &str, to: &str) {
    fs::create_dir_all(program.path(to)).unwrap();
    for path in scans(&program.path(from)) {
        fs::copy(&path, program.path(to).join(path.file_name().unwrap())).unwrap();
    }
}

pub(crate) fn tool(name: &str, arguments: &[&str]) -> Option<(bool, String)> {
    match Command::new(name).args(arguments).output() {
        Ok(output) => Some((output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())),
        Err(_) => {
            eprintln!("not run: {name} is missing");
            None
        }
    }
}

fn documents(program: &Program, batch: &str) -> Vec<String> {
    let list = program.json(&["show", "--batch", batch]);
    list.as_array().unwrap().iter().map(|document| document["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_folder_of_scans_becomes_text_that_is_found_and_given_back() {
    let program = Program::new();
    program.charts("charts", 1, "tiff-g4", 200);
    inbox(&program, "charts", "inbox");
    fs::write(program.path("inbox/notes.docx"), b"PK\x03\x04 not a scan").unwrap();
    fs::write(program.path("inbox/empty.pdf"), b"").unwrap();
    let truth: Value =
        serde_json::from_str(&fs::read_to_string(program.path("charts/chart-0001.truth.json")).unwrap()).unwrap();
    let pages = truth["pages"].as_array().unwrap();
    let blank = pages.iter().filter(|page| page["blank"] == true).count();

    // In.
    let run = program.run(&["ingest", "inbox", "--batch", "Box 1", "--sheets", "999"]);
    assert_eq!(run.code, 3, "two files are rejected: {}{}", run.out, run.err);
    assert!(run.out.contains("999 sheets prepared") && run.out.contains(" missing"), "{}", run.out);
    let report = program.json(&["batch", "show", "Box 1"]);
    let count = |name: &str| counts(&report)[name].as_u64().unwrap();
    assert_eq!(report["report"]["adds_up"], true);
    assert_eq!((count("deliveries"), count("files_rejected")), (3, 2));
    assert_eq!(count("pages"), pages.len() as u64);
    assert_eq!(count("pages_done"), pages.len() as u64);
    assert_eq!(count("pages_blank"), blank as u64, "blank pages are found, counted and kept");
    let outcomes: Vec<&str> =
        report["files"].as_array().unwrap().iter().map(|file| file["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == "reject").count(), 2);

    // The same bytes again, under another name and in another batch: recognised, not read again.
    fs::copy(program.path("inbox/chart-0001.tif"), program.path("again.tif")).unwrap();
    let again = program.json(&["ingest", "again.tif", "--batch", "Box 2"]);
    assert_eq!(counts(&again)["repeated"], 1);
    assert_eq!(counts(&again)["pages"], pages.len() as u64, "the pages of the batch are those of what it was given");
    assert_eq!(counts(&again)["pages_done"], pages.len() as u64);

    // Found.
    let name = truth["patient"]["name"].as_str().unwrap();
    let word = name.split([',', ' ']).next().unwrap().to_lowercase();
    let found = program.json(&["search", &word, "--boxes", "hit.png"]);
    let hits = found["answer"]["hits"].as_array().unwrap();
    assert!(!hits.is_empty(), "{word} is not found: {found}");
    assert!(found["answer"]["pages_without_reliable_text"].is_u64());
    let rect = &hits[0]["boxes"][0]["rect"];
    assert!(rect["width"].as_u64().unwrap() > 5 && rect["height"].as_u64().unwrap() > 5);
    assert_eq!(&fs::read(program.path("hit.png")).unwrap()[1..4], b"PNG");
    assert_eq!(program.run(&["search", "zzzzqqqq"]).code, 3);
    let wrong = program.run(&["search", "(metformin"]);
    assert_eq!(wrong.code, 1);
    assert!(wrong.err.contains('^'), "{}", wrong.err);

    // The index is a projection: deleted and built anew, it answers the same.
    let before = program.json(&["search", &word])["answer"].clone();
    fs::remove_dir_all(program.path("data/index")).unwrap();
    program.json(&["index", "rebuild"]);
    assert_eq!(program.json(&["search", &word])["answer"], before);

    // Given back.
    let document = documents(&program, "Box 1").remove(0);
    for (format, file) in [
        ("pdf", "out.pdf"),
        ("txt", "out.txt"),
        ("hocr", "out.hocr"),
        ("alto", "out.xml"),
        ("json", "out.json"),
        ("original", "out.tif"),
    ] {
        let run = program.run(&["export", &document[..], "--format", format, "-o", file]);
        assert_eq!(run.code, 0, "{format}: {}", run.err);
    }
    assert_eq!(fs::read(program.path("out.tif")).unwrap(), fs::read(program.path("inbox/chart-0001.tif")).unwrap());
    assert!(fs::read_to_string(program.path("out.txt")).unwrap().to_lowercase().contains(&word));
    check_pdf(&program.path("out.pdf"), &word, pages.len() - blank);
    assert_eq!(program.run(&["export", &document, "-o", "out.pdf"]).code, 1, "a file is not replaced unasked");

    // Shown.
    let shown = program.json(&["show", &document, "--text"]);
    assert_eq!(shown["pages"].as_array().unwrap().len(), pages.len());
    let turned = pages.iter().position(|page| page["upright"].as_u64().is_some_and(|turn| turn == 180));
    if let Some(turned) = turned {
        assert_eq!(shown["pages"][turned]["turn"], 180, "the page on its head is turned for view");
    }
}

fn check_pdf(path: &Path, word: &str, pages: usize) {
    let path = path.to_str().unwrap();
    if let Some((clean, said)) = tool("qpdf", &["--check", path]) {
        assert!(clean, "{said}");
    }
    if let Some((_, text)) = tool("pdftotext", &[path, "-"]) {
        assert!(text.to_lowercase().contains(word));
        assert_eq!(text.matches('\u{c}').count(), pages);
    }
    if let Some((_, images)) = tool("pdfimages", &["-list", path]) {
        assert!(images.lines().skip(2).all(|line| line.contains("ccitt")), "{images}");
    }
}

#[test]
fn a_newer_pipeline_reads_beside_the_result_that_counts() {
    let program = Program::new();
    program.charts("charts", 1, "jpeg", 150);
    inbox(&program, "charts", "inbox");
    let first = scans(&program.path("inbox")).remove(0);
    program.json(&["ingest", first.to_str().unwrap(), "--batch", "B"]);
    let document = documents(&program, "B").remove(0);
    let pipeline = |program: &Program| program.json(&["show", &document])["pages"][0]["pipeline"]["name"].clone();
    assert_eq!(pipeline(&program), "chart-standard");
    program.json(&["reprocess", "--document", &document, "--pipeline", "fax"]);
    assert_eq!(pipeline(&program), "chart-standard", "the old result counts until the new one is accepted");
    assert_eq!(program.json(&["reprocess", "--document", &document, "--accept"])["accepted"], 1);
    assert_eq!(pipeline(&program), "fax");
}

#[test]
fn an_encrypted_file_waits_for_its_password_and_leaves_no_trace_of_it() {
    let program = Program::new();
    let scan = program.charts("charts", 1, "pdf-ccitt", 100).remove(0);
    let (locked, secret) = (program.path("locked.pdf"), "Correct-Horse-7");
    let encrypt = ["--encrypt", secret, "owner", "256", "--", scan.to_str().unwrap(), locked.to_str().unwrap()];
    let Some((true, _)) = tool("qpdf", &encrypt) else { return };
    let first = program.json(&["ingest", "locked.pdf", "--batch", "B"]);
    assert_eq!(first["files"][0]["outcome"], "needs-password");
    fs::write(program.path("passwords"), format!("wrong\n{secret}\n")).unwrap();
    let second = program.json(&["retry", "B", "--password-file", "passwords"]);
    assert_eq!(second["files"][0]["outcome"], "ok", "{second}");
    assert!(counts(&second)["pages_done"].as_u64().unwrap() > 0);
    let document = documents(&program, "B").remove(0);
    assert_eq!(program.run(&["export", &document, "--format", "original", "-o", "same.pdf"]).code, 0);
    assert_eq!(fs::read(program.path("same.pdf")).unwrap(), fs::read(&locked).unwrap());
    for file in files_below(&program.path("data")) {
        let bytes = fs::read(&file).unwrap();
        assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{}", file.display());
    }
}

fn files_below(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(files_below(&path)) } else { files.push(path) }
    }
    files
}

#[test]
fn moved_sources_and_the_first_commands_of_a_new_user() {
    let program = Program::new();
    assert_eq!(program.run(&["init", "site"]).code, 0);
    assert_eq!(program.run(&["init", "site"]).code, 1, "a configuration is never written over");
    let doctor = program.json(&["--config", "site/muniment.toml", "doctor"]);
    assert!(doctor.as_array().unwrap().iter().all(|check| check["grade"] != "bad"), "{doctor}");
    assert!(program.run(&["completions", "bash"]).out.contains("muniment"));
    assert!(program.run(&["batch", "list"]).out.contains("no batches yet"));
    assert_eq!(program.run(&["ingest", "nowhere"]).code, 3);

    fs::create_dir(program.path("in")).unwrap();
    fs::write(program.path("in/broken.tif"), b"II*\0 broken").unwrap();
    let run = program.run(&["ingest", "in", "--batch", "B", "--source", "move", "--taken", "taken"]);
    assert_eq!(run.code, 3, "{}{}", run.out, run.err);
    assert!(run.out.contains("broken.tif") && run.out.contains("damaged"), "{}", run.out);
    assert_eq!(fs::read_dir(program.path("in")).unwrap().count(), 0);
    assert_eq!(files_below(&program.path("taken")).len(), 1);
}
