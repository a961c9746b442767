//! Patient text stays out of logs, object keys and file names, whatever goes wrong.
//!
//! What the program says *to the person who named a file* may name that file: lines without a timestamp on standard
//! error, and standard output. A log line begins with its timestamp. Names of sources are told to the database only.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::support::program::{Program, entries_below};

/// How lines to the person begin. Anything else on standard error must be a log line.
const TO_THE_PERSON: [&str; 5] = ["muniment: ", "left out ", "Stopp", "Working with ", "The hits are boxed in "];

/// Returns what must stay secret, in small letters: words of names, record numbers, birth dates in every usual form.
fn secrets(truth: &Value) -> BTreeSet<String> {
    let mut secrets = BTreeSet::new();
    let others = truth["pages"].as_array().unwrap().iter().map(|page| &page["foreign_patient"]);
    for patient in others.chain([&truth["patient"]]).filter(|patient| !patient.is_null()) {
        let text = |key: &str| patient[key].as_str().unwrap().to_lowercase();
        let name = text("name");
        secrets.extend(name.split(|sign: char| !sign.is_alphabetic()).filter(|word| word.len() > 2).map(str::to_owned));
        secrets.extend([text("record_number"), text("birth_date")]);
        let born = text("birth_date");
        let parts: Vec<&str> = born.split('-').collect();
        secrets.insert(format!("{}/{}/{}", parts[1], parts[2], parts[0]));
    }
    assert!(secrets.len() >= 5, "{secrets:?}");
    secrets
}

/// Returns the secrets that a text holds as words of their own.
fn told<'a>(text: &str, secrets: &'a BTreeSet<String>) -> Vec<&'a String> {
    let text = text.to_lowercase();
    let bounded = |place: usize, length: usize| {
        let letter = |sign: Option<char>| sign.is_some_and(char::is_alphanumeric);
        !letter(text[..place].chars().next_back()) && !letter(text[place + length..].chars().next())
    };
    let tells = |secret: &&String| text.match_indices(secret.as_str()).any(|(place, _)| bounded(place, secret.len()));
    secrets.iter().filter(tells).collect()
}

fn is_log(line: &str) -> bool {
    let begin: Vec<char> = line.chars().take(20).collect();
    begin.len() == 20 && begin[4] == '-' && begin[10] == 'T' && begin[..4].iter().all(char::is_ascii_digit)
}

/// A progress line: `12 of 30 pages, ...`, or `30 pages, 12 pages/s`.
fn is_progress(line: &str) -> bool {
    line.starts_with(|sign: char| sign.is_ascii_digit()) && line.contains(" pages, ")
}

fn check_log(what: &str, err: &str, secrets: &BTreeSet<String>) -> usize {
    let mut lines = 0;
    for line in err.lines() {
        if is_log(line) {
            lines += 1;
            let told = told(line, secrets);
            assert!(told.is_empty(), "{what}: the log tells {told:?}: {line}");
        } else {
            let known = is_progress(line) || TO_THE_PERSON.iter().any(|begin| line.starts_with(begin));
            assert!(known, "{what}: neither a log line nor a known kind of line to the person: {line:?}");
        }
    }
    lines
}

#[test]
fn the_words_of_a_secret_are_found_and_their_likes_are_not() {
    let secrets = BTreeSet::from(["ann".to_owned(), "02/03/1950".to_owned()]);
    assert_eq!(told("took Ann_scan.tif of 02/03/1950", &secrets).len(), 2);
    assert!(told("annotate 102/03/1950", &secrets).is_empty());
    assert!(is_log("2026-01-02T03:04:05.678901Z  INFO scan opened") && !is_log("muniment: x"));
}

#[test]
fn neither_log_nor_object_key_nor_file_name_tells_a_patient() {
    let program = Program::new();
    let scan = program.charts("charts", 1, "tiff-g4", 100).remove(0);
    let truth: Value =
        serde_json::from_str(&fs::read_to_string(program.path("charts/chart-0001.truth.json")).unwrap()).unwrap();
    let secrets = secrets(&truth);
    let patient = |key: &str| truth["patient"][key].as_str().unwrap();
    let title = format!("{} {} {}", patient("name"), patient("record_number"), patient("birth_date"));

    // A folder named after the patient, with a good file, a broken one, one cut short, and one that is no scan.
    let inbox = program.path(&title);
    fs::create_dir(&inbox).unwrap();
    let at = |end: &str| inbox.join(format!("{title}{end}"));
    let bytes = fs::read(&scan).unwrap();
    fs::write(at(".tif"), &bytes).unwrap();
    let mut broken = bytes.clone();
    let middle = broken.len() / 4..broken.len() / 2;
    broken[middle].fill(0x5a);
    fs::write(at(" broken.tif"), broken).unwrap();
    fs::write(at(" short.tif"), &bytes[..bytes.len() / 2]).unwrap();
    fs::write(at(".docx"), b"PK\x03\x04 not a scan").unwrap();
    fs::write(at(" empty.pdf"), b"").unwrap();
    fs::write(at(".part"), b"left out").unwrap();
    lock(&program, &at(" locked.pdf").display().to_string(), &title);

    let folder = inbox.to_str().unwrap();
    let missing = at(" missing.tif").display().to_string();
    let run = program.run(&["ingest", folder, &missing, "--batch", "B", "--log", "trace"]);
    assert_eq!(run.code, 3, "{}", run.out);
    assert!(check_log("ingest", &run.err, &secrets) > 20, "trace says a lot");
    let to_the_person: Vec<&str> = run.err.lines().filter(|line| !is_log(line)).collect();
    assert!(
        to_the_person.iter().any(|line| line.contains("missing.tif")),
        "whoever named the file is told: {run:?}",
        run = to_the_person
    );
    assert!(run.out.contains("short.tif") && run.out.contains("empty.pdf"), "{}", run.out);

    // The other commands, with queries and names of files that are secret themselves.
    let list = program.json(&["show", "--batch", "B"]);
    let document = list[0]["id"].as_str().unwrap().to_owned();
    let word = patient("name").split([',', ' ']).next().unwrap();
    let (drawing, pdf) = (at(" hit.png").display().to_string(), at(" out.pdf").display().to_string());
    for (arguments, codes) in [
        (vec!["search", word, "--boxes", drawing.as_str()], &[0][..]),
        (vec!["search", patient("record_number")], &[0, 3]),
        (vec!["search", "(unclosed"], &[1]),
        (vec!["show", document.as_str(), "--text"], &[0]),
        (vec!["export", document.as_str(), "-o", pdf.as_str()], &[0, 3]),
        (vec!["export", document.as_str(), "-o", pdf.as_str()], &[1]),
        (vec!["retry", "B"], &[3]),
        (vec!["index", "rebuild"], &[0]),
        (vec!["reprocess", "--document", document.as_str(), "--pipeline", "fax"], &[0]),
        (vec!["batch", "show", "B", "--files"], &[3]),
        (vec!["ingest", folder, "--batch", "C", "--source", "move", "--taken", "taken"], &[3]),
    ] {
        let run = program.run(&[&["--log", "trace"], &arguments[..]].concat());
        assert!(codes.contains(&run.code), "{arguments:?} ended with {}: {}", run.code, run.err);
        // A wrong query is drawn with carets for the person who typed it.
        if run.code != 1 {
            check_log(arguments[0], &run.err, &secrets);
        } else {
            for line in run.err.lines().filter(|line| is_log(line)) {
                assert!(told(line, &secrets).is_empty(), "{arguments:?}: {line}");
            }
        }
    }

    let data = program.path("data");
    let entries = entries_below(&data);
    assert!(entries.len() > 20);
    for path in entries {
        let below = path.strip_prefix(&data).unwrap().display().to_string();
        assert!(told(&below, &secrets).is_empty(), "a file name tells: {below}");
    }
}

/// Writes an encrypted PDF to `path`, where qpdf is installed; its title tells the patient too.
fn lock(program: &Program, path: &str, title: &str) {
    let scan = program.charts("pdfs", 1, "pdf-ccitt", 100).remove(0);
    let scan = scan.to_str().unwrap();
    match Command::new("qpdf").args(["--encrypt", title, "owner", "256", "--", scan, path]).output() {
        Ok(made) => assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr)),
        Err(_) => eprintln!("not run: the encrypted file; qpdf is missing"),
    }
}
