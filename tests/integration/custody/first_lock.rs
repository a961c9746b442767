//! The first lock of a deposit: short, and never beyond the last day.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use muniment::app::SystemClock;
use muniment::archive::ocfl::object_folder;
use muniment::chart::Clock;
use muniment::worker::Stop;

use super::{Hands, app, folder, locks, program};
use crate::support::born_digital::shared_file;
use crate::support::clinic::Clinic;

/// The ends of the locks of a record's objects, without repetitions.
async fn ends(clinic: &Clinic, record: muniment::chart::RecordId) -> Vec<Option<Timestamp>> {
    let locks = locks(&folder(&clinic.folder()), &object_folder(record)).await;
    let mut ends: Vec<_> = locks.into_iter().map(|(_, state)| state.until).collect();
    ends.sort_unstable();
    ends.dedup();
    ends
}

#[tokio::test]
async fn nothing_is_locked_beyond_its_last_day_and_what_has_none_is_locked_shortly() {
    let clinic = Clinic::with(program());
    clinic.program.json(&["people", "grant", "Rita Reviewer", "administrator"]);
    let today = SystemClock.now().to_zoned(TimeZone::UTC).date();
    let accept = |name: &str, patient: &str, discharge: Option<Date>| {
        let document = clinic.ingest(name, &shared_file(&[&format!("ZZNOTE{patient}")]));
        let encounter = discharge.map(|day| format!("{}..{day}", day.yesterday().unwrap()));
        let mut says = vec!["--patient", patient, "--born", "1950-06-01", "--type", "discharge-summary"];
        says.extend(encounter.iter().flat_map(|encounter| ["--encounter", encounter]));
        clinic.accept(&document, &says)
    };
    // Nobody has approved a policy yet.
    let unknown = accept("u.pdf", "ZZ-0", Some(today - 7.years() + 2.days()));
    assert_eq!(clinic.deposit(), 1);
    let year = SystemClock.now() + SignedDuration::from_hours(24 * 365);
    let hour = SignedDuration::from_hours(1);
    let near = |end: &Option<Timestamp>| end.is_some_and(|end| end > year - hour && end < year + hour);
    assert!(ends(&clinic, unknown).await.iter().all(near));

    let rules = ["--rules", "us-california", "--effective", "2020-01-01", "--reason", "state law"];
    clinic.program.json(&[&["retention", "policy", "draft"], &rules[..]].concat());
    let approved = clinic.reviewer(&["retention", "policy", "approve", "1"]);
    assert_eq!(approved.code, 0, "{}", approved.err);
    let last_day = today + 2.days();
    let soon = accept("a.pdf", "ZZ-1", Some(last_day - 7.years()));
    let over = accept("b.pdf", "ZZ-2", Some(today - 8.years()));
    let endless = accept("c.pdf", "ZZ-3", None);
    clinic.deposit();
    assert_eq!(clinic.program.json(&["queue"]).as_array().map(Vec::len), Some(0));
    let end = last_day.tomorrow().unwrap().to_zoned(TimeZone::UTC).unwrap().timestamp();
    assert_eq!(ends(&clinic, soon).await, [Some(end)]);
    assert_eq!(ends(&clinic, over).await, [None], "what may be destroyed today is not locked");
    assert!(ends(&clinic, endless).await.iter().all(near), "a record without an end is locked shortly");
    assert_eq!(clinic.program.json(&["retention", "verify"])["records"], 4);

    // No turn goes beyond it either, in no location.
    let clock = Hands::after(1);
    let app = app(&clinic.program, &clock).await;
    app.have_custody_turns(&Stop::new()).await.unwrap();
    let copied = locks(&folder(&clinic.program.path("replica")), &object_folder(soon)).await;
    assert!(copied.iter().all(|(_, state)| state.until == Some(end)), "{copied:?}");
    clock.advance(200);
    app.have_custody_turns(&Stop::new()).await.unwrap();
    assert_eq!(ends(&clinic, soon).await, [Some(end)]);
    assert!(ends(&clinic, endless).await.iter().all(|until| until.is_some_and(|until| until > year + hour)));
    // What is left of the first one's lock is longer than the policy that came later allows: that is told.
    let plan = clinic.program.run(&["retention", "verify"]);
    assert!(plan.code == 3 && plan.out.contains(&unknown.to_string()), "{}", plan.out);
}

#[tokio::test]
async fn a_lock_in_the_last_seconds_ends_with_the_day() {
    let clinic = Clinic::with(program());
    clinic.program.json(&["people", "grant", "Rita Reviewer", "administrator"]);
    let today = SystemClock.now().to_zoned(TimeZone::UTC).date();
    let rules = ["--rules", "us-california", "--effective", "2020-01-01", "--reason", "state law"];
    clinic.program.json(&[&["retention", "policy", "draft"], &rules[..]].concat());
    assert_eq!(clinic.reviewer(&["retention", "policy", "approve", "1"]).code, 0);
    let document = clinic.ingest("a.pdf", &shared_file(&["ZZNOTE"]));
    let last_day = today + 5.days();
    let discharge = last_day - 7.years();
    let encounter = format!("{}..{discharge}", discharge.yesterday().unwrap());
    let says = ["--patient", "ZZ-1", "--born", "1950-06-01", "--type", "discharge-summary", "--encounter", &encounter];
    let record = clinic.accept(&document, &says);
    let end = last_day.tomorrow().unwrap().to_zoned(TimeZone::UTC).unwrap().timestamp();
    let at = |seconds: i64| std::sync::Arc::new(Hands(std::sync::Mutex::new(end - SignedDuration::from_secs(seconds))));
    let lock = async |seconds| app(&clinic.program, &at(seconds)).await.first_lock(record).await.unwrap();
    assert_eq!(lock(86_400).await.unwrap().until, end);
    assert_eq!(lock(30).await.unwrap().until, end);
    assert_eq!(lock(3).await, None, "it would end while it is being set");
    assert_eq!(lock(-3).await, None);
    // A hold keeps it all the same, without a lock.
    let place = ["hold", "place", "--matter", "M-1", "--reason", "claim", "--custodian", "legal", "--patient", "ZZ-1"];
    clinic.program.json(&place);
    let held = lock(-3).await.unwrap();
    assert!(held.held && held.until <= end + SignedDuration::from_secs(3), "{held:?}");
}
