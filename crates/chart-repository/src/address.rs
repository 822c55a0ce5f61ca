//! Where the index and the charts of a repository are.

use url::{ParseError, Url};

/// An address in an index is none; the texts are Helm's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// It does not parse.
    #[error("failed to parse {address} as URL: {problem}")]
    Unreadable {
        /// What the index says.
        address: String,
        /// What is wrong with it.
        problem: ParseError,
    },
    /// Its scheme is not one that charts are downloaded by.
    #[error("scheme \"{0}\" not supported")]
    Scheme(String),
}

/// The address of a repository's index. A query stays.
pub fn index(repository: &Url) -> Url {
    let mut url = folder(repository);
    let path = format!("{}index.yaml", url.path());
    url.set_path(&path);
    url
}

/// The address of a chart. A relative one is below the repository and gets its query.
///
/// # Errors
/// When the text is no address, or none over HTTP.
pub fn chart(repository: &Url, address: &str) -> Result<Url, AddressError> {
    let unreadable = |problem| AddressError::Unreadable {
        address: address.to_owned(),
        problem,
    };
    let url = match Url::parse(address) {
        Ok(url) => url,
        Err(ParseError::RelativeUrlWithoutBase) => {
            let mut url = folder(repository).join(address).map_err(unreadable)?;
            url.set_query(repository.query());
            url
        }
        Err(problem) => return Err(unreadable(problem)),
    };
    match url.scheme() {
        "http" | "https" => Ok(url),
        other => Err(AddressError::Scheme(other.to_owned())),
    }
}

/// The repository with a slash at the end of its path.
fn folder(repository: &Url) -> Url {
    let mut url = repository.clone();
    let path = format!("{}/", url.path().trim_end_matches('/'));
    url.set_path(&path);
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(repository: &str, address: &str, expected: &str) {
        let repository = Url::parse(repository).expect("a URL of the table");
        let found = chart(&repository, address).map(String::from);
        assert_eq!(found.as_deref(), Ok(expected), "{address}");
    }

    #[test]
    fn relative_addresses_are_below_the_repository() {
        for (repository, expected) in [
            ("http://h/charts", "http://h/charts/a-1.0.0.tgz"),
            ("http://h/charts/", "http://h/charts/a-1.0.0.tgz"),
            ("http://h", "http://h/a-1.0.0.tgz"),
            ("http://h/c?k=v", "http://h/c/a-1.0.0.tgz?k=v"),
        ] {
            check(repository, "a-1.0.0.tgz", expected);
        }
        check("http://h/c", "../d/a+1.tgz", "http://h/d/a+1.tgz");
        check("http://h/c", "/d/a.tgz", "http://h/d/a.tgz");
        check("http://h/c?k=v", "https://i/a.tgz", "https://i/a.tgz");
        check("https://h/c", "//i/a.tgz", "https://i/a.tgz");
    }

    #[test]
    fn other_schemes_are_refused() {
        let repository = Url::parse("http://h/c").expect("a URL");
        for address in ["file:///etc/passwd", "oci://h/c", "ftp://h/a.tgz"] {
            let scheme = address.split(':').next().unwrap_or_default().to_owned();
            assert_eq!(
                chart(&repository, address),
                Err(AddressError::Scheme(scheme))
            );
        }
        assert!(chart(&repository, "http://[::1/a.tgz").is_err());
    }

    #[test]
    fn the_index_is_at_the_end_of_the_path() {
        for (repository, expected) in [
            ("http://h", "http://h/index.yaml"),
            ("http://h/c//", "http://h/c/index.yaml"),
            ("http://h/c?k=v", "http://h/c/index.yaml?k=v"),
        ] {
            let repository = Url::parse(repository).expect("a URL of the table");
            assert_eq!(index(&repository).as_str(), expected);
        }
    }
}
