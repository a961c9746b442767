//! The command line as programs and people meet it: JSON, exit codes, help, wrong arguments, and two runs at once.

use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

use serde_json::Value;

use crate::support::program::{Program, count, scans};

const LONG: Duration = Duration::from_secs(180);

/// Makes folders with so many pages each, all different.
fn folders(program: &Program, names: &[&str], pages: usize) {
    program.charts("charts", 1, "jpeg", 100);
    let mut scans = scans(&program.path("charts")).into_iter();
    for name in names {
        fs::create_dir(program.path(name)).unwrap();
        for path in scans.by_ref().take(pages) {
            fs::copy(&path, program.path(name).join(path.file_name().unwrap())).unwrap();
        }
        assert_eq!(fs::read_dir(program.path(name)).unwrap().count(), pages);
    }
}

/// Returns the names of the commands that a help text lists.
fn commands(help: &str) -> Vec<String> {
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    // Descriptions that go on in the next line are indented further.
    let names = listed.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names.map(|line| line.split_whitespace().next().unwrap().to_owned()).filter(|name| name != "help").collect()
}

#[test]
fn every_command_prints_one_json_value() {
    let program = Program::new();
    folders(&program, &["in"], 2);
    let mut seen = BTreeSet::new();
    let mut json = |arguments: &[&str]| {
        let value = program.json(arguments);
        assert!(value.is_object() || value.is_array(), "{arguments:?}: {value}");
        const NESTED: [&str; 16] = [
            "archive",
            "audit",
            "batch",
            "bench",
            "certificate",
            "disposal",
            "document",
            "fixity",
            "hold",
            "index",
            "labels",
            "people",
            "reprocess",
            "request",
            "retention",
            "samples",
        ];
        // `reprocess` is a command by itself and has an action beside.
        let nested = NESTED.contains(&arguments[0]) && !arguments[1].starts_with('-');
        seen.insert(arguments[..if nested { 2 } else { 1 }].join(" "));
        value
    };
    json(&["init", "site"]);
    json(&["doctor"]);
    json(&["ingest", "in", "--batch", "B"]);
    json(&["batch", "list"]);
    json(&["batch", "show", "B"]);
    let documents = json(&["show", "--batch", "B"]);
    let document = documents[0]["id"].as_str().unwrap();
    let shown = json(&["show", document, "--text"]);
    assert_eq!(shown["pages"][0]["text"]["schema"], 1, "{shown}");
    json(&["search", "the"]);
    json(&["search", "zzzzqqqq"]);
    json(&["export", document, "-o", "out.pdf"]);
    let record = crate::ocfl::archive_one(&program.path("data/archive"));
    json(&["archive", "list"]);
    json(&["archive", "show", &record]);
    json(&["archive", "validate"]);
    json(&["archive", "extract", &record, "-o", "extracted"]);
    json(&["fixity", "run"]);
    json(&["fixity", "status"]);
    json(&["retry", "B"]);
    json(&["reprocess", "--document", document, "--pipeline", "fax"]);
    json(&["reprocess", "compare", document]);
    json(&["reprocess", "--document", document, "--accept"]);
    json(&["worker", "--until-done"]);
    for action in ["status", "update", "verify", "rebuild"] {
        json(&["index", action]);
    }
    json(&["labels", "types"]);
    json(&["people", "add", "Ann"]);
    json(&["labels", "evaluate"]);
    json(&["audit", "key", "rotate"]);
    let key = json(&["audit", "key", "show"])["fingerprints"][0].as_str().unwrap().to_owned();
    assert_eq!(json(&["audit", "verify", "--key", &key])["findings"], serde_json::json!([]));
    json(&["audit", "prove", "1", "-o", "proof.json"]);
    assert_eq!(json(&["audit", "verify", "--proof", "proof.json", "--key", &key])["holds"], true);
    json(&["audit", "export", "-o", "ledger.jsonl"]);
    json(&["samples", "generate", "--charts", "1", "--dpi", "72", "samples"]);
    json(&["bench", "long-pdf", "long.pdf", "--pages", "2"]);
    json(&["bench", "search", "--pages", "300"]);
    json(&["bench", "archive", "--records", "2"]);
    let image = scans(&program.path("in")).remove(0);
    fs::create_dir(program.path("slice")).unwrap();
    fs::copy(&image, program.path("slice/page.jpg")).unwrap();
    fs::write(program.path("slice/page.gt.txt"), "the chart of a patient").unwrap();
    json(&["bench", "accuracy", "slice"]);
    json(&["completions", "bash"]);
    json(&["serve", "--print-openapi"]);
    json(&["demo", "demonstration", "--charts", "1"]);

    for name in ["muniment.db", "muniment.db-wal", "muniment.db-shm"] {
        let _ = fs::remove_file(program.path("data").join(name));
    }
    fs::remove_dir_all(program.path("data/index")).unwrap();
    json(&["rebuild"]);
    seen.remove("reprocess");
    // Only into a folder where nobody is known.
    let few = ["bench", "load-data", "--documents", "3", "--technicians", "1", "--searchers", "1"];
    assert_eq!(Program::new().json(&few)["documents"], 3);
    seen.insert("bench load-data".to_owned());
    // What takes several people is tried elsewhere.
    seen.extend(crate::records::DECISIONS.iter().map(|name| (*name).to_owned()));
    seen.extend(crate::lots::COMMANDS.iter().chain(crate::auto_accept::COMMANDS).map(|name| (*name).to_owned()));
    seen.extend(crate::disposal::forgetting::COMMANDS.map(str::to_owned));
    seen.extend(crate::closing::COMMANDS.iter().map(|name| (*name).to_owned()));
    seen.extend(crate::codes::COMMANDS.map(str::to_owned));
    seen.extend(crate::retention_commands::COMMANDS.map(str::to_owned));
    seen.extend(crate::backup::COMMANDS.map(str::to_owned));
    seen.extend(crate::requests::COMMANDS.map(str::to_owned));

    // A command that is new here has to be tried above.
    let mut known = BTreeSet::new();
    for name in commands(&program.run(&["--help"]).out) {
        let actions = commands(&program.run(&[&name, "--help"]).out);
        if actions.is_empty() {
            known.insert(name);
        } else {
            known.extend(actions.iter().map(|action| format!("{name} {action}")));
        }
    }
    assert!(known.len() > 18, "{known:?}");
    assert_eq!(seen, known);
}

#[test]
fn help_is_readable_and_names_the_exit_codes() {
    let program = Program::new();
    let help = program.run(&["--help"]);
    assert_eq!(help.code, 0);
    for line in ["0    everything", "1    an error", "2    the command line", "3    done, but", "130  stopped"] {
        assert!(help.out.contains(line), "{line} is missing: {}", help.out);
    }
    let mut pages = vec![(String::new(), help.out.clone())];
    for name in commands(&help.out) {
        let out = program.run(&[&name, "--help"]).out;
        for action in commands(&out) {
            pages.push((format!("{name} {action}"), program.run(&[&name, &action, "--help"]).out));
        }
        pages.push((name, out));
    }
    assert!(pages.len() > 20);
    for (name, text) in pages {
        assert!(text.contains("Usage: muniment"), "{name}: {text}");
        assert!(text.contains("Options of every command:"), "{name}: {text}");
        assert!(text.lines().next().is_some_and(|line| line.len() > 20), "{name} has no description");
        // Each option and argument is described: on its line, or on the next.
        let lines: Vec<&str> = text.lines().collect();
        for (index, line) in lines.iter().enumerate() {
            assert!(line.chars().count() <= 110, "{name}: too long: {line}");
            if line.trim_start().starts_with("--") && !line.trim().contains("  ") {
                assert!(
                    lines.get(index + 1).is_some_and(|next| !next.trim().is_empty()),
                    "{name}: {line} says nothing"
                );
            }
        }
        assert!(!text.contains(" child "), "the hidden command shows: {name}");
    }
}

#[test]
fn wrong_arguments_are_told_with_the_way_out() {
    let program = Program::new().with("MUNIMENT_RECOGNITION_PAGE_SECONDS", "30");
    for (arguments, code, says) in [
        (&[][..], 2, "Usage: muniment"),
        (&["ingst", "x"], 2, "ingest"),
        (&["ingest"], 2, "<PATHS>"),
        (&["ingest", "x", "--sheets", "many"], 2, "--sheets"),
        (&["ingest", "x", "--batch", " "], 1, "--batch needs a name"),
        (&["ingest", "x", "--pipeline", "nope"], 1, "chart-standard"),
        (&["worker", "--batch", "B"], 2, "--until-done"),
        (&["batch", "show", "nope"], 1, "muniment batch list"),
        (&["show"], 2, "<DOCUMENT>"),
        (&["show", "nope"], 1, "muniment show --batch"),
        (&["export", "nope"], 1, "muniment show --batch"),
        (&["retry", "nope"], 1, "muniment batch list"),
        (&["reprocess"], 1, "--batch NAME, --document ID or --all"),
        (&["search", "\"open"], 1, "^"),
        (&["search", "a", "--limit", "0"], 1, "--limit lies between"),
        (&["--log", "a=b=c", "batch", "list"], 1, "--log info"),
        (&["--config", "nowhere.toml", "batch", "list"], 1, "muniment init"),
        (&["samples", "generate", "x", "--dpi", "5"], 1, "72 to 600"),
    ] {
        let run = program.run(arguments);
        assert_eq!(run.code, code, "{arguments:?}: {}", run.err);
        assert!(run.err.contains(says), "{arguments:?} does not say {says:?}: {}", run.err);
        assert!(run.out.is_empty(), "{arguments:?} printed an answer: {}", run.out);
    }
    fs::write(program.path("wrong.toml"), "[recognition]\npage_second = 5\nchildren = 9999\n").unwrap();
    let run = program.run(&["--config", "wrong.toml", "batch", "list"]);
    assert_eq!(run.code, 1);
    assert!(run.err.contains("did you mean page_seconds") && run.err.contains("recognition.children"), "{}", run.err);
}

#[test]
fn two_runs_at_once_both_end_well_and_the_index_holds_every_page() {
    let program = Program::new();
    // The first has less to do and keeps the index at first: the second must go on with it.
    folders(&program, &["one"], 2);
    program.charts("more", 1, "tiff-g4", 100);
    let more = scans(&program.path("more")).remove(0);
    let mut one = program.start(&["ingest", "one", "--batch", "One"]);
    let mut two = program.start(&["ingest", more.to_str().unwrap(), "--batch", "Two"]);
    let (one, two) = (one.end_within(LONG), two.end_within(LONG));
    assert_eq!((one.code, two.code), (0, 0), "{}{}{}{}", one.out, one.err, two.out, two.err);
    let pages: u64 = ["One", "Two"]
        .iter()
        .map(|name| {
            let report = program.json(&["batch", "show", name]);
            assert_eq!(count(&report, "pages_done"), count(&report, "pages"), "{report}");
            count(&report, "pages")
        })
        .sum();
    let index = program.json(&["index", "status"]);
    assert_eq!((index["pages"].as_u64(), index["behind"].as_u64()), (Some(pages), Some(0)));
    program.json(&["index", "verify"]);
}

#[test]
fn a_damaged_index_costs_no_page_and_is_mended_by_a_rebuild() {
    let program = Program::new();
    folders(&program, &["one", "two"], 1);
    assert_eq!(program.run(&["ingest", "one", "--batch", "B"]).code, 0);
    fs::write(program.path("data/index/meta.json"), b"\0garbage{").unwrap();
    let run = program.run(&["ingest", "two", "--batch", "B"]);
    assert_eq!(run.code, 3, "{}{}", run.out, run.err);
    assert!(run.err.contains("damaged") && run.err.contains("cannot be searched yet"), "{}", run.err);
    assert_eq!(run.err.matches("muniment index rebuild").count(), 1, "the way out, once: {}", run.err);
    let report = program.json(&["batch", "show", "B"]);
    assert_eq!((count(&report, "pages_done"), count(&report, "pages_waiting")), (2, 0));

    let search = program.run(&["search", "the"]);
    assert_eq!(search.code, 1);
    assert!(search.err.contains("muniment index rebuild"), "{}", search.err);
    let doctor = program.json(&["doctor"]);
    let graded = |name: &str| {
        let checks: Vec<&Value> = doctor.as_array().unwrap().iter().filter(|check| check["name"] == name).collect();
        checks[0]["grade"].clone()
    };
    assert_eq!((graded("index"), graded("database")), ("bad".into(), "good".into()));

    assert_eq!(program.run(&["index", "rebuild"]).code, 0);
    let index = program.json(&["index", "status"]);
    assert_eq!(
        (index["pages"].as_u64(), index["behind"].as_u64(), &index["complete"]),
        (Some(2), Some(0), &true.into())
    );
    program.json(&["index", "verify"]);
}

#[test]
fn sources_that_were_not_taken_as_usual_are_in_the_answer() {
    let program = Program::new();
    folders(&program, &["in"], 1);
    fs::write(program.path("in/.hidden"), "left out").unwrap();
    fs::write(program.path("taken"), "a file where the folder should be").unwrap();
    let arguments = ["--json", "ingest", "in", "nowhere.tif", "--batch", "B", "--no-read", "--source", "move"];
    let run = program.run(&[&arguments[..], &["--taken", "taken"]].concat());
    assert_eq!(run.code, 3, "{}", run.err);
    let answer: Value = serde_json::from_str(&run.out).unwrap();
    let sources = |kind: &str| -> Vec<&str> {
        answer["sources"][kind].as_array().unwrap().iter().map(|source| source["path"].as_str().unwrap()).collect()
    };
    assert_eq!((sources("not_taken").len(), sources("not_moved").len()), (1, 1), "{answer}");
    assert!(sources("not_taken")[0].ends_with("nowhere.tif") && sources("not_moved")[0].ends_with(".jpg"), "{answer}");
    assert!(sources("left_out")[0].ends_with(".hidden"), "{answer}");
    assert_eq!(count(&answer, "deliveries"), 1, "what could not be moved is safe all the same");

    // A source that stays behind needs a person, even when nothing else does.
    let moving = program.run(&["ingest", "in", "--batch", "B", "--no-read", "--source", "move", "--taken", "taken"]);
    assert_eq!(moving.code, 3, "{}{}", moving.out, moving.err);
    let kept = program.run(&["ingest", "in", "--batch", "B", "--no-read"]);
    assert_eq!(kept.code, 0, "{}{}", kept.out, kept.err);
    assert!(!kept.out.contains("muniment search"), "nothing can be found yet: {}", kept.out);
    let read = program.run(&["ingest", "in", "--batch", "B"]);
    assert!(read.out.contains("muniment search"), "{}", read.out);
    let document = program.json(&["show", "--batch", "B"])[0]["id"].as_str().unwrap().to_owned();
    for page in ["0", "99"] {
        let beyond = program.run(&["show", &document, "--page", page]);
        assert_eq!((beyond.code, beyond.out.as_str()), (1, ""));
        assert!(beyond.err.contains("its pages are 1 to 1"), "{}", beyond.err);
    }
}
