//! The query language: words, "phrases", prefix*, field:value, ranges, AND OR NOT, -word, parentheses.

mod lexer;
mod narrow;
mod parser;
mod values;

use std::fmt;

use jiff::civil::Date;

use super::error::QueryError;
use super::schema::{Fact, Schema};
pub use narrow::Narrowing;

/// Characters of a query.
pub const MOST_CHARACTERS: usize = 2000;
/// Parentheses and negations inside of each other.
pub const MOST_DEPTH: usize = 32;
/// Words, phrases and fields of a query.
pub const MOST_CLAUSES: usize = 64;

/// Words of a phrase.
pub const MOST_PHRASE_WORDS: usize = 32;

/// A query that was understood.
#[derive(Clone, PartialEq, Eq)]
pub struct Query {
    pub(super) root: Node,
}

/// Where something stands in the text of a query, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub at: usize,
    pub length: usize,
}

/// A part of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    /// A word without quotes.
    Word { text: String, span: Span },
    /// The beginning of words.
    Prefix { text: String, span: Span },
    /// Words in quotes: exactly these, one after the other.
    Phrase { text: String, span: Span },
    /// A fact about the page.
    Field { name: String, fact: Fact, value: Value, span: Span },
    /// All of them; none: everything.
    And(Vec<Node>),
    /// Any of them; at least two.
    Or(Vec<Node>),
    /// Not this.
    Not(Box<Node>),
}

/// What a field is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// A text.
    Text(String),
    /// The beginning of a text.
    Prefix(String),
    /// An identity, in the bytes of the index.
    Identity { bytes: Vec<u8>, written: String },
    /// Whole numbers, both ends included.
    Numbers { from: Option<u64>, to: Option<u64> },
    /// Civil dates, both ends included.
    Dates { from: Option<Date>, to: Option<Date> },
    /// Yes or no.
    Flag(bool),
}

impl Span {
    /// Makes an error about this place.
    pub(super) fn error(self, message: impl Into<String>) -> QueryError {
        QueryError { at: self.at, length: self.length, message: message.into() }
    }
}

impl Query {
    /// Understands `text`.
    ///
    /// # Errors
    /// The text breaks a rule of the language or passes one of its limits; the error names the place and what to do.
    pub fn parse(text: &str, schema: &Schema) -> Result<Self, QueryError> {
        parser::parse(text, schema).map(|root| Self { root })
    }
}

/// Shows nothing: people search for names, and those belong in no log.
impl fmt::Debug for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Query(..)")
    }
}

/// Writes the query so that it reads back as the same query.
impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.root {
            Node::And(nodes) => joined(f, nodes, " "),
            Node::Or(nodes) => joined(f, nodes, " OR "),
            node => node.fmt(f),
        }
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word { text, .. } => f.write_str(text),
            Self::Prefix { text, .. } => write!(f, "{text}*"),
            Self::Phrase { text, .. } => write!(f, "\"{text}\""),
            Self::Field { name, value, .. } => write!(f, "{name}:{value}"),
            Self::Not(node) => write!(f, "NOT {node}"),
            Self::And(nodes) => {
                f.write_str("(")?;
                joined(f, nodes, " ")?;
                f.write_str(")")
            }
            Self::Or(nodes) => {
                f.write_str("(")?;
                joined(f, nodes, " OR ")?;
                f.write_str(")")
            }
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "\"{text}\""),
            Self::Prefix(text) => write!(f, "{text}*"),
            Self::Identity { written, .. } => f.write_str(written),
            Self::Numbers { from, to } => range(f, from.as_ref(), to.as_ref()),
            Self::Dates { from, to } => range(f, from.as_ref(), to.as_ref()),
            Self::Flag(flag) => f.write_str(if *flag { "yes" } else { "no" }),
        }
    }
}

fn joined(f: &mut fmt::Formatter<'_>, nodes: &[Node], between: &str) -> fmt::Result {
    nodes.iter().enumerate().try_for_each(|(index, node)| {
        f.write_str(if index == 0 { "" } else { between })?;
        write!(f, "{node}")
    })
}

fn range<T: fmt::Display>(f: &mut fmt::Formatter<'_>, from: Option<&T>, to: Option<&T>) -> fmt::Result {
    from.map_or(Ok(()), |from| write!(f, "{from}"))?;
    f.write_str("..")?;
    to.map_or(Ok(()), |to| write!(f, "{to}"))
}
