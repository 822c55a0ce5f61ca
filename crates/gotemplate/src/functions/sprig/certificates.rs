//! Keys and certificates. DSA keys, which certificates cannot have, and curves other than P-256 are refused.

mod der;
mod key;
mod pem;
mod x509;

use std::net::IpAddr;

use base64::{Engine, engine::general_purpose::STANDARD};
use rheostat_gocompat::time::Time;

use super::super::{
    arguments::{Answer, int, string, value},
    eager,
};
use crate::{
    function::{CallError, Function, Type},
    runtime::Runtime,
    value::{Object, Value},
};
use key::PrivateKey;
use x509::{Profile, Signer};

use Type::{Int, List, String};

/// Go's name of the type of what the functions answer.
const TYPE_NAME: &str = "sprig.certificate";
const CERTIFICATE: Type = Type::Named(TYPE_NAME);

/// Sizes of keys in bits, as Sprig has them.
const CERTIFICATE_KEY_BITS: usize = 2048;
const PRIVATE_KEY_BITS: usize = 4096;

pub(super) static TABLE: &[Function] = &[
    eager("buildCustomCert", &[String, String], build_custom),
    eager("genCA", &[String, Int], |runtime, arguments| {
        let key = PrivateKey::generate_rsa(runtime, CERTIFICATE_KEY_BITS)?;
        authority(runtime, arguments, &key)
    }),
    eager(
        "genCAWithKey",
        &[String, Int, String],
        |runtime, arguments| {
            let key = given_key(arguments, 2)?;
            authority(runtime, arguments, &key)
        },
    ),
    eager("genPrivateKey", &[String], private_key),
    eager(
        "genSelfSignedCert",
        &[String, List, List, Int],
        |runtime, arguments| {
            let key = PrivateKey::generate_rsa(runtime, CERTIFICATE_KEY_BITS)?;
            self_signed(runtime, arguments, &key)
        },
    ),
    eager(
        "genSelfSignedCertWithKey",
        &[String, List, List, Int, String],
        |runtime, arguments| {
            let key = given_key(arguments, 4)?;
            self_signed(runtime, arguments, &key)
        },
    ),
    eager(
        "genSignedCert",
        &[String, List, List, Int, CERTIFICATE],
        |runtime, arguments| {
            let key = PrivateKey::generate_rsa(runtime, CERTIFICATE_KEY_BITS)?;
            signed(runtime, arguments, &key)
        },
    ),
    eager(
        "genSignedCertWithKey",
        &[String, List, List, Int, CERTIFICATE, String],
        |runtime, arguments| {
            let key = given_key(arguments, 5)?;
            signed(runtime, arguments, &key)
        },
    ),
];

/// A certificate and its key, both in PEM.
#[derive(Debug)]
struct Certificate {
    certificate: std::string::String,
    key: std::string::String,
}

impl Object for Certificate {
    fn type_name(&self) -> &'static str {
        TYPE_NAME
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("Cert", Value::from(self.certificate.as_str())),
            ("Key", Value::from(self.key.as_str())),
        ]
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

fn object(certificate: std::string::String, key: std::string::String) -> Value {
    Value::Object(std::sync::Arc::new(Certificate { certificate, key }))
}

fn given_key(arguments: &[Value], index: usize) -> Result<PrivateKey, CallError> {
    PrivateKey::from_pem(&string(arguments, index))
        .map_err(|problem| CallError::new(format!("parsing private key: {problem}")))
}

/// A key alone; a complaint becomes the result.
fn private_key(runtime: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let kind = string(arguments, 0);
    match kind.as_ref() {
        "" | "rsa" => Ok(Value::from(
            PrivateKey::generate_rsa(runtime, PRIVATE_KEY_BITS)?.to_pem()?,
        )),
        "ecdsa" => Ok(Value::from(PrivateKey::generate_ec(runtime).to_pem()?)),
        "ed25519" => Ok(Value::from(PrivateKey::generate_ed(runtime).to_pem()?)),
        "dsa" => Err(CallError::new("keys of the kind dsa are not supported")),
        _ => Ok(Value::from(format!("Unknown type {kind}"))),
    }
}

/// A certificate and key that the user has made.
fn build_custom(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let decoded = |index: usize, what: &str| {
        let bytes = STANDARD.decode(string(arguments, index).as_bytes());
        let text = bytes
            .ok()
            .and_then(|bytes| std::string::String::from_utf8(bytes).ok());
        text.ok_or_else(|| CallError::new(format!("unable to decode base64 {what}")))
    };
    let (certificate, key) = (decoded(0, "certificate")?, decoded(1, "private key")?);
    let (_, der) =
        pem::decode(&certificate).ok_or_else(|| CallError::new("unable to decode certificate"))?;
    x509::issuer(&der).ok_or_else(|| {
        CallError::new("error parsing certificate: decodedCert.Bytes: x509: malformed certificate")
    })?;
    PrivateKey::from_pem(&key)
        .map_err(|problem| CallError::new(format!("error parsing private key: {problem}")))?;
    Ok(object(certificate, key))
}

fn authority(runtime: &mut dyn Runtime, arguments: &[Value], key: &PrivateKey) -> Answer {
    let profile = profile(runtime, &string(arguments, 0), int(arguments, 1))?;
    issue(
        &Profile {
            is_authority: true,
            ..profile
        },
        key,
        None,
    )
}

fn self_signed(runtime: &mut dyn Runtime, arguments: &[Value], key: &PrivateKey) -> Answer {
    let profile = named_profile(runtime, arguments)?;
    issue(&profile, key, None)
}

fn signed(runtime: &mut dyn Runtime, arguments: &[Value], key: &PrivateKey) -> Answer {
    let ca = match arguments.get(4) {
        Some(Value::Object(object)) => object.as_any().downcast_ref::<Certificate>(),
        _ => None,
    };
    let ca = ca.ok_or_else(|| CallError::new("unable to decode certificate"))?;
    let (_, der) = pem::decode(&ca.certificate)
        .ok_or_else(|| CallError::new("unable to decode certificate"))?;
    let malformed = || {
        CallError::new(
            "error parsing certificate: decodedSignerCert.Bytes: x509: malformed certificate",
        )
    };
    let issuer = x509::issuer(&der).ok_or_else(malformed)?;
    let issuer_key = PrivateKey::from_pem(&ca.key)
        .map_err(|problem| CallError::new(format!("error parsing private key: {problem}")))?;
    let profile = named_profile(runtime, arguments)?;
    issue(
        &profile,
        key,
        Some(&Signer {
            issuer,
            key: issuer_key,
        }),
    )
}

fn issue(profile: &Profile, key: &PrivateKey, signer: Option<&Signer>) -> Answer {
    let der = x509::certificate(profile, key, signer)?;
    Ok(object(pem::encode("CERTIFICATE", &der), key.to_pem()?))
}

fn profile(runtime: &mut dyn Runtime, common_name: &str, days: i64) -> Result<Profile, CallError> {
    let mut serial = [0; 16];
    runtime.host().random(&mut serial);
    let now = Time::from_unix_nanoseconds(runtime.host().now()).unwrap_or_else(Time::zero);
    let end = now
        .add_date(0, 0, days)
        .ok_or_else(|| CallError::new("error creating certificate: time out of range"))?;
    Ok(Profile {
        common_name: common_name.to_owned(),
        serial,
        not_before: now,
        not_after: end,
        addresses: Vec::new(),
        names: Vec::new(),
        is_authority: false,
    })
}

/// A profile with the addresses and names of arguments 1 and 2.
fn named_profile(runtime: &mut dyn Runtime, arguments: &[Value]) -> Result<Profile, CallError> {
    let addresses = texts(&value(arguments, 1), "error parsing ip: ")?;
    let parsed = addresses.into_iter().map(|text| {
        text.parse::<IpAddr>()
            .map_err(|_| CallError::new(format!("error parsing ip: {text}")))
    });
    let addresses = parsed.collect::<Result<_, _>>()?;
    let names = texts(
        &value(arguments, 2),
        "error processing alternate dns name: ",
    )?;
    let profile = profile(runtime, &string(arguments, 0), int(arguments, 3))?;
    Ok(Profile {
        addresses,
        names,
        ..profile
    })
}

fn texts(list: &Value, problem: &str) -> Result<Vec<std::string::String>, CallError> {
    let Value::List(list) = list else {
        return Ok(Vec::new());
    };
    let text = |item: &Value| match item {
        Value::String(text) => Ok(text.to_str().into_owned()),
        other => {
            let printed = other.to_text()?;
            Err(CallError::new(format!(
                "{problem}{} is not a string",
                std::string::String::from_utf8_lossy(&printed)
            )))
        }
    };
    list.iter().map(text).collect()
}
