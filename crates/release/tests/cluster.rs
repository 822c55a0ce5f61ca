//! The actions against a real API server, and against helm, which works on the same releases.

mod cluster {
    mod definitions;
    mod fixture;
    mod hooks;
    mod installing;
    mod interrupted;
    mod merging;
    mod removing;
    mod trouble;
    mod upgrading;
}
