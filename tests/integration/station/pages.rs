//! Pages at the station: another patient's page stops an acceptance, and every step with pages can be undone.

use serde_json::{Value, json};

use super::browser::{Person, Station, acceptance, id, levels, token};

const ADAMS: &str = "MRN: ZZ1000001 DOB: 03/25/1950";
const BAKER: &str = "MRN: ZZ2000002 DOB: 07/30/1961";

fn step(person: &Person<'_>, claim: &Value, action: Value) -> Value {
    let document = person.ask("GET", &format!("/documents/{}/station", id(claim)), None).expect(200);
    let body = json!({"lease": token(claim), "version": document["version"], "actions": [action]});
    person.ask("POST", &format!("/documents/{}/pages", id(claim)), Some(body)).expect(200)
}

fn again(person: &Person<'_>, document: &str) -> Value {
    person.ask("POST", &format!("/documents/{document}/claim"), None).expect(200)
}

#[test]
fn a_page_of_another_patient_stops_an_acceptance_until_it_is_taken_out() {
    let station = Station::with(&[&[ADAMS, ADAMS, BAKER]], &[]);
    let tom = station.person("Tom", &["technician"]);
    let claim = tom.next().unwrap();
    let told: Vec<String> = levels(&claim).into_iter().map(|(name, _)| name).collect();
    assert!(told.contains(&"patient_number@3".to_owned()) && told.contains(&"birth_date@3".to_owned()), "{told:?}");
    let accept = format!("/documents/{}/accept", id(&claim));
    // Whoever only nods is stopped: what the page says has to be typed, and be the patient's.
    let mut nodded = acceptance(&claim);
    nodded["new_patient"] = json!({"number": "ZZ1000001", "born": "1950-03-25"});
    let refused = tom.ask("POST", &accept, Some(nodded.clone())).expect(422);
    assert_eq!(refused["code"], "unconfirmed", "{refused}");
    assert!(refused["fields"].as_array().unwrap().contains(&json!("patient_number@3")), "{refused}");
    nodded["fields"] = json!({"patient_number@3": "ZZ2000002", "birth_date@3": "1961-07-30"});
    tom.ask("POST", &accept, Some(nodded.clone())).expect(422);

    let parts = step(&tom, &claim, json!({"split": [[1, 2], [3]]}));
    let items = parts["items"].as_array().unwrap();
    assert_eq!((items.len(), items[0]["id"].as_str()), (2, Some(id(&claim))), "{parts}");
    assert_eq!((items[0]["pages"].as_array().unwrap().len(), items[1]["pages"].as_array().unwrap().len()), (2, 1));
    let alone = again(&tom, id(&claim));
    assert!(levels(&alone).iter().all(|(name, _)| !name.contains('@')), "{:?}", levels(&alone));
    let accepted = tom.ask("POST", &accept, Some(acceptance(&alone))).expect(200);
    assert_eq!(accepted["next"]["document"]["id"], items[1]["id"], "the part that was split off is his, and next");
    let undo = format!("/documents/{}/pages/undo", items[1]["id"].as_str().unwrap());
    let refused = tom.ask("POST", &undo, None).expect(409);
    assert!(refused["detail"].as_str().unwrap().contains("verified"), "{refused}");
}

#[test]
fn a_misread_identifier_is_typed_again_and_then_accepted() {
    let station = Station::with(&[&[ADAMS, ADAMS, "MRN: ZZ1000901 DOB: 03/25/1950"]], &[]);
    let tom = station.person("Tom", &["technician"]);
    let claim = tom.next().unwrap();
    let accept = format!("/documents/{}/accept", id(&claim));
    let mut said = acceptance(&claim);
    said["new_patient"] = json!({"number": "ZZ1000001", "born": "1950-03-25"});
    tom.ask("POST", &accept, Some(said.clone())).expect(422);
    said["fields"] = json!({"patient_number@3": "ZZ1000001"});
    tom.ask("POST", &accept, Some(said)).expect(200);
}

#[test]
fn every_step_with_pages_can_be_undone() {
    let station = Station::with(&[&[ADAMS, ADAMS, ADAMS], &[BAKER, BAKER]], &[]);
    let (tom, rita) = (station.person("Tom", &["technician"]), station.person("Rita", &["reviewer"]));
    let claim = tom.next().unwrap();
    let other = tom.ahead(id(&claim)).unwrap();
    let shown = |document: &Value| -> Vec<(String, u64, bool)> {
        let pages = document["pages"].as_array().unwrap().iter();
        pages.map(|page| (page["page"].to_string(), page["turn"].as_u64().unwrap(), page["hidden"] == true)).collect()
    };
    let first = shown(&claim["document"]);
    let last = u32::try_from(first.len()).unwrap();
    for (action, changes) in [
        (json!({"turn": {"position": 1, "turns": 3}}), 1),
        (json!({"hide": {"position": 2, "hidden": true}}), 1),
        (json!({"order": (1..=last).rev().collect::<Vec<_>>()}), 1),
        (json!({"split": [[1], (2..=last).collect::<Vec<_>>()]}), 2),
        (json!({"merge": {"with": id(&other)}}), 1),
        (json!({"move": {"positions": [1], "to": id(&other), "at": 1}}), 2),
    ] {
        let done = step(&tom, &claim, action.clone());
        assert_eq!(done["items"].as_array().unwrap().len(), changes, "{action}: {done}");
        assert_ne!(shown(&done["items"][0]), first, "{action}");
        let undone = tom.ask("POST", &format!("/documents/{}/pages/undo", id(&claim)), None).expect(200);
        assert_eq!(shown(&undone["items"][0]), first, "{action}");
        let claim = again(&tom, id(&claim));
        assert_eq!(shown(&claim["document"]), first);
    }
    assert_eq!(tom.ask("POST", &format!("/documents/{}/pages/undo", id(&claim)), None).status, 422, "nothing is left");
    // Nobody arranges what is not theirs, and nothing is changed twice from the same look.
    let body = json!({"lease": token(&claim), "version": 1, "actions": [{"turn": {"position": 1, "turns": 1}}]});
    let path = format!("/documents/{}/pages", id(&claim));
    assert_eq!(rita.ask("POST", &path, Some(body.clone())).status, 409);
    let stale = tom.ask("POST", &path, Some(body)).status;
    assert_eq!(stale, 409, "the document went through many steps since version 1");
    for wrong in [
        json!({"turn": {"position": 99, "turns": 1}}),
        json!({"turn": {"position": 1, "turns": 4}}),
        json!({"order": [1, 1, 1]}),
        json!({"split": [[1]]}),
        json!({"merge": {"with": id(&claim)}}),
        json!({"burn": {"position": 1}}),
    ] {
        let version = again(&tom, id(&claim))["document"]["version"].clone();
        let body = json!({"lease": token(&again(&tom, id(&claim))), "version": version, "actions": [wrong]});
        let status = tom.ask("POST", &path, Some(body)).status;
        assert!(matches!(status, 404 | 409 | 422), "{wrong}: {status}");
    }
}
