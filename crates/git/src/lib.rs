//! Fetching a Git repository: references, commits and trees.
