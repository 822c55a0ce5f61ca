//! Passwords that follow from a master password, a user and a site (the Master Password algorithm, version 0).

use hmac::{Hmac, KeyInit, Mac};
use scrypt::{Params, scrypt};
use sha2::Sha256;

use super::super::{
    arguments::{Answer, string, text},
    eager,
};
use crate::{
    function::{CallError, Function, Type},
    runtime::Runtime,
    value::Value,
};

use Type::{String, Uint32};

/// What all salts and seeds begin with.
const SCOPE: &[u8] = b"com.lyndir.masterpassword";

/// The work of the key: scrypt with N = 2^15, r = 8, p = 2, and 64 bytes of output.
const LOG_N: u8 = 15;
const R: u32 = 8;
const P: u32 = 2;
const KEY_BYTES: usize = 64;

/// What a call counts as, since it takes a tenth of a second: a thousand calls reach the bound on bytes.
const CHARGE: usize = 1 << 20;

/// The shapes of passwords by their names; each letter stands for a set of characters.
const SHAPES: &[(&str, &[&str])] = &[
    ("maximum", &["anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"]),
    (
        "long",
        &[
            "CvcvnoCvcvCvcv",
            "CvcvCvcvnoCvcv",
            "CvcvCvcvCvcvno",
            "CvccnoCvcvCvcv",
            "CvccCvcvnoCvcv",
            "CvccCvcvCvcvno",
            "CvcvnoCvccCvcv",
            "CvcvCvccnoCvcv",
            "CvcvCvccCvcvno",
            "CvcvnoCvcvCvcc",
            "CvcvCvcvnoCvcc",
            "CvcvCvcvCvccno",
            "CvccnoCvccCvcv",
            "CvccCvccnoCvcv",
            "CvccCvccCvcvno",
            "CvcvnoCvccCvcc",
            "CvcvCvccnoCvcc",
            "CvcvCvccCvccno",
            "CvccnoCvcvCvcc",
            "CvccCvcvnoCvcc",
            "CvccCvcvCvccno",
        ],
    ),
    ("medium", &["CvcnoCvc", "CvcCvcno"]),
    ("short", &["Cvcn"]),
    ("basic", &["aaanaaan", "aannaaan", "aaannaaa"]),
    ("pin", &["nnnn"]),
];

fn characters(class: u8) -> &'static [u8] {
    match class {
        b'V' => b"AEIOU",
        b'C' => b"BCDFGHJKLMNPQRSTVWXYZ",
        b'v' => b"aeiou",
        b'c' => b"bcdfghjklmnpqrstvwxyz",
        b'a' => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz",
        b'n' => b"0123456789",
        b'o' => b"@&%?,=[]_:-+*$#!'^~;()/.",
        _ => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()",
    }
}

pub(super) static TABLE: &[Function] = &[eager(
    "derivePassword",
    &[Uint32, String, String, String, String],
    derive,
)];

/// `derivePassword COUNTER SHAPE PASSWORD USER SITE`; a complaint becomes the result.
fn derive(runtime: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let counter = match arguments.first() {
        // A constant that is too large wraps around, as in Go.
        Some(Value::Uint64(counter)) => counter.to_be_bytes(),
        _ => [0; 8],
    };
    let name = string(arguments, 1);
    let Some((_, shapes)) = SHAPES.iter().find(|(known, _)| *known == name) else {
        return Ok(Value::from(format!("cannot find password template {name}")));
    };
    runtime.charge(CHARGE).map_err(CallError::Limit)?;
    let [password, user, site] = [2, 3, 4].map(|index| text(arguments, index));
    let key = master_key(&password, &user)?;
    let mut hash = Hmac::<Sha256>::new_from_slice(&key)
        .map_err(|error| CallError::new(format!("failed to derive password: {error}")))?;
    hash.update(SCOPE);
    hash.update(&length(&site));
    hash.update(&site);
    hash.update(&counter[4..]);
    let seed = hash.finalize().into_bytes();
    let shape = shapes[usize::from(seed[0]) % shapes.len()];
    let password = shape.bytes().zip(&seed[1..]).map(|(class, seed)| {
        let characters = characters(class);
        characters[usize::from(*seed) % characters.len()]
    });
    Ok(Value::from(password.collect::<Vec<_>>()))
}

fn master_key(password: &[u8], user: &[u8]) -> Result<[u8; KEY_BYTES], CallError> {
    let fail = |error: &dyn ToString| {
        CallError::new(format!("failed to derive password: {}", error.to_string()))
    };
    let params = Params::new(LOG_N, R, P).map_err(|error| fail(&error))?;
    let salt = [SCOPE, &length(user), user].concat();
    let mut key = [0; KEY_BYTES];
    scrypt(password, &salt, &params, &mut key).map_err(|error| fail(&error))?;
    Ok(key)
}

/// A length as four bytes, the most significant first.
fn length(bytes: &[u8]) -> [u8; 4] {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes()
}
