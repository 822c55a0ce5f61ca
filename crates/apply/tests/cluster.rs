//! The engine against a real API server: what is written, what is left alone, what is waited for.

mod cluster {
    mod applying;
    mod fixture;
    mod pruning;
    mod waiting;
}
