//! Invented people and places. Record numbers begin with ZZ so that nobody takes them for real ones.

use jiff::civil::Date;

use super::dice::Dice;

/// A patient who does not exist.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Patient {
    pub(super) family: &'static str,
    pub(super) given: &'static str,
    pub(super) middle: char,
    pub(super) female: bool,
    pub(super) born: Date,
    pub(super) record: String,
}

/// A hospital that does not exist.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Facility {
    pub(super) name: &'static str,
    pub(super) street: String,
    pub(super) town: &'static str,
    pub(super) telephone: String,
}

const FAMILY: &[&str] = &[
    "Abernale",
    "Ashbrookham",
    "Ballentyre",
    "Bexworth",
    "Birchenall",
    "Brannigold",
    "Calloweth",
    "Carradane",
    "Chessington-Vale",
    "Corvantes",
    "Dellamore",
    "Dragomirov",
    "Drummelow",
    "Eastergaard",
    "Ellingbrook",
    "Fairweathering",
    "Fenwicke",
    "Ferrandino",
    "Galbraithe",
    "Garrowin",
    "Goldensand",
    "Grantleigh",
    "Halvardsen",
    "Harkenby",
    "Hollowell",
    "Iversholt",
    "Jankelowitz",
    "Jarrowdale",
    "Kestrelman",
    "Kilbrannoch",
    "Kowalendez",
    "Lanterfield",
    "Larkinshaw",
    "Lindqvale",
    "Maddingley",
    "Marrowstone",
    "Mbekani-Roe",
    "Montescaro",
    "Nakagushi",
    "Nettlecombe",
    "Nightingall",
    "Oakensworth",
    "O'Dunmorrow",
    "Okonjobe",
    "Pemberlow",
    "Petrakidis-Moor",
    "Quillane",
    "Quintavalle",
    "Rainsbury",
    "Ravensdahl",
    "Rosenquill",
    "Sallowfield",
    "Santorelle",
    "Silverthorne",
    "Stanhopeland",
    "Tamberlane",
    "Thackerby",
    "Trevanion-Hale",
    "Umberfield",
    "Underhay",
    "Valdespina",
    "Vanderhoek",
    "Wexcombe",
    "Whitlowe",
    "Winterbourne",
    "Xanthoulas",
    "Yarborne",
    "Yellowley",
    "Zambranelli",
    "Zellweghe",
];

const WOMEN: &[&str] = &[
    "Adelina",
    "Beatrix",
    "Celestine",
    "Dorothea",
    "Emmeline",
    "Fiorella",
    "Gwendolyn",
    "Henrietta",
    "Isadora",
    "Josephine",
    "Katarina",
    "Lucinda",
    "Marguerite",
    "Nadezhda",
    "Ophelia",
    "Philippa",
    "Rosalind",
    "Seraphina",
    "Theodora",
    "Winifred",
];

const MEN: &[&str] = &[
    "Ambrose",
    "Barnaby",
    "Cornelius",
    "Desmond",
    "Ezekiel",
    "Ferdinand",
    "Gideon",
    "Horatio",
    "Ignatius",
    "Jeremiah",
    "Kasimir",
    "Leopold",
    "Montgomery",
    "Nathaniel",
    "Octavio",
    "Percival",
    "Rutherford",
    "Sylvester",
    "Thaddeus",
    "Wendell",
];

const FACILITIES: &[(&str, &str)] = &[
    ("Hollowmere General Hospital", "Hollowmere"),
    ("Saint Aldric Memorial Medical Center", "Port Aldric"),
    ("Larchfield Regional Health", "Larchfield"),
    ("Queen Isolde Infirmary", "Dunmarrow"),
    ("Three Rivers Veterans Clinic", "Three Rivers Bend"),
    ("Brackenridge Valley Community Hospital", "Brackenridge Valley"),
    ("Northgate University Hospital", "Northgate"),
];

const STREETS: &[&str] =
    &["Alder Street", "Canal Road", "Foundry Lane", "Harbor Avenue", "Mill Pond Drive", "Orchard Terrace"];

impl Patient {
    /// Invents a patient who is between 24 and 91 years old in `year`.
    pub(super) fn invent(dice: &mut Dice, year: i16) -> Self {
        let female = dice.chance(50);
        let born = date(year - dice.between(24, 91) as i16, dice.between(1, 12), dice.between(1, 28));
        Self {
            family: dice.pick(FAMILY),
            given: dice.pick(if female { WOMEN } else { MEN }),
            middle: char::from(b'A' + dice.below(26) as u8),
            female,
            born,
            record: format!("ZZ{:07}", dice.between(1_000_000, 9_999_999)),
        }
    }

    /// Returns the name as charts file it: family name first, in capitals.
    pub(super) fn filed_name(&self) -> String {
        format!("{}, {} {}", self.family.to_uppercase(), self.given.to_uppercase(), self.middle)
    }

    /// Returns the name as letters address it.
    pub(super) fn title_name(&self) -> String {
        format!("{} {}", if self.female { "Ms." } else { "Mr." }, self.family)
    }

    /// Returns the age in whole years on `day`.
    pub(super) fn age_on(&self, day: Date) -> i16 {
        let before = (day.month(), day.day()) < (self.born.month(), self.born.day());
        day.year() - self.born.year() - i16::from(before)
    }
}

impl Facility {
    /// Invents a hospital.
    pub(super) fn invent(dice: &mut Dice) -> Self {
        let (name, town) = dice.pick(FACILITIES);
        let street = format!("{} {}", dice.between(100, 4999), dice.pick(STREETS));
        Self { name, street, town, telephone: format!("555-01{:02}", dice.between(0, 99)) }
    }
}

/// Invents a physician.
pub(super) fn physician(dice: &mut Dice) -> String {
    let names = if dice.chance(50) { WOMEN } else { MEN };
    let given = dice.pick(names);
    format!("{}. {}, {}", given.chars().next().unwrap_or('A'), dice.pick(FAMILY), dice.pick(&["MD", "MD", "MD", "DO"]))
}

/// Invents a nurse.
pub(super) fn nurse(dice: &mut Dice) -> String {
    let names = if dice.chance(70) { WOMEN } else { MEN };
    let given = dice.pick(names);
    format!(
        "{}. {}, {}",
        given.chars().next().unwrap_or('A'),
        dice.pick(FAMILY),
        dice.pick(&["RN", "RN", "LPN", "BSN"])
    )
}

/// Makes a date of numbers that the generator drew; days go to 28 only, so that every month has them.
pub(super) fn date(year: i16, month: i32, day: i32) -> Date {
    Date::new(year, month.clamp(1, 12) as i8, day.clamp(1, 28) as i8).unwrap_or(Date::ZERO)
}
