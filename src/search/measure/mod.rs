//! Measures the index at scale: generated pages in, figures out.

mod text;

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::entry::PageEntry;
use super::error::IndexError;
use super::index::Index;
use super::query::Query;
use super::schema::Schema;
use super::searcher::{Options, Searcher};
use super::writer::Budget;
use crate::chart::{PageId, PageText, PipelineStamp};
use text::Source;

/// Queries of each kind.
const QUERIES_PER_KIND: u32 = 20;
/// Times that every query is asked after the warm-up.
const ROUNDS: u32 = 5;
/// Pages between commits.
const COMMIT_EVERY: u64 = 200_000;

/// The figures.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Pages indexed.
    pub pages: u64,
    /// Documents that they are in.
    pub documents: u64,
    /// Seconds from the first page to the last commit, making the texts included.
    pub build_seconds: f64,
    /// Seconds of these that making the texts took.
    pub generate_seconds: f64,
    /// Pages a second over all of the build; 0 when an earlier run had built the index.
    pub pages_per_second: f64,
    /// Seconds until merges ended after the last commit.
    pub merge_seconds: f64,
    /// Bytes of the index.
    pub index_bytes: u64,
    /// Milliseconds from opening the index to a searcher.
    pub open_ms: f64,
    /// Latency of all queries.
    pub all: Latency,
    /// Latency by kind of query.
    pub kinds: Vec<Latency>,
}

/// Latency of the queries of one kind, warm, with 20 hits, passages and boxes.
#[derive(Debug, Clone, Serialize)]
pub struct Latency {
    /// The kind.
    pub kind: String,
    /// Queries asked.
    pub queries: usize,
    /// Pages found by all queries of one round.
    pub pages_found: u64,
    /// Half of the queries took no longer, in milliseconds.
    pub p50_ms: f64,
    /// 99 in 100 took no longer.
    pub p99_ms: f64,
    /// The slowest.
    pub worst_ms: f64,
    /// 99 in 100 took no longer on the processor; less than `p99_ms` when the machine is busy with other work. 0 where the
    /// system does not tell.
    pub p99_cpu_ms: f64,
    /// The query that was slowest.
    pub worst_query: String,
}

/// Texts of generated pages, and questions about them: what the index is measured with, for whoever measures more.
pub struct Texts(Source);

impl Texts {
    /// Makes the vocabulary; the same seed gives the same texts.
    pub fn new(seed: u64) -> Self {
        Self(Source::new(seed))
    }

    /// Returns what a pipeline would have read on `page`, the only one of document `number`.
    pub fn page(&self, number: u64, page: PageId, pipeline: PipelineStamp) -> PageText {
        let text = self.0.text(number, 1);
        PageText { page, pipeline, ..text }
    }

    /// Returns `count` questions of every kind about documents of these numbers.
    pub fn queries(&self, documents: u64, count: u32) -> Vec<String> {
        self.0.queries(documents, count).into_iter().map(|(_, query)| query).collect()
    }
}

struct Sample {
    kind: &'static str,
    query: String,
    pages: u64,
    took: Duration,
    computed: Duration,
}

/// Builds an index of `pages` generated pages in `dir` and asks it queries. An index that an earlier run with the same
/// numbers left there is asked again without being built.
///
/// # Errors
/// The index cannot be written or read.
pub fn run(pages: u64, seed: u64, dir: &Path) -> Result<Report, IndexError> {
    let schema =
        Schema::embedded().map_err(|error| IndexError::Damaged { dir: dir.to_path_buf(), cause: error.to_string() })?;
    let source = Source::new(seed);
    let index = Index::open_or_create(dir, &schema)?;
    let built = index.checkpoint()? == Some(checkpoint(pages, seed));
    let (documents, build, generate, merge) = if built {
        (source.documents(pages), Duration::ZERO, Duration::ZERO, Duration::ZERO)
    } else {
        build(&index, &source, pages, seed)?
    };
    drop(index);
    let start = Instant::now();
    let index = Index::open_or_create(dir, &schema)?;
    let searcher = index.searcher()?;
    let open = start.elapsed();
    let samples = ask(&searcher, &schema, &source, documents)?;
    let mut kinds: Vec<&str> = samples.iter().map(|sample| sample.kind).collect();
    kinds.dedup();
    kinds.sort_unstable();
    kinds.dedup();
    Ok(Report {
        pages,
        documents,
        build_seconds: build.as_secs_f64(),
        generate_seconds: generate.as_secs_f64(),
        pages_per_second: if built { 0.0 } else { pages as f64 / build.as_secs_f64().max(1e-9) },
        merge_seconds: merge.as_secs_f64(),
        index_bytes: index.bytes()?,
        open_ms: milliseconds(open),
        all: latency("all", samples.iter()),
        kinds: kinds.iter().map(|kind| latency(kind, samples.iter().filter(|sample| sample.kind == *kind))).collect(),
    })
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "pages           {} in {} documents", self.pages, self.documents)?;
        if self.pages_per_second > 0.0 {
            writeln!(
                f,
                "build           {:.0} pages/s ({:.1} s, {:.1} s of it making texts), merges {:.1} s more",
                self.pages_per_second, self.build_seconds, self.generate_seconds, self.merge_seconds
            )?;
        } else {
            writeln!(f, "build           by an earlier run")?;
        }
        let per_page = self.index_bytes / self.pages.max(1);
        writeln!(f, "index           {} bytes, {per_page} a page", self.index_bytes)?;
        writeln!(f, "open            {:.0} ms", self.open_ms)?;
        writeln!(
            f,
            "{:<16}{:>8}{:>14}{:>10}{:>10}{:>10}{:>12}",
            "queries, warm", "asked", "pages found", "p50 ms", "p99 ms", "worst", "p99 cpu ms"
        )?;
        for line in self.kinds.iter().chain(std::iter::once(&self.all)) {
            writeln!(
                f,
                "{:<16}{:>8}{:>14}{:>10.2}{:>10.2}{:>10.2}{:>12.2}  {}",
                line.kind,
                line.queries,
                line.pages_found,
                line.p50_ms,
                line.p99_ms,
                line.worst_ms,
                line.p99_cpu_ms,
                line.worst_query
            )?;
        }
        Ok(())
    }
}

fn checkpoint(done: u64, seed: u64) -> String {
    format!("{done} pages of seed {seed}")
}

fn build(
    index: &Index,
    source: &Source,
    pages: u64,
    seed: u64,
) -> Result<(u64, Duration, Duration, Duration), IndexError> {
    let mut writer = index.writer(Budget { threads: 2, mib_per_thread: 256 })?;
    let start = Instant::now();
    let mut generate = Duration::ZERO;
    let mut done = 0;
    let mut document = 0;
    while done < pages {
        for position in 1..=source.pages_of(document).min(u32::try_from(pages - done).unwrap_or(u32::MAX)) {
            let making = Instant::now();
            let facts = source.facts(document, position);
            let text = source.page(facts.page);
            generate += making.elapsed();
            writer.add(&PageEntry { facts: &facts, text: text.as_ref() })?;
            done += 1;
            if done % COMMIT_EVERY == 0 {
                writer.commit(&checkpoint(done, seed))?;
            }
        }
        document += 1;
    }
    writer.commit(&checkpoint(done, seed))?;
    let build = start.elapsed();
    let start = Instant::now();
    writer.finish()?;
    Ok((document, build, generate, start.elapsed()))
}

fn ask(searcher: &Searcher, schema: &Schema, source: &Source, documents: u64) -> Result<Vec<Sample>, IndexError> {
    let options = Options::default();
    let mut samples = Vec::new();
    // Loading a text is the caller's part: the texts of hits are made in the first round and kept.
    let kept: RefCell<HashMap<PageId, Option<PageText>>> = RefCell::default();
    let load = |page: &PageId| kept.borrow_mut().entry(*page).or_insert_with(|| source.page(*page)).clone();
    for round in 0..=ROUNDS {
        for (kind, text) in source.queries(documents, QUERIES_PER_KIND) {
            let start = Instant::now();
            let computed = computed_by_this_thread();
            let query = Query::parse(&text, schema)?;
            let answer = searcher.search(&query, &options, load)?;
            let took = start.elapsed();
            let computed = computed_by_this_thread().saturating_sub(computed);
            // The first round warms the caches.
            if round > 0 {
                samples.push(Sample { kind, query: text, pages: answer.pages, took, computed });
            }
        }
    }
    Ok(samples)
}

fn latency<'a>(kind: &str, samples: impl Iterator<Item = &'a Sample>) -> Latency {
    let mut samples: Vec<&Sample> = samples.collect();
    let mut computed: Vec<Duration> = samples.iter().map(|sample| sample.computed).collect();
    computed.sort_unstable();
    samples.sort_by_key(|sample| sample.took);
    let index = |part: f64| ((samples.len() as f64 * part).ceil() as usize).saturating_sub(1);
    let at = |part: f64| samples.get(index(part)).map_or(0.0, |sample| milliseconds(sample.took));
    Latency {
        kind: kind.to_owned(),
        queries: samples.len(),
        pages_found: samples.iter().map(|sample| sample.pages).sum::<u64>() / u64::from(ROUNDS),
        p50_ms: at(0.5),
        p99_ms: at(0.99),
        worst_ms: at(1.0),
        p99_cpu_ms: computed.get(index(0.99)).map_or(0.0, |computed| milliseconds(*computed)),
        worst_query: samples.last().map_or_else(String::new, |sample| sample.query.clone()),
    }
}

/// Returns how long this thread was on a processor so far; zero where the system does not tell.
fn computed_by_this_thread() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    told.split(' ').next().and_then(|first| first.parse().ok()).map_or(Duration::ZERO, Duration::from_nanos)
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_run_finds_pages_of_every_kind() {
        let dir = tempfile::tempdir().unwrap();
        let report = run(3000, 1, dir.path()).unwrap();
        assert_eq!(report.kinds.len(), 10);
        for kind in &report.kinds {
            assert!(kind.pages_found > 0, "{kind:?}");
        }
        assert!(report.index_bytes > 100_000 && report.documents > 100);
        assert!(report.to_string().contains("pages/s"));
    }
}
