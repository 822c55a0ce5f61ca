//! Paths. The functions for the system's own paths are those of Unix.

use rheostat_gocompat::path;

use super::super::{arguments::string, eager};
use crate::{
    function::{Function, Type},
    value::Value,
};

use Type::String;

pub(super) static TABLE: &[Function] = &[
    eager("base", &[String], |_, arguments| {
        Ok(Value::from(path::base(&string(arguments, 0))))
    }),
    eager("clean", &[String], |_, arguments| {
        Ok(Value::from(path::clean(&string(arguments, 0))))
    }),
    eager("dir", &[String], |_, arguments| {
        Ok(Value::from(path::dir(&string(arguments, 0))))
    }),
    eager("ext", &[String], |_, arguments| {
        Ok(Value::from(path::ext(&string(arguments, 0))))
    }),
    eager("isAbs", &[String], |_, arguments| {
        Ok(Value::Bool(path::is_abs(&string(arguments, 0))))
    }),
    eager("osBase", &[String], |_, arguments| {
        Ok(Value::from(path::base(&string(arguments, 0))))
    }),
    eager("osClean", &[String], |_, arguments| {
        Ok(Value::from(path::clean(&string(arguments, 0))))
    }),
    eager("osDir", &[String], |_, arguments| {
        Ok(Value::from(path::dir(&string(arguments, 0))))
    }),
    eager("osExt", &[String], |_, arguments| {
        Ok(Value::from(path::ext(&string(arguments, 0))))
    }),
    eager("osIsAbs", &[String], |_, arguments| {
        Ok(Value::Bool(path::is_abs(&string(arguments, 0))))
    }),
];
