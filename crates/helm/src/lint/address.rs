//! What Helm takes for an address in Chart.yaml.

use rheostat_gocompat::url::Url;

/// The bounds that the reference sets on URLs, in bytes and characters.
const MIN_URL_BYTES: usize = 3;
const MAX_URL_CHARACTERS: usize = 2083;

/// Whether a text is an absolute URL as an HTTP request could carry it.
pub(super) fn is_request_url(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| !url.scheme.is_empty())
}

/// Whether a text is the URL of a page; the scheme may be left out.
pub(super) fn is_url(text: &str) -> bool {
    let is_sized = text.len() > MIN_URL_BYTES && text.chars().count() < MAX_URL_CHARACTERS;
    if !is_sized || text.contains(char::is_whitespace) {
        return false;
    }
    let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
    if !matches!(
        scheme,
        "" | "ftp" | "tcp" | "udp" | "ws" | "wss" | "http" | "https"
    ) {
        return false;
    }
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let authority = &rest[..end];
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    if scheme.is_empty() && !text.contains(['.', ':']) {
        return false;
    }
    if let Some(inner) = host.strip_prefix('[') {
        let address = inner.split_once(']').map_or("", |(address, _)| address);
        return address.parse::<std::net::Ipv6Addr>().is_ok();
    }
    let (name, port) = host
        .split_once(':')
        .map_or((host, None), |(name, port)| (name, Some(port)));
    let is_port = port.is_none_or(|port| {
        (1..=5).contains(&port.len()) && port.bytes().all(|byte| byte.is_ascii_digit())
    });
    is_port && is_host(name.strip_suffix('.').unwrap_or(name))
}

fn is_host(name: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c >= '\u{a1}';
    name.split('.').all(|label| {
        label.starts_with(is_plain)
            && label.ends_with(is_plain)
            && label.chars().all(|c| is_plain(c) || matches!(c, '-' | '_'))
    })
}

/// Whether a text is an address of mail: RFC 5322 without comments.
pub(super) fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    is_local_part(local) && is_mail_domain(domain.strip_suffix('.').unwrap_or(domain))
}

fn is_local_part(local: &str) -> bool {
    let quoted = local
        .strip_prefix('"')
        .and_then(|local| local.strip_suffix('"'));
    if let Some(inner) = quoted {
        return !inner.contains(['"', '\\']);
    }
    let is_atom =
        |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c) || c >= '\u{a0}';
    local
        .split('.')
        .all(|atom| !atom.is_empty() && atom.chars().all(is_atom))
}

/// At least two labels, the last of which begins and ends with a letter.
fn is_mail_domain(domain: &str) -> bool {
    let Some((front, last)) = domain.rsplit_once('.') else {
        return false;
    };
    let is_letter = |c: char| c.is_ascii_alphabetic() || c >= '\u{a0}';
    let is_plain = |c: char| is_letter(c) || c.is_ascii_digit();
    let is_inner = |c: char| is_plain(c) || matches!(c, '-' | '_' | '~');
    front.starts_with(is_plain)
        && front.ends_with(is_plain)
        && front.chars().all(|c| is_inner(c) || c == '.')
        && last.starts_with(is_letter)
        && last.ends_with(is_letter)
        && last.chars().all(is_inner)
}
