//! The programs of others that check what was written. Where one is missing, the check says so and is not run.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// A PDF in a directory of its own.
pub struct Written {
    directory: TempDir,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl Written {
    pub fn new(bytes: Vec<u8>) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        std::fs::write(directory.path().join("file.pdf"), &bytes).expect("written");
        Self { directory, bytes }
    }

    pub fn path(&self) -> PathBuf {
        self.directory.path().join("file.pdf")
    }

    /// Fails unless qpdf finds the file sound.
    pub fn passes_qpdf(&self) {
        if let Some(output) = run("qpdf", &[Path::new("--check"), &self.path()]) {
            assert!(output.status.success(), "{}", said(&output));
        }
    }

    /// Returns what pdftotext prints, with further options.
    pub fn text(&self, options: &[&str]) -> Option<String> {
        let path = self.path();
        let mut arguments: Vec<&Path> = options.iter().map(Path::new).collect();
        arguments.extend([path.as_path(), Path::new("-")]);
        run("pdftotext", &arguments).map(|output| String::from_utf8(output.stdout).expect("UTF-8"))
    }

    /// Returns the images as pdfimages takes them out, in the order of the pages, with their endings: as they are encoded
    /// with `-all`, decoded with `-png`.
    pub fn images(&self, form: &str) -> Option<Vec<(String, Vec<u8>)>> {
        let root = self.directory.path().join("image");
        run("pdfimages", &[Path::new(form), &self.path(), &root])?;
        let mut files: Vec<PathBuf> = std::fs::read_dir(self.directory.path())
            .expect("listed")
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("image-")))
            .collect();
        files.sort();
        Some(
            files
                .into_iter()
                .map(|path| {
                    let ending = path.extension().expect("an ending").to_string_lossy().into_owned();
                    (ending, std::fs::read(path).expect("read"))
                })
                .collect(),
        )
    }

    /// Returns the first page as shown, gray, at the resolution of the page images.
    pub fn shown(&self, dpi: f32) -> Option<image::GrayImage> {
        let root = self.directory.path().join("shown");
        let path = self.path();
        let dpi = dpi.to_string();
        let mut arguments: Vec<&Path> = ["-png", "-gray", "-singlefile", "-r", &dpi].map(Path::new).to_vec();
        arguments.extend([path.as_path(), root.as_path()]);
        run("pdftoppm", &arguments)?;
        let image = std::fs::read(root.with_extension("png")).expect("shown");
        Some(image::load_from_memory(&image).expect("an image").to_luma8())
    }

    /// Fails unless PDFBox finds the file to be PDF/A-1b once it claims to be (it knows part 1 only).
    ///
    /// The claim is changed in place, so that nothing else moves. The file must have nothing that only part 2 allows.
    pub fn passes_preflight(&self) {
        let jars = ["preflight", "pdfbox2", "fontbox2", "xmpbox", "commons-logging", "javax.activation", "jaxb-api"]
            .map(|name| PathBuf::from(format!("/usr/share/java/{name}.jar")));
        if let Some(missing) = jars.iter().find(|jar| !jar.exists()) {
            println!("not run: {} is missing", missing.display());
            return;
        }
        let claim = b"<pdfaid:part>2<";
        let at = self.bytes.windows(claim.len()).position(|part| part == claim).expect("the claim") + claim.len() - 2;
        let mut bytes = self.bytes.clone();
        bytes[at] = b'1';
        let path = self.directory.path().join("part1.pdf");
        std::fs::write(&path, bytes).expect("written");
        let class_path = jars.map(|jar| jar.display().to_string()).join(":");
        let arguments =
            [Path::new("-cp"), Path::new(&class_path), Path::new("org.apache.pdfbox.preflight.Validator_A1b"), &path];
        if let Some(output) = run("java", &arguments) {
            let said = said(&output);
            assert!(said.contains("is a valid PDF/A-1b file"), "{said}");
        }
    }
}

fn run(program: &str, arguments: &[&Path]) -> Option<Output> {
    match Command::new(program).args(arguments).output() {
        Ok(output) => Some(output),
        Err(_) => {
            println!("not run: {program} is missing");
            None
        }
    }
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
