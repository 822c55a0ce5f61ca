//! What the kinds that read OCI registries have in common: whose identity logs in, and which signatures are asked for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::wire_enum::wire_enum;

wire_enum! {
    /// Whose identity logs in to a registry.
    #[derive(Default)]
    pub enum RegistryProvider {
        /// That of the credentials in Secrets, if there are any.
        #[default]
        Generic = "generic",
        /// The workload identity of AWS, for ECR.
        Aws = "aws",
        /// The workload identity of Azure, for ACR.
        Azure = "azure",
        /// The workload identity of Google Cloud, for Artifact Registry.
        Gcp = "gcp",
    }
}

wire_enum! {
    /// The tool that signed.
    #[derive(Default)]
    pub enum SignatureProvider {
        /// Sigstore's cosign.
        #[default]
        Cosign = "cosign",
        /// Notary Project's notation.
        Notation = "notation",
    }
}

/// Who may have signed without a key, by regular expressions over what the certificate says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OidcIdentityMatch {
    /// Matches the issuer of the identity.
    pub issuer: String,

    /// Matches the subject of the identity.
    pub subject: String,
}
