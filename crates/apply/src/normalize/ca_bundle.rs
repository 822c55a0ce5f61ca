//! A definition whose conversion webhook has a bundle of authorities that is none would be refused;
//! an injector fills in the right one later.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// Removes `spec.conversion.webhook.clientConfig.caBundle` where it holds no certificates.
pub(super) fn drop_invalid(definition: &mut Value) {
    let config = definition
        .pointer_mut("/spec/conversion/webhook/clientConfig")
        .and_then(Value::as_object_mut);
    let Some(config) = config else {
        return;
    };
    let is_valid = match config.get("caBundle") {
        Some(Value::String(text)) => holds_certificates(text),
        Some(_) => false,
        None => return,
    };
    if !is_valid {
        config.remove("caBundle");
    }
}

fn holds_certificates(bundle: &str) -> bool {
    let decoded = STANDARD.decode(bundle.replace(['\r', '\n'], "")).ok();
    let Some(pem) = decoded.and_then(|bytes| String::from_utf8(bytes).ok()) else {
        return false;
    };
    let mut blocks = pem.split(BEGIN).skip(1).peekable();
    blocks.peek().is_some()
        && blocks.all(|block| {
            let body = block.split_once(END).map(|(body, _)| body);
            body.is_some_and(|body| {
                let packed: String = body.split_whitespace().collect();
                // Each certificate is a DER sequence.
                STANDARD
                    .decode(packed)
                    .is_ok_and(|der| der.first() == Some(&0x30))
            })
        })
}
