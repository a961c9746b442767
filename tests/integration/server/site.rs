//! A server of the test's own, with people, and browsers that speak to it.

use std::net::SocketAddr;

use muniment::app::App;
use muniment::app::config::Config;
use muniment::app::listening::Listening;
use muniment::chart::{PersonId, Role};
use muniment::worker::Stop;
use reqwest::Method;
use serde_json::Value;

/// The password of everybody who has one.
pub const PASSWORD: &str = "three small boats";

/// A server that runs.
pub struct Site {
    /// The program behind it.
    pub app: App,
    /// Where it listens.
    pub address: SocketAddr,
    /// The first administrator.
    pub administrator: PersonId,
    stop: Stop,
    _folder: tempfile::TempDir,
}

/// A browser: one cookie, one CSRF token.
#[derive(Clone, Default)]
pub struct Browser {
    /// Address of the server.
    pub base: String,
    /// The session's cookie.
    pub cookie: Option<String>,
    /// What goes with writes.
    pub csrf: Option<String>,
    /// Sent with everything, beside what a browser sends by itself.
    pub headers: Vec<(&'static str, String)>,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// Status.
    pub status: u16,
    /// Headers.
    pub headers: reqwest::header::HeaderMap,
    /// Body.
    pub text: String,
}

impl Site {
    /// Starts a server with an administrator and nobody else.
    pub async fn open() -> Self {
        Self::with(&[]).await
    }

    /// Starts a server with variables of the configuration.
    pub async fn with(settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let config = Config::load(None, settings, Some(folder.path())).unwrap();
        let app = App::open(config).await.unwrap();
        let administrator = app.add_person("Ada Administrator", None, &[]).await.unwrap().id;
        let (address, stop) = start(&app).await;
        Self { app, address, administrator, stop, _folder: folder }
    }

    /// Adds a person, who cannot sign in yet.
    pub async fn add(&self, login: &str, roles: &[Role]) -> PersonId {
        self.app.asked_by(self.administrator).add_staff(login, login, roles).await.unwrap().id
    }

    /// Adds a person who has a password.
    pub async fn add_with_password(&self, login: &str, roles: &[Role]) -> PersonId {
        let person = self.add(login, roles).await;
        let offered = self.app.asked_by(self.administrator).offer_enrolment(person).await.unwrap();
        let mut browser = self.browser();
        let answer = browser.sign_in_by(&offered.code).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let set = browser.send(Method::PUT, "/api/v1/me/password", Some(serde_json::json!({ "new": PASSWORD }))).await;
        assert_eq!(set.status, 200, "{}", set.text);
        person
    }

    /// Returns a browser that nobody is signed in with.
    pub fn browser(&self) -> Browser {
        Browser { base: format!("http://{}", self.address), ..Browser::default() }
    }

    /// Returns a program with a token of a person.
    pub async fn program(&self, person: PersonId, scopes: Option<&[&str]>) -> Browser {
        let scopes = scopes.map(|scopes| scopes.iter().map(|scope| (*scope).to_owned()).collect());
        let made = self.app.asked_by(person).make_program_token("test", scopes, 1).await.unwrap();
        let headers = vec![("authorization", format!("Bearer {}", made.token.reveal()))];
        Browser { headers, ..self.browser() }
    }

    /// Returns every fact of the ledger, as text.
    pub async fn ledger(&self) -> Vec<String> {
        let entries = self.app.store.ledger_entries(0, 10_000).await.unwrap();
        entries.into_iter().map(|entry| entry.text).collect()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.stop.raise();
    }
}

/// Starts a server for `app` on a thread of its own, where the work of a server runs too; returns its address.
pub async fn start(app: &App) -> (SocketAddr, Stop) {
    let listening =
        Listening { address: SocketAddr::from(([127, 0, 0, 1], 0)), tls: None, behind_proxy: false, work: false };
    start_listening(app, listening).await
}

/// Starts a server that listens in a way of its own.
pub async fn start_listening(app: &App, listening: Listening) -> (SocketAddr, Stop) {
    let stop = Stop::new();
    let (sender, receiver) = tokio::sync::oneshot::channel();
    let (app, raised) = (app.clone(), stop.clone());
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let ready = move |address| sender.send(address).unwrap();
        runtime.block_on(muniment::server::serve(app, listening, raised, ready)).unwrap();
    });
    (receiver.await.unwrap(), stop)
}

impl Browser {
    /// Sends a request as a page of the server's own would.
    pub async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let mut request = client().request(method.clone(), format!("{}{path}", self.base));
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie).header("sec-fetch-site", "same-origin");
        }
        if let (Some(csrf), false) = (&self.csrf, method == Method::GET) {
            request = request.header("x-muniment-csrf", csrf);
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let answer = request.send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        // A stream of events has no end.
        let streams = headers.get("content-type").is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
        Answer { status, headers, text: if streams { String::new() } else { answer.text().await.unwrap() } }
    }

    /// Reads.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    /// Writes.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(body)).await
    }

    /// Signs in with a password.
    pub async fn sign_in(&mut self, login: &str, password: &str, code: Option<&str>) -> Answer {
        let body = serde_json::json!({ "login": login, "password": password, "code": code });
        let answer = self.post("/api/v1/session", body).await;
        self.keep(&answer);
        answer
    }

    /// Signs in with a link.
    pub async fn sign_in_by(&mut self, token: &str) -> Answer {
        let answer = self.post("/api/v1/session/link", serde_json::json!({ "token": token })).await;
        self.keep(&answer);
        answer
    }

    /// Keeps what an answer says about the session, as a browser and its page do.
    pub fn keep(&mut self, answer: &Answer) {
        if answer.status >= 400 {
            return;
        }
        if let Some(line) = answer.headers.get("set-cookie") {
            self.cookie = line.to_str().unwrap().split(';').next().map(str::to_owned);
        }
        if let Ok(body) = serde_json::from_str::<Value>(&answer.text) {
            self.csrf = body["csrf"].as_str().map(str::to_owned).or(self.csrf.take());
        }
    }
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {} {}", self.status, self.text))
    }

    /// The word for programs of a problem.
    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    /// A header.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }
}

/// Returns an HTTP client that follows no redirects.
pub fn client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}
