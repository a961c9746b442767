//! The declarative schema (`schema.toml`) and, with the other definitions, everything that a query and an index need.

use std::collections::HashMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use tantivy::schema::{
    BytesOptions, Field, IndexRecordOption, NumericOptions, STORED, Schema as TantivySchema, TextFieldIndexing,
    TextOptions,
};

use super::analyser::{Analyser, AnalyserSettings, RULES};
use super::confusions::Confusions;
use super::error::DefinitionError;
use super::stream;
use super::synonyms::Synonyms;
use crate::chart::{Digest, Hasher};

/// Something that is known about a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fact {
    /// Its words.
    Words,
    /// What doubtful words may say instead.
    OtherReadings,
    /// The words that the recogniser was unsure of.
    UnsureWords,
    /// Their shapes.
    UnsureShapes,
    /// Its identity.
    Page,
    /// The document that it is in.
    Document,
    /// Its place in the document.
    Position,
    /// Its place in the scan file.
    Number,
    /// The batch that brought it in.
    Batch,
    /// The name of that batch.
    BatchName,
    /// The civil date of receipt.
    Received,
    /// The state of the document.
    State,
    /// The type of the document.
    Type,
    /// Labels of the document.
    Label,
    /// The language of the page.
    Language,
    /// The name of the scan file.
    File,
    /// The title of the document.
    Title,
    /// The patient whom it is about.
    Patient,
    /// The civil date of the document: the first day of its encounters, or else that of receipt.
    Dated,
    /// Whether a search over it can be trusted.
    Reliable,
    /// Whether it is hidden.
    Hidden,
}

/// How a fact is kept and asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Tokens with positions.
    Words,
    /// Tokens without positions; never asked for by name.
    Unsure,
    /// Identity in bytes.
    Identity,
    /// Words of a name, in any order.
    Name,
    /// One folded text.
    Keyword,
    /// A whole number.
    Number,
    /// A civil date.
    Date,
    /// Yes or no.
    Flag,
}

impl Fact {
    const NEEDED: [Self; 8] = [
        Self::Words,
        Self::UnsureWords,
        Self::UnsureShapes,
        Self::Page,
        Self::Document,
        Self::Position,
        Self::Reliable,
        Self::Hidden,
    ];

    /// Returns how the fact is kept.
    pub(super) const fn kind(self) -> Kind {
        match self {
            Self::Words => Kind::Words,
            Self::OtherReadings | Self::UnsureWords | Self::UnsureShapes => Kind::Unsure,
            Self::Page | Self::Document | Self::Batch | Self::Patient => Kind::Identity,
            Self::BatchName | Self::File | Self::Title => Kind::Name,
            Self::State | Self::Type | Self::Label | Self::Language => Kind::Keyword,
            Self::Position | Self::Number => Kind::Number,
            Self::Received | Self::Dated => Kind::Date,
            Self::Reliable | Self::Hidden => Kind::Flag,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schema: u32,
    field: Vec<FieldEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldEntry {
    name: String,
    #[serde(default)]
    aliases: Vec<String>,
    fact: Fact,
}

/// The definitions of an index: fields, analysers, synonyms, confusions.
#[derive(Clone)]
pub struct Schema {
    names: Vec<(String, Fact)>,
    fields: HashMap<Fact, (String, Field)>,
    stored: Field,
    pub(super) tantivy: TantivySchema,
    analyser: Analyser,
    pub(super) synonyms: Synonyms,
    pub(super) confusions: Confusions,
    digest: Digest,
}

const SCHEMA: &str = include_str!("../../index/schema.toml");
const ANALYSERS: &str = include_str!("../../index/analysers.toml");
const SYNONYMS: &str = include_str!("../../index/synonyms.toml");
const CONFUSIONS: &str = include_str!("../../index/confusions.toml");
/// Counted up whenever the stored form of a page changes.
const FORMAT: u32 = 2;
/// Bytes that a definition file may have.
const MOST_BYTES: u64 = 4 << 20;

impl Schema {
    /// Returns the definitions that the program brings along.
    ///
    /// # Errors
    /// None in a program that passed its tests.
    pub fn embedded() -> Result<Self, DefinitionError> {
        Self::parse(SCHEMA, ANALYSERS, SYNONYMS, CONFUSIONS)
    }

    /// Reads `schema.toml`, `analysers.toml`, `synonyms.toml` and `confusions.toml` from `folder`; a missing file
    /// means the embedded one.
    ///
    /// # Errors
    /// A file cannot be read or says something that is not understood.
    pub fn from_folder(folder: &Path) -> Result<Self, DefinitionError> {
        let read = |name: &str, embedded: &str| {
            let path = folder.join(name);
            let refuse = |cause: String| DefinitionError::new(&path.display().to_string(), cause);
            match std::fs::metadata(&path) {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(embedded.to_owned()),
                Err(error) => Err(refuse(error.to_string())),
                Ok(meta) if meta.len() > MOST_BYTES => Err(refuse(format!("larger than {MOST_BYTES} bytes"))),
                Ok(_) => std::fs::read_to_string(&path).map_err(|error| refuse(error.to_string())),
            }
        };
        Self::parse(
            &read("schema.toml", SCHEMA)?,
            &read("analysers.toml", ANALYSERS)?,
            &read("synonyms.toml", SYNONYMS)?,
            &read("confusions.toml", CONFUSIONS)?,
        )
    }

    /// Returns the digest of everything that decides what is stored; synonyms do not.
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// Returns the names that a query may use before a colon.
    pub fn field_names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(|(name, _)| name.as_str())
    }

    /// Returns the fact that a query means by `name`.
    pub(super) fn fact(&self, name: &str) -> Option<Fact> {
        self.names.iter().find(|(known, _)| known == name).map(|(_, fact)| *fact)
    }

    /// Returns the first name that a query uses for `fact`.
    pub(super) fn name(&self, fact: Fact) -> Option<&str> {
        self.fields.get(&fact).map(|(name, _)| name.as_str())
    }

    /// Returns the stored field of `fact`, when the schema keeps it.
    pub(super) fn field(&self, fact: Fact) -> Option<Field> {
        self.fields.get(&fact).map(|(_, field)| *field)
    }

    /// Returns the field that holds what a hit shows.
    pub(super) const fn stored(&self) -> Field {
        self.stored
    }

    /// Returns an analyser of one's own.
    pub(super) fn analyser(&self) -> Analyser {
        self.analyser.clone()
    }

    fn parse(schema: &str, analysers: &str, synonyms: &str, confusions: &str) -> Result<Self, DefinitionError> {
        let wrong = |message: String| DefinitionError::new("schema.toml", message);
        let file: File = toml::from_str(schema).map_err(|error| wrong(error.to_string()))?;
        if file.schema != 1 {
            return Err(wrong(format!("schema is {}, this program reads 1", file.schema)));
        }
        let mut builder = TantivySchema::builder();
        let stored = builder.add_bytes_field("stored", STORED);
        let mut hasher = Hasher::new();
        let mut names: Vec<(String, Fact)> = Vec::new();
        let mut fields = HashMap::new();
        for entry in file.field {
            for name in std::iter::once(&entry.name).chain(&entry.aliases) {
                let plain = |sign: char| sign.is_ascii_lowercase() || sign == '-';
                if name.is_empty() || name == "stored" || !name.chars().all(plain) {
                    return Err(wrong(format!("a name is made of a-z and -, and is not `stored`: {name:?}")));
                }
                if names.iter().any(|(known, _)| known == name) {
                    return Err(wrong(format!("the name {name} is used twice")));
                }
                if entry.fact.kind() != Kind::Unsure {
                    names.push((name.clone(), entry.fact));
                }
            }
            if fields.values().any(|(known, _)| *known == entry.name) {
                return Err(wrong(format!("the name {} is used twice", entry.name)));
            }
            let field = add(&mut builder, &entry.name, entry.fact);
            hasher.update(format!("{}={:?}\n", entry.name, entry.fact).as_bytes());
            if fields.insert(entry.fact, (entry.name.clone(), field)).is_some() {
                return Err(wrong(format!("the fact {:?} stands in two fields", entry.fact)));
            }
        }
        if let Some(missing) = Fact::NEEDED.iter().find(|fact| !fields.contains_key(fact)) {
            return Err(wrong(format!("no field has the fact {missing:?}, which the search cannot do without")));
        }
        hasher.update(format!("{FORMAT} {RULES}\n{analysers}\n{confusions}").as_bytes());
        let mut analyser = Analyser::new(AnalyserSettings::parse(analysers)?);
        Ok(Self {
            names,
            fields,
            stored,
            tantivy: builder.build(),
            synonyms: Synonyms::parse(synonyms, &mut analyser)?,
            confusions: Confusions::parse(confusions)?,
            analyser,
            digest: hasher.finish(),
        })
    }
}

fn add(builder: &mut tantivy::schema::SchemaBuilder, name: &str, fact: Fact) -> Field {
    let text = |record: IndexRecordOption| {
        let tokenizer = if fact.kind() == Kind::Keyword { "raw" } else { stream::NAME };
        // Scores are not used, so lengths are not kept.
        let indexing =
            TextFieldIndexing::default().set_tokenizer(tokenizer).set_fieldnorms(false).set_index_option(record);
        let options = TextOptions::default().set_indexing_options(indexing);
        // Answers are counted by these.
        if fact.kind() == Kind::Keyword { options.set_fast("raw") } else { options }
    };
    match fact.kind() {
        Kind::Words => builder.add_text_field(name, text(IndexRecordOption::WithFreqsAndPositions)),
        Kind::Unsure | Kind::Name | Kind::Keyword => builder.add_text_field(name, text(IndexRecordOption::Basic)),
        Kind::Identity => {
            let options = BytesOptions::default().set_indexed();
            // Documents are numbered per snapshot from this column; answers are counted by the others.
            let options = if fact == Fact::Page { options } else { options.set_fast() };
            builder.add_bytes_field(name, options)
        }
        Kind::Number | Kind::Date | Kind::Flag => builder.add_u64_field(name, NumericOptions::default().set_fast()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_definitions_are_sound() {
        let schema = Schema::embedded().unwrap();
        assert_eq!(schema.fact("date"), Some(Fact::Received));
        assert_eq!(schema.fact("unsure"), None, "not to be asked for by name");
        assert_eq!(schema.digest(), Schema::embedded().unwrap().digest());
    }

    #[test]
    fn wrong_schemas_are_refused_by_name() {
        let fails = |schema: &str| Schema::parse(schema, ANALYSERS, SYNONYMS, CONFUSIONS).err().unwrap().to_string();
        assert!(fails("schema = 2\nfield = []").contains("reads 1"));
        assert!(fails("schema = 1\nfield = []").contains("Words"));
        assert!(fails(&SCHEMA.replace("fact = \"title\"", "fact = \"titel\"")).contains("titel"));
        assert!(fails(&SCHEMA.replace("name = \"title\"", "name = \"title\"\nboost = 2")).contains("boost"));
        assert!(fails(&SCHEMA.replace("name = \"title\"", "name = \"file\"")).contains("twice"));
        assert!(fails(&SCHEMA.replace("fact = \"title\"", "fact = \"file\"")).contains("two fields"));
    }

    #[test]
    fn a_folder_overrides_single_files_and_changes_the_digest() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("schema.toml"), SCHEMA.replace("\"title\"", "\"heading\"")).unwrap();
        let error = Schema::from_folder(folder.path()).err().unwrap().to_string();
        assert!(error.contains("heading"), "{error}");
        let renamed = SCHEMA.replace("name = \"title\"", "name = \"heading\"");
        std::fs::write(folder.path().join("schema.toml"), renamed).unwrap();
        let schema = Schema::from_folder(folder.path()).unwrap();
        assert_eq!(schema.fact("heading"), Some(Fact::Title));
        assert_ne!(schema.digest(), Schema::embedded().unwrap().digest());
    }
}
