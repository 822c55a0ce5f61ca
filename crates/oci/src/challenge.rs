//! What a registry says when it wants to know who asks. Pure.

/// How the registry wants to be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Challenge {
    /// By name and password with each request.
    Basic,
    /// By a token of a service.
    Bearer(Bearer),
}

/// Where tokens are to be had.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Bearer {
    /// The address of the token service.
    pub(crate) realm: String,
    /// The name of the registry there.
    pub(crate) service: Option<String>,
    /// What the token must allow.
    pub(crate) scope: Option<String>,
}

/// Reads the values of the header `WWW-Authenticate`. Of several ways a token
/// is taken before a password.
pub(crate) fn parse<'v>(values: impl Iterator<Item = &'v str>) -> Option<Challenge> {
    let mut is_basic = false;
    for value in values {
        for (scheme, parameters) in challenges(value) {
            match &*scheme.to_ascii_lowercase() {
                "bearer" => {
                    if let Some(bearer) = bearer(&parameters) {
                        return Some(Challenge::Bearer(bearer));
                    }
                }
                "basic" => is_basic = true,
                _ => {}
            }
        }
    }
    is_basic.then_some(Challenge::Basic)
}

type Parameters = Vec<(String, String)>;

fn bearer(parameters: &Parameters) -> Option<Bearer> {
    let get = |name: &str| {
        let found = parameters.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.clone())
    };
    Some(Bearer {
        realm: get("realm")?,
        service: get("service"),
        scope: get("scope"),
    })
}

/// Splits a value into challenges. An item of the list that begins with two
/// words begins a challenge.
fn challenges(value: &str) -> Vec<(&str, Parameters)> {
    let mut found: Vec<(&str, Parameters)> = Vec::new();
    for item in items(value) {
        let (head, tail) = match item.split_once('=') {
            Some((head, tail)) => (head.trim(), Some(tail)),
            None => (item, None),
        };
        let (scheme, key) = match (head.split_once(' '), tail) {
            (Some((scheme, key)), Some(_)) => (Some(scheme), Some(key.trim())),
            (None, Some(_)) => (None, Some(head)),
            (_, None) => (Some(head), None),
        };
        if let Some(scheme) = scheme {
            found.push((scheme, Vec::new()));
        }
        if let (Some((_, parameters)), Some(key), Some(value)) = (found.last_mut(), key, tail) {
            parameters.push((key.to_ascii_lowercase(), unquoted(value.trim())));
        }
    }
    found
}

/// Splits at commas outside of quotes.
fn items(value: &str) -> Vec<&str> {
    let (mut items, mut start) = (Vec::new(), 0);
    let (mut is_quoted, mut is_escaped) = (false, false);
    for (index, byte) in value.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_quoted => is_escaped = true,
            b'"' => is_quoted = !is_quoted,
            b',' if !is_quoted => {
                items.push(&value[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    items.push(&value[start..]);
    items
        .into_iter()
        .map(str::trim)
        .filter(|item| !item.is_empty())
        .collect()
}

fn unquoted(value: &str) -> String {
    let inner = value
        .strip_prefix('"')
        .and_then(|value| value.strip_suffix('"'));
    match inner {
        Some(inner) => inner.replace("\\\"", "\"").replace("\\\\", "\\"),
        None => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(values: &[&str], expected: Option<&Challenge>) {
        let found = parse(values.iter().copied());
        assert_eq!(found.as_ref(), expected, "{values:?}");
    }

    fn bearer(realm: &str, service: Option<&str>, scope: Option<&str>) -> Challenge {
        Challenge::Bearer(Bearer {
            realm: realm.to_owned(),
            service: service.map(ToOwned::to_owned),
            scope: scope.map(ToOwned::to_owned),
        })
    }

    #[test]
    fn challenges_are_read() {
        let full =
            r#"Bearer realm="https://auth/token",service="reg",scope="repository:a:pull,push""#;
        check(
            &[full],
            Some(&bearer(
                "https://auth/token",
                Some("reg"),
                Some("repository:a:pull,push"),
            )),
        );
        check(&["bearer Realm = x"], Some(&bearer("x", None, None)));
        check(&[r#"Basic realm="a \"b\", c""#], Some(&Challenge::Basic));
        check(&["Basic"], Some(&Challenge::Basic));
        check(
            &[r#"Basic realm="a", Bearer realm="b""#],
            Some(&bearer("b", None, None)),
        );
        check(
            &["Negotiate", r#"Bearer realm="b""#],
            Some(&bearer("b", None, None)),
        );
    }

    #[test]
    fn what_is_no_challenge_is_none() {
        check(&[], None);
        check(&["", ",,", "=", "Bearer service=a", "Digest realm=a"], None);
    }
}
