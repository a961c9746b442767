//! A private PostgreSQL for one test: in a temporary folder, reached through a socket there, gone at the end.

use std::fs;
use std::io::Read;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running server; dropping it ends the server and removes its folder.
pub struct Postgres {
    folder: tempfile::TempDir,
    programs: PathBuf,
    server: Child,
}

impl Postgres {
    /// Starts a server, or says "not run" and returns `None` where PostgreSQL is not installed.
    ///
    /// The server ends with the thread that started it, even if that is killed.
    pub fn start() -> Option<Self> {
        let Some(programs) = installed() else {
            println!("not run: PostgreSQL is not installed");
            return None;
        };
        let folder = tempfile::Builder::new().prefix("muniment-pg").tempdir().expect("temporary folder");
        if let Some((user, group)) = other_user(folder.path()) {
            chown(folder.path(), Some(user), Some(group)).expect("chown as root");
        }
        let data = folder.path().join("data");
        let made = as_owner(folder.path(), &programs.join("initdb"))
            .args(["--auth=trust", "--username=postgres", "--no-sync", "--encoding=UTF8", "-D"])
            .arg(&data)
            .output()
            .expect("initdb starts");
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        let server = as_owner(folder.path(), &programs.join("postgres"))
            .arg("-D")
            .arg(&data)
            // Only through the socket: no port to collide on, and nobody else on the machine can connect.
            .args(["-c", "listen_addresses=", "-c", "fsync=off", "-k"])
            .arg(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("postgres starts");
        let mut postgres = Self { folder, programs, server };
        postgres.wait_until_ready();
        Some(postgres)
    }

    /// Makes a new database and returns its URL.
    pub fn database(&self, name: &str) -> String {
        let made = self.client("createdb").arg(name).output().expect("createdb starts");
        assert!(made.status.success(), "createdb: {}", String::from_utf8_lossy(&made.stderr));
        format!("postgres://postgres@localhost/{name}?host={}", self.folder.path().display())
    }

    /// Asks a database and returns the answer, columns parted by `|`.
    pub fn ask(&self, database: &str, sql: &str) -> String {
        let asked = self.client("psql").args(["-At", "-c", sql, database]).output().expect("psql starts");
        assert!(asked.status.success(), "psql: {}", String::from_utf8_lossy(&asked.stderr));
        String::from_utf8_lossy(&asked.stdout).trim().to_owned()
    }

    fn wait_until_ready(&mut self) {
        let begin = Instant::now();
        while !self.client("pg_isready").arg("-q").status().expect("pg_isready starts").success() {
            if let Some(status) = self.server.try_wait().expect("server is a child") {
                let mut log = String::new();
                self.server.stderr.take().map(|mut stderr| stderr.read_to_string(&mut log));
                panic!("PostgreSQL ended with {status}: {log}");
            }
            assert!(begin.elapsed() < Duration::from_secs(60), "PostgreSQL did not start within a minute");
            std::thread::sleep(Duration::from_millis(50));
        }
        // Nobody reads its log from here on; a full pipe would stop it.
        let mut log = self.server.stderr.take().expect("piped");
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
    }

    fn client(&self, program: &str) -> Command {
        let mut command = as_owner(self.folder.path(), &self.programs.join(program));
        command.arg("-h").arg(self.folder.path()).args(["-U", "postgres"]);
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Returns the folder of the newest version's programs.
fn installed() -> Option<PathBuf> {
    let version = |path: &PathBuf| path.file_name()?.to_str()?.parse::<u32>().ok();
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?.filter_map(|entry| Some(entry.ok()?.path()));
    let newest = versions.filter(|path| path.join("bin/initdb").exists()).max_by_key(version)?;
    Some(newest.join("bin"))
}

/// Returns user and group to run the server as, when that is not this user: it refuses to run as root.
fn other_user(folder: &Path) -> Option<(u32, u32)> {
    if fs::metadata(folder).expect("folder").uid() != 0 {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").expect("/etc/passwd");
    let line = users.lines().find(|line| line.starts_with("postgres:")).expect("its package makes a user postgres");
    let mut ids = line.split(':').skip(2).map(|id| id.parse().expect("a number"));
    Some((ids.next().expect("user"), ids.next().expect("group")))
}

/// Prepares `program` to run as the owner of `folder`, and to end with this thread.
fn as_owner(folder: &Path, program: &Path) -> Command {
    let owner = fs::metadata(folder).expect("folder");
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL"]);
    if fs::metadata("/proc/self").expect("/proc").uid() != owner.uid() {
        command.arg(format!("--reuid={}", owner.uid())).arg(format!("--regid={}", owner.gid())).arg("--clear-groups");
    }
    command.arg(program).current_dir(folder).env_clear().env("PATH", "/usr/bin:/bin").env("LC_ALL", "C.UTF-8");
    command
}
