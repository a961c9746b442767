//! The colour space of an image stream, in the words of [`crate::pdf::ColorSpace`].

use hayro_syntax::object::{Array, Dict, Name, Object, Stream, String as PdfString};

use crate::pdf::ColorSpace;

/// The most bytes of an ICC profile that is passed on; the largest in use (printers' CMYK) have about 3 MB.
const PROFILE_BYTES: usize = 8 << 20;

/// Returns the colour space of an image; `None` for those that cannot be passed through (Lab, Separation, DeviceN).
///
/// Inks are never `inverted` here: in a PDF only the `/Decode` array says so.
pub(super) fn color_space(image: &Dict<'_>) -> Option<ColorSpace> {
    let object = image.get::<Object<'_>>(b"ColorSpace").or_else(|| image.get::<Object<'_>>(b"CS"))?;
    match object {
        Object::Name(name) => named(&name),
        Object::Array(array) => {
            let mut items = array.iter::<Object<'_>>();
            let family = items.next()?.into_name()?;
            match family.as_ref() {
                b"ICCBased" => profile(&items.next()?.into_stream()?),
                b"CalGray" => Some(ColorSpace::Gray),
                b"CalRGB" => Some(ColorSpace::Rgb),
                b"Indexed" | b"I" => palette(&items.next()?, items.next()?, items.next()?),
                _ => named(&family),
            }
        }
        _ => None,
    }
}

fn named(name: &Name<'_>) -> Option<ColorSpace> {
    match name.as_ref() {
        b"DeviceGray" | b"G" | b"CalGray" => Some(ColorSpace::Gray),
        b"DeviceRGB" | b"RGB" | b"CalRGB" => Some(ColorSpace::Rgb),
        b"DeviceCMYK" | b"CMYK" => Some(ColorSpace::Cmyk { inverted: false }),
        _ => None,
    }
}

fn profile(stream: &Stream<'_>) -> Option<ColorSpace> {
    let components = stream.dict().get::<u8>(b"N").filter(|count| matches!(count, 1 | 3 | 4))?;
    let profile = stream.decoded_data().ok().filter(|profile| profile.len() <= PROFILE_BYTES)?;
    // A profile that does not say what it is would make the output invalid; its device space is what viewers use.
    if profile.get(36..40) != Some(&b"acsp"[..]) {
        return match components {
            1 => Some(ColorSpace::Gray),
            3 => Some(ColorSpace::Rgb),
            _ => Some(ColorSpace::Cmyk { inverted: false }),
        };
    }
    Some(ColorSpace::Icc { profile: profile.into_owned(), components })
}

fn palette(base: &Object<'_>, highest: Object<'_>, table: Object<'_>) -> Option<ColorSpace> {
    let components = base_components(base)?;
    let colors = usize::from(highest.into_u8()?) + 1;
    let table = match table {
        Object::String(text) => bytes(&text),
        Object::Stream(stream) => stream.decoded_data().ok()?.into_owned(),
        _ => return None,
    };
    let rgb = (0..colors)
        .map(|index| {
            let at = |offset: usize| table.get(index * components + offset).copied().unwrap_or(0);
            if components == 1 { [at(0); 3] } else { [at(0), at(1), at(2)] }
        })
        .collect();
    Some(ColorSpace::Palette { rgb })
}

fn bytes(text: &PdfString<'_>) -> Vec<u8> {
    text.as_bytes().to_vec()
}

/// Returns 1 for grey and 3 for red, green, blue; `None` for bases whose colours would have to be converted.
fn base_components(base: &Object<'_>) -> Option<usize> {
    let family = match base {
        Object::Name(name) => name.clone(),
        Object::Array(array) => first_name(array)?,
        _ => return None,
    };
    match family.as_ref() {
        b"DeviceGray" | b"G" | b"CalGray" => Some(1),
        b"DeviceRGB" | b"RGB" | b"CalRGB" => Some(3),
        b"ICCBased" => match base {
            Object::Array(array) => {
                let stream = array.iter::<Object<'_>>().nth(1)?.into_stream()?;
                stream.dict().get::<usize>(b"N").filter(|count| matches!(count, 1 | 3))
            }
            _ => None,
        },
        _ => None,
    }
}

fn first_name<'a>(array: &Array<'a>) -> Option<Name<'a>> {
    array.iter::<Object<'_>>().next()?.into_name()
}
