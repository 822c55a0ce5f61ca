//! Encryption with a password: AES-256 in CBC mode, the password itself being the key.

use aes::Aes256;
use base64::{Engine, engine::general_purpose::STANDARD};
use cbc::{
    Decryptor, Encryptor,
    cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit},
};

use super::{
    super::{
        arguments::{Answer, text},
        eager,
    },
    encoding::base64_bytes,
};
use crate::{
    function::{CallError, Function, Type},
    runtime::Runtime,
    value::Value,
};

use Type::String;

/// Bytes of a block, and of the initialization vector before the first.
const BLOCK: usize = 16;

pub(super) static TABLE: &[Function] = &[
    eager("decryptAES", &[String, String], decrypt),
    eager("encryptAES", &[String, String], encrypt),
];

/// The password, cut off or filled up with zeros.
fn key(password: &[u8]) -> [u8; 32] {
    let mut key = [0; 32];
    let len = password.len().min(key.len());
    key[..len].copy_from_slice(&password[..len]);
    key
}

fn encrypt(runtime: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let (password, plain) = (text(arguments, 0), text(arguments, 1));
    if plain.is_empty() {
        return Ok(Value::from(""));
    }
    let mut vector = [0; BLOCK];
    runtime.host().random(&mut vector);
    let padding = BLOCK - plain.len() % BLOCK;
    let mut content = plain.to_vec();
    content.resize(
        plain.len() + padding,
        u8::try_from(padding).unwrap_or_default(),
    );
    let mut cipher = Encryptor::<Aes256>::new(&key(&password).into(), &vector.into());
    for block in content.as_chunks_mut::<BLOCK>().0 {
        cipher.encrypt_block(block.into());
    }
    Ok(Value::from(
        STANDARD.encode([&vector[..], &content].concat()),
    ))
}

fn decrypt(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let (password, encoded) = (text(arguments, 0), text(arguments, 1));
    if encoded.is_empty() {
        return Ok(Value::from(""));
    }
    let bytes = base64_bytes(&encoded).map_err(CallError::new)?;
    let Some((vector, content)) = bytes.split_first_chunk::<BLOCK>() else {
        return Err(CallError::new(format!(
            "runtime error: slice bounds out of range [:{BLOCK}] with capacity {}",
            encoded.len() / 4 * 3
        )));
    };
    let mut content = content.to_vec();
    let mut cipher = Decryptor::<Aes256>::new(&key(&password).into(), vector.into());
    let (blocks, rest) = content.as_chunks_mut::<BLOCK>();
    if !rest.is_empty() {
        return Err(CallError::new("crypto/cipher: input not full blocks"));
    }
    for block in blocks {
        cipher.decrypt_block(block.into());
    }
    let Some(padding) = content.last().copied() else {
        return Err(CallError::new("runtime error: index out of range [-1]"));
    };
    match content.len().checked_sub(usize::from(padding)) {
        Some(len) => {
            content.truncate(len);
            Ok(Value::from(content))
        }
        None => Err(CallError::new(format!(
            "runtime error: slice bounds out of range [:-{}]",
            usize::from(padding) - content.len()
        ))),
    }
}
