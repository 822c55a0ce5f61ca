//! Who may ask, and how the server fails when it is told to.

use std::future::pending;
use std::io;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures::{Stream, StreamExt, stream};

/// What a request has to present.
#[derive(Clone, Debug)]
pub enum Access {
    /// Nothing.
    Anyone,
    /// A user name and a password.
    Basic {
        /// The user name.
        username: String,
        /// The password.
        password: String,
    },
    /// A bearer token.
    Bearer(String),
}

/// How each request fails.
#[derive(Clone, Debug)]
pub enum Fault {
    /// It is answered, but later.
    Delay(Duration),
    /// It is answered with this HTTP status and no body.
    Status(u16),
    /// It is accepted and never answered.
    Hang,
    /// It is answered, and the connection is closed after this many bytes of the body.
    CutAfter(usize),
}

/// Applies what comes before the repository is looked at: an answer means that it is not.
pub(super) async fn before(
    fault: Option<&Fault>,
    access: &Access,
    headers: &HeaderMap,
) -> Option<Response> {
    match fault {
        Some(Fault::Hang) => pending::<()>().await,
        Some(Fault::Delay(duration)) => tokio::time::sleep(*duration).await,
        Some(Fault::Status(code)) => {
            return Some(
                StatusCode::from_u16(*code)
                    .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
                    .into_response(),
            );
        }
        Some(Fault::CutAfter(_)) | None => {}
    }
    let (scheme, wanted) = match access {
        Access::Anyone => return None,
        Access::Basic { username, password } => (
            "Basic",
            format!(
                "Basic {}",
                STANDARD.encode(format!("{username}:{password}"))
            ),
        ),
        Access::Bearer(token) => ("Bearer", format!("Bearer {token}")),
    };
    let is_granted = headers
        .get(header::AUTHORIZATION)
        .is_some_and(|given| given.as_bytes() == wanted.as_bytes());
    if is_granted {
        return None;
    }
    let challenge = [(
        header::WWW_AUTHENTICATE,
        format!("{scheme} realm=\"rheostat-test\""),
    )];
    Some(
        (
            StatusCode::UNAUTHORIZED,
            challenge,
            "authentication required",
        )
            .into_response(),
    )
}

/// Applies what cuts an answer short.
pub(super) fn after(fault: Option<&Fault>, response: Response) -> Response {
    let Some(Fault::CutAfter(limit)) = fault else {
        return response;
    };
    let (mut head, body) = response.into_parts();
    head.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(head, Body::from_stream(cut(body, *limit)))
}

/// Passes `limit` bytes on and then fails, upon which the server drops the connection.
fn cut(body: Body, limit: usize) -> impl Stream<Item = io::Result<Bytes>> {
    let whole = body
        .into_data_stream()
        .map(|chunk| chunk.map_err(io::Error::other));
    let kept = whole.scan(limit, |left, chunk| {
        let chunk = chunk.map(|bytes| bytes.slice(..bytes.len().min(*left)));
        let is_over = *left == 0;
        if let Ok(bytes) = &chunk {
            *left -= bytes.len();
        }
        futures::future::ready(if is_over { None } else { Some(chunk) })
    });
    kept.chain(stream::once(async {
        Err(io::ErrorKind::ConnectionAborted.into())
    }))
}
