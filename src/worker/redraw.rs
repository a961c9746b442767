//! Draws a PDF page with poppler's `pdftoppm`, contained like everything that parses foreign bytes, when the children's
//! own renderer gives an empty drawing of a page that is not empty.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::time::Duration;

use crate::chart::PageNumber;
use crate::sandbox::{Limits, Program, ProgramInput, ProgramOutput};

/// Resolution of the drawing, in pixels per inch.
const RESOLUTION: &str = "200";

/// Starts `pdftoppm`.
#[derive(Debug, Clone)]
pub struct Redrawer {
    /// Our own executable, which restricts itself before it becomes the program.
    pub launcher: PathBuf,
    /// Memory that the program may use, in bytes.
    pub memory_bytes: u64,
    /// How long it may take.
    pub deadline: Duration,
}

impl Redrawer {
    /// Draws one page into a temporary PNG file.
    ///
    /// # Errors
    /// One sentence that says what failed; nothing that the program printed.
    pub async fn draw(&self, pdf: File, number: PageNumber) -> Result<File, String> {
        let drawing = tempfile::tempfile().map_err(|cause| format!("a temporary file cannot be made: {cause}"))?;
        let copy = drawing.try_clone().map_err(|cause| format!("a temporary file cannot be used: {cause}"))?;
        let page = number.to_string();
        let program = Program {
            launcher: self.launcher.clone(),
            launcher_args: vec!["child".into(), "exec".into()],
            program: "pdftoppm".into(),
            args: ["-f", &page, "-l", &page, "-r", RESOLUTION, "-png", "-singlefile", "-"].map(str::to_owned).into(),
            readable: Vec::new(),
            input: ProgramInput::File(OwnedFd::from(pdf)),
            output: ProgramOutput::File(OwnedFd::from(copy)),
            limits: Limits { memory_bytes: self.memory_bytes, ..Limits::default() },
            deadline: self.deadline,
        };
        program.run().await.map(|_| drawing).map_err(|cause| cause.to_string())
    }
}
