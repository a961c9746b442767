//! One S3 server with Object Lock for all tests of a run: Ceph's RADOS Gateway, started when it is first needed.
//!
//! It ends with this process, however that ends: the script that runs it reads a pipe whose other end is held here.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region, RequestChecksumCalculation, SharedCredentialsProvider};
use aws_sdk_s3::types::{BucketVersioningStatus, VersioningConfiguration};
use muniment::archive::vault::{S3Settings, https};

/// How long the server may take to start: a machine that also compiles is slow.
const START: Duration = Duration::from_secs(300);

/// The running server.
pub struct S3Server {
    /// Its URL.
    pub url: String,
    /// Access key of its only user.
    pub key: String,
    /// The user's secret.
    pub secret: String,
    folder: PathBuf,
    _process: Child,
    _lifeline: ChildStdin,
}

/// What a new bucket keeps.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Keeps {
    /// Every version, with locks.
    Locked,
    /// Every version.
    Versions,
    /// The newest version.
    Newest,
}

/// Returns the server, or says "not run" and returns `None` where Ceph is not installed.
pub fn server() -> Option<&'static S3Server> {
    static SERVER: OnceLock<Option<S3Server>> = OnceLock::new();
    let server = SERVER.get_or_init(S3Server::start).as_ref();
    if server.is_none() {
        println!("not run: no S3 server; scripts/setup.sh test installs Ceph's");
    }
    server
}

impl S3Server {
    fn start() -> Option<Self> {
        // The script removes the folder at the end; a value in a static is never dropped.
        let folder = tempfile::Builder::new().prefix("muniment-s3").tempdir().unwrap().keep();
        let mut process = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/s3-server.sh"))
            .arg(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lifeline = process.stdin.take().unwrap();
        let out = process.stdout.take().unwrap();
        let (told, hear) = mpsc::channel();
        std::thread::spawn(move || {
            let mut line = String::new();
            let _ = BufReader::new(out).read_line(&mut line);
            let _ = told.send(line);
        });
        let line = hear.recv_timeout(START).expect("the S3 server did not start in time");
        let words: Vec<&str> = line.split_whitespace().collect();
        let ["ready", url, key, secret] = words[..] else {
            let status = process.wait().unwrap();
            assert_eq!(status.code(), Some(3), "the S3 server did not start; its reason is above");
            let _ = std::fs::remove_dir_all(folder);
            return None;
        };
        Some(Self {
            url: url.into(),
            key: key.into(),
            secret: secret.into(),
            folder,
            _process: process,
            _lifeline: lifeline,
        })
    }

    /// Returns a client that the program has nothing to do with, with the same credentials.
    pub fn client(&self) -> aws_sdk_s3::Client {
        let config = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .endpoint_url(&self.url)
            .force_path_style(true)
            .credentials_provider(Credentials::new(&self.key, &self.secret, None, None, "test"))
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .http_client(https());
        aws_sdk_s3::Client::from_conf(config.build())
    }

    /// Changes one bit of the oldest stored version of a key, behind the server's back; returns whether it was found.
    pub fn damage(&self, key: &str) -> bool {
        let rados = |arguments: &[&str]| {
            let mut command = Command::new("rados");
            command.arg("--conf").arg(self.folder.join("ceph.conf")).args(["--pool", "default.rgw.buckets.data"]);
            let output = command.args(arguments).output().unwrap();
            assert!(output.status.success(), "rados: {}", String::from_utf8_lossy(&output.stderr));
            output.stdout
        };
        let listed = String::from_utf8(rados(&["ls"])).unwrap();
        let copy = tempfile::NamedTempFile::new().unwrap();
        let path = copy.path().to_str().unwrap();
        // Beside each version there is an empty object that only says which one is the newest.
        let holds_bytes = |object: &&str| {
            rados(&["get", object, path]);
            std::fs::metadata(path).unwrap().len() > 0
        };
        let Some(object) = listed.lines().filter(|name| name.ends_with(key)).find(holds_bytes) else { return false };
        let mut bytes = std::fs::read(path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(path, bytes).unwrap();
        rados(&["put", object, path]);
        true
    }

    /// Makes a new bucket and returns its name.
    pub async fn bucket(&self, keeps: Keeps) -> String {
        static NUMBER: AtomicU32 = AtomicU32::new(1);
        let name = format!("bucket-{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let client = self.client();
        let make = client.create_bucket().bucket(&name).object_lock_enabled_for_bucket(keeps == Keeps::Locked);
        make.send().await.unwrap();
        if keeps == Keeps::Versions {
            let enabled = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
            client.put_bucket_versioning().bucket(&name).versioning_configuration(enabled).send().await.unwrap();
        }
        name
    }

    /// Returns how a vault in a bucket of this server is reached.
    pub fn settings(&self, bucket: &str, prefix: &str) -> S3Settings {
        S3Settings {
            bucket: bucket.into(),
            prefix: prefix.into(),
            endpoint: Some(self.url.clone()),
            region: "us-east-1".into(),
            path_style: true,
            allow_http: false,
            credentials: SharedCredentialsProvider::new(Credentials::new(&self.key, &self.secret, None, None, "test")),
        }
    }
}
