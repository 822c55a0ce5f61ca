//! What repositories and artifacts are called, by the rules of Docker and of
//! go-containerregistry. Pure.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

use rheostat_artifact::digest::{Digest, DigestError};
use url::Url;

/// A repository: the host of a registry, and a name there.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RepositoryName {
    registry: String,
    path: String,
}

/// One artifact of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// What a tag stands for at the moment.
    Tag(String),
    /// What has a digest.
    Digest(Digest),
}

/// Why a text names nothing in a registry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// There is no repository after the registry.
    #[error("a repository name must be specified")]
    NoRepository,
    /// The registry is no host.
    #[error("registries must be valid RFC 3986 URI authorities: {0}")]
    Registry(String),
    /// The repository holds a character that it must not.
    #[error("repository can only contain the characters `{CHARACTERS}`: {0}")]
    Characters(String),
    /// The repository is too short or too long.
    #[error("repository must be between 2 and 255 characters in length: {0}")]
    Length(String),
    /// The tag is none.
    #[error("invalid tag '{0}'")]
    Tag(String),
    /// The digest has no algorithm, or nothing after it.
    #[error("cannot parse hash: \"{0}\"")]
    Digest(String),
    /// The digest's algorithm is none that is computed here.
    #[error("unsupported hash: \"{0}\"")]
    Algorithm(String),
    /// The digest is not hexadecimal.
    #[error("found non-hex character in hash: {0}")]
    NotHexadecimal(char),
    /// The digest is too short or too long for its algorithm.
    #[error("wrong number of hex digits for {algorithm}: {digits}")]
    DigestLength {
        /// The algorithm.
        algorithm: String,
        /// What comes after it.
        digits: String,
    },
}

/// The registry of a repository that names none.
const DEFAULT_REGISTRY: &str = "index.docker.io";
/// Another name for it.
const DEFAULT_REGISTRY_ALIAS: &str = "docker.io";
/// Where the default registry keeps what has a name of one part.
const DEFAULT_NAMESPACE: &str = "library";
/// The characters of a repository's name.
const CHARACTERS: &str = "abcdefghijklmnopqrstuvwxyz0123456789_-./";
/// The lengths of a repository's name that go-containerregistry lets through.
const LENGTHS: std::ops::RangeInclusive<usize> = 2..=255;
/// Longest tag, from the distribution specification.
const MAX_TAG_LENGTH: usize = 128;

impl RepositoryName {
    /// Reads `host/name`. A first part without `.` and `:` that is not
    /// `localhost` is no host, so that the registry is Docker Hub.
    ///
    /// # Errors
    /// When the text is no name, or one with a tag or a digest.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let is_host = |part: &str| part.contains(['.', ':']) || part == "localhost";
        let (registry, path) = match text.split_once('/') {
            Some((host, path)) if is_host(host) => (host, path),
            _ => (DEFAULT_REGISTRY, text),
        };
        if path.is_empty() {
            return Err(NameError::NoRepository);
        }
        if !path.chars().all(|c| CHARACTERS.contains(c)) || !has_plain_parts(path) {
            return Err(NameError::Characters(path.to_owned()));
        }
        if !LENGTHS.contains(&path.len()) {
            return Err(NameError::Length(path.to_owned()));
        }
        if !is_authority(registry) {
            return Err(NameError::Registry(registry.to_owned()));
        }
        let registry = match registry {
            DEFAULT_REGISTRY_ALIAS => DEFAULT_REGISTRY,
            other => other,
        };
        let path = if registry == DEFAULT_REGISTRY && !path.contains('/') {
            format!("{DEFAULT_NAMESPACE}/{path}")
        } else {
            path.to_owned()
        };
        Ok(Self {
            registry: registry.to_owned(),
            path,
        })
    }

    /// The host, and the port where the text named one.
    pub fn registry(&self) -> &str {
        &self.registry
    }

    /// The name within the registry.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Whether the registry is so near that it is reached without TLS where
    /// it has none: on this machine, or in a private network.
    pub fn is_near(&self) -> bool {
        let Ok(url) = Url::parse(&format!("http://{}/", self.registry)) else {
            return false;
        };
        match url.host() {
            Some(url::Host::Domain(host)) => {
                host == "localhost"
                    || host
                        .rsplit_once('.')
                        .is_some_and(|(_, last)| last == "local")
            }
            Some(url::Host::Ipv4(address)) => is_private(IpAddr::V4(address)),
            Some(url::Host::Ipv6(address)) => is_private(IpAddr::V6(address)),
            None => false,
        }
    }
}

impl Reference {
    /// A tag.
    ///
    /// # Errors
    /// When the text cannot be one.
    pub fn tag(text: &str) -> Result<Self, NameError> {
        if is_tag(text) {
            Ok(Self::Tag(text.to_owned()))
        } else {
            Err(NameError::Tag(text.to_owned()))
        }
    }

    /// A digest.
    ///
    /// # Errors
    /// When the text is none.
    pub fn digest(text: &str) -> Result<Self, NameError> {
        let (algorithm, digits) = match text.split_once(':') {
            Some((algorithm, digits)) if !algorithm.is_empty() && !digits.is_empty() => {
                (algorithm, digits)
            }
            _ => return Err(NameError::Digest(text.to_owned())),
        };
        let is_digit = |c: char| matches!(c, '0'..='9' | 'a'..='f');
        if let Some(other) = digits.chars().find(|c| !is_digit(*c)) {
            return Err(NameError::NotHexadecimal(other));
        }
        match text.parse() {
            Ok(digest) => Ok(Self::Digest(digest)),
            Err(DigestError::UnsupportedAlgorithm(name)) => Err(NameError::Algorithm(name)),
            Err(DigestError::Malformed(_)) => Err(NameError::DigestLength {
                algorithm: algorithm.to_owned(),
                digits: digits.to_owned(),
            }),
        }
    }

    /// The reference as it stands behind the name of its repository.
    pub fn display(&self, repository: &RepositoryName) -> String {
        match self {
            Self::Tag(tag) => format!("{repository}:{tag}"),
            Self::Digest(digest) => format!("{repository}@{digest}"),
        }
    }
}

impl fmt::Display for RepositoryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.registry, self.path)
    }
}

/// The last part of the URL of a manifest.
impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tag(tag) => f.write_str(tag),
            Self::Digest(digest) => write!(f, "{digest}"),
        }
    }
}

/// Whether a text can be a tag, by the distribution specification.
pub(crate) fn is_tag(text: &str) -> bool {
    let is_word = |c: u8| c.is_ascii_alphanumeric() || c == b'_';
    let mut bytes = text.bytes();
    text.len() <= MAX_TAG_LENGTH
        && bytes.next().is_some_and(is_word)
        && bytes.all(|c| is_word(c) || matches!(c, b'.' | b'-'))
}

/// Parts that a URL would resolve, or that are empty, name nothing.
fn has_plain_parts(path: &str) -> bool {
    path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

/// Whether the text is a host with or without a port, and nothing besides.
fn is_authority(text: &str) -> bool {
    Url::parse(&format!("https://{text}/")).is_ok_and(|url| {
        url.path() == "/"
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none()
            && !text.contains(['/', '\\', '@', '?', '#'])
    })
}

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address == Ipv4Addr::LOCALHOST || address.is_private(),
        IpAddr::V6(address) => address.is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<&str, &str>) {
        let found = RepositoryName::parse(text);
        match expected {
            Ok(name) => assert_eq!(found.map(|found| found.to_string()).as_deref(), Ok(name)),
            Err(part) => {
                let error = found.expect_err(text).to_string();
                assert!(error.contains(part), "{text}: {error}");
            }
        }
    }

    #[test]
    fn names_have_a_registry() {
        check("ghcr.io/a/b", Ok("ghcr.io/a/b"));
        check("localhost:5000/b-c", Ok("localhost:5000/b-c"));
        check("localhost/app", Ok("localhost/app"));
        check("[::1]:5000/app", Ok("[::1]:5000/app"));
        check("podinfo", Ok("index.docker.io/library/podinfo"));
        check("docker.io/podinfo", Ok("index.docker.io/library/podinfo"));
        check("stefan/podinfo", Ok("index.docker.io/stefan/podinfo"));
    }

    #[test]
    fn what_is_no_name_is_refused() {
        check("", Err("must be specified"));
        check("ghcr.io/", Err("must be specified"));
        check("ghcr.io/a:v1", Err("only contain"));
        check("ghcr.io/a@sha256:00", Err("only contain"));
        check("ghcr.io/A", Err("only contain"));
        check("ghcr.io/a/../b", Err("only contain"));
        check("ghcr.io//a", Err("only contain"));
        check("ghcr.io/a?b", Err("only contain"));
        check("ghcr.io/a", Err("between 2 and 255"));
        check("me@ghcr.io/app", Err("registries must be"));
        check("host:port/app", Err("registries must be"));
    }

    #[test]
    fn near_registries_need_no_tls() {
        for (registry, expected) in [
            ("localhost:5000", true),
            ("127.0.0.1:5000", true),
            ("[::1]:5000", true),
            ("10.1.2.3", true),
            ("192.168.1.1:80", true),
            ("registry.local", true),
            ("registry.svc:5000", false),
            ("8.8.8.8", false),
            ("ghcr.io", false),
        ] {
            let name = RepositoryName::parse(&format!("{registry}/app")).expect("a name");
            assert_eq!(name.is_near(), expected, "{registry}");
        }
    }

    #[test]
    fn digests_are_told_from_other_texts() {
        let whole = format!("sha256:{}", "0".repeat(64));
        assert!(Reference::digest(&whole).is_ok());
        for (text, expected) in [
            ("", "cannot parse hash: \"\""),
            ("sha256", "cannot parse hash: \"sha256\""),
            ("sha256:", "cannot parse hash: \"sha256:\""),
            ("md5:00", "unsupported hash: \"md5\""),
            ("sha256:0g", "found non-hex character in hash: g"),
            ("sha256:ab", "wrong number of hex digits for sha256: ab"),
        ] {
            let error = Reference::digest(text).expect_err(text);
            assert_eq!(error.to_string(), expected);
        }
    }

    #[test]
    fn tags_are_words() {
        for tag in ["latest", "1.0.0", "1.0.0_build", "_a", "A-b"] {
            assert!(Reference::tag(tag).is_ok(), "{tag}");
        }
        for tag in ["", ".a", "-a", "a/b", "a+b", "a b", &"a".repeat(129)] {
            assert_eq!(Reference::tag(tag), Err(NameError::Tag(tag.to_owned())));
        }
    }
}
