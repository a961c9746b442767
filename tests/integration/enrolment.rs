//! Tokens: nobody has one that stands for somebody else, and no administrator alone makes themselves a second person.

use serde_json::Value;

use crate::support::program::{Program, Run};

fn as_holder(program: &Program, token: &str, arguments: &[&str]) -> Run {
    let output = program.command(arguments).env("MUNIMENT_TOKEN", token).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Run { code: output.status.code().unwrap_or(-1), out: text(&output.stdout), err: text(&output.stderr) }
}

fn code(given: &Value) -> String {
    given["code"].as_str().unwrap().to_owned()
}

#[test]
fn a_person_makes_their_own_token_once_out_of_a_code() {
    let program = Program::new();
    program.json(&["people", "add", "Ada Administrator"]);
    program.json(&["people", "add", "Tom Technician", "--role", "technician"]);
    let given = code(&program.json(&["people", "enrol", "Tom Technician"]));
    let unknown = program.run(&["people", "token", "--code", "enrol-0000"]);
    assert!(unknown.code == 1 && unknown.err.contains("people enrol"), "{}", unknown.err);
    let made = program.json(&["people", "token", "--code", &given]);
    let token = made["token"].as_str().unwrap();
    let again = program.run(&["people", "token", "--code", &given]);
    assert!(again.code == 1 && again.err.contains("If that was not you"), "{}", again.err);
    // Known by then, they make a further one without a code; it stands for them and nobody else.
    let further = as_holder(&program, token, &["--json", "people", "token", "--days", "1"]);
    assert_eq!(further.code, 0, "{}", further.err);
    assert_eq!(serde_json::from_str::<Value>(&further.out).unwrap()["person"], made["person"]);
    assert_eq!(as_holder(&program, token, &["people", "enrol", "Ada Administrator"]).code, 1, "for administrators");
    let own = program.run(&["people", "enrol", "Ada Administrator"]);
    assert!(own.code == 1 && own.err.contains("yourself"), "{}", own.err);
    // The ledger has digests of codes and tokens only.
    program.json(&["audit", "export", "-o", "ledger.jsonl"]);
    let ledger = std::fs::read_to_string(program.path("ledger.jsonl")).unwrap();
    assert!(ledger.contains("enrolled") && !ledger.contains(&given) && !ledger.contains(token));
    // Revoking takes open codes along.
    let open = code(&program.json(&["people", "enrol", "Tom Technician"]));
    program.json(&["people", "token", "--revoke", "Tom Technician"]);
    assert_eq!(as_holder(&program, token, &["people", "token"]).code, 1);
    let late = program.run(&["people", "token", "--code", &open]);
    assert!(late.code == 1 && late.err.contains("expired"), "{}", late.err);
}

#[test]
fn no_administrator_alone_makes_themselves_a_second_person() {
    let program = Program::new();
    program.json(&["people", "add", "Ada Administrator"]);
    let bea = program.staff("Bea Administrator", &["administrator"]);
    // Ada invents somebody and gives herself the code: it is worth nothing without Bea's.
    program.json(&["people", "add", "Nobody", "--role", "administrator"]);
    let given = program.json(&["people", "enrol", "Nobody"]);
    assert_eq!((&given["needs_second"], &given["is_second"]), (&true.into(), &false.into()));
    let first = code(&given);
    let alone = program.run(&["people", "token", "--code", &first]);
    assert!(alone.code == 1 && alone.err.contains("second one"), "{}", alone.err);
    let another_of_hers = code(&program.json(&["people", "enrol", "Nobody"]));
    let both_hers = program.run(&["people", "token", "--code", &first, "--code", &another_of_hers]);
    assert!(both_hers.code == 1 && both_hers.err.contains("second one"), "{}", both_hers.err);
    let run = as_holder(&program, &bea, &["--json", "people", "enrol", "Nobody"]);
    assert_eq!(run.code, 0, "{}", run.err);
    let second: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(second["is_second"], true, "{second}");
    let second = code(&second);
    // Bea's alone is worth nothing either, and it goes with the newest of Ada's.
    assert_eq!(program.run(&["people", "token", "--code", &second]).code, 1);
    assert_eq!(program.run(&["people", "token", "--code", &first, "--code", &second]).code, 1);
    let made = program.json(&["people", "token", "--code", &second, "--code", &another_of_hers]);
    assert_eq!(as_holder(&program, made["token"].as_str().unwrap(), &["people", "list"]).code, 0);
}
