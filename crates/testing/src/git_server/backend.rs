//! Runs `git http-backend` for one request, by the rules of CGI (RFC 3875).

use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::{StreamExt, stream};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::sync::broadcast;

use super::repository::GIT_ENVIRONMENT;

/// More than any test pushes.
const MAX_BODY_BYTES: usize = 256 << 20;

/// How much of an answer is passed on at once.
const CHUNK_BYTES: usize = 64 << 10;

/// The repository that a request pushes into, without `.git`.
pub(super) fn pushed_repository(request: &Request<Body>) -> Option<String> {
    let path = request.uri().path().strip_suffix(".git/git-receive-pack")?;
    (request.method() == Method::POST).then(|| path.trim_start_matches('/').to_owned())
}

/// Answers one request. `pushed` is told once the backend is done, which is when Git runs a post-receive hook.
pub(super) async fn run(
    root: &Path,
    request: Request<Body>,
    pushed: Option<(String, broadcast::Sender<String>)>,
) -> Response {
    match answer(root, request, pushed).await {
        Ok(response) => response,
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, format!("{error:#}")).into_response(),
    }
}

async fn answer(
    root: &Path,
    request: Request<Body>,
    pushed: Option<(String, broadcast::Sender<String>)>,
) -> Result<Response> {
    let mut child = spawn(root, &request)?;
    let mut stdin = child
        .stdin
        .take()
        .context("the backend's input is a pipe")?;
    let stdout = child
        .stdout
        .take()
        .context("the backend's output is a pipe")?;
    let body = to_bytes(request.into_body(), MAX_BODY_BYTES)
        .await
        .context("reading a request")?;
    tokio::spawn(async move {
        // A backend that refuses early closes its input; its answer says why.
        let _ = stdin.write_all(&body).await;
    });
    let mut output = BufReader::new(stdout);
    let (status, headers) = read_head(&mut output).await?;
    let mut response = Response::new(Body::from_stream(stream_body(child, output, pushed)));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    Ok(response)
}

fn spawn(root: &Path, request: &Request<Body>) -> Result<Child> {
    let uri = request.uri();
    let header_text = |name: &str| {
        let value = request
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    Command::new("git")
        .arg("http-backend")
        .envs(GIT_ENVIRONMENT)
        .env("GIT_PROJECT_ROOT", root)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("PATH_INFO", uri.path())
        .env("QUERY_STRING", uri.query().unwrap_or_default())
        .env("REQUEST_METHOD", request.method().as_str())
        .env("CONTENT_TYPE", header_text(header::CONTENT_TYPE.as_str()))
        .env(
            "HTTP_CONTENT_ENCODING",
            header_text(header::CONTENT_ENCODING.as_str()),
        )
        .env("GIT_PROTOCOL", header_text("git-protocol"))
        .env("REMOTE_ADDR", "127.0.0.1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .context("running git http-backend")
}

/// Reads the CGI header: lines up to an empty one, of which `Status` is the HTTP status.
async fn read_head(output: &mut BufReader<ChildStdout>) -> Result<(StatusCode, HeaderMap)> {
    let (mut status, mut headers) = (StatusCode::OK, HeaderMap::new());
    loop {
        let mut line = String::new();
        if output
            .read_line(&mut line)
            .await
            .context("reading from git http-backend")?
            == 0
        {
            bail!("git http-backend ended without an answer");
        }
        let line = line.trim_end();
        if line.is_empty() {
            return Ok((status, headers));
        }
        let (name, value) = line
            .split_once(':')
            .context("git http-backend sent a malformed header")?;
        let value = value.trim();
        if name.eq_ignore_ascii_case("status") {
            let code = value.split(' ').next().unwrap_or_default();
            status = code
                .parse()
                .with_context(|| format!("git http-backend sent the status {value}"))?;
        } else {
            headers.append(header::HeaderName::try_from(name)?, value.try_into()?);
        }
    }
}

fn stream_body(
    child: Child,
    output: BufReader<ChildStdout>,
    pushed: Option<(String, broadcast::Sender<String>)>,
) -> impl futures::Stream<Item = std::io::Result<bytes::Bytes>> {
    // The child travels along, because dropping it kills it.
    let chunks = stream::try_unfold((child, output), |(child, mut output)| async move {
        let mut chunk = Vec::with_capacity(CHUNK_BYTES);
        let read = (&mut output)
            .take(CHUNK_BYTES as u64)
            .read_buf(&mut chunk)
            .await?;
        Ok((read > 0).then(|| (bytes::Bytes::from(chunk), (child, output))))
    });
    let tell = stream::once(async move {
        if let Some((name, pushes)) = pushed {
            // Nobody has to listen.
            let _ = pushes.send(name);
        }
        Ok(bytes::Bytes::new())
    });
    chunks.chain(tell)
}
