//! Go strings: bytes that are UTF-8 by habit and not by law.

use std::{
    borrow::{Borrow, Cow},
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    ops::Deref,
    sync::Arc,
};

/// Up to how many bytes lie in the string itself: as many as make it no larger than a shared one has to be. Most names, keys
/// and scalars of charts are that short.
const INLINE_BYTES: usize = 22;

/// A string of Go: immutable bytes, cheap to clone.
///
/// `trunc` may cut a character in two and `b64dec` may yield anything, so a `str` cannot hold what templates pass around.
#[derive(Clone)]
pub struct Text(Bytes);

#[derive(Clone)]
enum Bytes {
    Inline {
        length: u8,
        bytes: [u8; INLINE_BYTES],
    },
    Shared(Arc<[u8]>),
    Deferred(Arc<dyn Deferred>),
}

/// The content of a string that few will ask for, made when the first one does.
pub trait Deferred: Send + Sync {
    /// The content, which is the same at each call.
    fn bytes(&self) -> &[u8];
}

impl Text {
    /// The string as text, with U+FFFD in the place of invalid bytes.
    pub fn to_str(&self) -> Cow<'_, str> {
        match str::from_utf8(self) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => String::from_utf8_lossy(self),
        }
    }

    /// A string whose content is made when it is first read.
    pub fn deferred(content: Arc<dyn Deferred>) -> Self {
        Self(Bytes::Deferred(content))
    }

    /// The string in itself, if it is short enough.
    fn inline(content: &[u8]) -> Option<Self> {
        let mut bytes = [0; INLINE_BYTES];
        bytes.get_mut(..content.len())?.copy_from_slice(content);
        let length = u8::try_from(content.len()).ok()?;
        Some(Self(Bytes::Inline { length, bytes }))
    }
}

impl Default for Text {
    fn default() -> Self {
        Self(Bytes::Inline {
            length: 0,
            bytes: [0; INLINE_BYTES],
        })
    }
}

impl Deref for Text {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.0 {
            Bytes::Inline { length, bytes } => &bytes[..usize::from(*length)],
            Bytes::Shared(bytes) => bytes,
            Bytes::Deferred(content) => content.bytes(),
        }
    }
}

impl Borrow<[u8]> for Text {
    fn borrow(&self) -> &[u8] {
        self
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Text {}

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Text {
    fn cmp(&self, other: &Self) -> Ordering {
        (**self).cmp(&**other)
    }
}

impl Hash for Text {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl From<Arc<[u8]>> for Text {
    /// The same bytes, not a copy.
    fn from(bytes: Arc<[u8]>) -> Self {
        Self(Bytes::Shared(bytes))
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        text.as_bytes().into()
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        text.into_bytes().into()
    }
}

impl From<&[u8]> for Text {
    fn from(bytes: &[u8]) -> Self {
        Self::inline(bytes).unwrap_or_else(|| Self(Bytes::Shared(bytes.into())))
    }
}

impl From<Vec<u8>> for Text {
    fn from(bytes: Vec<u8>) -> Self {
        Self::inline(&bytes).unwrap_or_else(|| Self(Bytes::Shared(bytes.into())))
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.to_str(), f)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.to_str(), f)
    }
}
