//! Downloads the index, and takes it apart if it is new.

use std::collections::BTreeMap;
use std::io::{self, Write};

use rheostat_api::Reason;
use rheostat_artifact::archive::Written;
use rheostat_artifact::digest::{Algorithm, Digest, Hasher};
use rheostat_gocompat::strconv;
use rheostat_helm::index::{Index, IndexError};

use super::plan::Plan;
use crate::context::SourceContext;
use crate::source::{Content, Fetched, Found, Halt, New, Told, blocking};

/// Downloads the index that the plan names, and reads it unless it is known.
pub(super) async fn fetch(context: &SourceContext, plan: Plan) -> Result<Fetched<()>, Halt> {
    let repository = plan.access.connect(&context.upstream)?;
    let bytes = repository.index(context.helm.index_bytes).await;
    let bytes = bytes.map_err(|error| {
        let problem = "failed to fetch Helm repository index: \
                       failed to cache index to temporary file";
        Halt::fetch_failed(Reason::Failed, format!("{problem}: {error}"))
    })?;
    let (algorithm, known) = (context.algorithm, plan.known);
    let url = plan.display_url;
    blocking(move || {
        if let Some(known) = known
            && Digest::of(known.revision.algorithm(), &bytes) == known.revision
        {
            return Ok(Fetched::UpToDate(found(&known.revision, known.size, &url)));
        }
        let revision = Digest::of(algorithm, &bytes);
        let index = IndexContent::read(&bytes).map_err(|error| {
            let problem = "failed to load Helm repository from index YAML: failed to load index";
            Halt::fetch_failed(Reason::IndexationFailed, format!("{problem}: {error}"))
        })?;
        Ok(Fetched::New(New {
            found: found(&revision, Some(index.size), &url),
            file_name: format!("index-{}.yaml", revision.hex()),
            metadata: BTreeMap::new(),
            content: Box::new(index),
            note: (),
            remarks: Vec::new(),
        }))
    })
    .await
}

/// How an index is told.
fn found(revision: &Digest, size: Option<u64>, url: &str) -> Found {
    let size = size.map_or_else(
        || "unknown size".to_owned(),
        |size| format!("size {}", human(size)),
    );
    Found {
        revision: revision.to_string(),
        success: Told::new(
            Reason::Succeeded,
            format!("stored artifact: revision '{revision}'"),
        ),
        news: Told::new(
            Reason::NewRevision,
            format!("new index revision '{revision}'"),
        ),
        announcement: format!("stored fetched index of {size} from '{url}'"),
    }
}

/// A number of bytes in four digits and a decimal unit, as the reference
/// tells it.
fn human(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    #[expect(
        clippy::cast_precision_loss,
        reason = "an index has far less than 2^53 bytes"
    )]
    let mut size = bytes as f64;
    let mut unit = 0;
    while size >= 1000.0 && unit + 1 < UNITS.len() {
        size /= 1000.0;
        unit += 1;
    }
    format!(
        "{}{}",
        strconv::format_float(size, 'g', Some(4), 64),
        UNITS[unit]
    )
}

/// An index that is stored as JSON.
struct IndexContent {
    index: Index,
    /// Bytes of the JSON.
    size: u64,
}

impl IndexContent {
    fn read(bytes: &[u8]) -> Result<Self, IndexError> {
        let index = Index::parse(bytes)?;
        for example in &index.skipped().examples {
            tracing::warn!("skipping invalid entry of the index: {example}");
        }
        let mut counter = Counter(0);
        // Counting does not fail.
        let _ = index.write_json(&mut counter);
        Ok(Self {
            index,
            size: counter.0,
        })
    }
}

impl Content for IndexContent {
    fn archive(&self, output: &mut dyn Write, algorithm: Algorithm) -> Result<Written<()>, String> {
        let mut output = Hashing {
            output,
            hasher: Hasher::new(algorithm),
        };
        let written = self.index.write_json(&mut output);
        written.map_err(|error| error.to_string())?;
        Ok(Written {
            output: (),
            digest: output.hasher.finish(),
            size: self.size,
        })
    }
}

/// Counts bytes.
struct Counter(u64);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Hashes what goes by.
struct Hashing<'o> {
    output: &'o mut dyn Write,
    hasher: Hasher,
}

impl Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.output.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_told_in_four_digits() {
        for (bytes, expected) in [
            (0, "0B"),
            (383, "383B"),
            (1236, "1.236kB"),
            (12_345_678, "12.35MB"),
            (999_999, "1000kB"),
        ] {
            assert_eq!(human(bytes), expected);
        }
    }

    #[test]
    fn the_size_that_is_told_is_that_of_the_artifact() {
        let content =
            IndexContent::read(b"apiVersion: v1\nentries: {a: [{name: a, version: 1.0.0}]}\n");
        let content = content.expect("an index");
        let mut output = Vec::new();
        let written = content.archive(&mut output, Algorithm::Sha256);
        let written = written.expect("memory takes it");
        assert_eq!(written.size, output.len() as u64);
        assert_eq!(written.digest, Digest::of(Algorithm::Sha256, &output));
    }
}
