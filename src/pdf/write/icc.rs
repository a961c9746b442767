//! ICC profiles, built here: sRGB (IEC 61966-2-1) as the output intent, and a plain process-colour one for CMYK scans.
//!
//! Both are version 2 profiles, which every viewer and PDF/A-1 validator reads.

/// Grid points of each ink in the CMYK table.
const GRID: usize = 9;

/// Builds the sRGB profile: three primaries and one tone curve.
pub(super) fn srgb() -> Vec<u8> {
    let curve = curve();
    // Primaries adapted from D65 to the D50 of the connection space (Bradford), as in the published sRGB profiles.
    let tags = [
        (b"desc", description("sRGB IEC61966-2.1")),
        (b"cprt", text("No copyright, use freely")),
        (b"wtpt", xyz([0.9505, 1.0, 1.0891])),
        (b"rXYZ", xyz([0.436_07, 0.222_49, 0.013_92])),
        (b"gXYZ", xyz([0.385_15, 0.716_87, 0.097_08])),
        (b"bXYZ", xyz([0.143_07, 0.060_61, 0.714_10])),
        (b"rTRC", curve.clone()),
        (b"gTRC", curve.clone()),
        (b"bTRC", curve),
    ];
    profile(b"mntr", b"RGB ", b"XYZ ", &tags)
}

/// Builds an input profile for CMYK that means what viewers without colour management show:
/// red = (1 - cyan) x (1 - black), and so on, in sRGB.
pub(super) fn cmyk() -> Vec<u8> {
    let tags = [
        (b"desc", description("Plain process colours on sRGB")),
        (b"cprt", text("No copyright, use freely")),
        (b"wtpt", xyz([0.9642, 1.0, 0.8249])),
        (b"A2B0", cmyk_table()),
    ];
    profile(b"scnr", b"CMYK", b"Lab ", &tags)
}

fn profile(class: &[u8; 4], space: &[u8; 4], connection: &[u8; 4], tags: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let mut body: Vec<u8> = Vec::new();
    let mut table = (tags.len() as u32).to_be_bytes().to_vec();
    let first = 128 + 4 + 12 * tags.len();
    let mut previous: Option<(usize, usize)> = None;
    for (index, (signature, data)) in tags.iter().enumerate() {
        // Equal neighbours (the three tone curves) share their data.
        let (offset, length) = match previous {
            Some(place) if index > 0 && tags[index - 1].1 == *data => place,
            _ => {
                let place = (first + body.len(), data.len());
                body.extend_from_slice(data);
                body.resize(body.len().next_multiple_of(4), 0);
                place
            }
        };
        previous = Some((offset, length));
        table.extend_from_slice(*signature);
        table.extend_from_slice(&(offset as u32).to_be_bytes());
        table.extend_from_slice(&(length as u32).to_be_bytes());
    }
    let mut profile = Vec::with_capacity(first + body.len());
    profile.extend_from_slice(&((first + body.len()) as u32).to_be_bytes());
    profile.extend_from_slice(&[0; 4]);
    profile.extend_from_slice(&[2, 0x10, 0, 0]);
    profile.extend_from_slice(class);
    profile.extend_from_slice(space);
    profile.extend_from_slice(connection);
    // A fixed date: the day that version 2.1 of the sRGB description was published.
    for value in [1998_u16, 2, 9, 6, 49, 0] {
        profile.extend_from_slice(&value.to_be_bytes());
    }
    profile.extend_from_slice(b"acsp");
    profile.resize(68, 0);
    profile.extend_from_slice(&xyz([0.9642, 1.0, 0.8249])[8..]);
    profile.resize(128, 0);
    profile.extend_from_slice(&table);
    profile.extend_from_slice(&body);
    profile
}

fn description(name: &str) -> Vec<u8> {
    let mut tag = b"desc\0\0\0\0".to_vec();
    tag.extend_from_slice(&(name.len() as u32 + 1).to_be_bytes());
    tag.extend_from_slice(name.as_bytes());
    // End of the text; no Unicode and no Macintosh form (4 + 4 + 2 + 1 + 67 bytes).
    tag.resize(tag.len() + 1 + 78, 0);
    tag
}

fn text(text: &str) -> Vec<u8> {
    let mut tag = b"text\0\0\0\0".to_vec();
    tag.extend_from_slice(text.as_bytes());
    tag.push(0);
    tag
}

fn xyz(values: [f64; 3]) -> Vec<u8> {
    let mut tag = b"XYZ \0\0\0\0".to_vec();
    for value in values {
        tag.extend_from_slice(&((value * 65536.0).round() as i32).to_be_bytes());
    }
    tag
}

fn curve() -> Vec<u8> {
    const POINTS: u32 = 1024;
    let mut tag = b"curv\0\0\0\0".to_vec();
    tag.extend_from_slice(&POINTS.to_be_bytes());
    for index in 0..POINTS {
        let light = linear(f64::from(index) / f64::from(POINTS - 1));
        tag.extend_from_slice(&((light * 65535.0).round() as u16).to_be_bytes());
    }
    tag
}

/// Turns an sRGB value into light (IEC 61966-2-1).
fn linear(value: f64) -> f64 {
    if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}

/// The `lut8Type` from CMYK to Lab: straight curves around a table of `GRID` points for each ink.
fn cmyk_table() -> Vec<u8> {
    let mut tag = b"mft1\0\0\0\0".to_vec();
    tag.extend_from_slice(&[4, 3, GRID as u8, 0]);
    for index in 0..9 {
        let unit: i32 = if index % 4 == 0 { 65536 } else { 0 };
        tag.extend_from_slice(&unit.to_be_bytes());
    }
    let straight: Vec<u8> = (0..=255).collect();
    for _ in 0..4 {
        tag.extend_from_slice(&straight);
    }
    let ink = |index: usize| index as f64 / (GRID - 1) as f64;
    for node in 0..GRID.pow(4) {
        let black = ink(node % GRID);
        let [cyan, magenta, yellow] = [GRID.pow(3), GRID.pow(2), GRID].map(|step| ink(node / step % GRID));
        let rgb = [cyan, magenta, yellow].map(|ink| linear((1.0 - ink) * (1.0 - black)));
        tag.extend_from_slice(&lab(rgb));
    }
    for _ in 0..3 {
        tag.extend_from_slice(&straight);
    }
    tag
}

/// Turns linear sRGB light into Lab under D50, in the 8-bit form of version 2 tables.
fn lab([red, green, blue]: [f64; 3]) -> [u8; 3] {
    let x = 0.436_07 * red + 0.385_15 * green + 0.143_07 * blue;
    let y = 0.222_49 * red + 0.716_87 * green + 0.060_61 * blue;
    let z = 0.013_92 * red + 0.097_08 * green + 0.714_10 * blue;
    let [fx, fy, fz] = [x / 0.9642, y, z / 0.8249]
        .map(|value: f64| if value > 216.0 / 24389.0 { value.cbrt() } else { (24389.0 / 27.0 * value + 16.0) / 116.0 });
    let byte = |value: f64| value.round().clamp(0.0, 255.0) as u8;
    [byte((116.0 * fy - 16.0) * 2.55), byte(500.0 * (fx - fy) + 128.0), byte(200.0 * (fy - fz) + 128.0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_agree_with_the_headers_and_the_ends_of_the_scale_are_right() {
        for profile in [srgb(), cmyk()] {
            assert_eq!(u32::from_be_bytes(profile[..4].try_into().expect("four")) as usize, profile.len());
            assert_eq!(&profile[36..40], b"acsp");
            let tags = u32::from_be_bytes(profile[128..132].try_into().expect("four")) as usize;
            for tag in profile[132..132 + 12 * tags].chunks(12) {
                let offset = u32::from_be_bytes(tag[4..8].try_into().expect("four")) as usize;
                let length = u32::from_be_bytes(tag[8..12].try_into().expect("four")) as usize;
                assert!(offset + length <= profile.len() && offset.is_multiple_of(4));
            }
        }
        assert_eq!(lab([1.0; 3]), [255, 128, 128]);
        assert_eq!(lab([0.0; 3]), [0, 128, 128]);
    }
}
