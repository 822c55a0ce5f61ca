//! May a reference cross a namespace? The one place where that is decided.

use crate::object::{ObjectKey, ObjectRef};

/// A reference that the controller's flags forbid to follow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("can't access '{target}', cross-namespace references have been blocked")]
pub struct AccessDenied {
    /// What the reference points at.
    pub target: ObjectRef,
}

/// Lets a reference from `from` to `target` pass, unless it crosses a namespace while
/// `is_cross_namespace_blocked` (flag `--no-cross-namespace-refs`).
///
/// # Errors
/// [`AccessDenied`], reason `AccessDenied`, which only a change of the object or of the flag resolves.
pub fn check(
    from: &ObjectKey,
    target: &ObjectRef,
    is_cross_namespace_blocked: bool,
) -> Result<(), AccessDenied> {
    if is_cross_namespace_blocked && from.namespace != target.key.namespace {
        return Err(AccessDenied {
            target: target.clone(),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refuses(target_namespace: &str, is_blocked: bool) -> Option<String> {
        let target = ObjectRef::new("GitRepository", target_namespace, "repo");
        check(&ObjectKey::new("apps", "app"), &target, is_blocked)
            .err()
            .map(|denied| denied.to_string())
    }

    #[test]
    fn only_a_crossing_reference_under_the_lock_is_refused() {
        assert_eq!(refuses("apps", true), None);
        assert_eq!(refuses("infra", false), None);
        assert_eq!(
            refuses("infra", true).as_deref(),
            Some(
                "can't access 'GitRepository/infra/repo', cross-namespace references have been blocked"
            ),
        );
    }
}
