//! The functions of Sprig 3.3 that Helm keeps.

mod certificates;
mod cipher;
pub(super) mod date;
mod defaults;
mod dict;
mod encoding;
mod list;
mod master_password;
mod merge;
mod numbers;
mod passwords;
mod paths;
mod random;
mod reflection;
mod regex;
mod semver;
mod strings;
mod text_case;
mod url;
mod wrap;

use crate::function::Function;

/// The tables, in no particular order: no name is in two of them.
pub(super) fn tables() -> Vec<&'static [Function]> {
    vec![
        certificates::TABLE,
        cipher::TABLE,
        date::TABLE,
        defaults::TABLE,
        dict::TABLE,
        encoding::TABLE,
        list::TABLE,
        master_password::TABLE,
        numbers::TABLE,
        passwords::TABLE,
        paths::TABLE,
        random::TABLE,
        reflection::TABLE,
        regex::TABLE,
        semver::TABLE,
        strings::TABLE,
        text_case::TABLE,
        url::TABLE,
        wrap::TABLE,
    ]
}
