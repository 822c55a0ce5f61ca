//! The order of keys in what go-yaml prints: letters after other characters, runs of digits by their value.

use std::cmp::Ordering;

/// Compares two keys as go-yaml v2 sorts them: `a2` before `a10`, `_x` before `a`.
pub(super) fn compare(left: &str, right: &str) -> Ordering {
    if left.is_ascii() && right.is_ascii() {
        return compare_ascii(left.as_bytes(), right.as_bytes());
    }
    let left: Vec<char> = left.chars().collect();
    let right: Vec<char> = right.chars().collect();
    compare_by(&left, &right)
}

/// Sorts what has keys. Equal keys keep their order.
///
/// The order is not transitive (`010` < `0x1` < `1` < `010`), for which the sort of the standard library may panic.
pub(super) fn sort<T>(list: Vec<T>, compare: impl Fn(&T, &T) -> Ordering + Copy) -> Vec<T> {
    if list.len() < 2 {
        return list;
    }
    let mut left = list;
    let right = left.split_off(left.len() / 2);
    let mut left = sort(left, compare).into_iter().peekable();
    let mut right = sort(right, compare).into_iter().peekable();
    let mut sorted = Vec::with_capacity(left.len() + right.len());
    while let (Some(first), Some(second)) = (left.peek(), right.peek()) {
        let takes_right = compare(second, first) == Ordering::Less;
        sorted.extend(if takes_right {
            right.next()
        } else {
            left.next()
        });
    }
    sorted.extend(left);
    sorted.extend(right);
    sorted
}

/// As v2, but after a digit a letter comes first (`a1b` before `a1-`).
pub(super) fn compare_v3(left: &str, right: &str) -> Ordering {
    let left: Vec<char> = left.chars().collect();
    let right: Vec<char> = right.chars().collect();
    let Some(at) = left
        .iter()
        .zip(&right)
        .position(|(left, right)| left != right)
    else {
        return left.len().cmp(&right.len());
    };
    let follows_digit = at > 0 && is_digit(left[at - 1]);
    let (is_left, is_right) = (left[at].is_alphabetic(), right[at].is_alphabetic());
    if follows_digit && is_left != is_right {
        return if is_left {
            Ordering::Less
        } else {
            Ordering::Greater
        };
    }
    compare_by(&left, &right)
}

fn compare_ascii(left: &[u8], right: &[u8]) -> Ordering {
    let Some(at) = left
        .iter()
        .zip(right)
        .position(|(left, right)| left != right)
    else {
        return left.len().cmp(&right.len());
    };
    match (
        left[at].is_ascii_alphabetic(),
        right[at].is_ascii_alphabetic(),
    ) {
        (true, true) => left[at].cmp(&right[at]),
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        (false, false) => compare_numbers(left, right, at),
    }
}

fn compare_by(left: &[char], right: &[char]) -> Ordering {
    let Some(at) = left
        .iter()
        .zip(right)
        .position(|(left, right)| left != right)
    else {
        return left.len().cmp(&right.len());
    };
    match (left[at].is_alphabetic(), right[at].is_alphabetic()) {
        (true, true) => left[at].cmp(&right[at]),
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        (false, false) => compare_numbers(left, right, at),
    }
}

/// Compares from the first difference on, neither side being a letter there.
fn compare_numbers<C: Copy + Into<char>>(left: &[C], right: &[C], at: usize) -> Ordering {
    let (left_char, right_char): (char, char) = (left[at].into(), right[at].into());
    // A zero inside a number must not make the rest of it look shorter.
    let is_inside = (left_char == '0' || right_char == '0')
        && left[..at]
            .iter()
            .rev()
            .map(|&char| char.into())
            .take_while(|&char| is_digit(char))
            .any(|char| char != '0');
    let start = i64::from(is_inside);
    let (left_value, left_end) = number(left, at, start);
    let (right_value, right_end) = number(right, at, start);
    left_value
        .cmp(&right_value)
        .then(left_end.cmp(&right_end))
        .then(left_char.cmp(&right_char))
}

/// The number that the digits from an index on make, appended to `start`, and where they end.
fn number<C: Copy + Into<char>>(text: &[C], from: usize, start: i64) -> (i64, usize) {
    let chars = text[from..].iter().map(|&char| char.into());
    let digits = chars.take_while(|&char| is_digit(char));
    digits.fold((start, from), |(value, end), digit| {
        // Go lets it overflow.
        let digit = i64::from(u32::from(digit)) - i64::from(u32::from('0'));
        (value.wrapping_mul(10).wrapping_add(digit), end + 1)
    })
}

fn is_digit(char: char) -> bool {
    char.is_ascii_digit() || (!char.is_ascii() && char.is_numeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(sorted: &[&str]) {
        for pair in sorted.windows(2) {
            assert_eq!(compare(pair[0], pair[1]), Ordering::Less, "{pair:?}");
            assert_eq!(compare(pair[1], pair[0]), Ordering::Greater, "{pair:?}");
        }
    }

    #[test]
    fn sorts_what_has_no_order() {
        let keys: Vec<String> = (0..200)
            .flat_map(|n| [format!("{n:03}"), format!("{n}x{n}"), n.to_string()])
            .collect();
        assert_eq!(
            sort(keys.clone(), |left, right| compare(left, right)).len(),
            keys.len()
        );
        assert_eq!(
            sort(vec!["b", "a10", "a2"], |left, right| compare(left, right)),
            ["a2", "a10", "b"]
        );
    }

    #[test]
    fn natural_order() {
        check(&[
            "", "_x", "1", "2", "10", "B", "a", "a-b", "a1", "a2", "a10", "aB", "ab", "z2", "z10",
            "é",
        ]);
        check(&["a1", "a01", "a001"]);
        check(&["a100", "a101", "a110"]);
    }
}
