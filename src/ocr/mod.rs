//! Recognition: the recogniser trait, libtesseract behind it, and the measures of accuracy.
