//! The rules of the house that no compiler checks: which module may know which, how long a file may be, what it opens
//! with, what it is called, and which words stay out. Every violation is listed before the test fails.

use std::fs;
use std::path::{Path, PathBuf};

/// The layers from the bottom up. A module may import the layers below its own, never its neighbours.
const LAYERS: &[&[&str]] = &[
    &["chart"],
    &[
        "imaging",
        "ocr",
        "pdf",
        "export",
        "search",
        "store",
        "archive",
        "access",
        "audit",
        "retention",
        "sandbox",
        "samples",
        "labels",
        "barcode",
    ],
    &["pipeline", "intake", "review", "quality", "disposal"],
    &["worker"],
    &["app"],
    &["server", "cli"],
];
const LONGEST_FILE: usize = 400;
const NAMES_THAT_SAY_NOTHING: &[&str] = &["utils", "util", "common", "helpers", "helper", "manager", "service", "misc"];
const FORBIDDEN: &[&str] = &["todo!", "unimplemented!", "dbg!", ".unwrap()", "#[allow(", "#![allow("];
const PRINTING: &[&str] = &["println!", "print!", "eprintln!", "eprint!"];

#[test]
fn imports_go_downward_only() {
    let mut violations = Vec::new();
    for file in sources() {
        let Some(module) = file.module() else { continue };
        let Some(layer) = layer_of(module) else {
            violations.push(format!("{}: the module {module} is in no layer of tests/integration/tidy.rs", file.name));
            continue;
        };
        for (line, imported) in imports(&file.code, file.depth()) {
            if imported == module || layer_of(&imported).is_some_and(|below| below < layer) {
                continue;
            }
            // Not every name after `crate::` is a module: macros and such are no business of the layers.
            if layer_of(&imported).is_some() {
                violations.push(format!("{}:{line}: {module} may not know {imported}", file.name));
            }
        }
    }
    none(&violations);
}

#[test]
fn files_are_short_and_say_what_they_are_for() {
    let mut violations = Vec::new();
    for file in sources() {
        let lines = file.text.lines().take_while(|line| line.trim() != "#[cfg(test)]").count();
        if lines > LONGEST_FILE {
            violations.push(format!(
                "{}: {lines} lines without tests, {LONGEST_FILE} at most: split it by meaning",
                file.name
            ));
        }
    }
    for file in sources().into_iter().chain(files_below("tests")) {
        if !file.text.starts_with("//! ") {
            violations.push(format!("{}: does not open with `//!` and what it is for", file.name));
        }
        let stem = Path::new(&file.name).file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
        if stem.split('_').any(|word| NAMES_THAT_SAY_NOTHING.contains(&word)) {
            violations.push(format!("{}: a name that says nothing", file.name));
        }
    }
    none(&violations);
}

#[test]
fn forbidden_words_stay_out() {
    let mut violations = Vec::new();
    for file in sources() {
        let may_print = file.module().is_none_or(|module| module == "cli");
        let words = FORBIDDEN.iter().chain(if may_print { &[] } else { PRINTING });
        for word in words {
            for line in lines_with(file.code_without_tests(), word) {
                violations.push(format!("{}:{line}: {word}", file.name));
            }
        }
    }
    none(&violations);
}

#[test]
fn every_unsafe_block_says_why_it_is_safe() {
    let mut violations = Vec::new();
    for file in sources() {
        let lines: Vec<&str> = file.text.lines().collect();
        for line in ["unsafe {", "unsafe impl", "unsafe extern"].iter().flat_map(|word| lines_with(&file.code, word)) {
            let above = &lines[line.saturating_sub(8)..line - 1];
            if !above.iter().any(|text| text.trim_start().starts_with("// SAFETY:")) {
                violations.push(format!("{}:{line}: unsafe without a SAFETY comment above it", file.name));
            }
        }
    }
    none(&violations);
}

/// One file: its name below the package, its text, and its code with comments and strings blanked out.
struct SourceFile {
    name: String,
    text: String,
    code: String,
    /// Whether the whole file is compiled for tests only.
    is_test: bool,
}

impl SourceFile {
    /// The module of the first level; none for lib.rs and main.rs.
    fn module(&self) -> Option<&str> {
        let first = self.name.strip_prefix("src/")?.split('/').next()?;
        let module = first.strip_suffix(".rs").unwrap_or(first);
        (module != "lib" && module != "main").then_some(module)
    }

    /// How many modules deep the code of this file is: 1 for `src/pdf/mod.rs`, 2 for `src/pdf/read.rs`.
    fn depth(&self) -> usize {
        let inside = self.name.strip_prefix("src/").unwrap_or(&self.name);
        let parts = inside.split('/').count();
        if inside.ends_with("/mod.rs") { parts - 1 } else { parts }
    }

    /// The code that ships: nothing of a file that is a test module itself, else what stands before the tests.
    fn code_without_tests(&self) -> &str {
        if self.is_test {
            return "";
        }
        let tests = self.code.match_indices("#[cfg(test)]").find(|(at, _)| {
            // `mod tests {` opens the tests of this file; `mod fixture;` only names a file of its own.
            let mut lines = self.code[*at..].lines().skip(1);
            lines.find(|line| !line.trim_start().starts_with("#[")).is_some_and(|line| line.trim_end().ends_with('{'))
        });
        tests.map_or(&self.code, |(at, _)| &self.code[..at])
    }

    /// The files that this one declares as modules for tests only.
    fn test_modules(&self) -> Vec<PathBuf> {
        let folder = match self.name.strip_suffix("/mod.rs") {
            Some(folder) => PathBuf::from(folder),
            None => PathBuf::from(self.name.trim_end_matches(".rs")),
        };
        let declared = self.code.split("#[cfg(test)]").skip(1).filter_map(|after| {
            let name = after.trim_start().strip_prefix("mod ")?.split_once(';')?.0;
            (!name.contains('{')).then(|| folder.join(format!("{name}.rs")))
        });
        declared.collect()
    }
}

fn layer_of(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

fn sources() -> Vec<SourceFile> {
    let mut files = files_below("src");
    assert!(files.len() > 10, "the sources were not found");
    let tests: Vec<PathBuf> = files.iter().flat_map(SourceFile::test_modules).collect();
    for file in &mut files {
        file.is_test = tests.iter().any(|test| test.as_path() == Path::new(&file.name));
    }
    files
}

fn files_below(folder: &str) -> Vec<SourceFile> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join(folder)];
    let mut paths: Vec<PathBuf> = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                paths.push(path);
            }
        }
    }
    paths.sort();
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
        SourceFile { name, code: without_comments_and_strings(&text), text, is_test: false }
    };
    paths.into_iter().map(read).collect()
}

/// The modules of the first level that the code names, with their lines: `crate::x`, `crate::{x, y::z}` and `super::`
/// chains that reach the root.
fn imports(code: &str, depth: usize) -> Vec<(usize, String)> {
    let climb = "super::".repeat(depth);
    let mut found = Vec::new();
    for root in ["crate::", climb.as_str()] {
        for (at, _) in code.match_indices(root) {
            // `my_crate::` is another word, and one more `super::` before it would be the longer chain's business.
            let before = code[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
                continue;
            }
            let line = code[..at].lines().count().max(1);
            let rest = &code[at + root.len()..];
            for module in first_segments(rest) {
                found.push((line, module));
            }
        }
    }
    found
}

fn first_segments(rest: &str) -> Vec<String> {
    let Some(group) = rest.trim_start().strip_prefix('{') else { return vec![identifier(rest)] };
    let mut segments = Vec::new();
    let mut nesting = 0;
    let mut start = true;
    for (at, c) in group.char_indices() {
        match c {
            '{' => nesting += 1,
            '}' if nesting == 0 => break,
            '}' => nesting -= 1,
            ',' if nesting == 0 => start = true,
            _ if start && !c.is_whitespace() => {
                segments.push(identifier(&group[at..]));
                start = false;
            }
            _ => {}
        }
    }
    segments
}

fn identifier(text: &str) -> String {
    text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// The numbers of the lines that hold a word which is not the tail of a longer one.
fn lines_with(code: &str, word: &str) -> Vec<usize> {
    let continues = |c: char| c.is_alphanumeric() || c == '_';
    let starts_like_a_word = word.starts_with(continues);
    let is_own = |at: usize| !(starts_like_a_word && code[..at].chars().next_back().is_some_and(continues));
    code.match_indices(word).filter(|&(at, _)| is_own(at)).map(|(at, _)| 1 + code[..at].matches('\n').count()).collect()
}

/// Blanks out comments, strings and characters, and keeps every line break where it was.
fn without_comments_and_strings(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = match (chars[at], chars.get(at + 1)) {
            ('/', Some('/')) => end_of_line(&chars, at),
            ('/', Some('*')) => end_of_block(&chars, at),
            ('"', _) => end_of_string(&chars, at),
            ('r', Some('"' | '#')) if !continues_a_word(&chars, at) => end_of_raw_string(&chars, at),
            ('\'', _) => end_of_character(&chars, at),
            _ => at,
        };
        if end == at {
            code.push(chars[at]);
            at += 1;
        } else {
            code.extend(chars[at..end.min(chars.len())].iter().map(|&c| if c == '\n' { '\n' } else { ' ' }));
            at = end;
        }
    }
    code
}

fn continues_a_word(chars: &[char], at: usize) -> bool {
    // `br"..."` is a raw string too; no other word ends in r before a quote.
    at > 0 && (chars[at - 1].is_alphanumeric() && chars[at - 1] != 'b' || chars[at - 1] == '_')
}

fn end_of_line(chars: &[char], at: usize) -> usize {
    chars[at..].iter().position(|&c| c == '\n').map_or(chars.len(), |length| at + length)
}

fn end_of_block(chars: &[char], at: usize) -> usize {
    let mut nesting = 0;
    let mut here = at;
    while here + 1 < chars.len() {
        match (chars[here], chars[here + 1]) {
            ('/', '*') => (nesting, here) = (nesting + 1, here + 2),
            ('*', '/') => (nesting, here) = (nesting - 1, here + 2),
            _ => here += 1,
        }
        if nesting == 0 {
            return here;
        }
    }
    chars.len()
}

fn end_of_string(chars: &[char], at: usize) -> usize {
    let mut here = at + 1;
    while here < chars.len() && chars[here] != '"' {
        here += if chars[here] == '\\' { 2 } else { 1 };
    }
    here + 1
}

fn end_of_raw_string(chars: &[char], at: usize) -> usize {
    let hashes = chars[at + 1..].iter().take_while(|&&c| c == '#').count();
    let open = at + 1 + hashes;
    if chars.get(open) != Some(&'"') {
        return at;
    }
    let closes = |here: usize| {
        chars[here] == '"' && chars[here + 1..].iter().take(hashes).filter(|&&c| c == '#').count() == hashes
    };
    (open + 1..chars.len()).find(|&here| closes(here)).map_or(chars.len(), |here| here + 1 + hashes)
}

/// A character literal ends at its quote; a lifetime is left alone.
fn end_of_character(chars: &[char], at: usize) -> usize {
    match (chars.get(at + 1), chars.get(at + 2)) {
        (Some('\\'), _) => (at + 3..chars.len()).find(|&here| chars[here] == '\'').map_or(chars.len(), |here| here + 1),
        (Some(_), Some('\'')) => at + 3,
        _ => at,
    }
}

fn none(violations: &[String]) {
    assert!(violations.is_empty(), "{} violations:\n  {}", violations.len(), violations.join("\n  "));
}

#[test]
fn imports_are_found_however_they_are_written() {
    let named = |code: &str, depth| imports(code, depth).into_iter().map(|(_, module)| module).collect::<Vec<_>>();
    assert_eq!(named("use crate::pdf::read::Document;", 1), ["pdf"]);
    assert_eq!(named("use crate::{chart::{Reject, Word}, pdf,\n    ocr::Recognizer};", 1), ["chart", "pdf", "ocr"]);
    assert_eq!(named("fn f(x: &crate::store::Store) {}", 1), ["store"]);
    assert_eq!(named("use super::super::store::Store; use super::near;", 2), ["store"]);
    assert_eq!(named("use super::store;", 1), ["store"]);
    assert_eq!(named("use my_crate::pdf;", 1), [""; 0]);
    assert_eq!(imports("\n\nuse crate::pdf;", 1), [(3, "pdf".to_owned())]);
}

#[test]
fn comments_and_strings_are_no_code() {
    let code = without_comments_and_strings(
        "a(); // todo!\nb(\"dbg! \\\" todo!\"); /* x /* todo! */ todo! */ c('\"'); d(r#\"todo! \" \"#); e::<'a>(b'\\'');",
    );
    assert!(!code.contains("todo!") && !code.contains("dbg!"), "{code}");
    for kept in ["a();", "b(", "c(", "d(", "e::<'a>("] {
        assert!(code.contains(kept), "{kept} of {code}");
    }
    assert_eq!(lines_with("x\nprintln!();\neprintln!();", "println!"), [2]);
}
