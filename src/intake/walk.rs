//! The files that a person named, in an order that is always the same; what is left out is said.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

/// The most left-out entries that are said one by one: the list must stay bounded, whatever is in the folder.
const MOST_SKIPPED: usize = 100_000;

/// How far a walk goes.
#[derive(Debug, Clone)]
pub struct WalkLimits {
    /// Folders within folders.
    pub depth: u32,
    /// Files in all.
    pub files: usize,
    /// Folders to stay out of: the archive, the folder for sources that were taken in.
    pub exclude: Vec<PathBuf>,
}

/// What a walk found.
#[derive(Debug, Clone, Default)]
pub struct Walk {
    /// Regular files, absolute, sorted by path.
    pub files: Vec<PathBuf>,
    /// What was left out, sorted by path.
    pub skipped: Vec<Skipped>,
}

/// Something that was left out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skipped {
    /// Where it is; for the eyes of whoever named the folder, never for a log.
    pub path: PathBuf,
    /// Why.
    pub reason: SkipReason,
}

/// Why something was left out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum SkipReason {
    /// Its name begins with a dot.
    #[error("hidden: its name begins with a dot")]
    Hidden,
    /// Its name says that it is still being written.
    #[error("incomplete: its name is that of a file still being written")]
    Partial,
    /// It is a symbolic link.
    #[error("a symbolic link; give what it points to")]
    Link,
    /// It is a device, a pipe or a socket.
    #[error("neither a file nor a folder")]
    Special,
    /// It is below too many folders.
    #[error("too many folders deep; give this folder by itself")]
    TooDeep,
    /// There are too many files.
    #[error("too many files in one run; give the rest by itself")]
    TooMany,
    /// It is one of the program's own folders.
    #[error("a folder of the program itself")]
    Excluded,
    /// It cannot be looked at.
    #[error("cannot be read: {0}")]
    Unreadable(String),
}

impl Default for WalkLimits {
    fn default() -> Self {
        Self { depth: 32, files: 1_000_000, exclude: Vec::new() }
    }
}

/// Lists the files at and below `paths`. A path given by a person is taken as it is, be it hidden or a link; below it,
/// links, hidden and unfinished files are left out.
pub fn walk(paths: &[PathBuf], limits: &WalkLimits) -> Walk {
    let exclude = limits.exclude.iter().filter_map(|path| path.canonicalize().ok()).collect();
    let mut walker = Walker { files: BTreeSet::new(), skipped: BTreeSet::new(), limits, exclude };
    for path in paths {
        match path.canonicalize() {
            Ok(path) => walker.enter(path, 0),
            Err(error) => walker.skip(path.clone(), SkipReason::Unreadable(error.to_string())),
        }
    }
    Walk { files: walker.files.into_iter().collect(), skipped: walker.skipped.into_iter().collect() }
}

struct Walker<'a> {
    files: BTreeSet<PathBuf>,
    skipped: BTreeSet<Skipped>,
    limits: &'a WalkLimits,
    exclude: BTreeSet<PathBuf>,
}

impl Walker<'_> {
    fn enter(&mut self, path: PathBuf, depth: u32) {
        let kind = match path.symlink_metadata() {
            Ok(metadata) => metadata.file_type(),
            Err(error) => return self.skip(path, SkipReason::Unreadable(error.to_string())),
        };
        if kind.is_symlink() {
            self.skip(path, SkipReason::Link);
        } else if kind.is_file() && self.is_excluded(&path) {
            self.skip(path, SkipReason::Excluded);
        } else if kind.is_file() {
            if self.files.len() < self.limits.files || self.files.contains(&path) {
                self.files.insert(path);
            } else {
                self.skip(path, SkipReason::TooMany);
            }
        } else if !kind.is_dir() {
            self.skip(path, SkipReason::Special);
        } else if self.is_excluded(&path) {
            self.skip(path, SkipReason::Excluded);
        } else if depth >= self.limits.depth {
            self.skip(path, SkipReason::TooDeep);
        } else {
            self.enter_folder(&path, depth);
        }
    }

    /// Says whether a path is one of the program's own folders, or anywhere below one.
    fn is_excluded(&self, path: &Path) -> bool {
        path.ancestors().any(|folder| self.exclude.contains(folder))
    }

    fn enter_folder(&mut self, folder: &Path, depth: u32) {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => return self.skip(folder.to_owned(), SkipReason::Unreadable(error.to_string())),
        };
        let mut children = BTreeSet::new();
        for entry in entries {
            match entry {
                Ok(entry) => {
                    children.insert(entry.path());
                }
                Err(error) => self.skip(folder.to_owned(), SkipReason::Unreadable(error.to_string())),
            }
        }
        for child in children {
            match child.file_name().and_then(unwanted) {
                Some(reason) => self.skip(child, reason),
                None => self.enter(child, depth + 1),
            }
        }
    }

    fn skip(&mut self, path: PathBuf, reason: SkipReason) {
        if self.skipped.len() < MOST_SKIPPED {
            self.skipped.insert(Skipped { path, reason });
        }
    }
}

/// Says why a name below a given folder is left out, if it is.
fn unwanted(name: &OsStr) -> Option<SkipReason> {
    const PARTIAL: [&str; 7] = [".part", ".partial", ".filepart", ".tmp", ".temp", ".crdownload", ".download"];
    let name = name.to_string_lossy().to_lowercase();
    if name.starts_with('.') {
        Some(SkipReason::Hidden)
    } else if name.ends_with('~') || name.starts_with("~$") || PARTIAL.iter().any(|end| name.ends_with(end)) {
        Some(SkipReason::Partial)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("b/deep/er")).unwrap();
        fs::create_dir_all(at("done")).unwrap();
        fs::create_dir_all(at(".cache")).unwrap();
        for name in [
            "c.tif",
            "a.pdf",
            "b/2.png",
            "b/10.png",
            "b/deep/er/x.jpg",
            "done/old.pdf",
            "half.pdf.PART",
            ".hidden",
            "w.docx~",
        ] {
            fs::write(at(name), name).unwrap();
        }
        std::os::unix::fs::symlink(at("a.pdf"), at("link.pdf")).unwrap();
        folder
    }

    #[test]
    fn the_order_is_fixed_and_what_is_left_out_is_said() {
        let folder = tree();
        let root = folder.path().canonicalize().unwrap();
        let limits = WalkLimits { exclude: vec![root.join("done")], ..WalkLimits::default() };
        // A folder and a file in it: the file is listed once.
        let found = walk(&[root.clone(), root.join("b/2.png")], &limits);
        let names = |paths: Vec<&PathBuf>| -> Vec<String> {
            paths.iter().map(|path| path.strip_prefix(&root).unwrap().display().to_string()).collect()
        };
        assert_eq!(names(found.files.iter().collect()), ["a.pdf", "b/10.png", "b/2.png", "b/deep/er/x.jpg", "c.tif"]);
        let skipped: Vec<_> = found
            .skipped
            .iter()
            .map(|skipped| (names(vec![&skipped.path])[0].clone(), skipped.reason.clone()))
            .collect();
        assert_eq!(
            skipped,
            [
                (".cache".to_owned(), SkipReason::Hidden),
                (".hidden".to_owned(), SkipReason::Hidden),
                ("done".to_owned(), SkipReason::Excluded),
                ("half.pdf.PART".to_owned(), SkipReason::Partial),
                ("link.pdf".to_owned(), SkipReason::Link),
                ("w.docx~".to_owned(), SkipReason::Partial),
            ]
        );
    }

    #[test]
    fn depth_and_number_are_bounded() {
        let folder = tree();
        let shallow = walk(&[folder.path().to_owned()], &WalkLimits { depth: 2, ..WalkLimits::default() });
        assert!(shallow.skipped.iter().any(|skipped| skipped.reason == SkipReason::TooDeep));
        assert!(!shallow.files.iter().any(|path| path.ends_with("x.jpg")));
        let few = walk(&[folder.path().to_owned()], &WalkLimits { files: 2, ..WalkLimits::default() });
        assert_eq!(few.files.len(), 2);
        assert!(few.skipped.iter().any(|skipped| skipped.reason == SkipReason::TooMany));
    }

    #[test]
    fn a_path_inside_of_an_excluded_folder_is_left_out() {
        let folder = tree();
        let limits = WalkLimits { exclude: vec![folder.path().join("b")], ..WalkLimits::default() };
        let found = walk(&[folder.path().join("b/deep"), folder.path().join("b/2.png")], &limits);
        assert!(found.files.is_empty());
        assert!(found.skipped.iter().all(|skipped| skipped.reason == SkipReason::Excluded));
    }

    #[test]
    fn a_missing_path_is_said() {
        let found = walk(&[PathBuf::from("/nowhere/at/all")], &WalkLimits::default());
        assert!(matches!(found.skipped[..], [Skipped { reason: SkipReason::Unreadable(_), .. }]));
    }
}
