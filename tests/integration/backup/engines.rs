//! A backup of SQLite restored into PostgreSQL, and back: the same rows.

use super::{Hospital, busy, same, tables};
use crate::support::postgres::Postgres;
use crate::support::program::Program;

#[test]
fn a_backup_moves_an_instance_from_sqlite_to_postgres_and_back() {
    let Some(postgres) = Postgres::start() else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let hospital = busy();
    hospital.back_up("from-sqlite");
    let before = runtime.block_on(hospital.tables());
    let url = postgres.database("moved");
    let moved = |arguments: &[&str]| {
        let output = hospital.program.command(arguments).env("MUNIMENT_DATABASE_URL", &url).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}{}", text(&output.stdout), text(&output.stderr));
    };
    let _ = std::fs::remove_dir_all(hospital.program.path("data/index"));
    moved(&["restore", "from-sqlite"]);
    same(&runtime.block_on(tables(&url)), &before);
    moved(&["backup", "from-postgres"]);
    hospital.lose_everything();
    hospital.restore("from-postgres");
    same(&runtime.block_on(hospital.tables()), &before);
}

#[test]
fn a_backup_is_of_one_moment_while_others_write() {
    let hospital = Hospital::open(Program::new(), 2);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let mut urls = vec![hospital.url()];
    let postgres = Postgres::start();
    urls.extend(postgres.as_ref().map(|postgres| postgres.database("moment")));
    for url in urls {
        runtime.block_on(async {
            let store = muniment::store::Store::open(&url).await.unwrap();
            store.keep_setting("a", "before").await.unwrap();
            let mut snapshot = store.snapshot().await.unwrap();
            let forms = snapshot.tables().await.unwrap();
            let settings = forms.iter().find(|form| form.name == "settings").unwrap();
            let read = async |snapshot: &mut muniment::store::Snapshot| {
                let rows: Vec<Vec<serde_json::Value>> =
                    futures::TryStreamExt::try_collect(snapshot.rows(settings)).await.unwrap();
                rows.iter().find(|row| row[0] == "a").map(|row| row[1].clone())
            };
            assert_eq!(read(&mut snapshot).await, Some("before".into()));
            store.keep_setting("a", "after").await.unwrap();
            assert_eq!(read(&mut snapshot).await, Some("before".into()), "{url}");
            drop(snapshot);
            assert_eq!(store.setting("a").await.unwrap().as_deref(), Some("after"));
            store.close().await;
        });
    }
}
