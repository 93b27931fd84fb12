//! The import of countries, end to end, on small samples.
