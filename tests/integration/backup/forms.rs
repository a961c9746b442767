//! Rows of an older form of the tables come back in that form, and are then brought up to this version.

use muniment::store::Store;
use serde_json::json;

/// The form before the last one that a release had.
const OLDER: i64 = 6;

#[tokio::test]
async fn rows_of_an_older_form_are_migrated_after_they_came_back() {
    let folder = tempfile::tempdir().unwrap();
    let url = |name: &str| format!("sqlite:{}", folder.path().join(name).display());
    assert!(OLDER < Store::newest_form());
    let store = Store::open_at(&url("old.db"), OLDER).await.unwrap();
    assert_eq!(store.snapshot().await.unwrap().form().await.unwrap(), OLDER);
    let mut loading = store.begin_loading().await.unwrap();
    let tables = loading.tables().to_vec();
    let place = |name: &str| tables.iter().position(|table| table.name == name).unwrap();
    assert!(place("pipelines") < place("batches") && place("scans") < place("deliveries"));
    let people = tables.iter().find(|table| table.name == "people").unwrap().clone();
    let wrong = loading.add(&people, vec![vec![json!("x")]]).await.unwrap_err().to_string();
    assert!(wrong.contains("table people"), "{wrong}");
    let mut other = people.clone();
    other.columns.pop();
    assert!(loading.check(&other).unwrap_err().to_string().contains("columns of table people"));
    let person = "01890a5d-ac96-774b-bcce-b302099a8057";
    loading.add(&people, vec![vec![json!(person), json!("Ann"), json!(null), json!(7), json!(null)]]).await.unwrap();
    loading.end_table(&people).await.unwrap();
    loading.finish(("restore:from", "x"), jiff::Timestamp::UNIX_EPOCH).await.unwrap();
    assert!(store.begin_loading().await.is_err_and(|cause| cause.to_string().contains("not empty")));
    store.close().await;
    let store = Store::open(&url("old.db")).await.unwrap();
    assert_eq!(store.snapshot().await.unwrap().form().await.unwrap(), Store::newest_form());
    assert_eq!(store.person(person.parse().unwrap()).await.unwrap().unwrap().name, "Ann");
    store.close().await;
    assert!(Store::open_at(&url("old.db"), OLDER).await.is_err(), "its tables are newer by now");
}
