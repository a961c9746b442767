//! Somebody else's validator of OCFL: ocfl-py, in a virtual environment that `scripts/setup.sh test` makes.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The programs of ocfl-py.
pub struct OcflPy {
    programs: PathBuf,
}

/// What a validation said.
pub struct Verdict {
    /// Whether everything was accepted.
    pub accepted: bool,
    /// What was printed.
    pub text: String,
}

impl OcflPy {
    /// Finds it, or says "not run".
    pub fn find() -> Option<Self> {
        let cache = std::env::var_os("XDG_CACHE_HOME")
            .map(PathBuf::from)
            .or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache")))?;
        let programs = cache.join("muniment-tests/ocfl-py-2.1.0/bin");
        if programs.join("ocfl-validate.py").exists() {
            return Some(Self { programs });
        }
        println!("not run: ocfl-py is not in {}; scripts/setup.sh test installs it", programs.display());
        None
    }

    /// Validates a storage root, its objects and every digest.
    pub fn validate_root(&self, root: &Path) -> Verdict {
        let root = root.to_str().unwrap();
        let verdict = self.run("ocfl-root.py", &["validate", "--validate-objects", "--check-digests", "--root", root]);
        // It ends with 0 whatever it found.
        Verdict { accepted: verdict.accepted && verdict.text.contains(" is VALID"), ..verdict }
    }

    /// Validates a storage root or an object with the other program.
    pub fn validate(&self, place: &Path) -> Verdict {
        self.run("ocfl-validate.py", &[place.to_str().unwrap()])
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Verdict {
        let mut command = Command::new("timeout");
        command.arg("300").arg(self.programs.join("python3")).arg(self.programs.join(program)).args(arguments);
        let output = command.stdin(Stdio::null()).output().unwrap();
        let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.push_str(&String::from_utf8_lossy(&output.stderr));
        Verdict { accepted: output.status.success() && !text.contains("INVALID"), text }
    }
}
