//! Credentials for registries as Docker's configuration holds them, and the
//! rules by which an entry is found. Pure.
//!
//! The rules are those of the kubelet: an entry names a host, perhaps with
//! `*` for a part of it, and perhaps a path; the most specific one wins.
//! Deliberately absent: credential helpers, which are programs.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rheostat_gocompat::path;
use serde::Deserialize;

use crate::name::RepositoryName;

/// The type of a Secret with a configuration of today's shape.
pub const CONFIG_JSON_TYPE: &str = "kubernetes.io/dockerconfigjson";
/// The type of a Secret with a configuration of the first shape.
pub const LEGACY_TYPE: &str = "kubernetes.io/dockercfg";

/// The key of a Secret of [`CONFIG_JSON_TYPE`].
const CONFIG_JSON_KEY: &str = ".dockerconfigjson";
/// The key of a Secret of [`LEGACY_TYPE`].
const LEGACY_KEY: &str = ".dockercfg";

/// How to log in to a registry.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum Login {
    /// Not at all.
    #[default]
    Anonymous,
    /// By name and password.
    Password {
        /// The name.
        username: String,
        /// The password.
        password: String,
    },
    /// By a token that is exchanged for another one.
    IdentityToken(String),
    /// By a token that the registry takes as it is.
    RegistryToken(String),
}

/// Credentials for several registries.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Keyring {
    /// By host and path, the most specific ones last.
    entries: BTreeMap<String, Vec<Login>>,
}

/// Why a configuration cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyringError {
    /// It is not JSON of the right shape. Nothing of it is told: it holds
    /// secrets.
    #[error("docker configuration is not valid JSON (line {line}, column {column})")]
    Json {
        /// Where reading it ended.
        line: usize,
        /// The same.
        column: usize,
    },
    /// An entry's `auth` is not `name:password` in base64.
    #[error("entry '{0}' of the docker configuration: auth is not base64 of name:password")]
    Auth(String),
    /// The name of an entry is no address.
    #[error("entry '{0}' of the docker configuration is not an address")]
    Address(String),
}

#[derive(Deserialize)]
struct Config {
    #[serde(default)]
    auths: Option<BTreeMap<String, Entry>>,
}

#[derive(Deserialize, Default)]
struct Entry {
    #[serde(default)]
    username: Option<String>,
    #[serde(default)]
    password: Option<String>,
    #[serde(default)]
    auth: Option<String>,
    #[serde(default)]
    identitytoken: Option<String>,
    #[serde(default)]
    registrytoken: Option<String>,
}

impl Keyring {
    /// Takes up the entries of a Secret. A Secret of another type, or without
    /// the key of its type, has none.
    ///
    /// # Errors
    /// When the configuration cannot be read.
    pub fn add_secret(
        &mut self,
        r#type: &str,
        data: &BTreeMap<String, Vec<u8>>,
    ) -> Result<(), KeyringError> {
        let text = |key: &str| data.get(key).filter(|text| !text.is_empty());
        let entries = match r#type {
            CONFIG_JSON_TYPE => match text(CONFIG_JSON_KEY) {
                Some(text) => parse::<Config>(text)?.auths.unwrap_or_default(),
                None => return Ok(()),
            },
            LEGACY_TYPE => match text(LEGACY_KEY) {
                Some(text) => parse(text)?,
                None => return Ok(()),
            },
            _ => return Ok(()),
        };
        for (address, entry) in entries {
            let login = entry.login(&address)?;
            let key = key(&address)?;
            self.entries.entry(key).or_default().push(login);
        }
        Ok(())
    }

    /// Whether there are no credentials at all.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The credentials for a repository.
    pub fn login(&self, repository: &RepositoryName) -> Login {
        let target = repository.to_string();
        let found = self
            .entries
            .iter()
            .rev()
            .find(|(key, _)| opens(key, &target));
        found
            .and_then(|(_, logins)| logins.first().cloned())
            .unwrap_or_default()
    }
}

impl Entry {
    fn login(self, address: &str) -> Result<Login, KeyringError> {
        let set = |field: Option<String>| field.filter(|text| !text.is_empty());
        if let Some(token) = set(self.registrytoken) {
            return Ok(Login::RegistryToken(token));
        }
        if let Some(token) = set(self.identitytoken) {
            return Ok(Login::IdentityToken(token));
        }
        let (username, password) = match set(self.auth) {
            Some(auth) => decoded(&auth).ok_or_else(|| KeyringError::Auth(address.to_owned()))?,
            None => (
                self.username.unwrap_or_default(),
                self.password.unwrap_or_default(),
            ),
        };
        Ok(match (&*username, &*password) {
            ("", "") => Login::Anonymous,
            // The name by which Docker marks a token.
            ("<token>", _) => Login::IdentityToken(password),
            _ => Login::Password { username, password },
        })
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Anonymous => "Anonymous",
            Self::Password { .. } => "Password(redacted)",
            Self::IdentityToken(_) => "IdentityToken(redacted)",
            Self::RegistryToken(_) => "RegistryToken(redacted)",
        })
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.entries.keys()).finish()
    }
}

fn parse<T: for<'de> Deserialize<'de>>(text: &[u8]) -> Result<T, KeyringError> {
    serde_json::from_slice(text).map_err(|error| KeyringError::Json {
        line: error.line(),
        column: error.column(),
    })
}

fn decoded(auth: &str) -> Option<(String, String)> {
    let bytes = STANDARD.decode(auth.trim()).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (username, password) = text.split_once(':')?;
    // Some writers pad with zeros.
    Some((
        username.to_owned(),
        password.trim_end_matches('\0').to_owned(),
    ))
}

/// Host and path of an entry. The paths of the first two versions of the
/// registries' interface stand for the host alone.
fn key(address: &str) -> Result<String, KeyringError> {
    let rest = address
        .strip_prefix("https://")
        .or_else(|| address.strip_prefix("http://"))
        .unwrap_or(address);
    let (host, path) = match rest.find('/') {
        Some(slash) => rest.split_at(slash),
        None => (rest, ""),
    };
    if host.is_empty() || host.contains(['@', '?', '#', ' ']) {
        return Err(KeyringError::Address(address.to_owned()));
    }
    let path = match path {
        "/v1" | "/v2" | "/" => "",
        path if path.starts_with("/v1/") || path.starts_with("/v2/") => &path[3..],
        path => path,
    };
    let path = if path == "/" { "" } else { path };
    Ok(format!("{host}{path}"))
}

/// Whether an entry is for a repository: the ports are equal, each part of
/// the host matches, and the path begins the repository's.
fn opens(key: &str, target: &str) -> bool {
    let (host, prefix) = key.split_at(key.find('/').unwrap_or(key.len()));
    let (target_host, target_path) = target.split_at(target.find('/').unwrap_or(target.len()));
    let (host, port) = split_port(host);
    let (target_host, target_port) = split_port(target_host);
    if port != target_port || !target_path.starts_with(prefix) {
        return false;
    }
    // The brackets of an address of version 6 would be a pattern.
    if host == target_host {
        return true;
    }
    let (parts, target_parts) = (host.split('.'), target_host.split('.'));
    parts.clone().count() == target_parts.clone().count()
        && parts
            .zip(target_parts)
            .all(|(part, target)| path::matches(part, target).unwrap_or(false))
}

fn split_port(host: &str) -> (&str, &str) {
    match host.rsplit_once(':') {
        // The colon within the brackets of an address of version 6 is none.
        Some((name, port)) if !port.contains(']') => (name, port),
        _ => (host, ""),
    }
}

#[cfg(test)]
mod tests;
