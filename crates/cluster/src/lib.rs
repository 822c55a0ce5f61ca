//! The target cluster: REST mapper, discovery, watches and limits over one client.
