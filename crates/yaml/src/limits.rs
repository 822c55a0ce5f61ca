//! Bounds on what a reader accepts, so that no input can exhaust memory or the stack.

/// Bounds on one text. A text that exceeds one is refused with [`ReadError::Limit`](crate::ReadError::Limit).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Length of the text in bytes.
    pub bytes: usize,
    /// Nesting of collections, aliases expanded.
    pub depth: usize,
    /// Scalars and collections in the whole text, keys included, aliases expanded.
    pub nodes: usize,
    /// Documents in a stream.
    pub documents: usize,
}

impl Default for Limits {
    /// 32 MiB, 250 levels, 2,000,000 nodes, 100,000 documents.
    ///
    /// The largest manifest sets in public repositories hold 12 MB and 400,000 nodes; the deepest OpenAPI schema
    /// in a CRD nests below 100. Merging, the deepest recursion over nodes, takes 7 KiB of stack for a level in an
    /// unoptimised build and under 2 KiB in an optimised one, so that the depth fits the 2 MiB of a thread.
    fn default() -> Self {
        Self {
            bytes: 32 << 20,
            depth: 250,
            nodes: 2_000_000,
            documents: 100_000,
        }
    }
}
