//! Arithmetic: on 64-bit integers, and on decimals for the functions whose names end in `f`.

mod decimal;

use super::super::{
    arguments::{Answer, int, string, value},
    cast::{to_float, to_int, to_text},
    eager, variadic,
};
use crate::{
    function::{CallError, Function, Type},
    runtime::Runtime,
    value::{List, Value},
};
use rheostat_gocompat::strconv::{self, NumberError};

use Type::{Any, Float, Int, String};

pub(super) static TABLE: &[Function] = &[
    variadic("add", &[], Any, |_, arguments| {
        Ok(Value::Int64(
            arguments.iter().map(to_int).fold(0, i64::wrapping_add),
        ))
    }),
    eager("add1", &[Any], |_, arguments| {
        Ok(Value::Int64(to_int(&value(arguments, 0)).wrapping_add(1)))
    }),
    eager("add1f", &[Any], |_, arguments| {
        decimal::fold(&value(arguments, 0), &[Value::Int(1)], decimal::add)
    }),
    variadic("addf", &[], Any, |_, arguments| {
        decimal::fold(&Value::Float(0.0), arguments, decimal::add)
    }),
    eager("atoi", &[String], atoi),
    variadic("biggest", &[Any], Any, max),
    eager("ceil", &[Any], |_, arguments| {
        Ok(Value::Float(to_float(&value(arguments, 0)).ceil()))
    }),
    eager("div", &[Any, Any], |_, arguments| {
        divide(arguments, i64::wrapping_div)
    }),
    variadic("divf", &[Any], Any, |_, arguments| {
        fold_first(arguments, decimal::divide)
    }),
    eager("float64", &[Any], |_, arguments| {
        Ok(Value::Float(to_float(&value(arguments, 0))))
    }),
    eager("floor", &[Any], |_, arguments| {
        Ok(Value::Float(to_float(&value(arguments, 0)).floor()))
    }),
    eager("int", &[Any], |_, arguments| {
        Ok(Value::Int(to_int(&value(arguments, 0))))
    }),
    eager("int64", &[Any], |_, arguments| {
        Ok(Value::Int64(to_int(&value(arguments, 0))))
    }),
    variadic("max", &[Any], Any, max),
    variadic("maxf", &[Any], Any, |_, arguments| {
        Ok(Value::Float(
            arguments
                .iter()
                .map(to_float)
                .fold(f64::NEG_INFINITY, larger),
        ))
    }),
    variadic("min", &[Any], Any, |_, arguments| {
        Ok(Value::Int64(
            arguments.iter().map(to_int).min().unwrap_or(0),
        ))
    }),
    variadic("minf", &[Any], Any, |_, arguments| {
        Ok(Value::Float(
            arguments.iter().map(to_float).fold(f64::INFINITY, smaller),
        ))
    }),
    eager("mod", &[Any, Any], |_, arguments| {
        divide(arguments, i64::wrapping_rem)
    }),
    variadic("mul", &[Any], Any, |_, arguments| {
        Ok(Value::Int64(
            arguments.iter().map(to_int).fold(1, i64::wrapping_mul),
        ))
    }),
    variadic("mulf", &[Any], Any, |_, arguments| {
        fold_first(arguments, decimal::multiply)
    }),
    variadic("round", &[Any, Int], Float, round),
    variadic("seq", &[], Int, seq),
    eager("sub", &[Any, Any], |_, arguments| {
        Ok(Value::Int64(
            to_int(&value(arguments, 0)).wrapping_sub(to_int(&value(arguments, 1))),
        ))
    }),
    variadic("subf", &[Any], Any, |_, arguments| {
        fold_first(arguments, decimal::subtract)
    }),
    eager("toDecimal", &[Any], to_decimal),
    eager("until", &[Int], until),
    eager("untilStep", &[Int, Int, Int], |runtime, arguments| {
        let numbers = steps(
            runtime,
            int(arguments, 0),
            int(arguments, 1),
            int(arguments, 2),
        )?;
        Ok(int_list(numbers))
    }),
];

/// Go's `math.Max`: what is no number wins.
fn larger(left: f64, right: f64) -> f64 {
    if left.is_nan() || right.is_nan() {
        f64::NAN
    } else {
        left.max(right)
    }
}

fn smaller(left: f64, right: f64) -> f64 {
    if left.is_nan() || right.is_nan() {
        f64::NAN
    } else {
        left.min(right)
    }
}

fn max(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    Ok(Value::Int64(
        arguments.iter().map(to_int).max().unwrap_or(0),
    ))
}

fn divide(arguments: &[Value], operation: fn(i64, i64) -> i64) -> Answer {
    let (left, right) = (to_int(&value(arguments, 0)), to_int(&value(arguments, 1)));
    if right == 0 {
        return Err(CallError::new("runtime error: integer divide by zero"));
    }
    Ok(Value::Int64(operation(left, right)))
}

fn fold_first(arguments: &[Value], operation: decimal::Operation) -> Answer {
    decimal::fold(
        &value(arguments, 0),
        arguments.get(1..).unwrap_or_default(),
        operation,
    )
}

/// Reads a decimal integer; what is too large is the nearest that fits.
fn atoi(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let number = match strconv::parse_int(&string(arguments, 0), 10) {
        Ok(number) | Err(NumberError::IntRange(number)) => number,
        Err(_) => 0,
    };
    Ok(Value::Int(number))
}

/// Reads an octal integer from what the value prints as.
fn to_decimal(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let text = to_text(&value(arguments, 0))?;
    Ok(Value::Int64(
        strconv::parse_int(&text.to_str(), 8).unwrap_or(0),
    ))
}

/// `round NUMBER PLACES [FROM]`: up where the rest is at least FROM, else down, negative numbers too.
fn round(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let from = arguments.get(2).map_or(0.5, to_float);
    let power = 10f64.powf(to_float(&value(arguments, 1)));
    let scaled = power * to_float(&value(arguments, 0));
    let rounded = if scaled.fract() >= from {
        scaled.ceil()
    } else {
        scaled.floor()
    };
    Ok(Value::Float(rounded / power))
}

fn until(runtime: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let count = int(arguments, 0);
    let numbers = steps(runtime, 0, count, if count < 0 { -1 } else { 1 })?;
    Ok(int_list(numbers))
}

fn int_list(numbers: Vec<i64>) -> Value {
    Value::List(std::sync::Arc::new(List::typed(
        "int",
        numbers.into_iter().map(Value::Int).collect(),
    )))
}

/// The numbers from `start` up to but without `end`.
fn steps(
    runtime: &mut dyn Runtime,
    start: i64,
    end: i64,
    step: i64,
) -> Result<Vec<i64>, CallError> {
    let is_backward = end < start;
    if step == 0 || is_backward != (step < 0) {
        return Ok(Vec::new());
    }
    let distance = end.abs_diff(start);
    let count = usize::try_from(distance.div_ceil(step.unsigned_abs())).unwrap_or(usize::MAX);
    // What a list of them takes.
    runtime
        .charge(count.saturating_mul(size_of::<Value>()))
        .map_err(CallError::Limit)?;
    let mut numbers = Vec::with_capacity(count);
    let mut number = start;
    for _ in 0..count {
        numbers.push(number);
        number = number.saturating_add(step);
    }
    Ok(numbers)
}

/// Like the shell's command: END, START END, or START STEP END.
fn seq(runtime: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let parameters: Vec<i64> = (0..arguments.len())
        .map(|index| int(arguments, index))
        .collect();
    let (start, step, end) = match parameters.as_slice() {
        [end] => (1, None, *end),
        [start, end] => (*start, None, *end),
        [start, step, end] => (*start, Some(*step), *end),
        _ => return Ok(Value::from("")),
    };
    let direction = if end < start { -1 } else { 1 };
    if direction < 0 && step.is_some_and(|step| step > 0) {
        return Ok(Value::from(""));
    }
    let numbers = steps(
        runtime,
        start,
        end.saturating_add(direction),
        step.unwrap_or(direction),
    )?;
    let texts: Vec<std::string::String> = numbers.iter().map(i64::to_string).collect();
    runtime
        .charge(texts.iter().map(std::string::String::len).sum())
        .map_err(CallError::Limit)?;
    Ok(Value::from(texts.join(" ")))
}
