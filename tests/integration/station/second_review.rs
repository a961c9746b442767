//! A second person types record number and birth date again without seeing them; a third settles what differs.

use serde_json::json;

use super::browser::{Station, acceptance, id, levels, token};

const ADAMS: &str = "MRN: ZZ1000001 DOB: 03/25/1950";

#[test]
fn two_people_type_the_same_or_a_third_decides() {
    let station = Station::with(&[&[ADAMS]], &[("MUNIMENT_REVIEW_SECOND_REVIEW", "always")]);
    let tom = station.person("Tom", &["technician", "reviewer"]);
    let rita = station.person("Rita", &["reviewer"]);
    let rolf = station.person("Rolf", &["reviewer"]);
    let claim = tom.next().unwrap();
    let accept = format!("/documents/{}/accept", id(&claim));
    assert_eq!(tom.ask("POST", &accept, Some(acceptance(&claim))).expect(200)["second_review"], true);
    assert_eq!(tom.ask("POST", "/reviews/next", None).status, 204, "nobody reviews their own work");

    let review = rita.ask("POST", "/reviews/next", None).expect(200);
    assert_eq!(review["rekey"], json!(["patient_number", "birth_date"]));
    let shown = review.to_string();
    assert!(!shown.contains("ZZ1000001") && !shown.contains("1950-03-25"), "it is blind: {shown}");
    assert!(levels(&review["claim"]).iter().all(|(name, _)| name != "patient_number" && name != "birth_date"));
    assert_eq!(rolf.ask("POST", "/reviews/next", None).status, 204, "and one person's at a time");

    let path = format!("/reviews/{}", id(&review["claim"]));
    let typed = |number: &str, born: &str| json!({"lease": token(&review["claim"]), "values": {"patient_number": number, "birth_date": born}});
    assert_eq!(rita.ask("POST", &path, Some(typed("ZZ1000001", "03/04/1950"))).status, 422, "no date is guessed");
    assert_eq!(rolf.ask("POST", &path, Some(typed("ZZ1000001", "1950-03-25"))).expect(409)["code"], "claim-lost");
    assert_eq!(rita.ask("POST", &path, Some(typed("ZZ1000007", "1950-03-25"))).expect(200)["outcome"], "differs");
    for one in [&tom, &rita] {
        assert_eq!(one.ask("GET", "/reviews/differences", None).expect(200)["items"], json!([]), "they are the two");
    }
    let found = rolf.ask("GET", "/reviews/differences", None).expect(200);
    let difference = &found["items"][0];
    assert_eq!(
        (&difference["first"]["patient_number"], &difference["second"]["patient_number"]),
        (&json!("ZZ1000001"), &json!("ZZ1000007"))
    );
    let settle = format!("/reviews/differences/{}", difference["id"].as_str().unwrap());
    assert_eq!(rita.ask("POST", &settle, Some(json!({"choice": "first"}))).status, 422);
    assert_eq!(rolf.ask("POST", &settle, Some(json!({"choice": "both"}))).status, 422);
    assert_eq!(rolf.ask("POST", &settle, Some(json!({"choice": "second"}))).expect(200)["outcome"], "settled");
    assert_eq!(rolf.ask("POST", &settle, Some(json!({"choice": "second"}))).status, 404, "once only");

    // It came back, with a note for whoever has it next; this time both type the same.
    let back = tom.next().unwrap();
    assert!(back["document"]["note"].as_str().unwrap().contains("ZZ1000007"), "{}", back["document"]["note"]);
    tom.ask("POST", &accept, Some(acceptance(&back))).expect(200);
    let review = rita.ask("POST", "/reviews/next", None).expect(200);
    let same = json!({"lease": token(&review["claim"]), "values": {"patient_number": "zz 1000001", "birth_date": "25.3.1950"}});
    assert_eq!(rita.ask("POST", &path, Some(same.clone())).expect(200)["outcome"], "agreed");
    assert_eq!(rita.ask("POST", &path, Some(same)).status, 409, "once only");
    assert_eq!(rolf.ask("POST", "/reviews/next", None).status, 204);
}

#[test]
fn whoever_wants_a_second_person_leaves_the_document_to_them() {
    let station = Station::with(&[&[ADAMS]], &[]);
    let (tom, rita) = (station.person("Tom", &["technician"]), station.person("Rita", &["reviewer"]));
    let claim = tom.next().unwrap();
    let ask = format!("/documents/{}/second-review", id(&claim));
    tom.ask("POST", &ask, Some(json!({"lease": token(&claim)}))).expect(204);
    assert!(tom.next().is_none(), "he asked for somebody else");
    let ritas = rita.next().unwrap();
    let accepted = rita.ask("POST", &format!("/documents/{}/accept", id(&ritas)), Some(acceptance(&ritas))).expect(200);
    assert_eq!(accepted["second_review"], true);
}
