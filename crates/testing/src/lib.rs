//! Development only: control plane, Git server, fixtures, status oracle.
