//! The built controller on a real API server, fed by a source that the test writes itself.

mod controller {
    mod bad_input;
    mod faults;
    mod fixture;
}
