//! Names of objects, checked as the API server checks those of their kinds.

use rheostat_gocompat::strconv;

/// The longest name that is a subdomain, in bytes: RFC 1123.
const MAX_SUBDOMAIN_BYTES: usize = 253;
/// The longest name that is a label, in bytes: RFC 1123.
const MAX_LABEL_BYTES: usize = 63;

/// Refuses a name that objects of a kind cannot have.
pub(super) fn check(kind: &str, name: &str) -> Result<(), String> {
    let problems = match kind.to_ascii_lowercase().as_str() {
        "service" => dns_label(name),
        "namespace" => label(name),
        "certificatesigningrequest" => Vec::new(),
        "role" | "clusterrole" | "rolebinding" | "clusterrolebinding" => path_segment(name),
        _ => subdomain(name),
    };
    if problems.is_empty() {
        return Ok(());
    }
    let quoted = strconv::quote_str(name);
    let problems: Vec<String> = problems
        .iter()
        .map(|problem| format!("metadata.name: Invalid value: {quoted}: {problem}"))
        .collect();
    let told = match problems.as_slice() {
        [problem] => problem.clone(),
        problems => format!("[{}]", problems.join(", ")),
    };
    Err(format!(
        "object name does not conform to Kubernetes naming requirements: {quoted}: {told}"
    ))
}

fn is_label(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    text.starts_with(is_plain)
        && text.ends_with(is_plain)
        && text.chars().all(|c| is_plain(c) || c == '-')
}

fn too_long(name: &str, limit: usize) -> Vec<String> {
    let problem = (name.len() > limit).then(|| format!("must be no more than {limit} characters"));
    problem.into_iter().collect()
}

fn subdomain(name: &str) -> Vec<String> {
    let mut problems = too_long(name, MAX_SUBDOMAIN_BYTES);
    if !name.split('.').all(is_label) {
        problems.push(
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must \
             start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is \
             '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
                .to_owned(),
        );
    }
    problems
}

fn label(name: &str) -> Vec<String> {
    let mut problems = too_long(name, MAX_LABEL_BYTES);
    if is_label(name) {
        return problems;
    }
    problems.push(if name.split('.').all(is_label) {
        "must not contain dots".to_owned()
    } else {
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end \
         with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is \
         '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
            .to_owned()
    });
    problems
}

fn dns_label(name: &str) -> Vec<String> {
    let mut problems = too_long(name, MAX_LABEL_BYTES);
    if !is_label(name) || !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        problems.push(
            "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic \
             character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for \
             validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"
                .to_owned(),
        );
    }
    problems
}

fn path_segment(name: &str) -> Vec<String> {
    if matches!(name, "." | "..") {
        return vec![format!("may not be '{name}'")];
    }
    let held = ["/", "%"].into_iter().filter(|held| name.contains(held));
    held.map(|held| format!("may not contain '{held}'"))
        .collect()
}
