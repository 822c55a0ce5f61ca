//! The text of a record: a release as Go writes it in JSON, gzipped, in base64.
//!
//! A record that is too large for its Secret is made to fit by leaving out what no later action needs: first the chart's
//! templates, then its files, then its schema. Helm itself refuses such a release. The manifest is never left out.

use std::{
    io::{Read, Write},
    sync::Arc,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use flate2::{Compression, read::MultiGzDecoder, write::GzEncoder};
use rheostat_gocompat::json;
use thiserror::Error;

use super::{Release, ReleasedChart};

/// How many bytes of text a record may have: what Kubernetes allows the data of a Secret.
pub const MAX_BYTES: usize = 1 << 20;

/// How many bytes a record may have once it is unpacked. Helm has no bound; a record of [`MAX_BYTES`] that unpacks to more than
/// this is no record of a release.
const MAX_UNPACKED_BYTES: u64 = 256 << 20;

/// What a gzipped record begins with. Records of old were not compressed.
const GZIP_MAGIC: [u8; 3] = [0x1f, 0x8b, 0x08];

/// A release cannot be written down.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// Values cannot be expressed in JSON.
    #[error("json: {0}")]
    Json(#[source] serde_json::Error),
    /// The record is too large, with nothing left that it could do without.
    #[error(
        "the record of release {name:?} revision {version} takes {bytes} bytes without the chart's templates, files and schema, which is more than the {limit} that its Secret can hold"
    )]
    TooLarge {
        /// The release.
        name: String,
        /// The revision.
        version: i64,
        /// The size of the text.
        bytes: usize,
        /// The bound.
        limit: usize,
    },
}

/// A text is no record of a release.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// It is not in base64.
    #[error("{0}")]
    Base64(#[from] base64::DecodeError),
    /// It does not unpack.
    #[error("{0}")]
    Gzip(#[from] std::io::Error),
    /// It unpacks to too much.
    #[error("the record unpacks to more than {MAX_UNPACKED_BYTES} bytes")]
    TooLarge,
    /// It is no JSON, or not that of a release.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
}

/// Writes a release down in at most `limit` bytes.
///
/// # Errors
/// [`EncodeError`].
pub fn encode(release: &Release, limit: usize) -> Result<String, EncodeError> {
    let mut text = pack(release)?;
    if text.len() <= limit {
        return Ok(text);
    }
    let mut reduced = release.clone();
    for leave_out in [without_templates, without_files, without_schema] {
        if let Some(chart) = &mut reduced.chart {
            leave_out(Arc::make_mut(chart));
        }
        text = pack(&reduced)?;
        if text.len() <= limit {
            return Ok(text);
        }
    }
    Err(EncodeError::TooLarge {
        name: release.name.clone(),
        version: release.version,
        bytes: text.len(),
        limit,
    })
}

/// Reads a record. Labels are not in it.
///
/// # Errors
/// [`DecodeError`].
pub fn decode(text: &[u8]) -> Result<Release, DecodeError> {
    let bytes = STANDARD.decode(text)?;
    if !bytes.starts_with(&GZIP_MAGIC) {
        return Ok(serde_json::from_slice(&bytes)?);
    }
    let mut unpacked = Vec::new();
    MultiGzDecoder::new(bytes.as_slice())
        .take(MAX_UNPACKED_BYTES + 1)
        .read_to_end(&mut unpacked)?;
    if unpacked.len() as u64 > MAX_UNPACKED_BYTES {
        return Err(DecodeError::TooLarge);
    }
    Ok(serde_json::from_slice(&unpacked)?)
}

fn without_templates(chart: &mut ReleasedChart) {
    chart.templates.clear();
}

fn without_files(chart: &mut ReleasedChart) {
    chart.files.clear();
}

fn without_schema(chart: &mut ReleasedChart) {
    chart.schema = None;
}

fn pack(release: &Release) -> Result<String, EncodeError> {
    let json = json::to_vec(release).map_err(EncodeError::Json)?;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder
        .write_all(&json)
        .and_then(|()| encoder.finish())
        .map(|packed| STANDARD.encode(packed))
        .map_err(|error| EncodeError::Json(serde_json::Error::io(error)))
}
