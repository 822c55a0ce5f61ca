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

/// Why a request failed, without its URL, which may hold secrets and which
/// the caller names.
pub fn request(error: reqwest::Error) -> String {
    let error = error.without_url();
    if error.is_timeout() {
        let step = if error.is_connect() {
            "connection"
        } else {
            "request"
        };
        return format!("{step} timed out");
    }
    if !error.is_connect() {
        return chain(&error);
    }
    // The frames of the client say nothing that the last cause does not.
    let mut cause: &(dyn Error + 'static) = &error;
    for _ in 0..MAX_CAUSES {
        let Some(inner) = cause.source() else { break };
        cause = inner;
    }
    format!("connect: {}", cause.to_string().to_lowercase())
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
        cause: Option<Box<Self>>,
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
