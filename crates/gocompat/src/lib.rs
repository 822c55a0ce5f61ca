//! What Go defines and the contracts inherit: durations, regular expressions, formatting, time layouts, path matching, Masterminds versions.
