//! Semantic versions.

use std::sync::Arc;

use rheostat_gocompat::semver::{Constraint, Version};

use super::super::{
    arguments::{Answer, string},
    eager,
};
use crate::{
    function::{CallError, Function, Type},
    runtime::Runtime,
    value::{Kind, Method, Object, Value},
};

use Type::String;

/// Go's name of the type of a version.
const TYPE_NAME: &str = "*semver.Version";

pub(super) static TABLE: &[Function] = &[
    eager("semver", &[String], semver),
    eager("semverCompare", &[String, String], semver_compare),
];

fn parse(text: &str) -> Result<Version, CallError> {
    Version::parse(text).map_err(|error| CallError::new(error.to_string()))
}

fn semver(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    Ok(object(parse(&string(arguments, 0))?))
}

fn semver_compare(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let constraint = Constraint::parse(&string(arguments, 0))
        .map_err(|error| CallError::new(error.to_string()))?;
    Ok(Value::Bool(
        constraint.matches(&parse(&string(arguments, 1))?),
    ))
}

fn object(version: Version) -> Value {
    Value::Object(Arc::new(VersionObject(version)))
}

/// What `semver` answers.
#[derive(Debug)]
struct VersionObject(Version);

impl Object for VersionObject {
    fn type_name(&self) -> &'static str {
        TYPE_NAME
    }

    fn kind(&self) -> Kind {
        Kind::Pointer
    }

    fn method(&self, name: &str) -> Option<Method> {
        METHODS.iter().find(|method| method.name == name)
    }

    fn text(&self) -> Option<std::string::String> {
        Some(self.0.to_string())
    }

    fn printed_fields(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("major", Value::Uint64(self.0.major())),
            ("minor", Value::Uint64(self.0.minor())),
            ("patch", Value::Uint64(self.0.patch())),
            ("pre", Value::from(self.0.prerelease())),
            ("metadata", Value::from(self.0.metadata())),
            ("original", Value::from(self.0.original())),
        ]
    }

    fn json_text(&self) -> Option<std::string::String> {
        self.text()
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

const VERSION: Type = Type::Named(TYPE_NAME);

static METHODS: &[Function] = &[
    eager("Compare", &[VERSION], |_, arguments| {
        let order = version(arguments, 0)?.cmp(version(arguments, 1)?);
        Ok(Value::Int(match order {
            std::cmp::Ordering::Less => -1,
            std::cmp::Ordering::Equal => 0,
            std::cmp::Ordering::Greater => 1,
        }))
    }),
    eager("Equal", &[VERSION], |_, arguments| {
        Ok(Value::Bool(
            version(arguments, 0)? == version(arguments, 1)?,
        ))
    }),
    eager("GreaterThan", &[VERSION], |_, arguments| {
        Ok(Value::Bool(version(arguments, 0)? > version(arguments, 1)?))
    }),
    eager("GreaterThanEqual", &[VERSION], |_, arguments| {
        Ok(Value::Bool(
            version(arguments, 0)? >= version(arguments, 1)?,
        ))
    }),
    eager("IncMajor", &[], |_, arguments| {
        incremented(version(arguments, 0)?.next_major(), "major")
    }),
    eager("IncMinor", &[], |_, arguments| {
        incremented(version(arguments, 0)?.next_minor(), "minor")
    }),
    eager("IncPatch", &[], |_, arguments| {
        incremented(version(arguments, 0)?.next_patch(), "patch")
    }),
    eager("LessThan", &[VERSION], |_, arguments| {
        Ok(Value::Bool(version(arguments, 0)? < version(arguments, 1)?))
    }),
    eager("LessThanEqual", &[VERSION], |_, arguments| {
        Ok(Value::Bool(
            version(arguments, 0)? <= version(arguments, 1)?,
        ))
    }),
    eager("Major", &[], |_, arguments| {
        Ok(Value::Uint64(version(arguments, 0)?.major()))
    }),
    eager("Metadata", &[], |_, arguments| {
        Ok(Value::from(version(arguments, 0)?.metadata()))
    }),
    eager("Minor", &[], |_, arguments| {
        Ok(Value::Uint64(version(arguments, 0)?.minor()))
    }),
    eager("Original", &[], |_, arguments| {
        Ok(Value::from(version(arguments, 0)?.original()))
    }),
    eager("Patch", &[], |_, arguments| {
        Ok(Value::Uint64(version(arguments, 0)?.patch()))
    }),
    eager("Prerelease", &[], |_, arguments| {
        Ok(Value::from(version(arguments, 0)?.prerelease()))
    }),
    eager("String", &[], |_, arguments| {
        Ok(Value::from(version(arguments, 0)?.to_string()))
    }),
];

fn incremented(version: Option<Version>, part: &str) -> Answer {
    version
        .map(object)
        .ok_or_else(|| CallError::new(format!("{part} version increment would overflow uint64")))
}

fn version(arguments: &[Value], index: usize) -> Result<&Version, CallError> {
    let object = match arguments.get(index) {
        Some(Value::Object(object)) => object.as_any().downcast_ref::<VersionObject>(),
        _ => None,
    };
    let missing =
        || CallError::new("runtime error: invalid memory address or nil pointer dereference");
    object.map(|object| &object.0).ok_or_else(missing)
}
