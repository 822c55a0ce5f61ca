//! Feature gates (`--feature-gates=A=true,B=false`).

use std::collections::BTreeMap;

/// One gate that a controller knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gate {
    /// Its name, as in the reference.
    pub name: &'static str,
    /// Whether it is on where nothing is said.
    pub default: bool,
    /// True if it may be away from its default.
    pub is_supported: bool,
}

/// The state of all gates of a controller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gates {
    states: BTreeMap<&'static str, bool>,
}

/// Gates that the controller does not start with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GateError {
    /// Not of the form `Name=true`.
    #[error("feature gate {0:?} is not of the form Name=true or Name=false")]
    Malformed(String),
    /// No gate of this controller.
    #[error("feature-gate '{0}' not supported by this controller")]
    Unknown(String),
    /// Known, but nothing here answers to it yet.
    #[error("feature gate {0} is not supported away from its default")]
    Unsupported(&'static str),
}

impl Gates {
    /// Reads the flag's value.
    ///
    /// # Errors
    /// [`GateError`] for the first gate that is malformed, unknown or not supported.
    pub fn parse(text: &str, known: &[Gate]) -> Result<Self, GateError> {
        let mut states: BTreeMap<_, _> =
            known.iter().map(|gate| (gate.name, gate.default)).collect();
        for setting in text
            .split(',')
            .map(str::trim)
            .filter(|setting| !setting.is_empty())
        {
            let malformed = || GateError::Malformed(setting.to_owned());
            let (name, value) = setting.split_once('=').ok_or_else(malformed)?;
            let value = super::boolean(value.trim()).map_err(|_| malformed())?;
            let gate = known.iter().find(|gate| gate.name == name.trim());
            let gate = gate.ok_or_else(|| GateError::Unknown(name.trim().to_owned()))?;
            if value != gate.default && !gate.is_supported {
                return Err(GateError::Unsupported(gate.name));
            }
            states.insert(gate.name, value);
        }
        Ok(Self { states })
    }

    /// Whether a gate is on; one that the controller does not know is off.
    pub fn is_on(&self, name: &str) -> bool {
        self.states.get(name).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [Gate; 2] = [
        Gate {
            name: "A",
            default: false,
            is_supported: true,
        },
        Gate {
            name: "B",
            default: true,
            is_supported: false,
        },
    ];

    fn check(text: &str, expected: Result<[bool; 2], &str>) {
        let states = Gates::parse(text, &KNOWN).map(|gates| [gates.is_on("A"), gates.is_on("B")]);
        assert_eq!(
            states.map_err(|error| error.to_string()),
            expected.map_err(ToOwned::to_owned),
            "{text}"
        );
    }

    #[test]
    fn gates_are_on_or_off_or_refused() {
        check("", Ok([false, true]));
        check("A=true,B=true", Ok([true, true]));
        check(" A = T ,", Ok([true, true]));
        check(
            "B=false",
            Err("feature gate B is not supported away from its default"),
        );
        check(
            "C=true",
            Err("feature-gate 'C' not supported by this controller"),
        );
        check(
            "A",
            Err("feature gate \"A\" is not of the form Name=true or Name=false"),
        );
        check(
            "A=yes",
            Err("feature gate \"A=yes\" is not of the form Name=true or Name=false"),
        );
    }
}
