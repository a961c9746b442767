//! A document's text in formats of others: plain text, hOCR, ALTO, JSON.
