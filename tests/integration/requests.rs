//! Requests for records: thirty days, one extension, nothing given out but what was asked for, and all of it accounted for.

use std::io::{Cursor, Read as _};
use std::sync::Arc;

use jiff::civil::Date;
use jiff::{SignedDuration, ToSpan};
use muniment::app::App;
use muniment::app::config::Config;
use muniment::chart::{Digest, PersonId, RecordId};
use muniment::worker::Stop;
use reqwest::Method;
use serde_json::{Value, json};
use zip::ZipArchive;

use crate::custody::Hands;
use crate::server::site::{Browser, client, start};
use crate::support::born_digital::shared_file;
use crate::support::clinic::Clinic;

const ANN: [&str; 6] = ["--patient", "4711", "--name", "Example, Ann", "--born", "1950-06-01"];
const BOARD: &str = "Sample Health Board";

/// Commands that are tried here.
pub const COMMANDS: [&str; 10] = [
    "request list",
    "request show",
    "request open",
    "request assign",
    "request extend",
    "request release",
    "request refuse",
    "request withdraw",
    "disclosures",
    "audit access",
];

/// Records of two patients: two encounters and none of one, one of the other.
struct Charts {
    march: RecordId,
    may: RecordId,
    undated: RecordId,
    other: RecordId,
}

fn charts(clinic: &Clinic) -> Charts {
    let record = |name: &str, arguments: &[&str]| {
        let document = clinic.ingest(&format!("{name}.pdf"), &shared_file(&[&format!("ZZ{name}")]));
        clinic.accept(&document, &[arguments, &["--type", "progress-note"]].concat())
    };
    let march = record("march", &[ANN.as_slice(), &["--encounter", "2024-03-01..2024-03-05"]].concat());
    let may = record("may", &[ANN.as_slice(), &["--encounter", "2024-05-01..2024-05-02"]].concat());
    let undated = record("undated", &ANN);
    let other = record("other", &["--patient", "4712", "--encounter", "2024-03-01..2024-03-05"]);
    clinic.deposit();
    Charts { march, may, undated, other }
}

/// The instance, served at the time of a clock.
struct Served {
    app: App,
    clock: Arc<Hands>,
    base: String,
    stop: Stop,
}

impl Served {
    async fn open(clinic: &Clinic) -> Self {
        let clock = Hands::after(0);
        let config = Config::load(None, std::iter::empty(), Some(&clinic.program.path("data"))).unwrap();
        let mut app = App::open(config).await.unwrap();
        app.clock = clock.clone();
        let (address, stop) = start(&app).await;
        Self { app, clock, base: format!("http://{address}"), stop }
    }

    async fn id(&self, name: &str) -> PersonId {
        let people = self.app.store.people().await.unwrap();
        people.into_iter().find(|person| person.name == name).unwrap().id
    }

    /// Somebody with a token that is good now.
    async fn person(&self, name: &str) -> Browser {
        let made = self.app.asked_by(self.id(name).await).make_program_token("test", None, 1).await.unwrap();
        let headers = vec![("authorization", format!("Bearer {}", made.token.reveal()))];
        Browser { base: self.base.clone(), headers, ..Browser::default() }
    }

    async fn ledger(&self) -> String {
        let entries = self.app.store.ledger_entries(0, 10_000).await.unwrap();
        entries.into_iter().map(|entry| entry.text + "\n").collect()
    }

    fn today(&self) -> Date {
        self.app.today(None).date
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop.raise();
    }
}

fn asked(purpose: &str, authority: &str, scope: Value) -> Value {
    let mut body = json!({
        "number": "4711", "born": "1950-06-01", "purpose": purpose, "authority": authority,
        "recipient": { "name": BOARD, "address": "1 Main Street\nSampletown", "reference": "notice 12" },
    });
    body.as_object_mut().unwrap().extend(scope.as_object().unwrap().clone());
    body
}

/// Releases records and returns the names and contents of the files in the package.
async fn release(
    browser: &Browser,
    request: &str,
    records: &[RecordId],
) -> Result<Vec<(String, Vec<u8>)>, (u16, Value)> {
    let body = json!({ "records": records.iter().map(ToString::to_string).collect::<Vec<_>>(), "format": "original" });
    let path = format!("{}/api/v1/requests/{request}/release", browser.base);
    let sent = client().request(Method::POST, path).header("authorization", &browser.headers[0].1);
    let answer = sent.header("content-type", "application/json").body(body.to_string()).send().await.unwrap();
    let (status, bytes) = (answer.status().as_u16(), answer.bytes().await.unwrap());
    if status != 200 {
        return Err((status, serde_json::from_slice(&bytes).unwrap()));
    }
    Ok(unpacked(&bytes))
}

/// Takes a package apart.
fn unpacked(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let count = archive.len();
    let read = |number| {
        let mut file = archive.by_index(number).unwrap();
        let (name, mut read) = (file.name().unwrap().into_owned(), Vec::new());
        file.read_to_end(&mut read).unwrap();
        (name, read)
    };
    (0..count).map(read).collect()
}

async fn made(browser: &Browser, body: Value) -> String {
    let answer = browser.post("/api/v1/requests", body).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json()["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_answered_in_time_with_what_it_asks_for_and_accounted_for() {
    let clinic = Clinic::hasty();
    clinic.program.staff("Rolf Requester", &["requester"]);
    clinic.program.staff("Rosa Requester", &["requester"]);
    clinic.program.staff("Aud Auditor", &["auditor"]);
    let charts = charts(&clinic);
    let served = Served::open(&clinic).await;
    let rolf = served.person("Rolf Requester").await;
    let march = json!({ "encounter": "2024-03-01" });

    // Whoever may not see a patient knows both identifiers, or there is none.
    let mut wrong = asked("public-health", "law", march.clone());
    wrong["born"] = json!("1950-06-02");
    assert_eq!(rolf.post("/api/v1/requests", wrong).await.status, 404);
    assert_eq!(rolf.post("/api/v1/requests", asked("curiosity", "law", march.clone())).await.status, 422);
    let request = made(&rolf, asked("public-health", "law", march.clone())).await;
    let path = format!("/api/v1/requests/{request}");
    let due = served.today().saturating_add(30.days());
    let seen = rolf.get(&path).await.json();
    assert_eq!((&seen["due"], &seen["overdue"]), (&json!(due.to_string()), &json!(false)));
    assert_eq!(seen["recipient"]["name"], BOARD);
    assert_eq!(seen["patient"]["number"], "4711");

    // It is nobody else's, but for those who answer and audit.
    let rosa = served.person("Rosa Requester").await;
    assert_eq!(rosa.get("/api/v1/requests").await.json()["items"], json!([]));
    assert_eq!(rosa.get(&path).await.status, 404);
    assert_eq!(rosa.post(&format!("{path}/withdraw"), json!({})).await.status, 404);
    assert_eq!(served.person("Tom Technician").await.get(&path).await.status, 404, "it is not assigned");
    assert_eq!(release(&rolf, &request, &[]).await.unwrap_err().0, 403, "a requester gives nothing out");
    let audited = served.person("Aud Auditor").await.get(&path).await.json();
    assert_eq!((&audited["patient"], &audited["may_answer"]), (&Value::Null, &json!(false)));

    // The thirtieth day is in time, the one after is not; then it is too late to put it off.
    served.clock.advance(30);
    let reviewer = served.person("Rita Reviewer").await;
    assert_eq!(reviewer.get(&path).await.json()["overdue"], false);
    served.clock.advance(1);
    let (reviewer, rolf) = (served.person("Rita Reviewer").await, served.person("Rolf Requester").await);
    let second = made(&rolf, asked("treatment", "care", json!({}))).await;
    let list = reviewer.get("/api/v1/requests").await.json();
    assert_eq!((&list["items"][0]["id"], &list["items"][0]["overdue"]), (&json!(request), &json!(true)));
    assert_eq!((&list["items"][1]["id"], &list["items"][1]["overdue"]), (&json!(second), &json!(false)));
    let why = json!({ "reason": "the paper is in storage" });
    let late = reviewer.post(&format!("{path}/extend"), why.clone()).await;
    assert!(late.status == 409 && late.text.contains("before"), "{} {}", late.status, late.text);
    let other = format!("/api/v1/requests/{second}");
    assert_eq!(reviewer.post(&format!("{other}/extend"), why.clone()).await.status, 204);
    let extended = reviewer.get(&other).await.json();
    assert_eq!(extended["due"], served.today().saturating_add(60.days()).to_string());
    assert_eq!(reviewer.post(&format!("{other}/extend"), why).await.status, 409, "there is no second time");

    // Nothing comes with it but what was asked for.
    let records = reviewer.get(&format!("{path}/records")).await.json();
    let judged = |id: RecordId| {
        let items = records["items"].as_array().unwrap();
        items.iter().find(|item| item["id"] == id.to_string()).map(|item| item["in_scope"].as_str().unwrap())
    };
    assert_eq!((judged(charts.march), judged(charts.may)), (Some("yes"), Some("no")));
    assert_eq!((judged(charts.undated), judged(charts.other)), (Some("unclear"), None));
    assert_eq!(release(&reviewer, &request, &[charts.may]).await.unwrap_err().0, 422);
    assert_eq!(release(&reviewer, &request, &[charts.other]).await.unwrap_err().0, 404);
    assert_eq!(reviewer.get(&path).await.json()["state"], "open", "nothing was given out");
    let files = release(&reviewer, &request, &[]).await.unwrap();
    let [(name, bytes), (manifest_name, manifest)] = files.as_slice() else { panic!("{}", files.len()) };
    assert!(name.contains(&charts.march.to_string()) && manifest_name == "manifest.json", "{name}");
    let listed: Value = serde_json::from_slice(manifest).unwrap();
    assert_eq!(listed["files"][0]["sha256"], Digest::of(bytes).to_string());
    assert_eq!(bytes, &std::fs::read(clinic.program.path("march.pdf")).unwrap());
    let seen = reviewer.get(&path).await.json();
    assert_eq!(seen["state"], "released");
    assert_eq!(seen["releases"][0]["manifest"], Digest::of(manifest).to_string());
    // What says nothing of encounters is chosen by a person.
    let files = release(&reviewer, &request, &[charts.undated]).await.unwrap();
    assert!(files[0].0.contains(&charts.undated.to_string()) && files.len() == 2);
    assert_eq!(release(&reviewer, &second, &[]).await.unwrap().len(), 4, "three records and the manifest");

    // Treatment is not accounted for; public health is, for six years.
    let auditor = served.person("Aud Auditor").await;
    assert_eq!(rolf.get("/api/v1/disclosures?patient=4711").await.status, 403);
    let accounting = auditor.get("/api/v1/disclosures?patient=4711").await.json();
    assert_eq!(accounting["items"].as_array().unwrap().len(), 2, "{accounting}");
    let first = &accounting["items"][0];
    assert_eq!((&first["recipient"]["name"], &first["description"]), (&json!(BOARD), &json!("1 progress note")));
    assert_eq!((&first["purpose"], &first["request"]), (&json!("public-health"), &json!(request)));
    served.clock.advance(6 * 366);
    let auditor = served.person("Aud Auditor").await;
    assert_eq!(auditor.get("/api/v1/disclosures?patient=4711").await.json()["items"], json!([]));

    // Whoever changes the database does not change who received it unnoticed.
    let id = request.parse().unwrap();
    served.app.store.keep_request_recipient(id, "{\"name\":\"Somebody Else\"}").await.unwrap();
    let changed = auditor.get(&path).await.json()["recipient"].clone();
    assert_eq!((&changed["missing"], &changed["name"]), (&json!("altered"), &Value::Null));

    let ledger = served.ledger().await;
    assert!(ledger.contains("\"released\"") && ledger.contains("\"disclosures-viewed\""));
    for secret in [BOARD, "Main Street", "notice 12", "Example, Ann", "4711\""] {
        assert!(!ledger.contains(secret), "{secret} is in the ledger");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refusing_withdrawing_and_who_may_answer() {
    let clinic = Clinic::hasty();
    clinic.program.staff("Rolf Requester", &["requester"]);
    let charts = charts(&clinic);
    let served = Served::open(&clinic).await;
    let (rolf, reviewer) = (served.person("Rolf Requester").await, served.person("Rita Reviewer").await);
    let technician = served.person("Tom Technician").await;
    let everything = || asked("judicial", "subpoena", json!({}));

    // A technician answers what was given to them, and nothing else.
    let request = made(&rolf, everything()).await;
    let path = format!("/api/v1/requests/{request}");
    let tom = json!({ "person": served.id("Tom Technician").await.to_string() });
    assert_eq!(technician.send(Method::PUT, &format!("{path}/assignment"), Some(tom.clone())).await.status, 404);
    assert_eq!(reviewer.send(Method::PUT, &format!("{path}/assignment"), Some(tom)).await.status, 204);
    assert_eq!(technician.get(&path).await.json()["may_answer"], true);
    let no = json!({ "reason": "not-authorised", "note": "the subpoena is for somebody else" });
    assert_eq!(technician.post(&format!("{path}/refuse"), no.clone()).await.status, 204);
    let seen = rolf.get(&path).await.json();
    assert_eq!((&seen["state"], &seen["refusal"]), (&json!("refused"), &json!("not-authorised")));
    assert_eq!(release(&technician, &request, &[charts.march]).await.unwrap_err().0, 422, "it is refused");

    // Nobody answers what they asked for themselves.
    let own = made(&reviewer, everything()).await;
    let refused = release(&reviewer, &own, &[]).await.unwrap_err();
    assert!(refused.0 == 403 && refused.1["detail"].as_str().unwrap().contains("your own"), "{refused:?}");
    assert_eq!(reviewer.post(&format!("/api/v1/requests/{own}/refuse"), no).await.status, 403);
    // Whoever asked may change their mind, once.
    let withdrawn = format!("/api/v1/requests/{own}/withdraw");
    assert_eq!(rolf.post(&withdrawn, json!({})).await.status, 404);
    assert_eq!(reviewer.post(&withdrawn, json!({})).await.status, 204);
    assert_eq!(reviewer.post(&withdrawn, json!({})).await.status, 409);
    // A day that lies ahead, a range that ends before it begins, a record of somebody else.
    let ahead = served.today().saturating_add(SignedDuration::from_hours(72)).to_string();
    for (body, status) in [
        (json!({ "received": ahead }), 422),
        (json!({ "from": "2024-05-01", "to": "2024-03-01" }), 422),
        (json!({ "from": "2024-05-01" }), 422),
        (json!({ "records": [charts.other.to_string()] }), 404),
    ] {
        let answer = rolf.post("/api/v1/requests", asked("judicial", "subpoena", body.clone())).await;
        assert_eq!(answer.status, status, "{body}: {}", answer.text);
    }
    let closed = reviewer.get("/api/v1/requests?closed=true").await.json();
    assert_eq!(closed["items"].as_array().unwrap().len(), 2);
}

#[test]
fn the_command_line_gives_out_pages_and_accounts_for_them() {
    let clinic = Clinic::hasty();
    let charts = charts(&clinic);
    let opened = clinic.program.json(&[
        "request",
        "open",
        "--patient",
        "4711",
        "--encounter",
        "2024-03-01",
        "--purpose",
        "judicial",
        "--authority",
        "court-order",
        "--reference",
        "24-CV-12",
        "--recipient",
        "Sample County Court",
        "--address",
        "2 Main Street",
    ]);
    let request = opened["id"].as_str().unwrap();
    let own = clinic.program.run(&["request", "release", request]);
    assert!(own.code == 1 && own.err.contains("your own"), "{}", own.err);
    let listed = clinic.reviewer(&["--json", "requests", "list"]);
    assert_eq!(serde_json::from_str::<Value>(&listed.out).unwrap()[0]["id"], request);
    let shown = clinic.reviewer(&["request", "show", request]);
    assert!(shown.out.contains("Sample County Court") && shown.out.contains("in scope: unclear"), "{}", shown.out);
    let path = clinic.program.path("given.zip");
    let released = clinic.reviewer(&["--json", "request", "release", request, "-o", path.to_str().unwrap()]);
    assert_eq!(released.code, 0, "{}", released.err);
    let released: Value = serde_json::from_str(&released.out).unwrap();
    assert_eq!(released["records"], json!([charts.march]));
    let files = unpacked(&std::fs::read(&path).unwrap());
    assert!(files[0].0.ends_with(".pdf") && files[0].1.starts_with(b"%PDF-"), "{}", files[0].0);
    assert_eq!(released["manifest"], Digest::of(&files[1].1).to_string());
    let told = clinic.program.run(&["disclosures", "4711"]);
    assert!(told.out.contains("Sample County Court, 2 Main Street: 1 progress note; for judicial"), "{}", told.out);
    assert!(clinic.program.run(&["disclosures", "4712"]).out.contains("none"));
    let more = |scope: [&str; 2]| {
        let asked =
            ["request", "open", "--patient", "4711", "--purpose", "other", "--authority", "law", "--recipient", "X"];
        let opened = clinic.program.json(&[asked.as_slice(), &scope].concat());
        opened["id"].as_str().unwrap().to_owned()
    };
    let (second, third) = (more(["--record", &charts.may.to_string()]), more(["--received", "2020-01-01"]));
    let by_reviewer = |arguments: &[&str]| -> Value {
        let run = clinic.reviewer(&[&["--json", "request"], arguments].concat());
        assert_eq!(run.code, 0, "{arguments:?}: {}", run.err);
        serde_json::from_str(&run.out).unwrap()
    };
    assert_ne!(by_reviewer(&["assign", &second, "Tom Technician"])["assigned_to"], Value::Null);
    assert_eq!(by_reviewer(&["extend", &second, "--reason", "storage"])["state"], "extended");
    let refused = by_reviewer(&["refuse", &second, "--reason", "no-records", "--note", "they are elsewhere"]);
    assert_eq!(refused["refusal"]["reason"], "no-records");
    assert_eq!(by_reviewer(&["show", &third])["overdue"], true);
    assert_eq!(clinic.reviewer(&["request", "list"]).code, 3, "somebody has to look at what is overdue");
    assert_eq!(clinic.program.json(&["request", "withdraw", &third])["state"], "withdrawn");
    assert_eq!(clinic.program.json(&["disclosures", "4711"])["items"][0]["address"], "2 Main Street");
    let csv = clinic.program.path("accesses.csv");
    clinic.program.json(&["audit", "access", "--record", &charts.march.to_string(), "--csv", csv.to_str().unwrap()]);
    assert!(std::fs::read_to_string(csv).unwrap().contains("\"Rita Reviewer\",released,"));
    // The release is an access, and so is asking for the accounting.
    let report = clinic.program.json(&["audit", "access", "--patient", "4711"]);
    let actions: Vec<&str> =
        report["items"].as_array().unwrap().iter().map(|item| item["action"].as_str().unwrap()).collect();
    assert!(actions.contains(&"released") && actions.contains(&"disclosures-viewed"), "{actions:?}");
    assert_eq!(clinic.technician(&["audit", "access"]).code, 1, "a technician does not ask what others read");

    // After the database was lost, the archive still knows who received what.
    for name in ["muniment.db", "muniment.db-wal", "muniment.db-shm"] {
        let _ = std::fs::remove_file(clinic.program.path("data").join(name));
    }
    let rebuilt = clinic.program.json(&["rebuild"]);
    assert_eq!(rebuilt["rebuilt"]["requests_without_recipient"], json!([]), "{rebuilt}");
    assert_eq!(clinic.program.json(&["disclosures", "4711"])["items"][0]["recipient"], "Sample County Court");
}
