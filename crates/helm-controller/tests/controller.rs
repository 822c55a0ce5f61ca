//! The built controller on a real API server, fed by charts that the test serves itself.

mod controller {
    mod bad_input;
    mod faults;
    mod fixture;
    mod lifecycle;
}
