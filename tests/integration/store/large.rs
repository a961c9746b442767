//! Large batches: what is asked often or in steps must not take longer with every page that is there.

use std::time::Instant;

use super::*;

const SCANS: u32 = 50_000;
const PAGES: u32 = 2;

/// A hundred thousand pages, all failed but the first scan's.
async fn large(folder: &tempfile::TempDir) -> (Store, Batch, Batch) {
    let path = folder.path().join("muniment.db");
    let store = Store::open(&format!("sqlite:{}", path.display())).await.expect("opens");
    let large = store.open_batch(&batch(1, "large")).await.expect("opens").batch;
    let small = store.open_batch(&batch(2, "small")).await.expect("opens").batch;
    opened_in(&store, &small, 1, 3).await;
    // One transaction for all: the store's own ways would flush four thousand times.
    let pool = sqlx::SqlitePool::connect(&format!("sqlite:{}", path.display())).await.expect("opens");
    let rows = format!("WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i <= {SCANS})");
    let steps = [
        format!(
            "INSERT INTO scans (digest, size, batch, state, page_count, priority, queued_at, due_at)
             {rows} SELECT printf('%064x', i * 7919), 5, '{0}', 'opened', {PAGES}, 0, 0, 0 FROM n",
            large.id
        ),
        format!(
            "INSERT INTO deliveries (id, batch, scan, source_key, source_name, received_at)
             {rows} SELECT printf('d%08d', i), '{0}', printf('%064x', i * 7919), printf('k%08d', i), 'a', 0 FROM n",
            large.id
        ),
        format!(
            "INSERT INTO pages (scan, number, width, height, pipeline, work, priority, queued_at, due_at)
             WITH RECURSIVE p (j) AS (SELECT 1 UNION ALL SELECT j + 1 FROM p WHERE j < {PAGES})
             SELECT digest, j, 850, 1100, '{0}', 'failed', 0, 0, 0 FROM scans JOIN p WHERE batch = '{1}'",
            pipeline(1).digest,
            large.id
        ),
        "ANALYZE".to_owned(),
    ];
    for step in steps {
        sqlx::query(sqlx::AssertSqlSafe(step)).execute(&pool).await.expect("written");
    }
    pool.close().await;
    (store, large, small)
}

#[tokio::test]
async fn a_hundred_thousand_pages_are_asked_about_and_queued_again_without_delay() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let (store, large, small) = large(&folder).await;
    let all = u64::from(SCANS * PAGES);
    assert_eq!(store.batch_counts(large.id).await.expect("counts").pages_failed, all);
    // What is large does not slow down what is small.
    let begun = Instant::now();
    assert_eq!(store.retry_pages(PageSelection::Batch(small.id), at(2000)).await.expect("retries"), 0);
    assert_eq!(store.reprocess(PageSelection::Batch(small.id), &pipeline(2), at(2000)).await.expect("queues"), 0);
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    // Every step looking at the whole batch took half a minute.
    let begun = Instant::now();
    assert_eq!(store.retry_pages(PageSelection::Batch(large.id), at(2000)).await.expect("retries"), all);
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    assert_eq!(store.work_left(Some(large.id)).await.expect("counts").pages, all);
    // A worker asks this before every piece of work.
    let mut shortest = Duration::MAX;
    for _ in 0..5 {
        let begun = Instant::now();
        assert!(store.is_work_left(Some(large.id)).await.expect("looks"));
        assert_eq!(store.due_pages(None, at(2000), 8).await.expect("counts"), 8);
        shortest = shortest.min(begun.elapsed());
    }
    assert!(shortest < Duration::from_millis(25), "{shortest:?}");
    store.close().await;
}
