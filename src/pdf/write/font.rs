//! The invisible font as PDF objects: one code for each character that the document has, all shown by one blank glyph.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::objects::{Objects, Ref, deflate};
use super::truetype;

/// Most codes that two bytes can name, without 0 (`.notdef`).
const MAX_CODES: usize = 65_535;

/// The characters of a document and the codes that stand for them, in the order in which they came.
pub(super) struct InvisibleFont {
    id: Ref,
    codes: HashMap<char, u16>,
    characters: Vec<char>,
}

impl InvisibleFont {
    /// Begins an empty font under the number `id`.
    pub(super) fn new(id: Ref) -> Self {
        Self { id, codes: HashMap::new(), characters: Vec::new() }
    }

    /// Returns the number that pages name the font by.
    pub(super) const fn id(&self) -> Ref {
        self.id
    }

    /// Returns the code of `character`. Past 65,535 different ones the last code stands for all others.
    pub(super) fn code(&mut self, character: char) -> u16 {
        if let Some(code) = self.codes.get(&character) {
            return *code;
        }
        if self.characters.len() >= MAX_CODES {
            return u16::MAX;
        }
        // The last code is kept for characters that find no room.
        let kept = if self.characters.len() == MAX_CODES - 1 { char::REPLACEMENT_CHARACTER } else { character };
        self.characters.push(kept);
        let code = u16::try_from(self.characters.len()).unwrap_or(u16::MAX);
        self.codes.insert(character, code);
        code
    }

    /// Writes the font and all that belongs to it.
    pub(super) fn write<W: Write>(&self, objects: &mut Objects<W>) -> io::Result<()> {
        let name = truetype::NAME;
        let [descendant, descriptor, program, to_unicode, glyphs] = std::array::from_fn(|_| objects.allocate());
        objects.object(
            self.id,
            &format!(
                "<< /Type /Font /Subtype /Type0 /BaseFont /{name} /Encoding /Identity-H \
                 /DescendantFonts [{descendant}] /ToUnicode {to_unicode} >>"
            ),
        )?;
        objects.object(
            descendant,
            &format!(
                "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /{name} /CIDToGIDMap {glyphs} \
                 /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> \
                 /FontDescriptor {descriptor} /DW {} >>",
                truetype::ADVANCE
            ),
        )?;
        objects.object(
            descriptor,
            &format!(
                "<< /Type /FontDescriptor /FontName /{name} /Flags 5 /FontBBox [0 0 {} {em}] /ItalicAngle 0 \
                 /Ascent {em} /Descent -1 /CapHeight {em} /StemV 80 /FontFile2 {program} >>",
                truetype::ADVANCE,
                em = truetype::UNITS_PER_EM
            ),
        )?;
        let font = truetype::program();
        objects.stream(program, &format!("/Length1 {} /Filter /FlateDecode", font.len()), &deflate(&font))?;
        objects.stream(to_unicode, "/Filter /FlateDecode", &deflate(self.to_unicode().as_bytes()))?;
        // Code 0 is .notdef; every other code is the blank glyph.
        let mut map = vec![0, 0];
        map.extend([0, 1].repeat(self.characters.len()));
        objects.stream(glyphs, "/Filter /FlateDecode", &deflate(&map))
    }

    fn to_unicode(&self) -> String {
        let mut cmap = "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n\
            /CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n\
            /CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n\
            1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
            .to_owned();
        let pairs: Vec<(usize, char)> = self.characters.iter().enumerate().map(|(i, &c)| (i + 1, c)).collect();
        // A section holds at most 100 entries.
        for section in pairs.chunks(100) {
            let _ = writeln!(cmap, "{} beginbfchar", section.len());
            for (code, character) in section {
                let units: String =
                    character.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("{unit:04X}")).collect();
                let _ = writeln!(cmap, "<{code:04X}> <{units}>");
            }
            cmap.push_str("endbfchar\n");
        }
        cmap.push_str("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n");
        cmap
    }
}
