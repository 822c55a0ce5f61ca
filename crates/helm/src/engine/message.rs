//! Helm's way of telling template errors.

use rheostat_gotemplate::Error;

/// A parse error: the place and the last of the words between colons.
pub(super) fn parse(file: &str, text: &str) -> String {
    let parts: Vec<&str> = text.split(": ").collect();
    match parts.as_slice() {
        [_, location, .., message] => format!("parse error at ({location}): {message}"),
        [_, message] => format!("parse error at ({message}): {message}"),
        _ => format!("parse error in ({file}): {text}"),
    }
}

/// An execution error: the message of `fail` or `required` with the outermost place, or one block for each template on the way
/// to the failure. A failure within a function keeps Go's own line.
pub(super) fn exec(error: &Error) -> String {
    let Error::Exec(error) = error else {
        return error.to_string();
    };
    if let Some(message) = error.failed_message() {
        return format!("execution error at ({}): {message}", error.location);
    }
    let mut blocks: Vec<String> = Vec::new();
    for text in error.chain() {
        let Some(block) = block(&text) else {
            return error.to_string();
        };
        if blocks.last() != Some(&block) {
            blocks.push(block);
        }
    }
    blocks.concat().trim().to_owned()
}

/// The lines for one error of a chain; none where it is not about templates.
fn block(text: &str) -> Option<String> {
    let rest = text.strip_prefix("template: ")?;
    if rest.starts_with("no template ") {
        return Some(format!("{text}\n"));
    }
    if let Some((location, behind)) = rest.split_once(": executing ") {
        let (name, behind) = behind.strip_prefix('"')?.split_once('"')?;
        let (node, message) = behind.strip_prefix(" at <")?.split_once(">: ")?;
        let message = without_next(message);
        return Some(format!(
            "{location}\n  executing \"{name}\" at <{node}>:\n    {message}\n"
        ));
    }
    let (location, message) = rest.rsplit_once(": ")?;
    Some(format!("{location}\n  {}\n", without_next(message)))
}

/// The message without the error that it wraps.
fn without_next(message: &str) -> &str {
    message
        .find(" template:")
        .map_or(message, |end| &message[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parse_errors_show_place_and_last_words() {
        let text = "template: c/templates/a.yaml:2: function \"x\" not defined";
        assert_eq!(
            parse("f", text),
            "parse error at (c/templates/a.yaml:2): function \"x\" not defined"
        );
    }

    #[test]
    fn blocks_end_where_the_next_error_begins() {
        let text = "template: a:1:2: executing \"a\" at <include \"b\" .>: error calling include: template: b:3:4: executing \"b\" at <.x>: no";
        let expected =
            "a:1:2\n  executing \"a\" at <include \"b\" .>:\n    error calling include:\n";
        assert_eq!(block(text).as_deref(), Some(expected));
    }
}
