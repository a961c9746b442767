//! What the file says about itself: the XMP packet and the document information, which have to agree (PDF/A-2, 6.6.2).

use jiff::Timestamp;
use quick_xml::escape::escape;

use super::objects::text_string;

/// Title, maker and dates of a file. All are passed in, so that equal input makes equal files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// Title shown by viewers. It must not say anything about a patient.
    pub title: String,
    /// The program and its version.
    pub producer: String,
    /// When the file was made, to the second.
    pub created: Timestamp,
}

impl Metadata {
    /// Returns the information dictionary.
    pub(super) fn info(&self) -> String {
        let date = self.created.strftime("D:%Y%m%d%H%M%S+00'00'");
        format!(
            "<< /Title {} /Producer {} /CreationDate ({date}) /ModDate ({date}) >>",
            text_string(&printable(&self.title)),
            text_string(&printable(&self.producer)),
        )
    }

    /// Returns the XMP packet that claims PDF/A-2b.
    pub(super) fn xmp(&self) -> String {
        let date = self.created.strftime("%Y-%m-%dT%H:%M:%S+00:00");
        let (title, producer) = (printable(&self.title), printable(&self.producer));
        let (title, producer) = (escape(title.as_str()), escape(producer.as_str()));
        format!(
            r#"<?xpacket begin="{bom}" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
   <pdfaid:part>2</pdfaid:part>
   <pdfaid:conformance>B</pdfaid:conformance>
  </rdf:Description>
  <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
   <dc:format>application/pdf</dc:format>
   <dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
  </rdf:Description>
  <rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/">
   <xmp:CreateDate>{date}</xmp:CreateDate>
   <xmp:ModifyDate>{date}</xmp:ModifyDate>
  </rdf:Description>
  <rdf:Description rdf:about="" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
   <pdf:Producer>{producer}</pdf:Producer>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"#,
            bom = '\u{feff}',
        )
    }
}

/// Drops what XML cannot carry, and the ends of lines.
fn printable(text: &str) -> String {
    text.chars().filter(|&c| !c.is_control() && c != '\u{fffe}' && c != '\u{ffff}').collect()
}
