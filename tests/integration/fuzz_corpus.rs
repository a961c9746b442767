//! What the fuzz targets begin with, and what they found before, stays harmless (`make fuzz`).

use std::path::Path;

use muniment::ocr::lstm::{LineImage, Model, Reader};

/// Returns the files of a target's corpus.
fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz").join(target);
    let files = std::fs::read_dir(folder).expect("a corpus").map(|entry| entry.expect("a file").path());
    files.map(|path| (path.display().to_string(), std::fs::read(&path).expect("a file"))).collect()
}

#[test]
fn models_of_the_corpus_are_read_or_refused_and_so_is_every_cut_of_them() {
    let files = corpus("model");
    let mut read = 0;
    for (name, data) in &files {
        match Model::parse(data) {
            Ok(model) => {
                let reader = Reader::new(model);
                let grays = (0..reader.height() * 40).map(|place| (place * 7 / 3 % 256) as u8).collect();
                assert_eq!(reader.read(&[LineImage { width: 40, grays }]).len(), 1, "{name}");
                read += 1;
            }
            Err(cause) => assert!(!cause.to_string().is_empty(), "{name}"),
        }
        for end in (0..data.len()).step_by(37) {
            assert!(Model::parse(&data[..end]).is_err(), "{name} cut at {end}");
        }
    }
    assert!(read >= 2, "the corpus holds a sound model of integers and one of floats");
}
