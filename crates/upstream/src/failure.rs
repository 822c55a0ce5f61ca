//! Failures in words, without secrets.

use std::error::Error;
use std::fmt::Write as _;

use url::Url;

/// Causes of one failure that are worth telling; more would be a loop.
const MAX_CAUSES: usize = 16;

/// An error and its causes, joined by `: `. A cause that the text before it
/// already tells is left out.
pub fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    for _ in 0..MAX_CAUSES {
        let Some(inner) = cause else { break };
        let told = inner.to_string();
        if !text.contains(&told) {
            // Writing to a string does not fail.
            let _ = write!(text, ": {told}");
        }
        cause = inner.source();
    }
    text
}

/// The causes of a failed request, without its URL, which may hold secrets
/// and which the caller names.
pub fn request(error: reqwest::Error) -> String {
    let error = error.without_url();
    if error.is_timeout() && error.is_connect() {
        return "connection timed out".to_owned();
    }
    if error.is_timeout() {
        return "request timed out".to_owned();
    }
    let text = chain(&error);
    // The client's own frame says nothing that the caller does not.
    match text.strip_prefix("error sending request: ") {
        Some(causes) => causes.to_owned(),
        None => text,
    }
}

/// A URL without the password that it may hold.
pub fn redacted(url: &Url) -> String {
    if url.password().is_none() {
        return url.to_string();
    }
    let mut url = url.clone();
    // A URL that has a password may have another one.
    let _ = url.set_password(Some("xxxxx"));
    url.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{text}")]
    struct Told {
        text: &'static str,
        #[source]
        cause: Option<Box<Told>>,
    }

    #[test]
    fn causes_are_told_once() {
        let inner = |text| Some(Box::new(Told { text, cause: None }));
        let told = Told {
            text: "connect",
            cause: inner("refused"),
        };
        assert_eq!(chain(&told), "connect: refused");
        let told = Told {
            text: "connect: refused",
            cause: inner("refused"),
        };
        assert_eq!(chain(&told), "connect: refused");
    }

    #[test]
    fn passwords_are_redacted() {
        for (url, expected) in [
            ("http://me:secret@host/r", "http://me:xxxxx@host/r"),
            ("http://me@host/r", "http://me@host/r"),
            ("http://host/r", "http://host/r"),
        ] {
            let url = Url::parse(url).expect("a URL of the table");
            assert_eq!(redacted(&url), expected);
        }
    }
}
