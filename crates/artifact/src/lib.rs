//! The artifact that the controllers meet in: archive, client, server.
