//! The program as a server: it starts, says where, speaks TLS, refuses to be open in the clear, and stops in order.

use std::path::Path;
use std::time::{Duration, Instant};

use muniment::app::App;
use muniment::app::config::Config;
use muniment::app::listening::{Listening, TlsFiles};
use muniment::server::{ServeError, serve};
use muniment::worker::Stop;

use super::site::start_listening;
use crate::support::program::Program;

fn data(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/integration/server/data").join(name)
}

async fn app(folder: &Path) -> App {
    App::open(Config::load(None, std::iter::empty(), Some(folder)).unwrap()).await.unwrap()
}

#[tokio::test]
async fn tls_is_spoken_with_the_certificate_that_is_given() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path()).await;
    let tls = TlsFiles { certificate: data("tls-cert.pem"), key: data("tls-key.pem") };
    let listening = Listening { address: ([127, 0, 0, 1], 0).into(), tls: Some(tls), behind_proxy: false, work: false };
    let (address, stop) = start_listening(&app, listening).await;
    let _ = rustls::crypto::ring::default_provider().install_default();
    let certificate = reqwest::Certificate::from_pem(&std::fs::read(data("tls-cert.pem")).unwrap()).unwrap();
    let client = reqwest::Client::builder().tls_certs_only([certificate]).build().unwrap();
    let url = format!("https://localhost:{}/healthz", address.port());
    let answer = client.get(&url).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(answer.headers().contains_key("strict-transport-security"));
    // A link that is used sets a cookie that never goes over the wire in the clear.
    let link = app.first_link().await.unwrap().unwrap();
    let request = client.post(format!("https://localhost:{}/api/v1/session/link", address.port()));
    let body = serde_json::json!({ "token": link }).to_string();
    let answer = request.header("content-type", "application/json").body(body).send().await.unwrap();
    let cookie = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.starts_with("__Host-muniment=") && cookie.contains("; Secure"), "{cookie}");
    // Somebody else's certificate is not taken, and nothing is said in the clear.
    assert!(super::site::client().get(&url).send().await.is_err());
    assert!(super::site::client().get(url.replace("https", "http")).send().await.is_err());
    stop.raise();
}

#[tokio::test]
async fn an_address_of_the_network_is_not_served_in_the_clear() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path()).await;
    let plain = Listening { address: ([0, 0, 0, 0], 0).into(), tls: None, behind_proxy: false, work: false };
    let refused = serve(app.clone(), plain.clone(), Stop::new(), |_| ()).await.unwrap_err();
    assert!(matches!(refused, ServeError::InTheClear(_)) && refused.to_string().contains("--tls-cert"), "{refused}");
    let wrong = TlsFiles { certificate: data("tls-key.pem"), key: data("tls-cert.pem") };
    let refused = serve(app.clone(), Listening { tls: Some(wrong), ..plain }, Stop::new(), |_| ()).await.unwrap_err();
    assert!(refused.to_string().contains("PEM"), "{refused}");
}

#[test]
fn the_program_serves_works_and_stops_when_it_is_told_to() {
    let program = Program::new();
    let mut running = program.start(&["serve", "--listen", "127.0.0.1:0"]);
    let begun = Instant::now();
    let said = loop {
        let said = running.out();
        if said.contains("/link#link-") {
            break said;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "the server does not say where it is: {said}");
        std::thread::sleep(Duration::from_millis(50));
    };
    assert!(said.contains("Muniment is at http://127.0.0.1:"), "{said}");
    running.signal(rustix::process::Signal::TERM);
    assert_eq!(running.end_within(Duration::from_secs(60)).code, 0, "a server that was told to stop ended well");
}

#[test]
fn a_port_that_is_taken_is_said_so() {
    let program = Program::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let run = program.run(&["serve", "--listen", &address]);
    assert!(run.code == 1 && run.err.contains("--listen"), "{}", run.err);
}

#[tokio::test]
async fn a_renewed_certificate_is_used_without_a_new_start() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path()).await;
    let tls = TlsFiles { certificate: folder.path().join("cert.pem"), key: folder.path().join("key.pem") };
    let put = |certificate: &str, key: &str| {
        std::fs::copy(data(key), &tls.key).unwrap();
        std::fs::copy(data(certificate), &tls.certificate).unwrap();
    };
    put("tls-cert.pem", "tls-key.pem");
    let address = ([127, 0, 0, 1], 0).into();
    let listening = Listening { address, tls: Some(tls.clone()), behind_proxy: false, work: false };
    let (address, stop) = start_listening(&app, listening).await;
    let _ = rustls::crypto::ring::default_provider().install_default();
    // A client for each request: a connection that is open keeps its certificate.
    let answers = async |trusted: &str| {
        let certificate = reqwest::Certificate::from_pem(&std::fs::read(data(trusted)).unwrap()).unwrap();
        let client = reqwest::Client::builder().tls_certs_only([certificate]).build().unwrap();
        client.get(format!("https://localhost:{}/healthz", address.port())).send().await.is_ok()
    };
    assert!(answers("tls-cert.pem").await && !answers("renewed-cert.pem").await);
    // A certificate without its key changes nothing.
    put("renewed-cert.pem", "tls-key.pem");
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert!(answers("tls-cert.pem").await && !answers("renewed-cert.pem").await);
    put("renewed-cert.pem", "renewed-key.pem");
    let begun = Instant::now();
    while !answers("renewed-cert.pem").await {
        assert!(begun.elapsed() < Duration::from_secs(30), "the renewed certificate is not used");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert!(!answers("tls-cert.pem").await);
    stop.raise();
}
