//! A pipeline is data: its definition, and what it does with one page.
