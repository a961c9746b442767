//! A document of plain lines, for certificates and reports.

use std::io;

use super::objects::{Objects, deflate, text_string};

/// Characters of a line; longer ones go on in the next.
const COLUMNS: usize = 92;
/// Lines of a page.
const ROWS: usize = 62;
/// Size of the letters and distance of the lines, in points.
const SIZE: (f32, f32) = (8.5, 11.0);
/// Page, in points: both A4 and Letter printers take it.
const PAGE: (u32, u32) = (595, 792);
/// Distance of the first line from the left and from the bottom, in points.
const BEGIN: (u32, u32) = (54, 720);

/// Writes lines as pages of text in a fixed-width font that every reader has, under a title. Characters outside of Latin-1
/// become question marks.
///
/// # Errors
/// The file would be too large.
pub fn plain_pages(title: &str, lines: &[String]) -> io::Result<Vec<u8>> {
    let mut objects = Objects::begin(Vec::new())?;
    let (catalog, tree, info) = (objects.allocate(), objects.allocate(), objects.allocate());
    let (regular, bold) = (objects.allocate(), objects.allocate());
    for (font, name) in [(regular, "Courier"), (bold, "Courier-Bold")] {
        let font_body = format!("<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>");
        objects.object(font, &font_body)?;
    }
    let wrapped: Vec<String> = lines.iter().flat_map(|line| wrap(line)).collect();
    let pages: Vec<&[String]> = wrapped.chunks(ROWS).collect();
    let mut kids = Vec::with_capacity(pages.len());
    for (number, page) in (1..).zip(&pages) {
        let (content, id) = (objects.allocate(), objects.allocate());
        let heading = if number == 1 { title.to_owned() } else { format!("{title}, page {number}") };
        let mut text = format!(
            "BT /B 13 Tf {} {} Td <{}> Tj ET\nBT /R {} Tf {} TL {} {} Td\n",
            BEGIN.0,
            BEGIN.1 + 24,
            hexadecimal(&heading),
            SIZE.0,
            SIZE.1,
            BEGIN.0,
            BEGIN.1
        );
        page.iter().for_each(|line| text.push_str(&format!("<{}> Tj T*\n", hexadecimal(line))));
        text.push_str("ET\n");
        objects.stream(content, "/Filter /FlateDecode", &deflate(text.as_bytes()))?;
        objects.object(
            id,
            &format!(
                "<< /Type /Page /Parent {tree} /MediaBox [0 0 {} {}] /Contents {content} \
                 /Resources << /Font << /R {regular} /B {bold} >> >> >>",
                PAGE.0, PAGE.1
            ),
        )?;
        kids.push(id.to_string());
    }
    objects.object(tree, &format!("<< /Type /Pages /Count {} /Kids [{}] >>", kids.len(), kids.join(" ")))?;
    objects.object(catalog, &format!("<< /Type /Catalog /Pages {tree} >>"))?;
    objects.object(info, &format!("<< /Title {} /Producer (Muniment) >>", text_string(title)))?;
    objects.finish(catalog, info)
}

/// Breaks a line at words where it can, and keeps its indent.
fn wrap(line: &str) -> Vec<String> {
    let indent: String = line.chars().take_while(|letter| *letter == ' ').take(COLUMNS / 2).collect();
    let mut rest: Vec<char> = line.chars().collect();
    let mut lines = Vec::new();
    while rest.len() > COLUMNS {
        let least = indent.len() + COLUMNS / 2;
        let at = (least..COLUMNS).rev().find(|at| rest[*at] == ' ').unwrap_or(COLUMNS);
        let tail = rest.split_off(at);
        lines.push(rest.into_iter().collect());
        rest = indent.chars().chain("  ".chars()).chain(tail.into_iter().skip_while(|letter| *letter == ' ')).collect();
    }
    lines.push(rest.into_iter().collect());
    lines
}

fn hexadecimal(text: &str) -> String {
    // Latin-1 and the Windows encoding of PDF agree on everything printable.
    let byte = |letter: char| match u8::try_from(u32::from(letter)) {
        Ok(byte) if !(0x7F..0xA0).contains(&byte) && byte >= 0x20 => byte,
        _ => b'?',
    };
    text.chars().map(|letter| format!("{:02X}", byte(letter))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_go_on_and_nothing_is_lost() {
        let line = format!("  {}", "word ".repeat(100));
        let wrapped = wrap(&line);
        assert!(wrapped.iter().all(|line| line.chars().count() <= COLUMNS && line.starts_with("  ")));
        assert_eq!(wrapped.join(" ").split_whitespace().count(), 100);
        let solid = "x".repeat(500);
        assert_eq!(wrap(&solid).concat().replace(' ', ""), solid);
        assert_eq!(wrap(""), [""]);
    }
}
