//! The rheostat command.
