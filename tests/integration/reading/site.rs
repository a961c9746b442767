//! An instance that is served, with people who come with tokens.

use std::time::Duration;

use reqwest::{Method, RequestBuilder};
use serde_json::Value;

use crate::support::clinic::Clinic;
use crate::support::program::{Program, Running, wait_until};

/// How long a server may take until it answers.
const START: Duration = Duration::from_secs(60);

/// An instance that is served.
pub struct Site {
    /// The instance; whoever runs the tests is its administrator.
    pub clinic: Clinic,
    /// A technician.
    pub technician: Client,
    /// A reviewer.
    pub reviewer: Client,
    /// A requester.
    pub requester: Client,
    /// The administrator.
    pub administrator: Client,
    /// Somebody of IT support.
    pub support: Client,
    server: Running,
}

/// Somebody who asks.
#[derive(Clone)]
pub struct Client {
    base: String,
    token: String,
}

/// An answer.
pub struct Answer {
    /// Status.
    pub status: u16,
    /// Headers.
    pub headers: reqwest::header::HeaderMap,
    /// Body.
    pub bytes: Vec<u8>,
}

impl Site {
    /// Serves an instance that `prepare` has filled.
    pub fn open(prepare: impl FnOnce(&Clinic)) -> Self {
        Self::with(Program::new().with("MUNIMENT_REVIEW_UNDO_MINUTES", "0"), prepare)
    }

    /// Serves an instance with settings.
    pub fn with(program: Program, prepare: impl FnOnce(&Clinic)) -> Self {
        Self::serving(program, prepare, &["--no-work"])
    }

    /// Serves an instance, and works on it as a server does that runs alone.
    pub fn working(program: Program, prepare: impl FnOnce(&Clinic)) -> Self {
        Self::serving(program, prepare, &[])
    }

    fn serving(program: Program, prepare: impl FnOnce(&Clinic), how: &[&str]) -> Self {
        program.json(&["people", "add", "Ada Administrator"]);
        // Before there are others who would have to give out a second code.
        let administrator = program.json(&["people", "token"])["token"].as_str().unwrap().to_owned();
        let technician = program.staff("Tom Technician", &["technician"]);
        let reviewer = program.staff("Rita Reviewer", &["reviewer"]);
        let requester = program.staff("Rolf Requester", &["requester"]);
        let support = program.staff("Ida Support", &["it-support"]);
        let clinic = Clinic::known(program, &technician, &reviewer);
        prepare(&clinic);
        let server = clinic.program.start(&[["--json", "serve", "--listen", "127.0.0.1:0"].as_slice(), how].concat());
        wait_until("the server's address", START, || server.out().contains("listening"));
        let told: Value = serde_json::from_str(&server.out()).unwrap();
        let base = format!("http://{}", told["listening"].as_str().unwrap());
        let client = |token: String| Client { base: base.clone(), token };
        Self {
            technician: client(technician),
            reviewer: client(reviewer),
            requester: client(requester),
            administrator: client(administrator),
            support: client(support),
            clinic,
            server,
        }
    }

    /// Returns whoever holds a token.
    pub fn holder(&self, token: &str) -> Client {
        Client { base: self.administrator.base.clone(), token: token.to_owned() }
    }

    /// Returns the id of a person by name.
    pub fn person(&self, name: &str) -> String {
        let people = self.clinic.program.json(&["people", "list"]);
        let found = people.as_array().unwrap().iter().find(|person| person["name"] == name);
        found.unwrap_or_else(|| panic!("{people}"))["id"].as_str().unwrap().to_owned()
    }

    /// Returns the facts of access in the ledger, as text.
    pub fn accesses(&self) -> Vec<String> {
        let run = self.clinic.program.run(&["audit", "export"]);
        let lines = run.out.lines().filter(|line| line.contains("\"about\":\"access\""));
        lines.map(str::to_owned).collect()
    }

    /// Returns what the server wrote to its log.
    pub fn log(&self) -> String {
        self.server.err()
    }
}

impl Client {
    /// Prepares a request.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let path = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.base) };
        client.request(method, path).header("authorization", format!("Bearer {}", self.token))
    }

    /// Reads.
    pub async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path)).await
    }

    /// Reads JSON, which must be there.
    pub async fn json(&self, path: &str) -> Value {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.json()
    }

    /// Writes.
    pub async fn send(&self, method: Method, path: &str, body: Value) -> Answer {
        let request = self.request(method, path).header("content-type", "application/json").body(body.to_string());
        Answer::of(request).await
    }

    /// Address of the server, with its port.
    pub fn address(&self) -> &str {
        self.base.strip_prefix("http://").unwrap()
    }

    /// The token.
    pub fn token(&self) -> &str {
        &self.token
    }
}

impl Answer {
    /// Sends a request.
    pub async fn of(request: RequestBuilder) -> Self {
        let answer = request.send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Self { status, headers, bytes: answer.bytes().await.unwrap().to_vec() }
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|_| panic!("no JSON: {} {}", self.status, self.text()))
    }

    /// A header.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }
}
