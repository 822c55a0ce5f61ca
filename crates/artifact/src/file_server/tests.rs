use super::*;

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::symlink;

struct Served {
    address: SocketAddr,
    client: reqwest::Client,
    _root: tempfile::TempDir,
}

impl Served {
    async fn start() -> Self {
        // Another test of this process may have been first.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let root = tempfile::tempdir().expect("a folder");
        let inside = fs::canonicalize(root.path()).expect("it is there");
        let folder = inside.join("gitrepository/ns/a b");
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("one.tar.gz"), "0123456789").expect("a file");
        fs::write(folder.join("one.tar.gz.lock"), "").expect("a file");
        fs::write(folder.join(".unfinished-x"), "half").expect("a file");
        symlink(folder.join("one.tar.gz"), folder.join("latest.tar.gz")).expect("a link");
        symlink("/etc/hostname", folder.join("outside")).expect("a link");
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port");
        let address = listener.local_addr().expect("a bound socket");
        tokio::spawn(async move { axum::serve(listener, router(inside)).await });
        Self {
            address,
            client: reqwest::Client::new(),
            _root: root,
        }
    }

    async fn request(&self, path: &str, headers: &[(&str, &str)]) -> (u16, HeaderMap, String) {
        let mut request = self.client.get(format!("http://{}{path}", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        (status, headers, response.text().await.expect("a body"))
    }

    async fn check(&self, path: &str, headers: &[(&str, &str)], status: u16, body: &str) {
        let (found, _, text) = self.request(path, headers).await;
        assert_eq!((found, text.as_str()), (status, body), "{path} {headers:?}");
    }
}

#[tokio::test]
async fn only_whole_files_inside_are_served() {
    let served = Served::start().await;
    let folder = "/gitrepository/ns/a%20b";
    served.check("/", &[], 200, "").await;
    for (path, status, body) in [
        ("/one.tar.gz", 200, "0123456789"),
        ("/latest.tar.gz", 200, "0123456789"),
        ("/../a%20b/./one.tar.gz", 200, "0123456789"),
        ("/outside", 404, ""),
        ("/one.tar.gz.lock", 404, ""),
        ("/.unfinished-x", 404, ""),
        ("/one.tar.gz/x", 404, ""),
        ("/%", 404, ""),
        ("/%ff", 404, ""),
        ("/%00", 404, ""),
        ("", 404, ""),
        ("/", 404, ""),
    ] {
        served
            .check(&format!("{folder}{path}"), &[], status, body)
            .await;
    }
    let path = "/gitrepository/..%2f..%2f..%2f..%2fetc%2fhostname";
    served.check(path, &[], 404, "").await;
    let request = served
        .client
        .post(format!("http://{}{folder}/one.tar.gz", served.address));
    let status = request.send().await.expect("an answer").status();
    assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn ranges_and_tags_are_understood() {
    let served = Served::start().await;
    let path = "/gitrepository/ns/a%20b/one.tar.gz";
    let (_, headers, _) = served.request(path, &[]).await;
    assert_eq!(headers[CONTENT_LENGTH], "10");
    assert_eq!(headers[CONTENT_TYPE], "application/gzip");
    assert!(headers.contains_key(LAST_MODIFIED));
    let tag = headers[ETAG].to_str().expect("text");
    served.check(path, &[("if-none-match", tag)], 304, "").await;
    served
        .check(path, &[("if-none-match", "\"other\"")], 200, "0123456789")
        .await;
    served
        .check(path, &[("range", "bytes=2-4")], 206, "234")
        .await;
    served.check(path, &[("range", "bytes=20-")], 416, "").await;
    served
        .check(
            path,
            &[("range", "bytes=2-4"), ("if-range", "\"other\"")],
            200,
            "0123456789",
        )
        .await;
    let (_, headers, _) = served.request(path, &[("range", "bytes=-3")]).await;
    assert_eq!(headers[CONTENT_RANGE], "bytes 7-9/10");
}
