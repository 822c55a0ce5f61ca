//! Is this object healthy? The kstatus rules as pure functions.
