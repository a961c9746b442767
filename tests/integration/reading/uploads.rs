//! Uploads that are cut off and go on, after the tus protocol.

use base64ct::{Base64, Encoding as _};
use muniment::chart::Digest;
use reqwest::Method;
use serde_json::json;
use tokio::io::AsyncWriteExt as _;

use super::site::{Answer, Client, Site};

pub async fn batch(client: &Client) -> String {
    let made = client.send(Method::POST, "/api/v1/batches", json!({ "name": "uploaded", "expected_sheets": 3 })).await;
    assert_eq!(made.status, 201, "{}", made.text());
    made.json()["id"].as_str().unwrap().to_owned()
}

pub async fn begin(client: &Client, name: &str, batch: &str, length: usize) -> Answer {
    let encode = |text: &str| Base64::encode_string(text.as_bytes());
    let metadata = format!("filename {},batch {}", encode(name), encode(batch));
    let request = client.request(Method::POST, "/api/v1/uploads").header("tus-resumable", "1.0.0");
    Answer::of(request.header("upload-length", length).header("upload-metadata", metadata)).await
}

async fn send(client: &Client, place: &str, offset: usize, part: &[u8], checksum: Option<String>) -> Answer {
    let mut request = client
        .request(Method::PATCH, place)
        .header("tus-resumable", "1.0.0")
        .header("content-type", "application/offset+octet-stream")
        .header("upload-offset", offset)
        .body(part.to_vec());
    if let Some(checksum) = checksum {
        request = request.header("upload-checksum", checksum);
    }
    Answer::of(request).await
}

async fn offset(client: &Client, place: &str) -> usize {
    let answer = Answer::of(client.request(Method::HEAD, place).header("tus-resumable", "1.0.0")).await;
    assert_eq!(answer.status, 200);
    answer.header("upload-offset").parse().unwrap()
}

fn sha256(bytes: &[u8]) -> String {
    format!("sha256 {}", Base64::encode_string(Digest::of(bytes).as_bytes()))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_goes_on_after_a_cut_and_is_taken_in_whole() {
    let mut scan = Vec::new();
    let site = Site::open(|clinic| {
        let path = clinic.program.charts("charts", 1, "tiff-g4", 150).remove(0);
        scan = std::fs::read(path).unwrap();
    });
    let client = &site.technician;
    let batch = batch(client).await;
    let begun = begin(client, "folder/chart 1.tif", &batch, scan.len()).await;
    assert_eq!((begun.status, begun.header("tus-resumable")), (201, "1.0.0"), "{}", begun.text());
    assert!(begun.header("upload-expires").ends_with("GMT"));
    let place = begun.header("location").to_owned();
    let third = scan.len() / 3;
    let part = &scan[..third];
    let wrong = send(client, &place, 0, part, Some(sha256(b"other bytes"))).await;
    assert_eq!((wrong.status, offset(client, &place).await), (460, 0), "{}", wrong.text());
    let kept = send(client, &place, 0, part, Some(sha256(part))).await;
    assert_eq!((kept.status, kept.header("upload-offset")), (204, third.to_string().as_str()), "{}", kept.text());
    assert_eq!(send(client, &place, 5, part, None).await.status, 409, "a part begins where the others ended");
    // A connection that is cut in the middle of a part: the promised length never comes.
    let mut socket = tokio::net::TcpStream::connect(client.address()).await.unwrap();
    let head = format!(
        "PATCH {place} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nTus-Resumable: 1.0.0\r\n\
         Content-Type: application/offset+octet-stream\r\nUpload-Offset: {third}\r\nContent-Length: {}\r\n\r\n",
        client.token(),
        scan.len() - third
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    socket.write_all(&scan[third..2 * third]).await.unwrap();
    socket.flush().await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    drop(socket);
    let mut at = 0;
    for _ in 0..100 {
        at = offset(client, &place).await;
        if at == 2 * third {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(at, 2 * third, "what came before the cut is kept");
    let mut last = send(client, &place, at, &scan[at..], Some(sha256(&scan[at..]))).await;
    for _ in 0..50 {
        // The cut request may still hold the upload.
        if last.status != 423 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        last = send(client, &place, at, &scan[at..], None).await;
    }
    assert_eq!(last.status, 204, "{}", last.text());
    let shown = client.json(&format!("/api/v1/batches/{batch}")).await;
    assert_eq!(shown["counts"]["deliveries"], 1, "{shown}");
    // The bytes are those of the scan, under their digest, and nothing is left of the upload but its note.
    let digest = Digest::of(&scan).to_string();
    let stored =
        site.clinic.program.path(&format!("data/objects/intake/sha256/{}/{}/{digest}", &digest[..2], &digest[2..4]));
    assert_eq!(std::fs::read(stored).unwrap(), scan);
    assert_eq!(offset(client, &place).await, scan.len());
    assert_eq!(offset_status(&site.reviewer, &place).await, 404, "another person's upload");
    assert_eq!(site.clinic.program.run(&["worker", "--until-done"]).code, 0);
    let batches = site.clinic.program.json(&["show", "--batch", "uploaded"]);
    assert_eq!(batches[0]["source"].as_str(), Some("chart 1.tif"), "{batches}");
}

async fn offset_status(client: &Client, place: &str) -> u16 {
    Answer::of(client.request(Method::HEAD, place).header("tus-resumable", "1.0.0")).await.status
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_are_bounded_named_safely_and_ended() {
    let site = Site::open(|_| {});
    let client = &site.technician;
    let batch = batch(client).await;
    let abilities = Answer::of(client.request(Method::OPTIONS, "/api/v1/uploads")).await;
    assert!(abilities.header("tus-extension").contains("checksum"), "{:?}", abilities.headers);
    assert!(abilities.header("tus-checksum-algorithm").contains("sha1"));
    assert_eq!(begin(client, "x.tif", &batch, 1 << 42).await.status, 413);
    assert_eq!(begin(client, "..", &batch, 10).await.status, 422);
    assert_eq!(begin(client, "x.tif", "01890000-0000-7000-8000-000000000000", 10).await.status, 404);
    assert_eq!(begin(&site.requester, "x.tif", &batch, 10).await.status, 403);
    let without = client.request(Method::POST, "/api/v1/uploads").header("upload-length", 3);
    assert_eq!(Answer::of(without).await.status, 412, "the protocol's version is missing");
    let place = begin(client, "x.tif", &batch, 4).await.header("location").to_owned();
    assert_eq!(send(client, &place, 0, b"too long", None).await.status, 413);
    assert_eq!(offset(client, &place).await, 0);
    let ended = Answer::of(client.request(Method::DELETE, &place).header("tus-resumable", "1.0.0")).await;
    assert_eq!((ended.status, offset_status(client, &place).await), (204, 404));
    assert!(std::fs::read_dir(site.clinic.program.path("data/uploads")).unwrap().next().is_none());
}
