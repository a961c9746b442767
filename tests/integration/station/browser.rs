//! A running server with people, and requests as a program of theirs sends them.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::born_digital::shared_file;
use crate::support::clinic::Clinic;
use crate::support::program::Program;

/// A server on a clinic's data, ended when dropped.
pub struct Station {
    clinic: Clinic,
    server: Child,
    address: String,
}

/// Somebody who sends requests.
pub struct Person<'a> {
    station: &'a Station,
    token: String,
}

/// An answer.
pub struct Answer {
    /// Status.
    pub status: u16,
    /// Body; null where there is none.
    pub body: Value,
}

impl Station {
    /// Begins to serve documents, each of pages with these texts. `settings` are of the configuration.
    pub fn with(documents: &[&[&str]], settings: &[(&'static str, &str)]) -> Self {
        let program = settings.iter().fold(Program::new(), |program, (name, value)| program.with(name, *value));
        let clinic = Clinic::with(program);
        for (number, pages) in documents.iter().enumerate() {
            let name = format!("{number}.pdf");
            std::fs::write(clinic.program.path(&name), shared_file(pages)).unwrap();
            let run = clinic.program.json(&["ingest", &name, "--batch", "box"]);
            assert_eq!(run["report"]["adds_up"], true, "{run}");
        }
        let mut command = clinic.program.command(&["--json", "serve", "--listen", "127.0.0.1:0", "--no-work"]);
        let mut server = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut told = Vec::new();
        let mut out = server.stdout.take().unwrap();
        let mut byte = [0];
        let listening = loop {
            assert_eq!(out.read(&mut byte).unwrap(), 1, "the server ended: {}", String::from_utf8_lossy(&told));
            told.push(byte[0]);
            if let Ok(value) = serde_json::from_slice::<Value>(&told) {
                break value;
            }
        };
        let address = listening["listening"].as_str().unwrap().to_owned();
        Self { clinic, server, address }
    }

    /// Adds a person with roles.
    pub fn person(&self, name: &str, roles: &[&str]) -> Person<'_> {
        Person { station: self, token: self.clinic.program.staff(name, roles) }
    }

    /// Returns the program on the same data.
    pub fn program(&self) -> &Program {
        &self.clinic.program
    }
}

impl Drop for Station {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl Person<'_> {
    /// Sends a request.
    pub fn ask(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.ask_with(method, path, body.map(|body| body.to_string()).as_deref(), &[])
    }

    /// Sends a request with this body and these headers.
    pub fn ask_with(&self, method: &str, path: &str, body: Option<&str>, headers: &[(&str, &str)]) -> Answer {
        let mut stream = TcpStream::connect(&self.station.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let mut head = format!(
            "{method} /api/v1{path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nConnection: close\r\n",
            self.station.address, self.token
        );
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if let Some(body) = body {
            head.push_str(&format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len()));
        }
        let request = format!("{head}\r\n{}", body.unwrap_or_default());
        // A server that refuses early may not read all of it.
        let _ = stream.write_all(request.as_bytes());
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        let text = String::from_utf8_lossy(&bytes);
        let (head, body) =
            text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer to {method} {path}: {text}"));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap();
        Answer { status, body: serde_json::from_str(body).unwrap_or(Value::Null) }
    }

    /// Asks for the next document.
    pub fn next(&self) -> Option<Value> {
        let answer = self.ask("POST", "/queue/next", Some(json!({})));
        match answer.status {
            204 => None,
            _ => Some(answer.expect(200)),
        }
    }

    /// Asks for one more document, behind `after`.
    pub fn ahead(&self, after: &str) -> Option<Value> {
        let answer = self.ask("POST", "/queue/next", Some(json!({"prefetch": true, "after": after})));
        (answer.status == 200).then_some(answer.body)
    }
}

impl Answer {
    /// Returns the body of an answer with this status.
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        self.body
    }
}

/// Returns the id of a claim's document.
pub fn id(claim: &Value) -> &str {
    claim["document"]["id"].as_str().unwrap()
}

/// Returns the token of a claim's lease.
pub fn token(claim: &Value) -> &str {
    claim["lease"]["token"].as_str().unwrap()
}

/// Returns the name of every field of a claim's document with its level.
pub fn levels(claim: &Value) -> Vec<(String, String)> {
    let fields = claim["document"]["fields"].as_array().unwrap().iter();
    fields.map(|field| (text(&field["name"]), text(&field["level"]))).collect()
}

/// Returns the value of a field.
pub fn value(claim: &Value, name: &str) -> String {
    let fields = claim["document"]["fields"].as_array().unwrap();
    fields.iter().find(|field| field["name"] == name).map(|field| text(&field["value"])).unwrap_or_default()
}

/// Returns everything that a person who has looked at it all would say to accept a document for a new patient.
pub fn acceptance(claim: &Value) -> Value {
    let mut confirmed: Vec<String> = levels(claim).into_iter().map(|(name, _)| name).collect();
    confirmed.extend(["patient".into(), "kind".into()]);
    json!({
        "lease": token(claim),
        "version": claim["document"]["version"],
        "fields": {},
        "confirmed": confirmed,
        "new_patient": {
            "number": value(claim, "patient_number"),
            "name": value(claim, "patient_name"),
            "born": value(claim, "birth_date"),
        },
        "kind": "progress-note",
        "labels": ["ward-3"],
        "note": "",
    })
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
