//! Hashed passwords.

use base64::{Engine, alphabet::BCRYPT, engine::GeneralPurpose, engine::general_purpose::NO_PAD};

use super::super::{
    arguments::{Answer, string, text},
    eager,
};
use crate::{
    function::{CallError, Function, Type},
    runtime::Runtime,
    value::Value,
};

use Type::String;

/// The work of a hash, as a power of two: Go's `bcrypt.DefaultCost`.
const COST: u32 = 10;

/// Go refuses longer passwords; others cut them off.
const MAX_PASSWORD_BYTES: usize = 72;

/// The digits of bcrypt's own Base64.
const DIGITS: GeneralPurpose = GeneralPurpose::new(&BCRYPT, NO_PAD);

pub(super) static TABLE: &[Function] = &[
    // A complaint becomes the result.
    eager("bcrypt", &[String], |runtime, arguments| {
        Ok(Value::from(hashed(runtime, arguments, 0)?))
    }),
    eager("htpasswd", &[String, String], htpasswd),
];

/// A line of a password file.
fn htpasswd(runtime: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let name = string(arguments, 0).into_owned();
    if name.contains(':') {
        return Ok(Value::from(format!("invalid username: {name}")));
    }
    Ok(Value::from(format!(
        "{name}:{}",
        hashed(runtime, arguments, 1)?
    )))
}

fn hashed(
    runtime: &mut dyn Runtime,
    arguments: &[Value],
    index: usize,
) -> Result<std::string::String, CallError> {
    let password = text(arguments, index);
    if password.len() > MAX_PASSWORD_BYTES {
        return Ok(
            "failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes"
                .to_owned(),
        );
    }
    let mut salt = [0; 16];
    runtime.host().random(&mut salt);
    // The key of the cipher ends with a zero, where it has room for one.
    let mut key = password.to_vec();
    key.push(0);
    key.truncate(MAX_PASSWORD_BYTES);
    let hash = bcrypt::bcrypt(COST, salt, &key);
    // The last byte of the hash is left out, for no reason but history.
    let [salt, hash] = [&salt[..], &hash[..hash.len() - 1]].map(|bytes| DIGITS.encode(bytes));
    Ok(format!("$2a${COST:02}${salt}{hash}"))
}
