//! How the outside is reached: HTTP client with TLS, limits and redirects under control, credentials.
