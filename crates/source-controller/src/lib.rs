//! The source controller: sources become artifacts.
