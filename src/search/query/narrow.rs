//! Conditions beside the words: what somebody chose from a list rather than wrote.

use jiff::civil::Date;

use super::{Node, Query, Span, Value};
use crate::chart::{BatchId, DocumentId, PatientId};
use crate::search::schema::{Fact, Schema};

/// Conditions that every document found has to meet. What is `None` or empty asks for nothing.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Narrowing {
    /// Any of these types.
    pub kinds: Vec<String>,
    /// All of these labels.
    pub labels: Vec<String>,
    /// Any of these states.
    pub states: Vec<String>,
    /// Any of these batches.
    pub batches: Vec<BatchId>,
    /// Any of these patients.
    pub patients: Vec<PatientId>,
    /// This document.
    pub document: Option<DocumentId>,
    /// Dated on this day or later.
    pub from: Option<Date>,
    /// Dated on this day or earlier.
    pub to: Option<Date>,
    /// Pages with text that can be relied on, or without.
    pub reliable: Option<bool>,
}

impl Query {
    /// Returns a query for everything.
    pub const fn everything() -> Self {
        Self { root: Node::And(Vec::new()) }
    }

    /// Returns this query within the conditions of `narrowing`.
    #[must_use]
    pub fn narrowed(self, narrowing: &Narrowing, schema: &Schema) -> Self {
        let span = Span { at: 0, length: 0 };
        let mut nodes: Vec<Node> = match self.root {
            Node::And(nodes) => nodes,
            node => vec![node],
        };
        let mut field = |fact: Fact, values: Vec<Value>, all: bool| {
            let Some(name) = schema.name(fact) else { return };
            let mut fields: Vec<Node> =
                values.into_iter().map(|value| Node::Field { name: name.to_owned(), fact, value, span }).collect();
            if all || fields.len() == 1 {
                nodes.append(&mut fields);
            } else if !fields.is_empty() {
                nodes.push(Node::Or(fields));
            }
        };
        let texts = |texts: &[String]| texts.iter().cloned().map(Value::Text).collect();
        let identity = |bytes: &[u8], written: String| Value::Identity { bytes: bytes.to_vec(), written };
        field(Fact::Type, texts(&narrowing.kinds), false);
        field(Fact::Label, texts(&narrowing.labels), true);
        field(Fact::State, texts(&narrowing.states), false);
        let batches = narrowing.batches.iter().map(|id| identity(id.as_uuid().as_bytes(), id.to_string()));
        field(Fact::Batch, batches.collect(), false);
        let patients = narrowing.patients.iter().map(|id| identity(id.as_uuid().as_bytes(), id.to_string()));
        field(Fact::Patient, patients.collect(), false);
        let document = narrowing.document.iter().map(|id| identity(id.as_uuid().as_bytes(), id.to_string()));
        field(Fact::Document, document.collect(), true);
        if narrowing.from.is_some() || narrowing.to.is_some() {
            field(Fact::Dated, vec![Value::Dates { from: narrowing.from, to: narrowing.to }], true);
        }
        field(Fact::Reliable, narrowing.reliable.map(Value::Flag).into_iter().collect(), true);
        // One condition alone stands as it is, as the parser makes it.
        let root = if nodes.len() == 1 { nodes.remove(0) } else { Node::And(nodes) };
        Self { root }
    }
}
