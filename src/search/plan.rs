//! From a query to what is looked up: every word with its exact forms, its synonyms and its likely misreadings.

use serde::Serialize;
use tantivy::Term;
use tantivy::schema::Field;

use super::analyser::{Analyser, Forms};
use super::entry::{date_number, name_tokens};
use super::query::{Node, Query, Span, Value};
use super::schema::{Fact, Kind, Schema};
use super::searcher::Options;

/// How a word on a page matched what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "how", rename_all = "kebab-case")]
pub enum How {
    /// As asked for.
    Exact,
    /// It begins as asked for.
    Prefix {
        /// What was asked for, with its `*`.
        of: String,
    },
    /// It means the same.
    Synonym {
        /// What was asked for.
        of: String,
    },
    /// The recogniser read something else, and what was asked for as the next most probable.
    OtherReading {
        /// What was asked for.
        of: String,
    },
    /// The recogniser was unsure of it, and it may be a misreading of what was asked for.
    OcrTolerant {
        /// What was asked for.
        of: String,
    },
}

/// One thing to look up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Matcher {
    /// A token.
    Token(String),
    /// Tokens at consecutive positions; at least two.
    Phrase(Vec<String>),
    /// The beginning of tokens.
    Prefix(String),
    /// A token of what a word may say instead.
    Other(String),
    /// The shape of an unsure token.
    Shape(String),
    /// An unsure token that differs in at most `distance` letters.
    Near { word: String, distance: u8 },
}

/// Things to look up that match in the same way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Way {
    pub how: How,
    pub matchers: Vec<Matcher>,
}

/// A word, prefix or phrase of a query with all its ways.
#[derive(Debug, Clone)]
pub(super) struct Leaf {
    pub written: String,
    pub synonyms: Vec<String>,
    pub ways: Vec<Way>,
    pub span: Span,
}

/// A condition on the facts of a page.
#[derive(Debug, Clone)]
pub(super) enum Filter {
    /// All of these terms, and one that begins with the last, if any.
    Terms { all: Vec<Term>, last: Option<(Field, String)>, span: Span },
    /// A number between these, both included.
    Numbers { name: String, from: u64, to: u64 },
}

/// A query as it is evaluated.
#[derive(Debug, Clone)]
pub(super) enum Plan {
    Text(Leaf),
    Filter(Filter),
    And(Vec<Plan>),
    Or(Vec<Plan>),
    Not(Box<Plan>),
}

impl Plan {
    /// Says whether no text is looked for in this part.
    pub(super) fn is_filter(&self) -> bool {
        match self {
            Self::Text(_) => false,
            Self::Filter(_) => true,
            Self::And(plans) | Self::Or(plans) => plans.iter().all(Self::is_filter),
            Self::Not(plan) => plan.is_filter(),
        }
    }
}

/// Says whether the query asks about `fact` anywhere.
pub(super) fn asks_about(query: &Query, fact: Fact) -> bool {
    fn within(node: &Node, fact: Fact) -> bool {
        match node {
            Node::Field { fact: asked, .. } => *asked == fact,
            Node::And(nodes) | Node::Or(nodes) => nodes.iter().any(|node| within(node, fact)),
            Node::Not(node) => within(node, fact),
            Node::Word { .. } | Node::Prefix { .. } | Node::Phrase { .. } => false,
        }
    }
    within(&query.root, fact)
}

/// Plans `query`.
pub(super) fn plan(query: &Query, schema: &Schema, options: &Options) -> Plan {
    Planner { schema, options, analyser: schema.analyser() }.node(&query.root)
}

struct Planner<'a> {
    schema: &'a Schema,
    options: &'a Options,
    analyser: Analyser,
}

impl Planner<'_> {
    fn node(&mut self, node: &Node) -> Plan {
        match node {
            Node::Word { text, span } => Plan::Text(self.word(text, *span)),
            Node::Prefix { text, span } => {
                let folded = self.analyser.fold(text);
                let start = folded.trim_start_matches(|sign: char| !sign.is_alphanumeric()).to_owned();
                let written = format!("{text}*");
                let way = Way { how: How::Prefix { of: written.clone() }, matchers: vec![Matcher::Prefix(start)] };
                Plan::Text(Leaf { written, synonyms: Vec::new(), ways: vec![way], span: *span })
            }
            Node::Phrase { text, span } => {
                let words: Vec<Forms> = text.split(' ').filter_map(|word| self.analyser.forms(word)).collect();
                let matchers = match words.as_slice() {
                    [forms] => exact(forms),
                    words => phrase(words.iter().flat_map(Forms::part_texts).collect()),
                };
                let ways = vec![Way { how: How::Exact, matchers }];
                Plan::Text(Leaf { written: text.clone(), synonyms: Vec::new(), ways, span: *span })
            }
            Node::Field { fact, value, span, .. } => Plan::Filter(self.filter(*fact, value, *span)),
            Node::And(nodes) => Plan::And(self.all(nodes)),
            Node::Or(nodes) => Plan::Or(nodes.iter().map(|node| self.node(node)).collect()),
            Node::Not(node) => Plan::Not(Box::new(self.node(node))),
        }
    }

    /// Plans the parts of an AND. Words side by side that are one term (`high blood pressure`) also find its synonyms.
    fn all(&mut self, nodes: &[Node]) -> Vec<Plan> {
        let mut plans = Vec::new();
        let mut at = 0;
        while at < nodes.len() {
            match self.term(&nodes[at..]) {
                Some((leaf, length)) => {
                    let words = nodes[at..at + length].iter().map(|node| self.node(node)).collect();
                    plans.push(Plan::Or(vec![Plan::And(words), Plan::Text(leaf)]));
                    at += length;
                }
                None => {
                    plans.push(self.node(&nodes[at]));
                    at += 1;
                }
            }
        }
        plans
    }

    /// Returns the synonyms of the longest term of several words at the start of `nodes`, and its length.
    fn term(&mut self, nodes: &[Node]) -> Option<(Leaf, usize)> {
        if !self.options.synonyms {
            return None;
        }
        let mut words = Vec::new();
        for node in nodes.iter().take(self.schema.synonyms.most_words()) {
            let Node::Word { text, span } = node else { break };
            let Some(forms) = self.analyser.forms(text) else { break };
            words.push((forms.wholes[0].clone(), text.clone(), *span));
        }
        (2..=words.len()).rev().find_map(|length| {
            let join = |part: fn(&(String, String, Span)) -> &str| {
                words[..length].iter().map(part).collect::<Vec<_>>().join(" ")
            };
            let (ways, synonyms) = self.synonyms(&join(|(key, ..)| key), &join(|(_, written, _)| written));
            let (first, last) = (words[0].2, words[length - 1].2);
            let span = Span { at: first.at, length: last.at + last.length - first.at };
            let leaf = Leaf { written: join(|(_, written, _)| written), synonyms, ways, span };
            (!leaf.ways.is_empty()).then_some((leaf, length))
        })
    }

    fn word(&mut self, text: &str, span: Span) -> Leaf {
        let mut leaf = Leaf { written: text.to_owned(), synonyms: Vec::new(), ways: Vec::new(), span };
        let Some(forms) = self.analyser.forms(text) else { return leaf };
        leaf.ways.push(Way { how: How::Exact, matchers: exact(&forms) });
        if self.options.synonyms {
            let (ways, synonyms) = self.synonyms(&forms.wholes[0], text);
            leaf.ways.extend(ways);
            leaf.synonyms = synonyms;
        }
        if self.options.other_readings {
            let matchers = forms.wholes.iter().cloned().map(Matcher::Other).collect();
            leaf.ways.push(Way { how: How::OtherReading { of: text.to_owned() }, matchers });
        }
        if self.options.ocr_tolerant {
            let confusions = &self.schema.confusions;
            let mut matchers: Vec<Matcher> =
                forms.wholes.iter().map(|whole| Matcher::Shape(confusions.shape(whole))).collect();
            let near = forms.wholes.iter().map(|whole| (whole, confusions.distance(whole)));
            matchers.extend(
                near.filter(|(_, distance)| *distance > 0)
                    .map(|(word, distance)| Matcher::Near { word: word.clone(), distance }),
            );
            leaf.ways.push(Way { how: How::OcrTolerant { of: text.to_owned() }, matchers });
        }
        leaf
    }

    fn synonyms(&self, key: &str, written: &str) -> (Vec<Way>, Vec<String>) {
        let expressions = self.schema.synonyms.of(key);
        let matchers: Vec<Matcher> = expressions
            .iter()
            .flat_map(|expression| {
                let tokens = expression.wholes.iter().cloned().map(Matcher::Token);
                tokens.chain((expression.parts.len() > 1).then(|| Matcher::Phrase(expression.parts.clone())))
            })
            .collect();
        let way = Way { how: How::Synonym { of: written.to_owned() }, matchers };
        let ways = if way.matchers.is_empty() { Vec::new() } else { vec![way] };
        (ways, expressions.iter().map(|expression| expression.written.clone()).collect())
    }

    fn filter(&mut self, fact: Fact, value: &Value, span: Span) -> Filter {
        // A query is parsed with the schema that it is planned with, so the field is there; without it nothing matches.
        let nothing = Filter::Numbers { name: String::new(), from: 1, to: 0 };
        let (Some(field), Some(name)) = (self.schema.field(fact), self.schema.name(fact)) else { return nothing };
        let numbers = |from: Option<u64>, to: Option<u64>| Filter::Numbers {
            name: name.to_owned(),
            from: from.unwrap_or(0),
            to: to.unwrap_or(u64::MAX),
        };
        let terms = |texts: Vec<String>| texts.iter().map(|text| Term::from_field_text(field, text)).collect();
        match value {
            Value::Text(text) if fact.kind() == Kind::Name => {
                Filter::Terms { all: terms(name_tokens(&mut self.analyser, text)), last: None, span }
            }
            Value::Text(text) => Filter::Terms { all: terms(vec![self.analyser.fold(text)]), last: None, span },
            Value::Prefix(text) => {
                Filter::Terms { all: Vec::new(), last: Some((field, self.analyser.fold(text))), span }
            }
            Value::Identity { bytes, .. } => {
                Filter::Terms { all: vec![Term::from_field_bytes(field, bytes)], last: None, span }
            }
            Value::Numbers { from, to } => numbers(*from, *to),
            Value::Dates { from, to } => numbers(from.map(date_number), to.map(date_number)),
            Value::Flag(flag) => numbers(Some(u64::from(*flag)), Some(u64::from(*flag))),
        }
    }
}

/// Returns what finds a word as it was asked for, whole or in parts that stand side by side.
fn exact(forms: &Forms) -> Vec<Matcher> {
    let mut matchers: Vec<Matcher> = forms.wholes.iter().cloned().map(Matcher::Token).collect();
    if forms.parts.len() > 1 {
        matchers.push(Matcher::Phrase(forms.part_texts().collect()));
    }
    matchers
}

fn phrase(parts: Vec<String>) -> Vec<Matcher> {
    match parts.len() {
        0 => Vec::new(),
        1 => parts.into_iter().map(Matcher::Token).collect(),
        _ => vec![Matcher::Phrase(parts)],
    }
}
