//! PDF: pages in, searchable PDF/A out.
