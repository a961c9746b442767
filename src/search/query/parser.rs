//! From signs to the parts of a query. AND binds more tightly than OR; words side by side mean AND.

use super::lexer::{Sign, signs};
use super::{MOST_CHARACTERS, MOST_CLAUSES, MOST_DEPTH, Node, Span, values};
use crate::search::error::QueryError;
use crate::search::schema::Schema;

/// Understands `text`.
pub(super) fn parse(text: &str, schema: &Schema) -> Result<Node, QueryError> {
    let length = text.chars().count();
    if length > MOST_CHARACTERS {
        let span = Span { at: MOST_CHARACTERS, length: length - MOST_CHARACTERS };
        return Err(span.error(format!("the query has {length} characters; {MOST_CHARACTERS} are allowed: shorten it")));
    }
    let signs = signs(text)?;
    if signs.is_empty() {
        return Err(Span { at: 0, length: 0 }.error("the query is empty: write a word to look for"));
    }
    let mut parser = Parser { signs, next: 0, end: length, clauses: 0, schema };
    let node = parser.any(0)?;
    match parser.signs.get(parser.next) {
        Some((_, span)) => Err(span.error("this ) closes nothing: remove it or add ( before")),
        None => Ok(node),
    }
}

struct Parser<'a> {
    signs: Vec<(Sign, Span)>,
    next: usize,
    end: usize,
    clauses: usize,
    schema: &'a Schema,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Sign> {
        self.signs.get(self.next).map(|(sign, _)| sign)
    }

    fn take(&mut self, wanted: &Sign) -> bool {
        let taken = self.peek() == Some(wanted);
        self.next += usize::from(taken);
        taken
    }

    fn any(&mut self, depth: usize) -> Result<Node, QueryError> {
        let mut nodes = vec![self.all(depth)?];
        while self.take(&Sign::Or) {
            nodes.push(self.all(depth)?);
        }
        Ok(grouped(nodes, Node::Or))
    }

    fn all(&mut self, depth: usize) -> Result<Node, QueryError> {
        let mut nodes = vec![self.one(depth)?];
        loop {
            let and = self.take(&Sign::And);
            if !and && matches!(self.peek(), None | Some(Sign::Close | Sign::Or)) {
                return Ok(grouped(nodes, Node::And));
            }
            nodes.push(self.one(depth)?);
        }
    }

    fn one(&mut self, depth: usize) -> Result<Node, QueryError> {
        let Some((sign, span)) = self.signs.get(self.next).cloned() else {
            let span = Span { at: self.end, length: 0 };
            return Err(span.error("the query ends where a word is expected: add one or remove the operator"));
        };
        self.next += 1;
        let deeper = || {
            let message =
                format!("more than {MOST_DEPTH} parentheses or negations inside of each other: simplify the query");
            if depth >= MOST_DEPTH { Err(span.error(message)) } else { Ok(depth + 1) }
        };
        match sign {
            Sign::Not => Ok(Node::Not(Box::new(self.one(deeper()?)?))),
            Sign::Open => {
                let depth = deeper()?;
                if self.peek() == Some(&Sign::Close) {
                    return Err(span.error("there is nothing between these parentheses: remove them"));
                }
                let node = self.any(depth)?;
                if self.take(&Sign::Close) { Ok(node) } else { Err(span.error("this ( is not closed: add )")) }
            }
            Sign::Close => Err(span.error("a word is expected before this )")),
            Sign::And | Sign::Or => {
                let message = "a word is expected before this operator; to look for the word itself, write it in small \
                               letters or in quotes";
                Err(span.error(message))
            }
            Sign::Quoted(text) => self.clause(span).and_then(|()| values::words(&text, true, span)),
            Sign::Word(text) => self.clause(span).and_then(|()| values::words(&text, false, span)),
            Sign::Field(name, value) => {
                self.clause(span)?;
                let (text, quoted) = match *value {
                    Sign::Quoted(text) => (text, true),
                    Sign::Word(text) => (text, false),
                    _ => (String::new(), false),
                };
                let known = name.to_ascii_lowercase();
                match self.schema.fact(&known) {
                    Some(fact) => values::field(&known, fact, &text, quoted, span),
                    None => Err(self.unknown_field(&known, span)),
                }
            }
        }
    }

    fn clause(&mut self, span: Span) -> Result<(), QueryError> {
        self.clauses += 1;
        if self.clauses > MOST_CLAUSES {
            return Err(span.error(format!("more than {MOST_CLAUSES} words, phrases and fields: shorten the query")));
        }
        Ok(())
    }

    fn unknown_field(&self, name: &str, span: Span) -> QueryError {
        let near = self.schema.field_names().min_by_key(|known| strsim::damerau_levenshtein(known, name));
        let near = near.filter(|known| strsim::damerau_levenshtein(known, name) <= 2);
        let advice = near.map_or_else(
            || format!("fields are {}", self.schema.field_names().collect::<Vec<_>>().join(", ")),
            |known| format!("did you mean {known}:"),
        );
        span.error(format!("there is no field {name}: ({advice}); to look for it as text, put it in quotes"))
    }
}

fn grouped(mut nodes: Vec<Node>, group: fn(Vec<Node>) -> Node) -> Node {
    match nodes.pop() {
        Some(node) if nodes.is_empty() => node,
        last => {
            nodes.extend(last);
            group(nodes)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::super::Query;
    use super::*;

    static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema::embedded().unwrap());

    fn shown(text: &str) -> String {
        Query::parse(text, &SCHEMA).unwrap().to_string()
    }

    fn refused(text: &str) -> (usize, String) {
        let error = Query::parse(text, &SCHEMA).unwrap_err();
        (error.at, error.message)
    }

    #[test]
    fn the_language_reads_as_it_is_documented() {
        for (text, expected) in [
            ("heart failure", "heart failure"),
            ("heart AND failure", "heart failure"),
            ("a b OR c d", "(a b) OR (c d)"),
            ("a (b OR c) -d", "a (b OR c) NOT d"),
            ("NOT \"chest  pain\" card*", "NOT \"chest pain\" card*"),
            ("batch:\"Room 4\" x", "batch:\"Room 4\" x"),
            ("DATE:2024-03 x", "date:2024-03-01..2024-03-31 x"),
            ("received:>=2024", "received:2024-01-01.."),
            ("page:>3 reliable:no", "page:4.. reliable:no"),
            ("text:x text:\"a b\" text:ca*", "x \"a b\" ca*"),
            ("12:30 120/80 3.5 q.d. x-ray", "12:30 120/80 3.5 q.d. x-ray"),
            ("“curly quotes”", "\"curly quotes\""),
            ("and or not", "and or not"),
            ("(((a)))", "a"),
            ("file:scan* type:letter", "file:scan* type:\"letter\""),
        ] {
            assert_eq!(shown(text), expected, "{text}");
            assert_eq!(shown(&shown(text)), expected, "round trip of {text}");
        }
    }

    #[test]
    fn errors_point_at_the_place_and_say_what_to_do() {
        for (text, at, part) in [
            ("", 0, "empty"),
            ("   ", 0, "empty"),
            ("heart AND", 9, "ends"),
            ("OR x", 0, "before this operator"),
            ("a OR OR b", 5, "before this operator"),
            ("a (b", 2, "not closed"),
            ("a ()", 2, "nothing between"),
            ("a) b", 1, "closes nothing"),
            ("x \"a b", 2, "quotes"),
            ("x *", 2, "beginning"),
            ("ca*rd", 0, "end of a word"),
            ("x ???", 2, "letter or digit"),
            ("x - y", 2, "lone"),
            ("dat:2024", 0, "date"),
            ("frobnicate:2024", 0, "fields are"),
            ("x date:", 2, "no value"),
            ("date:2024-02-30", 0, "takes a date"),
            ("page:x", 0, "number"),
            ("reliable:maybe", 0, "yes or no"),
            ("document:17", 0, "UUID"),
            ("page-id:17", 0, "page id"),
        ] {
            let (found, message) = refused(text);
            assert_eq!(found, at, "{text}: {message}");
            assert!(message.contains(part), "{text}: {message}");
        }
        let error = Query::parse("a (b", &SCHEMA).unwrap_err();
        assert!(error.pointed("a (b").starts_with("a (b\n  ^\n"));
    }

    #[test]
    fn hostile_queries_are_refused_quickly() {
        for text in [
            "(".repeat(1999),
            "(".repeat(10_000),
            format!("{}a{}", "(".repeat(900), ")".repeat(900)),
            "-".repeat(1500) + "a",
            "NOT ".repeat(400) + "a",
            "a* OR ".repeat(300) + "a*",
            "x ".repeat(65),
            format!("\"{}\"", "of ".repeat(33)),
        ] {
            let (_, message) = refused(&text);
            assert!(message.contains("simplify") || message.contains("shorten"), "{message}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_understood_or_refused(text in "\\PC{0,80}") {
            let _ = Query::parse(&text, &SCHEMA);
        }

        #[test]
        fn what_was_understood_reads_back(text in "([a-c(\"*: -]|AND |OR |NOT |date:2024|batch:x|>=|\\)|\u{e9}|3\\.5| ){1,24}") {
            if let Ok(query) = Query::parse(&text, &SCHEMA) {
                let written = query.to_string();
                let again = Query::parse(&written, &SCHEMA);
                prop_assert!(again.is_ok(), "{} became {}: {:?}", text, written, again);
                prop_assert_eq!(again.map(|query| query.to_string()), Ok(written));
            }
        }
    }
}
