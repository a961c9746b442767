//! What the XML formats share: elements with attributes, and text that XML can carry.

use std::borrow::Cow;
use std::io::{self, Write};

use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

/// Writes elements, indented by one space.
pub(super) struct Xml<W: Write>(quick_xml::Writer<W>);

/// Names and values of attributes, in the order in which they are written.
pub(super) type Attributes<'a> = &'a [(&'a str, &'a str)];

impl<W: Write> Xml<W> {
    /// Writes the XML declaration.
    pub(super) fn begin(out: W) -> io::Result<Self> {
        let mut writer = quick_xml::Writer::new_with_indent(out, b' ', 1);
        writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        Ok(Self(writer))
    }

    /// Writes a start tag.
    pub(super) fn open(&mut self, name: &str, attributes: Attributes<'_>) -> io::Result<()> {
        self.0.write_event(Event::Start(start(name, attributes)))
    }

    /// Writes an end tag.
    pub(super) fn close(&mut self, name: &str) -> io::Result<()> {
        self.0.write_event(Event::End(BytesEnd::new(name)))
    }

    /// Writes an element without content.
    pub(super) fn empty(&mut self, name: &str, attributes: Attributes<'_>) -> io::Result<()> {
        self.0.write_event(Event::Empty(start(name, attributes)))
    }

    /// Writes an element that has only text.
    pub(super) fn text(&mut self, name: &str, attributes: Attributes<'_>, text: &str) -> io::Result<()> {
        self.open(name, attributes)?;
        let text = carried(text);
        self.0.write_event(Event::Text(BytesText::new(&text)))?;
        self.close(name)
    }

    /// Writes an event that has no form of its own here.
    pub(super) fn event(&mut self, event: Event<'_>) -> io::Result<()> {
        self.0.write_event(event)
    }

    /// Ends the file with a line end, flushes the output and gives it back.
    pub(super) fn finish(self) -> io::Result<W> {
        let mut out = self.0.into_inner();
        out.write_all(b"\n")?;
        out.flush()?;
        Ok(out)
    }
}

fn start<'a>(name: &'a str, attributes: Attributes<'a>) -> BytesStart<'a> {
    let mut element = BytesStart::new(name);
    for (name, value) in attributes {
        let value = carried(value);
        element.push_attribute((*name, value.as_ref()));
    }
    element
}

/// Drops the characters that XML 1.0 cannot carry, even escaped: controls and the two that are no characters.
pub(super) fn carried(text: &str) -> Cow<'_, str> {
    let refused = |c: char| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}');
    if text.contains(refused) { Cow::Owned(text.replace(refused, "")) } else { Cow::Borrowed(text) }
}

/// Writes a number without needless decimals.
pub(super) fn decimal(value: f32, places: usize) -> String {
    let text = format!("{value:.places$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_escaped_and_controls_are_dropped() {
        let mut xml = Xml::begin(Vec::new()).expect("a Vec");
        xml.text("w", &[("a", "\"<&'>\u{1}\n\u{ffff}é")], "</w>\u{0}\u{b}&\u{1f600}]]>").expect("a Vec");
        let text = String::from_utf8(xml.finish().expect("a Vec")).expect("UTF-8");
        let (_, element) = text.split_once('\n').expect("declaration");
        assert_eq!(element, "<w a=\"&quot;&lt;&amp;&apos;&gt;é\">&lt;/w&gt;&amp;\u{1f600}]]&gt;</w>\n");
    }

    #[test]
    fn decimals_are_short() {
        assert_eq!(
            ["0.5", "0", "1", "100", "-0.12"].map(str::to_owned),
            [decimal(0.5, 3), decimal(-0.0001, 3), decimal(1.0, 3), decimal(100.0, 0), decimal(-0.12, 4)]
        );
    }
}
