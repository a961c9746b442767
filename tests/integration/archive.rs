//! The object store: create-only, read back, clear about what is wrong.

use std::fs;
use std::io::{Read, Write};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use muniment::archive::{ArchiveError, CopyArea, IntakeArea, Location, Put, ResultArea, make_folder, sweep_leftovers};
use muniment::chart::{Digest, PageId, PageImage, PageNumber, PageText, PipelineStamp, QuarterTurns};
use proptest::prelude::*;

use crate::support::page_text::with_words;

fn page_text(words: &[String]) -> PageText {
    let page = PageId { scan: Digest::of(b"scan"), number: PageNumber::new(12).expect("not 0") };
    let pipeline = PipelineStamp { name: "fax".into(), revision: 3, digest: Digest::of(b"fax 3") };
    PageText {
        image: PageImage { width: 100, height: 200, dpi: (200.0, 100.0) },
        upright: QuarterTurns::One,
        skew_degrees: -1.25,
        ..with_words(page, pipeline, words)
    }
}

fn location(folder: &tempfile::TempDir) -> Location {
    Location::folder(&folder.path().join("archive")).expect("location")
}

#[tokio::test]
async fn an_object_is_written_once() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let area = IntakeArea::new(location(&folder));
    let digest = Digest::of(b"bytes");
    assert_eq!(area.size(digest).await.expect("looks"), None);
    assert!(matches!(area.open(digest).await, Err(ArchiveError::Missing { .. })));
    assert!(matches!(area.confirm(digest, 5).await, Err(ArchiveError::Failed { .. } | ArchiveError::Missing { .. })));
    assert_eq!(area.put(digest, 5, &mut &b"bytes"[..], "one").await.expect("writes"), Put::Created);
    assert_eq!(area.put(digest, 5, &mut &b"bytes"[..], "two").await.expect("writes"), Put::Existed);
    area.confirm(digest, 5).await.expect("is right");
    assert!(matches!(area.confirm(digest, 6).await, Err(ArchiveError::Damaged { .. })));
}

#[tokio::test]
async fn a_source_with_other_bytes_leaves_nothing() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let area = IntakeArea::new(location(&folder));
    let large = vec![5; 20 << 20];
    for (announced, given) in
        [(b"bytes".as_slice(), b"bytez".as_slice()), (b"bytes", b"byte"), (b"bytes", b"bytes!"), (&large, &large[1..])]
    {
        let (digest, size) = (Digest::of(announced), announced.len() as u64);
        let put = area.put(digest, size, &mut &given[..], "ticket").await;
        assert!(matches!(put, Err(ArchiveError::Changed { .. })), "{put:?}");
        assert_eq!(area.size(digest).await.expect("looks"), None);
    }
    // Nothing on its way either.
    let swept = sweep_leftovers(area.location(), SystemTime::now() + Duration::from_secs(60)).await;
    assert_eq!(swept.expect("sweeps"), 0);
}

#[test]
fn a_new_folder_is_only_ours_and_an_old_one_stays_as_it_is() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("temporary folder");
    let mode = |path: &std::path::Path| fs::metadata(path).expect("exists").permissions().mode() & 0o777;
    let deep = folder.path().join("a/b/c");
    make_folder(&deep).expect("makes");
    assert_eq!((mode(&deep), mode(&folder.path().join("a"))), (0o700, 0o700));
    fs::set_permissions(&deep, fs::Permissions::from_mode(0o750)).expect("changes");
    make_folder(&deep).expect("is there");
    assert_eq!(mode(&deep), 0o750);
    fs::write(deep.join("file"), b"").expect("writes");
    assert!(make_folder(&deep.join("file")).is_err() && make_folder(&deep.join("file/below")).is_err());
}

#[tokio::test]
async fn too_little_room_is_said_before_anything_is_written() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let location = location(&folder);
    let free = location.free_bytes().expect("asks").expect("a folder has an end");
    let refused = location.need_room(free).expect_err("does not fit with the reserve");
    assert!(matches!(refused, ArchiveError::NoRoom { .. }), "{refused}");
    let area = IntakeArea::new(location);
    let put = area.put(Digest::of(b""), u64::MAX, &mut &b""[..], "ticket").await;
    assert!(matches!(put, Err(ArchiveError::NoRoom { .. })));
}

#[tokio::test]
async fn leftovers_of_a_stopped_program_are_swept_and_nothing_else() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let area = IntakeArea::new(location(&folder));
    let digest = Digest::of(b"bytes");
    area.put(digest, 5, &mut &b"bytes"[..], "one").await.expect("writes");
    let object = folder.path().join("archive").join(IntakeArea::key(digest));
    let half = object.with_file_name("half#1");
    fs::write(&half, b"ha").expect("writes");
    fs::create_dir_all(folder.path().join("archive/incoming")).expect("folder");
    fs::write(folder.path().join("archive/incoming/ticket"), b"half").expect("writes");
    let past = SystemTime::now() - Duration::from_secs(3600);
    assert_eq!(sweep_leftovers(area.location(), past).await.expect("sweeps"), 0);
    let future = SystemTime::now() + Duration::from_secs(60);
    assert_eq!(sweep_leftovers(area.location(), future).await.expect("sweeps"), 2);
    area.confirm(digest, 5).await.expect("is there");
}

#[tokio::test]
async fn the_first_result_of_a_pipeline_stays() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let area = ResultArea::new(location(&folder));
    let first = page_text(&["sodium".into(), "chloride".into()]);
    let kept = area.put(first.clone()).await.expect("writes");
    assert!(kept.key.ends_with(&format!("{}/000012/{}.json.zst", first.page.scan, first.pipeline.digest)));
    let second = area.put(page_text(&["sodlum".into()])).await.expect("writes");
    assert_eq!((&second.key, &second.text), (&kept.key, &first));
    assert_eq!(area.get(&kept.key).await.expect("reads"), first);
    let other = PageText { pipeline: PipelineStamp { digest: Digest::of(b"4"), ..first.pipeline.clone() }, ..first };
    assert_ne!(area.put(other).await.expect("writes").key, kept.key);
}

#[tokio::test]
async fn a_bad_result_is_said_without_its_words() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let area = ResultArea::new(location(&folder));
    let text = page_text(&["Meier".into()]);
    let key = area.put(text.clone()).await.expect("writes").key;
    let path = folder.path().join("archive").join(&key);
    let write = |json: &[u8]| fs::write(&path, zstd::bulk::compress(json, 1).expect("compresses")).expect("writes");

    write(br#"{"schema": 99, "everything": "else"}"#);
    assert!(matches!(area.get(&key).await, Err(ArchiveError::Schema { found: 99, .. })));
    write(br#"{"schema": 1, "engine": "Meier"}"#);
    let refused = area.get(&key).await.expect_err("is no result");
    assert!(matches!(refused, ArchiveError::Damaged { .. }));
    assert!(!format!("{refused} {refused:?}").contains("Meier"));
    assert!(matches!(area.put(text.clone()).await, Err(ArchiveError::Damaged { .. })));
    fs::write(&path, b"not compressed").expect("writes");
    assert!(matches!(area.get(&key).await, Err(ArchiveError::Damaged { .. })));
    let other =
        serde_json::to_vec(&PageText { page: PageId { number: PageNumber::FIRST, ..text.page }, ..text.clone() });
    write(&other.expect("writes"));
    assert!(matches!(area.put(text).await, Err(ArchiveError::Damaged { .. })));
    assert!(matches!(area.get("results/none").await, Err(ArchiveError::Missing { .. })));
}

#[tokio::test]
async fn a_result_that_swells_without_end_is_refused() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let area = ResultArea::new(location(&folder));
    let key = area.put(page_text(&[])).await.expect("writes").key;
    let file = fs::File::create(folder.path().join("archive").join(&key)).expect("opens");
    let mut encoder = zstd::stream::write::Encoder::new(file, 1).expect("encoder");
    let spaces = vec![b' '; 1 << 20];
    for _ in 0..300 {
        encoder.write_all(&spaces).expect("writes");
    }
    encoder.finish().expect("writes");
    assert!(matches!(area.get(&key).await, Err(ArchiveError::Damaged { .. })));
}

#[tokio::test]
async fn a_decrypted_copy_stands_beside_its_original() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let area = CopyArea::new(location(&folder));
    let original = Digest::of(b"encrypted");
    let file = |content: &[u8]| {
        let mut file = tempfile::tempfile().expect("file");
        file.write_all(content).expect("writes");
        file
    };
    let key = area.put(original, file(b"decrypted"), "one").await.expect("writes");
    assert_eq!(area.put(original, file(b"decrypted otherwise"), "two").await.expect("writes"), key);
    let mut read = String::new();
    area.open(&key).await.expect("opens").read_to_string(&mut read).expect("reads");
    assert_eq!(read, "decrypted");
}

#[tokio::test]
async fn a_store_that_is_no_folder_gives_files_too() {
    let store = Arc::new(object_store::memory::InMemory::new());
    let area = IntakeArea::new(Location::remote(store));
    let content = vec![9; 10 << 20];
    let (digest, size) = (Digest::of(&content), content.len() as u64);
    assert_eq!(area.put(digest, size, &mut &content[..], "one").await.expect("writes"), Put::Created);
    assert_eq!(area.put(digest, size, &mut &content[..], "two").await.expect("writes"), Put::Existed);
    area.confirm(digest, size).await.expect("is right");
    let mut read = Vec::new();
    area.open(digest).await.expect("opens").read_to_end(&mut read).expect("reads");
    assert!(read == content);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..Default::default() })]

    #[test]
    fn every_result_comes_back_as_it_was(words in proptest::collection::vec("\\PC{1,12}", 0..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("runtime");
        let folder = tempfile::tempdir().expect("temporary folder");
        let text = page_text(&words);
        let read = runtime.block_on(async {
            let area = ResultArea::new(location(&folder));
            let kept = area.put(text.clone()).await.expect("writes");
            area.get(&kept.key).await.expect("reads")
        });
        prop_assert_eq!(read, text);
    }
}
