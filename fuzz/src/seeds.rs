//! Writes the first files of a corpus: two small models, of integers and of floats.

#[path = "../../src/ocr/lstm/fixture.rs"]
mod fixture;

fn main() -> std::io::Result<()> {
    let folder = std::env::args_os().nth(1).unwrap_or_else(|| "tests/fuzz/model".into());
    std::fs::create_dir_all(&folder)?;
    for (name, integers) in [("integers", true), ("floats", false)] {
        std::fs::write(std::path::Path::new(&folder).join(name), fixture::model(integers))?;
    }
    Ok(())
}
