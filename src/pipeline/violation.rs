//! What is wrong with a definition: every violation at once, each with where and what to do.

use std::fmt;
use std::path::PathBuf;

use toml::{Table, Value};

use crate::chart::nearest;

/// One rule that a definition breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The key, with its section; empty for the whole text.
    pub key: String,
    /// What is wrong, and what is allowed.
    pub message: String,
}

/// Why a definition cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DefinitionError {
    /// There is none of that name.
    #[error("there is no pipeline {name:?}{hint}; known are {known}")]
    Unknown {
        /// The name asked for.
        name: String,
        /// `: did you mean ...?`, or nothing.
        hint: String,
        /// The names that there are.
        known: String,
    },
    /// Its file cannot be read.
    #[error("the pipeline {} cannot be read: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What happened.
        reason: String,
    },
    /// It breaks rules.
    #[error("the pipeline {origin} cannot be used:{}", list(violations))]
    Invalid {
        /// Its file or name.
        origin: String,
        /// All rules broken.
        violations: Vec<Violation>,
    },
}

impl Violation {
    /// Makes a violation.
    pub fn new(key: impl Into<String>, message: impl Into<String>) -> Self {
        Self { key: key.into(), message: message.into() }
    }
}

impl DefinitionError {
    /// Makes the error for a name that is not among `names`.
    pub fn unknown(name: &str, names: Vec<String>) -> Self {
        let hint = nearest(name, names.iter().map(String::as_str))
            .map(|near| format!(": did you mean {near}?"))
            .unwrap_or_default();
        Self::Unknown { name: name.to_owned(), hint, known: names.join(", ") }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.key.is_empty() { f.write_str(&self.message) } else { write!(f, "{} {}", self.key, self.message) }
    }
}

/// Compares a definition with one that has every key: keys that are unknown, and values of the wrong type.
pub fn unknown_keys(table: &Table, reference: &Table) -> Vec<Violation> {
    let mut violations = Vec::new();
    compare(table, reference, "", &mut violations);
    violations
}

fn compare(table: &Table, reference: &Table, section: &str, violations: &mut Vec<Violation>) {
    for (key, value) in table {
        let path = if section.is_empty() { key.clone() } else { format!("{section}.{key}") };
        match (reference.get(key), value) {
            (None, _) => {
                let hint =
                    nearest(key, reference.keys().map(String::as_str)).map(|near| format!(": did you mean {near}?"));
                let known =
                    || format!("; known are {}", reference.keys().map(String::as_str).collect::<Vec<_>>().join(", "));
                violations.push(Violation::new(path, format!("is not known{}", hint.unwrap_or_else(known))));
            }
            (Some(Value::Table(reference)), Value::Table(table)) => compare(table, reference, &path, violations),
            (Some(expected), value) if !fits(expected, value) => {
                violations.push(Violation::new(path, format!("is {}, but should be {}", kind(value), kind(expected))));
            }
            _ => {}
        }
    }
}

fn fits(expected: &Value, value: &Value) -> bool {
    match (expected, value) {
        (Value::Float(_), Value::Float(_) | Value::Integer(_)) => true,
        (Value::Array(expected), Value::Array(values)) => {
            expected.first().is_none_or(|expected| values.iter().all(|value| fits(expected, value)))
        }
        (Value::Integer(_), Value::Integer(value)) => *value >= 0,
        _ => expected.same_type(value),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "a text",
        Value::Integer(value) if *value < 0 => "a negative number",
        Value::Integer(_) => "a whole number",
        Value::Float(_) => "a number",
        Value::Boolean(_) => "true or false",
        Value::Datetime(_) => "a date",
        Value::Array(_) => "a list of texts",
        Value::Table(_) => "a section",
    }
}

fn list(violations: &[Violation]) -> String {
    violations.iter().map(|violation| format!("\n  {violation}")).collect()
}
