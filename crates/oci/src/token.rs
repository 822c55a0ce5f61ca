//! Asking a token service for a token.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderValue, Method, StatusCode};
use serde::Deserialize;
use url::{Url, form_urlencoded};

use crate::challenge::Bearer;
use crate::exchange::{Channel, Request, RequestError, read};
use crate::keyring::Login;

/// Most bytes of an answer. Tokens of large registries have some kilobytes.
const MAX_ANSWER: u64 = 1024 * 1024;
/// The name by which we ask for a token.
const CLIENT_ID: &str = "rheostat";

/// A service that answers for tokens.
pub(crate) struct Tokens<'a> {
    pub(crate) channel: &'a Channel,
    pub(crate) login: &'a Login,
    /// Whether the registry itself is reached with TLS. Its token service
    /// must then be, too.
    pub(crate) is_tls: bool,
    /// What the token is for, where the registry does not say.
    pub(crate) scope: &'a str,
}

/// The answer. Some services use the one name, some the other.
#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    token: String,
    #[serde(default)]
    access_token: String,
}

impl Tokens<'_> {
    /// Exchanges the login for a token.
    pub(crate) async fn fetch(&self, bearer: &Bearer) -> Result<String, RequestError> {
        let realm = self.realm(bearer)?;
        let scope = bearer.scope.as_deref().unwrap_or(self.scope);
        let mut fields = vec![("scope", scope)];
        fields.extend(
            bearer
                .service
                .as_deref()
                .map(|service| ("service", service)),
        );
        let request = match self.login {
            Login::IdentityToken(token) => {
                fields.extend([
                    ("grant_type", "refresh_token"),
                    ("refresh_token", token),
                    ("client_id", CLIENT_ID),
                ]);
                Request {
                    form: Some(encoded(&fields)),
                    ..Request::new(Method::POST, realm)
                }
            }
            login => {
                let mut url = realm;
                url.query_pairs_mut().extend_pairs(fields);
                Request {
                    authorization: basic(login)?,
                    ..Request::new(Method::GET, url)
                }
            }
        };
        let url = request.url.clone();
        let response = self.channel.send(request).await?;
        let mut response = match response.status() {
            StatusCode::OK => response,
            _ => return Err(self.channel.refused(&Method::GET, response).await),
        };
        let body = read(&mut response, MAX_ANSWER, self.channel.patience).await?;
        let unusable = || RequestError::NoToken { realm: told(&url) };
        let answer: Answer = serde_json::from_slice(&body).map_err(|_| unusable())?;
        let token = match answer.access_token {
            empty if empty.is_empty() => answer.token,
            token => token,
        };
        if token.is_empty() {
            return Err(unusable());
        }
        Ok(token)
    }

    fn realm(&self, bearer: &Bearer) -> Result<Url, RequestError> {
        let refused = || RequestError::Realm {
            realm: bearer.realm.clone(),
        };
        let realm = Url::parse(&bearer.realm).map_err(|_| refused())?;
        match (realm.scheme(), self.is_tls) {
            ("https", _) | ("http", false) => Ok(realm),
            _ => Err(refused()),
        }
    }
}

/// The header by which a name and a password are sent.
pub(crate) fn basic(login: &Login) -> Result<Option<HeaderValue>, RequestError> {
    let Login::Password { username, password } = login else {
        return Ok(None);
    };
    let credentials = STANDARD.encode(format!("{username}:{password}"));
    sensitive(&format!("Basic {credentials}")).map(Some)
}

/// The header by which a token is sent.
pub(crate) fn bearer(token: &str) -> Result<HeaderValue, RequestError> {
    sensitive(&format!("Bearer {token}"))
}

fn sensitive(text: &str) -> Result<HeaderValue, RequestError> {
    let mut value = HeaderValue::from_str(text).map_err(|_| RequestError::ControlCharacter)?;
    value.set_sensitive(true);
    Ok(value)
}

fn encoded(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}

/// The address of the service alone.
fn told(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    rheostat_upstream::failure::redacted(&url)
}
