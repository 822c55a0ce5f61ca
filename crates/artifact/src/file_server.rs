//! Serves the files of a storage over HTTP.
//!
//! `GET /` answers 200 with nothing: it is the readiness probe. There are no
//! listings; unfinished files and lock files are not served; a path or a link
//! never leads out of the storage. Ranges and conditional requests are
//! understood as far as clients resume and cache: one range, and `ETag`.

mod range;

use std::io::{self, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{
    ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_NONE_MATCH, IF_RANGE,
    LAST_MODIFIED, RANGE,
};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rheostat_tree::TreePath;
use tokio::fs::File;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use tokio_util::io::ReaderStream;

use range::Range;

/// A router that serves what is stored below `root`.
pub fn router(root: impl Into<PathBuf>) -> Router {
    let root: Arc<Path> = Arc::from(root.into());
    Router::new()
        .route("/", get(|| async {}))
        .fallback(get(serve))
        .with_state(root)
}

/// A file that may be served.
struct Served {
    file: File,
    size: u64,
    modified: SystemTime,
}

async fn serve(
    State(root): State<Arc<Path>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let served = match open(&root, uri.path()).await {
        Ok(Some(served)) => served,
        Ok(None) => return StatusCode::NOT_FOUND.into_response(),
        Err(_) => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    };
    let tag = entity_tag(&served);
    let mut response_headers = vec![
        (ETAG, tag.clone()),
        (LAST_MODIFIED, httpdate::fmt_http_date(served.modified)),
        (ACCEPT_RANGES, "bytes".to_owned()),
        (CONTENT_TYPE, content_type(uri.path()).to_owned()),
    ];
    if matches_tag(&headers, &tag) {
        return with_headers(StatusCode::NOT_MODIFIED, response_headers, Body::empty());
    }
    let range = match requested_range(&headers, &tag, served.size) {
        Range::Whole => None,
        Range::Part { first, last } => Some((first, last)),
        Range::Unsatisfiable => {
            response_headers.push((CONTENT_RANGE, format!("bytes */{}", served.size)));
            return with_headers(
                StatusCode::RANGE_NOT_SATISFIABLE,
                response_headers,
                Body::empty(),
            );
        }
    };
    let (status, first, length) = match range {
        Some((first, last)) => {
            let part = format!("bytes {first}-{last}/{}", served.size);
            response_headers.push((CONTENT_RANGE, part));
            (StatusCode::PARTIAL_CONTENT, first, last - first + 1)
        }
        None => (StatusCode::OK, 0, served.size),
    };
    response_headers.push((CONTENT_LENGTH, length.to_string()));
    if method == Method::HEAD {
        return with_headers(status, response_headers, Body::empty());
    }
    match body(served.file, first, length).await {
        Ok(body) => with_headers(status, response_headers, body),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// The file that a request names; none when there is nothing to serve there.
async fn open(root: &Path, path: &str) -> io::Result<Option<Served>> {
    let decoded = percent_decoded(path);
    let Some(path) = decoded.and_then(|path| TreePath::clamped(&path).ok()) else {
        return Ok(None);
    };
    let is_hidden = path.segments().any(|part| part.starts_with('.'));
    if path.is_root() || is_hidden || extension(path.name()) == "lock" {
        return Ok(None);
    }
    // Links are followed, for `latest.tar.gz` is one, but not out of the root.
    let location = match tokio::fs::canonicalize(root.join(path.as_str())).await {
        Ok(location) if location.starts_with(root) => location,
        Ok(_) => return Ok(None),
        Err(error) if is_absence(&error) => return Ok(None),
        Err(error) => return Err(error),
    };
    let file = match File::open(location).await {
        Ok(file) => file,
        Err(error) if is_absence(&error) => return Ok(None),
        Err(error) => return Err(error),
    };
    let metadata = file.metadata().await?;
    if !metadata.is_file() {
        return Ok(None);
    }
    Ok(Some(Served {
        file,
        size: metadata.len(),
        modified: metadata.modified()?,
    }))
}

fn is_absence(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::InvalidFilename
    )
}

/// The path of a URL as text; none when it is not UTF-8 or badly escaped.
fn percent_decoded(path: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let (high, low) = (rest.next()?, rest.next()?);
            let digit = |byte: u8| char::from(byte).to_digit(16);
            let value = digit(high)? * 16 + digit(low)?;
            bytes.push(u8::try_from(value).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// Files are replaced, never changed, so size and time tell versions apart.
fn entity_tag(served: &Served) -> String {
    let age = served
        .modified
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    format!("\"{:x}-{:x}\"", served.size, age.as_nanos())
}

fn matches_tag(headers: &HeaderMap, tag: &str) -> bool {
    headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|candidate| candidate == "*" || candidate.trim_start_matches("W/") == tag)
}

/// What of the file is asked for. A range that depends on a version other
/// than the present one is left aside.
fn requested_range(headers: &HeaderMap, tag: &str, size: u64) -> Range {
    let is_other_version = headers
        .get(IF_RANGE)
        .is_some_and(|value| value.as_bytes() != tag.as_bytes());
    match headers.get(RANGE).and_then(|value| value.to_str().ok()) {
        Some(value) if !is_other_version => Range::parse(value, size),
        _ => Range::Whole,
    }
}

async fn body(mut file: File, first: u64, length: u64) -> io::Result<Body> {
    if first > 0 {
        file.seek(SeekFrom::Start(first)).await?;
    }
    Ok(Body::from_stream(ReaderStream::new(file.take(length))))
}

fn content_type(path: &str) -> &'static str {
    match extension(path) {
        "gz" | "tgz" => "application/gzip",
        _ => "application/octet-stream",
    }
}

/// What follows the last dot of a path that has one.
fn extension(path: &str) -> &str {
    path.rsplit_once('.').map_or("", |(_, extension)| extension)
}

fn with_headers(status: StatusCode, headers: Vec<(HeaderName, String)>, body: Body) -> Response {
    let mut response = (status, body).into_response();
    for (name, value) in headers {
        if let Ok(value) = value.parse() {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

#[cfg(test)]
mod tests;
