//! Draws a PDF page with poppler's `pdftoppm`, contained like everything that parses foreign bytes, when the children's
//! own renderer gives an empty drawing of a page that is not empty.

use std::fs::File;
use std::io::Seek;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::time::Duration;

use crate::chart::{PageNumber, Size};
use crate::sandbox::{Limits, Program, ProgramInput, ProgramOutput};

/// Resolution of the drawing, in pixels per inch.
const RESOLUTION: f64 = 200.0;
/// Resolution at which pages of PDF files are measured.
const NOMINAL: f64 = 300.0;
/// Longest side of the drawing, in pixels; larger pages are drawn more coarsely.
const LONGEST_SIDE: f64 = 8_000.0;

/// How long it may take to say its version.
const SAYING_ITS_VERSION: Duration = Duration::from_secs(10);

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
    /// Draws one page, which measures `size` pixels at 300 per inch, into a temporary PNG file.
    ///
    /// # Errors
    /// One sentence that says what failed; nothing that the program printed.
    pub async fn draw(&self, mut pdf: File, number: PageNumber, size: Size) -> Result<File, String> {
        pdf.rewind().map_err(|cause| format!("the file cannot be read: {cause}"))?;
        let drawing = tempfile::tempfile().map_err(|cause| format!("a temporary file cannot be made: {cause}"))?;
        let copy = drawing.try_clone().map_err(|cause| format!("a temporary file cannot be used: {cause}"))?;
        let (page, resolution) = (number.to_string(), format!("{:.3}", resolution(size)));
        // What viewers show is the crop box.
        let args = ["-f", &page, "-l", &page, "-r", &resolution, "-cropbox", "-png", "-singlefile", "-"];
        let input = ProgramInput::File(OwnedFd::from(pdf));
        let program = self.program(&args, input, ProgramOutput::File(OwnedFd::from(copy)), self.deadline);
        program.run().await.map(|_| drawing).map_err(|cause| cause.to_string())
    }

    /// Says whether `pdftoppm` is there and can be contained.
    ///
    /// # Errors
    /// One sentence that says what failed.
    pub async fn check(&self) -> Result<(), String> {
        let output = ProgramOutput::Captured { max_bytes: 1 << 16 };
        let program = self.program(&["-v"], ProgramInput::Nothing, output, SAYING_ITS_VERSION);
        program.run().await.map(drop).map_err(|cause| cause.to_string())
    }

    fn program(&self, args: &[&str], input: ProgramInput, output: ProgramOutput, deadline: Duration) -> Program {
        Program {
            launcher: self.launcher.clone(),
            launcher_args: vec!["child".into(), "exec".into()],
            program: "pdftoppm".into(),
            args: args.iter().map(|&arg| arg.to_owned()).collect(),
            readable: Vec::new(),
            input,
            output,
            limits: Limits { memory_bytes: self.memory_bytes, ..Limits::default() },
            deadline,
        }
    }
}

fn resolution(size: Size) -> f64 {
    let longest = f64::from(size.width.max(size.height).max(1));
    RESOLUTION.min(LONGEST_SIDE * NOMINAL / longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn huge_pages_are_drawn_coarsely() {
        assert_eq!(resolution(Size { width: 2550, height: 3300 }), 200.0);
        // 200 inches long, as large as a page may be.
        assert_eq!(resolution(Size { width: 300, height: 60_000 }), 40.0);
        assert_eq!(resolution(Size { width: 0, height: 0 }), 200.0);
    }
}
