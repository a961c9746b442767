//! The same from a bucket: rebuilt, restored, and looked at without any database.

use std::sync::Arc;

use muniment::app::SystemClock;
use muniment::archive::Vault;
use muniment::archive::ocfl::object_folder;
use serde_json::Value;

use crate::backup::Hospital;
use crate::support::program::{Program, Run};
use crate::support::s3::{self, Keeps, S3Server};

async fn hospital(server: &S3Server) -> (Hospital, String) {
    let bucket = server.bucket(Keeps::Locked).await;
    let program = Program::new()
        .with("MUNIMENT_ARCHIVE_LOCATION", format!("s3://{bucket}/{bucket}"))
        .with("MUNIMENT_ARCHIVE_ENDPOINT", &server.url)
        .with("AWS_ACCESS_KEY_ID", &server.key)
        .with("AWS_SECRET_ACCESS_KEY", &server.secret);
    (Hospital::open(program, 4), bucket)
}

fn lose(hospital: &Hospital) {
    let data = hospital.program.path("data");
    for entry in std::fs::read_dir(&data).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            std::fs::remove_dir_all(path).unwrap();
        } else if !path.ends_with("ledger-key.pem") {
            std::fs::remove_file(path).unwrap();
        }
    }
}

/// Runs where nothing is configured: only the environment says how the server is reached.
fn unconfigured(server: &S3Server, program: &Program, arguments: &[&str]) -> Run {
    let output = program
        .command(arguments)
        .env_remove("MUNIMENT_ARCHIVE_LOCATION")
        .env_remove("MUNIMENT_ARCHIVE_ENDPOINT")
        .env("AWS_ENDPOINT_URL", &server.url)
        .env("AWS_REGION", "us-east-1")
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Run { code: output.status.code().unwrap_or(-1), out: text(&output.stdout), err: text(&output.stderr) }
}

#[tokio::test]
async fn a_bucket_alone_makes_the_instance_again() {
    let Some(server) = tokio::task::spawn_blocking(s3::server).await.unwrap() else { return };
    let (hospital, bucket) = hospital(server).await;
    let records: Vec<String> = (0..3).map(|number| hospital.accept(number)).collect();
    hospital.deposit(3);
    hospital.decide();
    hospital.destroy(&[&records[1]]);
    hospital.back_up("safe");
    let before = hospital.tables().await;
    let plans =
        |number: usize| hospital.program.json(&["retention", "explain", &records[number], "--as-of", "2060-01-01"]);
    let said = [plans(0), plans(2)];

    lose(&hospital);
    let place = format!("s3://{bucket}/{bucket}");
    let rebuilt = hospital.program.json(&["rebuild", "--key", &hospital.key]);
    assert_eq!(
        (&rebuilt["rebuilt"]["records"], &rebuilt["rebuilt"]["destroyed_but_there"]),
        (&2.into(), &serde_json::json!([]))
    );
    assert_eq!([plans(0), plans(2)], said);
    assert_eq!([0, 1, 2, 3].map(|number| hospital.hits(number)), [1, 0, 1, 0], "a draft is in the backup only");

    lose(&hospital);
    let restored = hospital.restore("safe");
    assert_eq!(restored["restored"]["archive"]["records"], 2, "{restored}");
    crate::backup::same(&hospital.tables().await, &before);
    assert_eq!([plans(0), plans(2)], said);
    assert_eq!([0, 1, 2, 3].map(|number| hospital.hits(number)), [1, 0, 1, 1]);

    // Without any database or configuration.
    let elsewhere = Program::new().with("AWS_ACCESS_KEY_ID", &server.key).with("AWS_SECRET_ACCESS_KEY", &server.secret);
    let run = |arguments: &[&str]| unconfigured(server, &elsewhere, arguments);
    let listed = run(&["--json", "archive", "list", "--from", &place]);
    let value: Value = serde_json::from_str(&listed.out).unwrap();
    assert_eq!(value["records"].as_array().unwrap().len(), 2, "{}", listed.err);
    assert_eq!(run(&["archive", "show", &records[0], "--from", &place]).code, 0);
    assert_eq!(run(&["archive", "validate", "--from", &place]).code, 0);
    assert_eq!(run(&["archive", "extract", &records[0], "--from", &place, "-o", "out"]).code, 0);
    assert!(elsewhere.path("out/record.json").exists() && !elsewhere.path("data").exists());
    let gone = run(&["archive", "show", &records[1], "--from", &place]);
    assert!(gone.code == 1 && gone.err.contains("has no record"), "{}", gone.err);
    let empty = run(&["archive", "list", "--from", &format!("s3://{bucket}/nothing")]);
    assert!(empty.code == 1 && empty.err.contains("holds no archive of records"), "{}", empty.err);
    let wrong = run(&["archive", "list", "--from", "s3://no-such-bucket-here/x"]);
    assert!(wrong.code == 1 && wrong.err.contains("no such bucket"), "{}", wrong.err);

    // One damaged object is named by all of them.
    let vault = Vault::s3(&server.settings(&bucket, &bucket), Arc::new(SystemClock)).unwrap();
    let key = format!("{}/v1/content/record.json", object_folder(records[2].parse().unwrap()));
    assert!(vault.read(&key, 1 << 20).await.is_ok() && server.damage(&format!("{bucket}/{key}")));
    let validated = run(&["archive", "validate", "--from", &place]);
    assert!(validated.code == 3 && validated.out.contains(&key), "{}{}", validated.out, validated.err);
    let extracted = run(&["archive", "extract", &records[2], "--from", &place, "-o", "damaged"]);
    assert!(
        extracted.code == 1 && extracted.err.contains(&key) && !elsewhere.path("damaged").exists(),
        "{}",
        extracted.err
    );
    assert_eq!(run(&["archive", "extract", &records[0], "--from", &place, "-o", "sound"]).code, 0);
    lose(&hospital);
    let rebuilt = hospital.program.json(&["rebuild"]);
    assert_eq!(rebuilt["rebuilt"]["unreadable"][0]["record"], records[2].as_str(), "{rebuilt}");
    assert_eq!(hospital.hits(0), 1);
}
