//! The `Range` header, one range of bytes.

/// What of a file a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Range {
    /// All of it; also where the header is not understood, or asks for
    /// several parts.
    Whole,
    /// The bytes from `first` to `last`, both included.
    Part { first: u64, last: u64 },
    /// Bytes that are not there.
    Unsatisfiable,
}

impl Range {
    /// Reads a header's value for a file of `size` bytes.
    pub(super) fn parse(value: &str, size: u64) -> Self {
        let Some((first, last)) = value
            .strip_prefix("bytes=")
            .and_then(|range| range.trim().split_once('-'))
        else {
            return Self::Whole;
        };
        if first.is_empty() {
            return Self::suffix(last, size);
        }
        let end = if last.is_empty() {
            Some(u64::MAX)
        } else {
            number(last)
        };
        match (number(first), end) {
            (Some(first), Some(last)) if first > last => Self::Whole,
            (Some(first), Some(_)) if first >= size => Self::Unsatisfiable,
            (Some(first), Some(last)) => Self::Part {
                first,
                last: last.min(size - 1),
            },
            _ => Self::Whole,
        }
    }

    /// The last bytes of a file.
    fn suffix(length: &str, size: u64) -> Self {
        match number(length) {
            None => Self::Whole,
            Some(0) => Self::Unsatisfiable,
            Some(_) if size == 0 => Self::Unsatisfiable,
            Some(length) => Self::Part {
                first: size.saturating_sub(length),
                last: size - 1,
            },
        }
    }
}

/// A number; what is too large for one lies beyond every file.
fn number(digits: &str) -> Option<u64> {
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: &str, size: u64, expected: Range) {
        assert_eq!(Range::parse(value, size), expected, "{value} of {size}");
    }

    #[test]
    fn ranges_are_read_as_in_rfc_9110() {
        let part = |first, last| Range::Part { first, last };
        check("bytes=0-", 10, part(0, 9));
        check("bytes=2-4", 10, part(2, 4));
        check("bytes=2-400", 10, part(2, 9));
        check("bytes=-3", 10, part(7, 9));
        check("bytes=-30", 10, part(0, 9));
        check("bytes=9-99999999999999999999999", 10, part(9, 9));
        check("bytes=10-", 10, Range::Unsatisfiable);
        check("bytes=-0", 10, Range::Unsatisfiable);
        check("bytes=-1", 0, Range::Unsatisfiable);
        check("bytes=0-", 0, Range::Unsatisfiable);
        check("bytes=4-2", 10, Range::Whole);
        check("bytes=0-1,3-4", 10, Range::Whole);
        check("bytes=-", 10, Range::Whole);
        check("lines=1-2", 10, Range::Whole);
    }
}
