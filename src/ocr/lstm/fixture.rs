//! A small model file for tests, of the form that Tesseract writes.

/// Numbers of the network: filters, cells down the columns, cells along the line.
const FILTERS: i32 = 5;
const DOWN: i32 = 7;
const ALONG: i32 = 6;
/// Codes: space, nothing, five letters.
const CODES: i32 = 7;

/// Writes a model file of integers or floats.
pub fn model(integers: bool) -> Vec<u8> {
    let network = network(integers);
    let characters = b"6\nNULL 0\na 3\nb 3\nc 3\n1 8\n. 10\n".to_vec();
    let mut codes = 6i32.to_le_bytes().to_vec();
    for code in [0i32, 2, 3, 4, 5, 6] {
        codes.push(1);
        codes.extend(1i32.to_le_bytes());
        codes.extend(code.to_le_bytes());
    }
    // Punctuation: the word alone, or with a full stop. Words: ab, abc. Numbers: 1.
    let punctuation = dictionary(&[(0, true, true, 1), (5, true, true, 0)]);
    let words = dictionary(&[(1, true, false, 1), (2, true, true, 2), (3, true, true, 0)]);
    let numbers = dictionary(&[(0, true, true, 0)]);
    let parts = [(17, network), (18, punctuation), (19, words), (20, numbers), (21, characters), (22, codes)];
    let mut offsets = [-1i64; 24];
    let mut body = Vec::new();
    for (place, part) in parts {
        offsets[place] = (4 + 24 * 8 + body.len()) as i64;
        body.extend(part);
    }
    let mut file = 24i32.to_le_bytes().to_vec();
    offsets.iter().for_each(|offset| file.extend(offset.to_le_bytes()));
    file.extend(body);
    file
}

fn network(integers: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    head(&mut bytes, "Series", 1, CODES);
    number(&mut bytes, 6);
    head(&mut bytes, "Input", 36, 1);
    [1, 36, 0, 1, 0].into_iter().for_each(|value| number(&mut bytes, value));
    head(&mut bytes, "Series", 1, FILTERS);
    number(&mut bytes, 2);
    head(&mut bytes, "Convolve", 1, 9);
    [1, 1].into_iter().for_each(|value| number(&mut bytes, value));
    head(&mut bytes, "Tanh", 9, FILTERS);
    weights(&mut bytes, FILTERS, 9, integers);
    head(&mut bytes, "Maxpool", FILTERS, FILTERS);
    [3, 3].into_iter().for_each(|value| number(&mut bytes, value));
    head(&mut bytes, "XYTranspose", FILTERS, DOWN);
    number(&mut bytes, 1);
    memory(&mut bytes, "SummLSTM", FILTERS, DOWN, integers);
    head(&mut bytes, "RTLReversed", DOWN, ALONG);
    number(&mut bytes, 1);
    memory(&mut bytes, "LSTM", DOWN, ALONG, integers);
    head(&mut bytes, "Softmax", ALONG, CODES);
    weights(&mut bytes, CODES, ALONG, integers);
    text(&mut bytes, "[1,36,0,1 ...]");
    // Flags, iteration, seed, the code for nothing, then three numbers of the training.
    [0, 1, 77, 1, 0, 0, 0].into_iter().for_each(|value| number(&mut bytes, value));
    bytes
}

fn number(bytes: &mut Vec<u8>, value: i32) {
    bytes.extend(value.to_le_bytes());
}

fn text(bytes: &mut Vec<u8>, text: &str) {
    number(bytes, text.len() as i32);
    bytes.extend(text.as_bytes());
}

fn head(bytes: &mut Vec<u8>, kind: &str, inputs: i32, outputs: i32) {
    bytes.push(0);
    text(bytes, kind);
    bytes.extend([0, 0]);
    [0, inputs, outputs, 0].into_iter().for_each(|value| number(bytes, value));
    text(bytes, "L");
}

fn memory(bytes: &mut Vec<u8>, kind: &str, inputs: i32, cells: i32, integers: bool) {
    head(bytes, kind, inputs, cells);
    number(bytes, inputs + cells);
    (0..4).for_each(|_| weights(bytes, cells, inputs + cells, integers));
}

/// Weights that draw on a generator, and the same numbers whether as integers or as floats.
fn weights(bytes: &mut Vec<u8>, rows: i32, inputs: i32, integers: bool) {
    const SCALE: f64 = 0.02;
    let mut state = (rows * 31 + inputs) as u32;
    let mut draw = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as i8
    };
    bytes.push(if integers { 129 } else { 128 });
    number(bytes, rows);
    number(bytes, inputs + 1);
    if integers {
        bytes.push(0);
        (0..rows * (inputs + 1)).for_each(|_| bytes.push(draw().max(-127).cast_unsigned()));
        number(bytes, rows);
        (0..rows).for_each(|_| bytes.extend(SCALE.to_le_bytes()));
    } else {
        bytes.extend(0f64.to_le_bytes());
        (0..rows * (inputs + 1)).for_each(|_| bytes.extend((f64::from(draw().max(-127)) * SCALE).to_le_bytes()));
    }
}

/// Letter, whether last of its node, whether a word ends, the next node; 6 characters, so 3 bits for a letter.
fn dictionary(edges: &[(u64, bool, bool, u64)]) -> Vec<u8> {
    let mut bytes = 42i16.to_le_bytes().to_vec();
    number(&mut bytes, 6);
    number(&mut bytes, edges.len() as i32);
    for (letter, last, end, next) in edges {
        bytes.extend((letter | u64::from(*last) << 3 | u64::from(*end) << 5 | next << 6).to_le_bytes());
    }
    bytes
}
