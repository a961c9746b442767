//! Boxes, prepared batches and their closing, through the program.

use serde_json::{Value, json};

use crate::support::born_digital::shared_file;
use crate::support::clinic::Clinic;
use crate::support::program::{Run, counts};

/// Commands that are run for their JSON here.
pub const COMMANDS: &[&str] =
    &["batch close", "batch confirm", "batch prepare", "box add", "box list", "box move", "box show"];

fn json(run: Run) -> Value {
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    serde_json::from_str(&run.out).unwrap()
}

fn technician(clinic: &Clinic, arguments: &[&str]) -> Value {
    json(clinic.technician(&[&["--json"], arguments].concat()))
}

/// Says why a run was refused.
fn refused(run: Run) -> String {
    assert_eq!(run.code, 1, "{}{}", run.out, run.err);
    run.err
}

/// Takes in a file of so many pages.
fn scan(clinic: &Clinic, batch: &str, pages: usize) -> Value {
    let texts: Vec<String> = (1..=pages).map(|page| format!("{batch}page{page}")).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let name = format!("{batch}.pdf");
    std::fs::write(clinic.program.path(&name), shared_file(&texts)).unwrap();
    clinic.program.json(&["ingest", &name, "--batch", batch])
}

fn prepare(clinic: &Clinic, batch: &str, sheets: &str) -> Value {
    technician(
        clinic,
        &["batch", "prepare", batch, "--sheets", sheets, "--simplex", "--box", "BX-0004", "--charts", "2"],
    )
}

#[test]
fn a_missing_sheet_keeps_a_batch_open_until_two_people_say_so() {
    let clinic = Clinic::hasty();
    assert_eq!(clinic.program.json(&["box", "list"]), json!([]));
    let nobody = refused(clinic.program.run(&["box", "add", "BX-0004", "--at", "Receiving room"]));
    assert!(nobody.contains("technician"), "{nobody}");
    technician(&clinic, &["box", "add", "bx-0004", "--at", "Receiving room"]);
    let name = clinic.technician(&["box", "add", "John Smith", "--at", "Receiving room"]);
    assert!(name.code == 2 && name.err.contains("patient's name"), "{}", name.err);
    let moved = technician(&clinic, &["box", "move", "BX-0004", "to-scanning", "--at", "Scanner 2"]);
    assert_eq!(
        (&moved["box"], &moved["place"], &moved["moves"][0]["step"]),
        (&json!("BX-0004"), &json!("Scanner 2"), &json!("received"))
    );

    let unknown = clinic.technician(&["batch", "prepare", "A", "--sheets", "4", "--simplex", "--box", "BX-7"]);
    assert!(refused(unknown).contains("no box BX-7"));
    assert_eq!(clinic.program.json(&["batch", "list"]), json!([]), "and no batch is left behind");
    let prepared = prepare(&clinic, "A", "4");
    assert_eq!((&prepared["state"], &prepared["sheets"]), (&json!("open"), &json!({ "missing": 4 })), "{prepared}");

    let report = scan(&clinic, "A", 3);
    assert_eq!(report["report"]["sheets"], json!({ "missing": 1 }));
    assert_eq!(report["report"]["difference"], "4 sheets prepared, 3 found: 1 missing");
    let late = clinic.technician(&["batch", "prepare", "A", "--sheets", "3", "--simplex"]);
    assert!(refused(late).contains("before they are scanned"));
    let close = refused(clinic.technician(&["batch", "close", "A"]));
    assert!(close.contains("4 sheets prepared, 3 found: 1 missing") && close.contains("reason"), "{close}");
    assert!(refused(clinic.reviewer(&["batch", "confirm", "A"])).contains("nobody has given a reason"));

    // A reviewer may give a reason too; whoever gave it does not confirm it.
    let reason = ["batch", "close", "A", "--reason", "Sheet 4 was a copy of sheet 3"];
    let waits = json(clinic.reviewer(&[&["--json"][..], &reason].concat()));
    assert_eq!((&waits["state"], &waits["paper"]["closing"]["closed_at"]), (&json!("waits"), &Value::Null), "{waits}");
    assert!(refused(clinic.reviewer(&["batch", "confirm", "A"])).contains("somebody else"));
    assert!(refused(clinic.technician(&["batch", "confirm", "A"])).contains("reviewer"));
    let second = clinic.program.staff("Ruth Reviewer", &["reviewer"]);
    let closed = json(clinic.as_holder(&second, &["--json", "batch", "confirm", "A"]));
    assert_eq!(closed["state"], "closed", "{closed}");
    let closing = &closed["paper"]["closing"];
    assert_eq!(closing["reason"], "Sheet 4 was a copy of sheet 3");
    assert_ne!(closing["by"], closing["confirmed_by"]);

    let shown = clinic.program.run(&["batch", "show", "A"]);
    assert!(shown.code == 0 && shown.out.contains("takes in no more files"), "{}{}", shown.out, shown.err);
    std::fs::write(clinic.program.path("late.pdf"), shared_file(&["late"])).unwrap();
    let late = refused(clinic.program.run(&["ingest", "late.pdf", "--batch", "A"]));
    assert!(late.contains("open another batch"), "{late}");
    assert_eq!(counts(&clinic.program.json(&["batch", "show", "A"]))["deliveries"], 1);
    let boxes = clinic.program.json(&["box", "list"]);
    assert_eq!((&boxes[0]["batches"], &boxes[0]["batches_closed"]), (&json!(1), &json!(1)), "{boxes}");
    let shown = clinic.program.json(&["box", "show", "BX-0004"]);
    assert_eq!(shown["made_of_it"][0]["name"], "A", "{shown}");
    // All of it stands in the ledger.
    assert_eq!(clinic.program.json(&["audit", "verify"])["findings"], json!([]));
}

#[test]
fn counts_that_agree_close_a_batch_at_once() {
    let clinic = Clinic::hasty();
    technician(&clinic, &["box", "add", "BX-0004", "--at", "Receiving room"]);
    prepare(&clinic, "A", "3");
    assert_eq!(scan(&clinic, "A", 3)["report"]["sheets"], "agree");
    let closed = technician(&clinic, &["batch", "close", "A"]);
    assert_eq!((&closed["state"], &closed["difference"]), (&json!("closed"), &json!("3 sheets prepared, 3 found")));
    assert!(refused(clinic.technician(&["batch", "close", "A"])).contains("closed"));
    let listed = clinic.program.run(&["batch", "list"]);
    assert!(listed.out.contains("closed"), "{}", listed.out);
    let boxes = clinic.program.run(&["box", "list"]);
    assert!(boxes.out.contains("1 of 1 batch closed") && boxes.out.contains("Receiving room"), "{}", boxes.out);
}

#[test]
fn a_batch_with_unread_pages_is_not_closed() {
    let clinic = Clinic::hasty();
    technician(&clinic, &["box", "add", "BX-0004", "--at", "Receiving room"]);
    prepare(&clinic, "A", "2");
    std::fs::write(clinic.program.path("a.pdf"), shared_file(&["one", "two"])).unwrap();
    clinic.program.json(&["ingest", "a.pdf", "--batch", "A", "--no-read"]);
    let waits = refused(clinic.technician(&["batch", "close", "A", "--reason", "never mind"]));
    assert!(waits.contains("still to be opened"), "{waits}");
}
