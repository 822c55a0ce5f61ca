//! X.509 certificates as Go's `x509.CreateCertificate` makes them of Sprig's templates.

use std::net::IpAddr;

use rheostat_gocompat::time::Time;
use sha2::{Digest, Sha256};

use super::{
    der::{
        BIT_STRING, BOOLEAN, GENERALIZED_TIME, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE, SET,
        UTC_TIME, UTF8_STRING, element, integer, split,
    },
    key::PrivateKey,
};
use crate::function::CallError;

/// Object identifiers, encoded.
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x0f];
const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x25];
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x13];
const SUBJECT_KEY_ID: &[u8] = &[0x55, 0x1d, 0x0e];
const AUTHORITY_KEY_ID: &[u8] = &[0x55, 0x1d, 0x23];
const ALTERNATIVE_NAMES: &[u8] = &[0x55, 0x1d, 0x11];
const SERVER_AUTHENTICATION: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01];
const CLIENT_AUTHENTICATION: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02];

/// Bits of the key usage extension, in one byte: digital signature, key encipherment, certificate signing.
const LEAF_USAGE: u8 = 0b1010_0000;
const AUTHORITY_USAGE: u8 = 0b1010_0100;

/// The year from which times are written with four digits (RFC 5280).
const FOUR_DIGITS_FROM: i64 = 2050;

/// What a certificate says.
pub(super) struct Profile {
    pub(super) common_name: String,
    pub(super) serial: [u8; 16],
    pub(super) not_before: Time,
    pub(super) not_after: Time,
    pub(super) addresses: Vec<IpAddr>,
    pub(super) names: Vec<String>,
    pub(super) is_authority: bool,
}

/// Who issues certificates.
pub(super) struct Issuer {
    /// The name, encoded.
    name: Vec<u8>,
    /// The identifier of the key, if the certificate has one.
    key_id: Option<Vec<u8>>,
}

/// An issuer with its key.
pub(super) struct Signer {
    pub(super) issuer: Issuer,
    pub(super) key: PrivateKey,
}

/// Makes a certificate for a key, signed by another or by itself.
pub(super) fn certificate(
    profile: &Profile,
    key: &PrivateKey,
    signer: Option<&Signer>,
) -> Result<Vec<u8>, CallError> {
    let signing_key = signer.map_or(key, |signer| &signer.key);
    let algorithm = signing_key.signature_algorithm();
    let common_name = element(UTF8_STRING, &[profile.common_name.as_bytes()]);
    let attribute = element(
        SEQUENCE,
        &[&element(OBJECT_IDENTIFIER, &[COMMON_NAME]), &common_name],
    );
    let subject = element(SEQUENCE, &[&element(SET, &[&attribute])]);
    let issuer = signer.map_or(subject.as_slice(), |signer| &signer.issuer.name);
    let validity = element(
        SEQUENCE,
        &[&time(&profile.not_before), &time(&profile.not_after)],
    );
    let public_key = key.public_key_info()?;
    let key_id = (issuer != subject)
        .then(|| signer.and_then(|signer| signer.issuer.key_id.clone()))
        .flatten();
    let extensions = extensions(profile, &public_key, key_id);
    let content = element(
        SEQUENCE,
        &[
            &element(0xa0, &[&integer(&[2])]),
            &integer(&profile.serial),
            &algorithm,
            issuer,
            &validity,
            &subject,
            &public_key,
            &element(0xa3, &[&extensions]),
        ],
    );
    let signature = signing_key.sign(&content)?;
    Ok(element(
        SEQUENCE,
        &[
            &content,
            &algorithm,
            &element(BIT_STRING, &[&[0], &signature]),
        ],
    ))
}

fn time(time: &Time) -> Vec<u8> {
    if time.year() < FOUR_DIGITS_FROM {
        element(UTC_TIME, &[time.format("060102150405Z").as_bytes()])
    } else {
        element(
            GENERALIZED_TIME,
            &[time.format("20060102150405Z").as_bytes()],
        )
    }
}

fn extension(identifier: &[u8], is_critical: bool, content: &[u8]) -> Vec<u8> {
    let critical = if is_critical {
        element(BOOLEAN, &[&[0xff]])
    } else {
        Vec::new()
    };
    element(
        SEQUENCE,
        &[
            &element(OBJECT_IDENTIFIER, &[identifier]),
            &critical,
            &element(OCTET_STRING, &[content]),
        ],
    )
}

fn extensions(profile: &Profile, public_key: &[u8], authority_key_id: Option<Vec<u8>>) -> Vec<u8> {
    let usage = if profile.is_authority {
        AUTHORITY_USAGE
    } else {
        LEAF_USAGE
    };
    let unused_bits = u8::try_from(usage.trailing_zeros()).unwrap_or(0);
    let purposes = [SERVER_AUTHENTICATION, CLIENT_AUTHENTICATION]
        .map(|purpose| element(OBJECT_IDENTIFIER, &[purpose]));
    let is_authority = if profile.is_authority {
        element(BOOLEAN, &[&[0xff]])
    } else {
        Vec::new()
    };
    let mut extensions = vec![
        extension(
            KEY_USAGE,
            true,
            &element(BIT_STRING, &[&[unused_bits, usage]]),
        ),
        extension(
            EXTENDED_KEY_USAGE,
            false,
            &element(SEQUENCE, &[&purposes[0], &purposes[1]]),
        ),
        extension(
            BASIC_CONSTRAINTS,
            true,
            &element(SEQUENCE, &[&is_authority]),
        ),
    ];
    if profile.is_authority {
        // RFC 7093, method 1: the first 160 bits of a digest over the key, without its algorithm.
        let digest = Sha256::digest(key_bits(public_key).unwrap_or(public_key));
        extensions.push(extension(
            SUBJECT_KEY_ID,
            false,
            &element(OCTET_STRING, &[&digest[..20]]),
        ));
    }
    if let Some(key_id) = authority_key_id {
        extensions.push(extension(
            AUTHORITY_KEY_ID,
            false,
            &element(SEQUENCE, &[&element(0x80, &[&key_id])]),
        ));
    }
    let mut names: Vec<Vec<u8>> = profile
        .names
        .iter()
        .map(|name| element(0x82, &[name.as_bytes()]))
        .collect();
    names.extend(profile.addresses.iter().map(|address| match address {
        IpAddr::V4(address) => element(0x87, &[&address.octets()]),
        IpAddr::V6(address) => element(0x87, &[&address.octets()]),
    }));
    if !names.is_empty() {
        extensions.push(extension(
            ALTERNATIVE_NAMES,
            false,
            &element(SEQUENCE, &[&names.concat()]),
        ));
    }
    element(SEQUENCE, &[&extensions.concat()])
}

/// The bit string in a public key as certificates carry it.
fn key_bits(public_key_info: &[u8]) -> Option<&[u8]> {
    let algorithm = split(split(public_key_info)?.content)?;
    let bits = split(algorithm.rest)?;
    // The first byte counts unused bits, and there are none.
    bits.content.get(1..)
}

/// Reads of a certificate what one needs to issue others in its name.
pub(super) fn issuer(certificate: &[u8]) -> Option<Issuer> {
    let whole = split(certificate).filter(|whole| whole.tag == SEQUENCE)?;
    let mut fields = split(whole.content)?.content;
    let mut parts = Vec::new();
    while let Some(field) = split(fields) {
        fields = field.rest;
        parts.push(field);
    }
    // The version is optional; serial, algorithm, issuer and validity stand before the subject.
    let first = usize::from(parts.first()?.tag == 0xa0);
    let name = parts.get(first + 4)?.whole.to_vec();
    let extensions = parts
        .iter()
        .find(|part| part.tag == 0xa3)
        .and_then(|part| split(part.content));
    let key_id = extensions.and_then(|extensions| subject_key_id(extensions.content));
    Some(Issuer { name, key_id })
}

fn subject_key_id(mut extensions: &[u8]) -> Option<Vec<u8>> {
    while let Some(extension) = split(extensions) {
        extensions = extension.rest;
        let identifier = split(extension.content)?;
        if identifier.content == SUBJECT_KEY_ID {
            let value = split(identifier.rest)?;
            return Some(split(value.content)?.content.to_vec());
        }
    }
    None
}
