//! Timestamps that go-yaml recognises, brought into RFC 3339 as Go prints a `time.Time`.

/// The RFC 3339 form of a timestamp, `None` for any other text.
///
/// The forms are `2006-1-2`, `2006-1-2 15:4:5.9`, and `2006-1-2T15:4:5.9Z` with `t` for `T` and `±07:00` for `Z`;
/// fields may have one digit or two.
pub(crate) fn rfc3339(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    if bytes.len() < 8 || bytes[4] != b'-' || !bytes[..4].iter().all(u8::is_ascii_digit) {
        return None;
    }
    let mut rest = Rest { text };
    let year = rest.digits(4)?;
    rest.literal("-")?;
    let month = rest.one_or_two_digits()?;
    rest.literal("-")?;
    let day = rest.one_or_two_digits()?;
    if !(1..=12).contains(&month) || day < 1 || day > days_in(year, month) {
        return None;
    }
    let date = format!("{year:04}-{month:02}-{day:02}");
    if rest.text.is_empty() {
        return Some(date + "T00:00:00Z");
    }
    let is_zoned = rest.literal("T").or_else(|| rest.literal("t")).is_some();
    if !is_zoned {
        rest.literal(" ")?;
    }
    let time = rest.time()?;
    let zone = if is_zoned {
        rest.zone()?
    } else {
        "Z".to_owned()
    };
    rest.text.is_empty().then(|| format!("{date}T{time}{zone}"))
}

struct Rest<'a> {
    text: &'a str,
}

impl Rest<'_> {
    fn literal(&mut self, expected: &str) -> Option<()> {
        self.text = self.text.strip_prefix(expected)?;
        Some(())
    }

    fn digits(&mut self, count: usize) -> Option<u32> {
        let digits = self
            .text
            .get(..count)
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
        self.text = &self.text[count..];
        digits.parse().ok()
    }

    fn one_or_two_digits(&mut self) -> Option<u32> {
        self.digits(2).or_else(|| self.digits(1))
    }

    fn time(&mut self) -> Option<String> {
        let hour = self.one_or_two_digits()?;
        self.literal(":")?;
        let minute = self.one_or_two_digits()?;
        self.literal(":")?;
        let second = self.one_or_two_digits()?;
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        Some(format!(
            "{hour:02}:{minute:02}:{second:02}{}",
            self.fraction()
        ))
    }

    /// The fraction as Go prints it: at most nine digits, no zeros at the end, nothing if it is zero.
    fn fraction(&mut self) -> String {
        let Some(after) = self.text.strip_prefix(['.', ',']) else {
            return String::new();
        };
        let length = after.bytes().take_while(u8::is_ascii_digit).count();
        if length == 0 {
            return String::new();
        }
        self.text = &after[length..];
        // Nine digits are nanoseconds, all that a `time.Time` holds.
        let digits = after[..length.min(9)].trim_end_matches('0');
        if digits.is_empty() {
            String::new()
        } else {
            format!(".{digits}")
        }
    }

    fn zone(&mut self) -> Option<String> {
        if self.literal("Z").is_some() {
            return Some("Z".to_owned());
        }
        let sign = self
            .text
            .chars()
            .next()
            .filter(|sign| matches!(sign, '+' | '-'))?;
        self.text = &self.text[1..];
        let hour = self.digits(2)?;
        self.literal(":")?;
        let minute = self.digits(2)?;
        if hour > 23 || minute > 59 {
            return None;
        }
        Some(if hour == 0 && minute == 0 {
            "Z".to_owned()
        } else {
            format!("{sign}{hour:02}:{minute:02}")
        })
    }
}

fn days_in(year: u32, month: u32) -> u32 {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(rfc3339(text).as_deref(), expected, "{text}");
    }

    #[test]
    fn forms() {
        check("2001-12-14", Some("2001-12-14T00:00:00Z"));
        check("2001-1-2", Some("2001-01-02T00:00:00Z"));
        check(
            "2001-12-14t21:59:43.10-05:00",
            Some("2001-12-14T21:59:43.1-05:00"),
        );
        check("2001-12-15T02:59:43.1Z", Some("2001-12-15T02:59:43.1Z"));
        check("2001-12-15 2:59:43.000", Some("2001-12-15T02:59:43Z"));
        check("2001-12-14 21:59:43.10 -5", None);
        check("2001-13-45", None);
        check("2001-02-29", None);
        check("2001-12-14T21:59:43", None);
    }
}
