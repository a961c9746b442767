//! Any bytes are a model, or an error that says what is wrong; a model reads any picture.
#![no_main]

use libfuzzer_sys::fuzz_target;
use muniment_fuzz::lstm::{Instructions, LineImage, Model, ModelError, Reader};

/// Most weights of a model that is run, so that a run takes milliseconds.
const MOST_BYTES: usize = 64 << 10;

fuzz_target!(|data: &[u8]| {
    match Model::parse(data) {
        Ok(model) if data.len() <= MOST_BYTES => {
            for instructions in [Instructions::Portable, Instructions::best()] {
                let reader = Reader::with(model.clone(), instructions);
                let rows = reader.height();
                let grays = (0..rows * 40).map(|place| (place * 7 / 3 % 256) as u8).collect();
                reader.read(&[LineImage { width: 40, grays }]);
            }
        }
        Ok(_) => {}
        Err(ModelError::Damaged { part, what }) => assert!(!part.is_empty() && !what.is_empty()),
        Err(ModelError::Unsupported(what)) => assert!(!what.is_empty()),
    }
});
