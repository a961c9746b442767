//! Running text: headings, paragraphs, fields, tables and check boxes that continue on the next page when one is full.

use super::case::Case;
use super::dice::Dice;
use super::furniture::{self, Heading, Style};
use super::lettering::{Face, Lettering};
use super::scene::{Ink, LETTER, Scene};

/// A document being written from top to bottom.
pub(super) struct Flow<'a> {
    case: &'a Case,
    style: Style,
    title: &'a str,
    form: &'a str,
    pages: Vec<Scene>,
    y: f32,
}

/// A ruled table.
pub(super) struct Table<'a> {
    /// Shares of the width.
    pub(super) columns: &'a [f32],
    pub(super) head: &'a [&'a str],
    pub(super) rows: Vec<Vec<String>>,
    /// Whether rules stand around every cell, or only below the head.
    pub(super) ruled: bool,
}

impl<'a> Flow<'a> {
    /// Starts a document with its first page.
    pub(super) fn new(case: &'a Case, style: Style, title: &'a str, form: &'a str) -> Self {
        let mut flow = Self { case, style, title, form, pages: Vec::new(), y: 0.0 };
        flow.new_page();
        flow
    }

    /// Ends the document and returns its pages.
    pub(super) fn finish(mut self) -> Vec<Scene> {
        let count = self.pages.len();
        for (index, page) in self.pages.iter_mut().enumerate() {
            furniture::close(page, &self.style, self.form, index + 1, count);
        }
        self.pages
    }

    /// Leaves room.
    pub(super) fn gap(&mut self, points: f32) {
        self.y += points;
    }

    /// Writes a section heading.
    pub(super) fn heading(&mut self, text: &str) {
        self.gap(self.style.size * 0.7);
        self.room(self.leading() * 3.0);
        let (left, width, size, bold) = (self.left(), self.width(), self.style.size, self.style.bold);
        let baseline = self.y + size;
        let leading = self.leading();
        let heading = self.style.heading;
        let page = self.page();
        match heading {
            Heading::Plain => page.text(left, baseline, bold, size + 1.0, text),
            Heading::Underlined => {
                page.text(left, baseline, bold, size, text);
                page.across(left, baseline + 3.5, width, 0.6);
            }
            Heading::Band => {
                page.fill(left, baseline - size - 1.0, width, size + 5.5, Ink::SHADE);
                page.text(left + 4.0, baseline, bold, size, text);
            }
            Heading::Capitals => page.text(left, baseline, bold, size, &format!("{}:", text.to_uppercase())),
        }
        self.y += leading + 4.0;
    }

    /// Writes a paragraph.
    pub(super) fn paragraph(&mut self, text: &str) {
        self.labelled("", text);
    }

    /// Writes a line, close to the next.
    pub(super) fn line(&mut self, text: &str) {
        self.hanging("", text, 0.0);
    }

    /// Writes a paragraph that begins with a bold label.
    pub(super) fn labelled(&mut self, label: &str, text: &str) {
        self.hanging(label, text, 0.0);
        self.gap(self.style.size * 0.3);
    }

    /// Writes a numbered list.
    pub(super) fn numbered(&mut self, items: &[String]) {
        for (index, item) in items.iter().enumerate() {
            self.hanging("", &format!("{}. {item}", index + 1), 14.0);
        }
        self.gap(self.style.size * 0.3);
    }

    /// Writes labels with values, two to a row.
    pub(super) fn fields(&mut self, fields: &[(&str, String)]) {
        let (left, column, style) = (self.left(), self.width() / 2.0, self.style);
        for pair in fields.chunks(2) {
            self.room(self.leading());
            let baseline = self.y + style.size;
            let page = self.page();
            let line = page.new_line();
            for (index, (label, value)) in pair.iter().enumerate() {
                let x = left + column * index as f32;
                let label = format!("{label}: ");
                page.text_on(line, x, baseline, style.bold, style.size, &label);
                let room = column - Lettering::width(style.bold, style.size, &label) - 6.0;
                let value = shortened(style.regular, style.size, value, room);
                page.text_on(line, x + column - room - 6.0, baseline, style.regular, style.size, &value);
            }
            self.y += self.leading();
        }
        self.gap(4.0);
    }

    /// Writes a table; rows that do not fit go on the next page below a repeated head.
    pub(super) fn table(&mut self, table: &Table<'_>) {
        let size = self.style.size - 0.5;
        let height = size * 1.55;
        self.room(height * 3.0);
        let (x, width, style) = (self.left(), self.width(), self.style);
        let total: f32 = table.columns.iter().sum();
        let widths: Vec<f32> = table.columns.iter().map(|share| share / total * width).collect();
        let row = |page: &mut Scene, y: f32, face: Face, cells: &[String]| {
            let line = page.new_line();
            let mut left = x;
            for (cell, width) in cells.iter().zip(&widths) {
                let text = shortened(face, size, cell, width - 6.0);
                page.text_on(line, left + 3.0, y + height * 0.72, face, size, &text);
                left += width;
            }
            if table.ruled {
                page.frame(x, y, width, height, 0.5);
                let mut left = x;
                for width in &widths[..widths.len() - 1] {
                    left += width;
                    page.down(left, y, height, 0.5);
                }
            }
        };
        let head: Vec<String> = table.head.iter().map(|&text| text.to_owned()).collect();
        let mut fresh = true;
        for cells in &table.rows {
            if self.y + height > self.bottom() {
                self.new_page();
                fresh = true;
            }
            if std::mem::take(&mut fresh) {
                let y = self.y;
                if table.ruled {
                    self.page().fill(x, y, width, height, Ink::SHADE);
                } else {
                    self.page().across(x, y + height, width, 0.8);
                }
                row(self.page(), y, style.bold, &head);
                self.y += height;
            }
            let y = self.y;
            row(self.page(), y, style.regular, cells);
            self.y += height;
        }
        self.gap(8.0);
    }

    /// Writes a line with a check box.
    pub(super) fn check(&mut self, checked: bool, text: &str, dice: &mut Dice) {
        self.room(self.leading() * 2.0);
        let (x, y, side) = (self.left() + 2.0, self.y + 1.0, self.style.size * 0.85);
        let page = self.page();
        page.frame(x, y, side, side, 0.8);
        if checked {
            let (a, b) = (dice.fraction(-2.0, 1.5), dice.fraction(-2.5, 1.0));
            if dice.chance(50) {
                page.stroke(vec![(x + a, y - b), (x + side - a, y + side + b)], 1.1, Ink::PEN);
                page.stroke(vec![(x + side - b, y + a), (x - a, y + side)], 1.1, Ink::PEN);
            } else {
                page.stroke(
                    vec![(x + 1.0, y + side * 0.5), (x + side * 0.4, y + side), (x + side + 4.0, y - 4.0 + a)],
                    1.2,
                    Ink::PEN,
                );
            }
        }
        self.hanging("", text, 18.0);
        self.gap(2.0);
    }

    /// Leaves a line to sign on, signs it, and names the signer and the day below.
    pub(super) fn signed(&mut self, role: &str, name: &str, day: &str, dice: &mut Dice) {
        self.room(52.0);
        let (left, width, style, y) = (self.left(), self.width(), self.style, self.y + 30.0);
        let page = self.page();
        page.across(left, y, width * 0.5, 0.6);
        page.across(left + width * 0.62, y, width * 0.38, 0.6);
        let reach = dice.fraction(90.0, 170.0);
        furniture::signature(page, left + 14.0, y - 2.0, reach, dice);
        let line = page.new_line();
        page.text_on(line, left + width * 0.66, y - 4.0, style.regular, style.size, day);
        let line = page.new_line();
        page.text_on(line, left, y + 10.0, style.regular, style.size - 1.5, &format!("{role}: {name}"));
        page.text_on(line, left + width * 0.62, y + 10.0, style.regular, style.size - 1.5, "Date and time");
        self.y = y + 18.0;
    }

    fn hanging(&mut self, label: &str, text: &str, indent: f32) {
        let style = self.style;
        let (left, right) = (self.left() + indent, self.left() + self.width());
        let space = Lettering::width(style.regular, style.size, " ");
        let label_width = Lettering::width(style.bold, style.size, label);
        let (mut x, mut words): (f32, Vec<&str>) = (left, Vec::new());
        let mut start = left;
        if !label.is_empty() {
            x += label_width + space;
            start = x;
        }
        let mut label = Some(label).filter(|label| !label.is_empty());
        let mut put = |flow: &mut Self, start: f32, words: &mut Vec<&str>| {
            flow.room(flow.leading());
            let baseline = flow.y + style.size;
            let page = flow.page();
            let line = page.new_line();
            if let Some(label) = label.take() {
                page.text_on(line, left, baseline, style.bold, style.size, label);
            }
            page.text_on(line, start, baseline, style.regular, style.size, &words.join(" "));
            words.clear();
            flow.y += flow.leading();
        };
        for word in text.split_whitespace() {
            let width = Lettering::width(style.regular, style.size, word);
            if x + width > right && x > left {
                put(self, start, &mut words);
                (x, start) = (left, left);
            }
            words.push(word);
            x += width + space;
        }
        if !words.is_empty() || x > left {
            put(self, start, &mut words);
        }
    }

    fn room(&mut self, height: f32) {
        if self.y + height > self.bottom() {
            self.new_page();
        }
    }

    fn new_page(&mut self) {
        let mut page = Scene::new(LETTER);
        self.y = furniture::open(&mut page, self.case, &self.style, self.title);
        self.pages.push(page);
    }

    fn page(&mut self) -> &mut Scene {
        let last = self.pages.len() - 1;
        &mut self.pages[last]
    }

    fn left(&self) -> f32 {
        self.style.margin
    }

    fn width(&self) -> f32 {
        LETTER.0 - 2.0 * self.style.margin
    }

    fn bottom(&self) -> f32 {
        LETTER.1 - 54.0
    }

    fn leading(&self) -> f32 {
        self.style.size * 1.3
    }
}

/// Cuts words off until `text` is no wider than `room`.
pub(super) fn shortened(face: Face, size: f32, text: &str, room: f32) -> String {
    let mut text = text.to_owned();
    while Lettering::width(face, size, &text) > room {
        match text.rfind(' ') {
            Some(at) => text.truncate(at),
            None if text.pop().is_none() => break,
            None => {}
        }
    }
    text
}
