//! Credentials for HTTP, as a Secret holds them.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use url::Url;

/// The data of a Secret, decoded.
pub type SecretData = BTreeMap<String, Vec<u8>>;

/// How a request is authenticated.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum Credentials {
    /// Not at all.
    #[default]
    Anonymous,
    /// By name and password.
    Basic {
        /// The name, never empty.
        username: String,
        /// The password, perhaps empty.
        password: String,
    },
    /// By a token.
    Bearer {
        /// The token.
        token: String,
    },
}

/// Why a Secret's credentials cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CredentialsError {
    /// A value is not text.
    #[error("value of key '{0}' is not UTF-8")]
    NotText(&'static str),
    /// There is a password and no name.
    #[error("'password' requires 'username' to be set")]
    PasswordWithoutUsername,
    /// A value cannot stand in a header.
    #[error("credentials hold a control character")]
    ControlCharacter,
}

impl Credentials {
    /// Reads `bearerToken`, which wins, or `username` and `password`.
    ///
    /// # Errors
    /// When a value is not text, or a password comes without a name.
    pub fn from_secret(data: &SecretData) -> Result<Self, CredentialsError> {
        if let Some(token) = text(data, "bearerToken")? {
            return Ok(Self::Bearer {
                token: token.to_owned(),
            });
        }
        let username = text(data, "username")?.unwrap_or_default().to_owned();
        let password = text(data, "password")?.unwrap_or_default().to_owned();
        match (username.is_empty(), password.is_empty()) {
            (true, true) => Ok(Self::Anonymous),
            (true, false) => Err(CredentialsError::PasswordWithoutUsername),
            (false, _) => Ok(Self::Basic { username, password }),
        }
    }

    /// Those that stand in the URL itself.
    pub fn from_url(url: &Url) -> Self {
        if url.username().is_empty() {
            return Self::Anonymous;
        }
        let decode = |text: &str| {
            percent_encoding::percent_decode_str(text)
                .decode_utf8_lossy()
                .into_owned()
        };
        Self::Basic {
            username: decode(url.username()),
            password: decode(url.password().unwrap_or_default()),
        }
    }

    /// The value of the `Authorization` header, marked as sensitive.
    ///
    /// # Errors
    /// When the credentials hold a control character.
    pub fn header(&self) -> Result<Option<HeaderValue>, CredentialsError> {
        let value = match self {
            Self::Anonymous => return Ok(None),
            Self::Basic { username, password } => {
                format!(
                    "Basic {}",
                    STANDARD.encode(format!("{username}:{password}"))
                )
            }
            Self::Bearer { token } => format!("Bearer {token}"),
        };
        let mut value =
            HeaderValue::from_str(&value).map_err(|_| CredentialsError::ControlCharacter)?;
        value.set_sensitive(true);
        Ok(Some(value))
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Anonymous => "Anonymous",
            Self::Basic { .. } => "Basic(redacted)",
            Self::Bearer { .. } => "Bearer(redacted)",
        })
    }
}

/// The certificate authorities in a Secret: `ca.crt`, or the older `caFile`.
pub fn certificate_authorities(data: &SecretData) -> Option<&[u8]> {
    data.get("ca.crt")
        .or_else(|| data.get("caFile"))
        .map(Vec::as_slice)
}

fn text<'a>(data: &'a SecretData, key: &'static str) -> Result<Option<&'a str>, CredentialsError> {
    let value = data.get(key).map(|value| std::str::from_utf8(value));
    value
        .transpose()
        .map_err(|_| CredentialsError::NotText(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(data: &[(&str, &str)], expected: Option<&str>) {
        let header = credentials(data).header().expect("it can be sent");
        let found = header.as_ref().map(|value| {
            assert!(value.is_sensitive());
            value.to_str().expect("it is text")
        });
        assert_eq!(found, expected, "{data:?}");
    }

    fn secret(data: &[(&str, &str)]) -> SecretData {
        let pairs = data.iter();
        pairs
            .map(|(key, value)| ((*key).to_owned(), value.as_bytes().to_vec()))
            .collect()
    }

    fn credentials(data: &[(&str, &str)]) -> Credentials {
        Credentials::from_secret(&secret(data)).expect("credentials of the table")
    }

    #[test]
    fn secrets_become_headers() {
        check(&[], None);
        check(&[("username", ""), ("password", "")], None);
        let both = [("username", "me"), ("password", "secret")];
        check(&both, Some("Basic bWU6c2VjcmV0"));
        check(&[("username", "me")], Some("Basic bWU6"));
        let token = [("bearerToken", "t"), ("username", "me")];
        check(&token, Some("Bearer t"));
    }

    #[test]
    fn unusable_secrets_are_refused() {
        assert_eq!(
            Credentials::from_secret(&secret(&[("password", "secret")])),
            Err(CredentialsError::PasswordWithoutUsername)
        );
        assert_eq!(
            credentials(&[("bearerToken", "a\nb")]).header(),
            Err(CredentialsError::ControlCharacter)
        );
    }

    #[test]
    fn urls_hold_credentials_too() {
        let url = Url::parse("http://me:s%40cret@example.com/").expect("a URL");
        let expected = Credentials::Basic {
            username: "me".to_owned(),
            password: "s@cret".to_owned(),
        };
        assert_eq!(Credentials::from_url(&url), expected);
        assert_eq!(format!("{expected:?}"), "Basic(redacted)");
    }
}
