//! Finding pages by their words: schema, analysers, query language, index, hits with boxes.
