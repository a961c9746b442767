//! Image streams as PDF objects: the encoded bytes go through unchanged.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::icc;
use super::objects::{Objects, Ref, deflate};
use crate::chart::Digest;
use crate::pdf::image_stream::{ColorSpace, ImageStream, StreamFilter};

/// Objects that several images share: colour profiles and JBIG2 dictionaries, by the digest of their bytes.
#[derive(Default)]
pub(super) struct SharedObjects(HashMap<Digest, Ref>);

impl SharedObjects {
    /// Writes the image (and what it needs, unless that is there already) and returns its number.
    pub(super) fn write_image<W: Write>(&mut self, objects: &mut Objects<W>, image: &ImageStream) -> io::Result<Ref> {
        let space = self.color_space(objects, &image.color)?;
        let mut entries = format!(
            "/Type /XObject /Subtype /Image /Width {} /Height {} /ColorSpace {space}",
            image.size.width, image.size.height
        );
        if image.filter != StreamFilter::Jpx {
            let _ = write!(entries, " /BitsPerComponent {}", image.bits_per_component);
        }
        entries.push_str(&decode_array(image));
        entries.push_str(&self.filter(objects, image)?);
        let id = objects.allocate();
        objects.stream(id, &entries, &image.data)?;
        Ok(id)
    }

    fn filter<W: Write>(&mut self, objects: &mut Objects<W>, image: &ImageStream) -> io::Result<String> {
        Ok(match &image.filter {
            StreamFilter::Jpeg => " /Filter /DCTDecode".to_owned(),
            StreamFilter::Jpx => " /Filter /JPXDecode".to_owned(),
            StreamFilter::Flate => " /Filter /FlateDecode".to_owned(),
            StreamFilter::FlatePng => format!(
                " /Filter /FlateDecode /DecodeParms << /Predictor 15 /Colors {} /BitsPerComponent {} /Columns {} >>",
                image.color.components(),
                image.bits_per_component,
                image.size.width
            ),
            StreamFilter::Ccitt { k, columns, rows, black_is_1, byte_align, end_of_line, end_of_block } => {
                let mut parameters = format!("/K {k} /Columns {columns} /Rows {rows}");
                for (name, value, default) in [
                    ("BlackIs1", *black_is_1, false),
                    ("EncodedByteAlign", *byte_align, false),
                    ("EndOfLine", *end_of_line, false),
                    ("EndOfBlock", *end_of_block, true),
                ] {
                    if value != default {
                        let _ = write!(parameters, " /{name} {value}");
                    }
                }
                format!(" /Filter /CCITTFaxDecode /DecodeParms << {parameters} >>")
            }
            StreamFilter::Jbig2 { globals: None } => " /Filter /JBIG2Decode".to_owned(),
            StreamFilter::Jbig2 { globals: Some(globals) } => {
                let globals = self.shared(objects, globals, |objects, id| objects.stream(id, "", globals))?;
                format!(" /Filter /JBIG2Decode /DecodeParms << /JBIG2Globals {globals} >>")
            }
        })
    }

    fn color_space<W: Write>(&mut self, objects: &mut Objects<W>, color: &ColorSpace) -> io::Result<String> {
        Ok(match color {
            ColorSpace::Gray => "/DeviceGray".to_owned(),
            ColorSpace::Rgb => "/DeviceRGB".to_owned(),
            // PDF/A-2 allows DeviceCMYK only beside a CMYK output intent; the samples stay as they are and get a profile.
            ColorSpace::Cmyk { .. } => {
                let profile = icc::cmyk();
                format!("[/ICCBased {}]", self.profile(objects, &profile, 4)?)
            }
            ColorSpace::Palette { rgb } => {
                let table: String = rgb.iter().take(256).flatten().map(|byte| format!("{byte:02X}")).collect();
                format!("[/Indexed /DeviceRGB {} <{table}>]", rgb.len().clamp(1, 256) - 1)
            }
            ColorSpace::Icc { profile, components } => {
                format!("[/ICCBased {}]", self.profile(objects, profile, *components)?)
            }
        })
    }

    /// Writes a colour profile.
    pub(super) fn profile<W: Write>(
        &mut self,
        objects: &mut Objects<W>,
        profile: &[u8],
        components: u8,
    ) -> io::Result<Ref> {
        self.shared(objects, profile, |objects, id| {
            objects.stream(id, &format!("/N {components} /Filter /FlateDecode"), &deflate(profile))
        })
    }

    fn shared<W: Write>(
        &mut self,
        objects: &mut Objects<W>,
        bytes: &[u8],
        write: impl FnOnce(&mut Objects<W>, Ref) -> io::Result<()>,
    ) -> io::Result<Ref> {
        let digest = Digest::of(bytes);
        if let Some(id) = self.0.get(&digest) {
            return Ok(*id);
        }
        let id = objects.allocate();
        write(objects, id)?;
        self.0.insert(digest, id);
        Ok(id)
    }
}

fn decode_array(image: &ImageStream) -> String {
    let inverted = image.decode_inverted ^ matches!(image.color, ColorSpace::Cmyk { inverted: true });
    if !inverted {
        return String::new();
    }
    match image.color {
        ColorSpace::Palette { .. } => {
            format!(" /Decode [{} 0]", (1_u32 << image.bits_per_component.min(16)) - 1)
        }
        _ => format!(" /Decode [{}]", vec!["1 0"; usize::from(image.color.components())].join(" ")),
    }
}
