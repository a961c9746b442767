//! From the queue to a decision, and back.

use serde_json::json;

use super::browser::{Station, acceptance, id, levels, token, value};

const ADAMS: &str = "MRN: ZZ1000001 DOB: 03/25/1950";
/// Another page of the same patient: the same bytes twice would be one document.
const ADAMS_AGAIN: &str = "MRN: ZZ1000001 DOB: 03/25/1950 Ward 7";
const BAKER: &str = "MRN: ZZ2000002 DOB: 07/30/1961";

#[test]
fn a_document_goes_through_the_station() {
    let station = Station::with(&[&[ADAMS], &[BAKER], &[ADAMS_AGAIN]], &[]);
    let (tom, rita) = (station.person("Tom", &["technician"]), station.person("Rita", &["reviewer"]));
    let queue = tom.ask("GET", "/queue", None).expect(200);
    assert_eq!((queue["counts"]["ready"].as_u64(), queue["items"].as_array().map(Vec::len)), (Some(3), Some(3)));

    // Each gets a document of their own, and nobody gets one that somebody has.
    let (toms, ritas) = (tom.next().unwrap(), rita.next().unwrap());
    assert_ne!(id(&toms), id(&ritas));
    let ahead = tom.ahead(id(&toms)).unwrap();
    assert!(rita.ahead(id(&ritas)).is_none(), "nothing is left");
    let taken = rita.ask("POST", &format!("/documents/{}/claim", id(&toms)), None);
    assert!(taken.status == 409 && taken.body["detail"].as_str().unwrap().contains("Tom"), "{}", taken.body);
    assert_eq!(tom.ask("POST", "/queue/next", Some(json!({}))).expect(200)["lease"]["token"], toms["lease"]["token"]);
    assert_eq!(rita.ask("GET", &format!("/documents/{}/station", id(&toms)), None).status, 404);
    assert_eq!(rita.ask("GET", &format!("/documents/{}/pages/1/words", id(&toms)), None).status, 404);
    let words = tom.ask("GET", &format!("/documents/{}/pages/1/words", id(&toms)), None).expect(200);
    assert!(words["lines"][0].as_array().unwrap().iter().any(|word| word["text"] == "MRN:"), "{words}");

    // What the page says is suggested, with its place.
    assert_eq!(
        (value(&toms, "patient_number").as_str(), value(&toms, "birth_date").as_str()),
        ("ZZ1000001", "1950-03-25")
    );
    let number = &toms["document"]["fields"][0];
    assert!(number["page"] == 1 && number["rect"]["width"].as_u64() > Some(0), "{number}");

    // Nothing is accepted while something has to be looked at.
    let accept = format!("/documents/{}/accept", id(&toms));
    let mut hasty = acceptance(&toms);
    hasty["confirmed"] = json!([]);
    let refused = tom.ask("POST", &accept, Some(hasty)).expect(422);
    assert!(
        refused["code"] == "unconfirmed" && refused["fields"].as_array().unwrap().contains(&json!("patient")),
        "{refused}"
    );
    let accepted = tom.ask("POST", &accept, Some(acceptance(&toms))).expect(200);
    assert!(accepted["record"].is_string() && accepted["second_review"] == false);
    assert_eq!(id(&accepted["next"]), id(&ahead), "the next document is there at once");
    assert_eq!(tom.ask("POST", &accept, Some(acceptance(&toms))).status, 409, "once only");

    // Undo brings it back, with what was typed.
    assert_eq!(tom.ask("POST", "/undo", None).expect(200)["document"], toms["document"]["id"]);
    let again = tom.ask("POST", &format!("/documents/{}/claim", id(&toms)), None).expect(200);
    assert_eq!(again["document"]["draft"]["fields"]["patient_number"], "ZZ1000001");
    assert_eq!(again["document"]["draft"]["labels"], json!(["ward-3"]));
    assert_eq!(tom.ask("POST", "/undo", None).status, 404, "there is no further decision of his");
    // The patient is known now: nothing about them has to be confirmed any more.
    tom.ask("POST", &accept, Some(acceptance(&again))).expect(200);
    let adams = if value(&ahead, "patient_number") == "ZZ1000001" { (&tom, ahead) } else { (&rita, ritas) };
    let look = format!("/documents/{}/claim", id(&adams.1));
    let known = adams.0.ask("POST", &look, None).expect(200);
    let candidate = &known["document"]["patient"]["candidates"][0];
    assert!(candidate["number"] == "ZZ1000001" && candidate["score"].as_f64() > Some(0.9), "{candidate}");
    assert!(levels(&known).contains(&("patient_number".into(), "confident".into())), "{:?}", levels(&known));
    let mut one_key = acceptance(&known);
    one_key["new_patient"].take();
    one_key["patient"] = candidate["id"].clone();
    one_key["confirmed"] = json!(["kind"]);
    adams.0.ask("POST", &format!("/documents/{}/accept", id(&known)), Some(one_key)).expect(200);
    let work = tom.ask("GET", "/my/work", None).expect(200);
    assert!(work["today"]["accepted"].as_u64() >= Some(1) && work["last"][0]["decision"] == "accepted", "{work}");
    let found = tom.ask("GET", "/patients?q=zz1000", None).expect(200);
    assert_eq!(found["items"][0]["born"], "1950-03-25");
    let found = tom.ask("GET", "/patients?q=25.3.1950", None).expect(200);
    assert_eq!(found["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(tom.ask("GET", "/labels?q=wa", None).expect(200)["items"][0]["name"], "ward-3");
    assert_eq!(tom.ask("GET", "/kinds?q=disch", None).expect(200)["items"][0]["code"], "18842-5");
}

#[test]
fn what_is_typed_outlives_a_lease_that_is_lost() {
    let station = Station::with(&[&[ADAMS]], &[]);
    let (tom, rita) = (station.person("Tom", &["technician"]), station.person("Rita", &["reviewer"]));
    let toms = tom.next().unwrap();
    let draft = format!("/documents/{}/draft", id(&toms));
    let typed = json!({"fields": {"patient_name": "Adams, Ann"}, "confirmed": ["kind"]}).to_string();
    let lease = [("x-muniment-lease", token(&toms))];
    let saved = tom.ask_with("PUT", &draft, Some(&typed), &lease).expect(200);
    assert_eq!(saved["version"], toms["document"]["version"]);
    let claim = format!("/documents/{}/claim", id(&toms));
    assert_eq!(tom.ask_with("PUT", &claim, None, &lease).status, 200);
    assert_eq!(tom.ask_with("DELETE", &claim, None, &lease).status, 204);
    let ritas = rita.next().unwrap();
    let late = typed.replace("Ann", "Anna");
    let lost = tom.ask_with("PUT", &draft, Some(&late), &lease).expect(409);
    assert_eq!(lost["code"], "claim-lost");
    assert_eq!(tom.ask_with("PUT", &claim, None, &lease).expect(409)["code"], "claim-lost");
    let refused = tom.ask("POST", &format!("/documents/{}/accept", id(&toms)), Some(acceptance(&toms))).expect(409);
    assert_eq!(refused["code"], "claim-lost");
    let ritas_lease = [("x-muniment-lease", token(&ritas))];
    assert_eq!(rita.ask_with("DELETE", &claim, None, &ritas_lease).status, 204);
    let again = tom.ask("POST", &claim, None).expect(200);
    assert_eq!(again["document"]["draft"]["fields"]["patient_name"], "Adams, Anna", "late, and kept all the same");
}

#[test]
fn a_document_is_rejected_put_aside_and_handed_on() {
    let station = Station::with(&[&[ADAMS], &[BAKER], &[ADAMS, BAKER]], &[]);
    let tom = station.person("Tom", &["technician"]);
    let first = tom.next().unwrap();
    let path = |claim: &serde_json::Value, what: &str| format!("/documents/{}/{what}", id(claim));
    let reject = json!({"lease": token(&first), "reason": "unreadable", "note": "torn", "rescan": true});
    let wrong = json!({"lease": token(&first), "reason": "do not like it"});
    assert!(
        tom.ask("POST", &path(&first, "reject"), Some(wrong)).expect(422)["detail"]
            .as_str()
            .unwrap()
            .contains("duplicate")
    );
    tom.ask("POST", &path(&first, "reject"), Some(reject)).expect(204);
    let second = tom.next().unwrap();
    let naming = json!({"lease": token(&second), "category": "image", "note": format!("grey page of {}", value(&second, "patient_number"))});
    let refused = tom.ask("POST", &path(&second, "escalate"), Some(naming)).expect(422);
    assert!(refused["detail"].as_str().unwrap().contains("who the patient is"), "{refused}");
    let plain = json!({"lease": token(&second), "category": "image", "note": "the lower half is grey"});
    assert!(tom.ask("POST", &path(&second, "escalate"), Some(plain)).expect(200)["ticket"].is_string());
    let third = tom.next().unwrap();
    let past = json!({"lease": token(&third), "until": "2001-01-01T00:00:00Z", "reason": "later"});
    tom.ask("POST", &path(&third, "postpone"), Some(past)).expect(422);
    tom.ask("POST", &path(&third, "postpone"), Some(json!({"lease": token(&third), "reason": "ask the ward"})))
        .expect(200);
    assert!(tom.next().is_none());
    let counts = tom.ask("GET", "/queue", None).expect(200)["counts"].clone();
    let count = |name: &str| counts[name].as_u64().unwrap();
    assert_eq!((count("ready"), count("postponed"), count("rescan")), (0, 2, 1), "{counts}");
    assert_eq!(tom.ask("POST", "/undo", None).expect(200)["document"], first["document"]["id"]);
    // A document that somebody opens by hand is theirs, however long it was to wait.
    tom.ask("POST", &path(&third, "claim"), None).expect(200);
    let verified = station.program().run(&["audit", "verify"]);
    assert_eq!(verified.code, 0, "{}{}", verified.out, verified.err);
}

#[test]
fn what_makes_no_sense_is_refused_and_nothing_breaks() {
    let station = Station::with(&[&[ADAMS]], &[]);
    let tom = station.person("Tom", &["technician"]);
    let paul = station.person("Paul", &["auditor"]);
    let claim = tom.next().unwrap();
    for path in ["/queue", "/my/work", "/patients?q=a"] {
        assert_eq!(paul.ask("GET", path, None).status, 403, "{path}");
    }
    assert_eq!(paul.ask("POST", "/queue/next", Some(json!({}))).status, 403);
    for document in ["..", "%2e%2e%2fetc", "0", "01890a5d-ac96-774b-bcce-b302099a8057", "a%00b", "'%20OR%201=1"] {
        for (method, what) in [("POST", "claim"), ("GET", "station"), ("GET", "pages/1/words"), ("POST", "undo")] {
            let status = tom.ask(method, &format!("/documents/{document}/{what}"), None).status;
            assert!((400..500).contains(&status), "{method} {document}/{what}: {status}");
        }
    }
    let accept = format!("/documents/{}/accept", id(&claim));
    let with = |name: &str, value: serde_json::Value| {
        let mut body = acceptance(&claim);
        body[name] = value;
        body
    };
    for (name, wrong) in [
        ("kind", json!("<script>alert(1)</script>")),
        ("labels", json!(["<img src=x onerror=alert(1)>"])),
        ("labels", json!(vec!["a"; 5000])),
        ("version", json!(-1)),
        ("version", json!("1")),
        ("lease", json!("")),
        ("encounters", json!([{"from": "2024-02-30"}])),
        ("encounters", json!([{"from": "2024-03-02", "until": "2024-03-01"}])),
        ("new_patient", json!({"number": "", "name": "x"})),
        ("new_patient", json!({"number": "a\u{1b}[2J"})),
        ("new_patient", json!({"number": "1".repeat(500)})),
        ("note", json!("x".repeat(100_000))),
        ("patient", json!("01890a5d-ac96-774b-bcce-b302099a8057")),
        ("unknown", json!(1)),
    ] {
        let answer = tom.ask("POST", &accept, Some(with(name, wrong.clone())));
        assert!(matches!(answer.status, 400 | 409 | 422), "{name} = {wrong}: {} {}", answer.status, answer.body);
    }
    assert_eq!(tom.ask("POST", &accept, Some(with("version", json!(99)))).expect(409)["code"], "conflict");
    assert_eq!(tom.ask_with("POST", &accept, Some("{\"lease\":"), &[]).status, 422);
    let huge = format!("{{\"note\":\"{}\"}}", "x".repeat(3 << 20));
    assert_eq!(tom.ask_with("PUT", &format!("/documents/{}/draft", id(&claim)), Some(&huge), &[]).status, 413);
    tom.ask("POST", &accept, Some(acceptance(&claim))).expect(200);
}

#[test]
fn a_ticket_is_closed_by_those_who_run_the_machines() {
    let station = Station::with(&[&[ADAMS]], &[]);
    let (tom, ida) = (station.person("Tom", &["technician"]), station.person("Ida", &["it-support"]));
    let claim = tom.next().unwrap();
    let said = json!({"lease": token(&claim), "category": "image", "note": "the lower half is grey"});
    let raised = tom.ask("POST", &format!("/documents/{}/escalate", id(&claim)), Some(said)).expect(200);
    assert!(tom.next().is_none(), "it is put aside");
    assert_eq!(tom.ask("GET", "/tickets", None).status, 403);
    let open = ida.ask("GET", "/tickets", None).expect(200);
    let ticket = &open["items"][0];
    assert_eq!((&ticket["id"], &ticket["document"]), (&raised["ticket"], &claim["document"]["id"]));
    assert_eq!((&ticket["category"], &ticket["raised_by"]), (&json!("image"), &json!("Tom")));
    let close = format!("/tickets/{}/close", ticket["id"].as_str().unwrap());
    assert_eq!(tom.ask("POST", &close, None).status, 403);
    assert_eq!(ida.ask("POST", &close, None).status, 204);
    assert_eq!(ida.ask("POST", &close, None).expect(409)["code"], "conflict");
    assert_eq!(ida.ask("POST", "/tickets/01890000-0000-7000-8000-000000000000/close", None).status, 404);
    assert_eq!(ida.ask("GET", "/tickets", None).expect(200)["items"], json!([]));
    assert!(ida.ask("GET", "/tickets?closed=true", None).expect(200)["items"][0]["closed_at"].is_string());
    assert_eq!(id(&tom.next().expect("it is back in the queue")), id(&claim));
    let log = station.program().run(&["audit", "export"]).out;
    assert!(log.contains("ticket-closed"), "{log}");
    assert_eq!(station.program().run(&["audit", "verify"]).code, 0);
}
