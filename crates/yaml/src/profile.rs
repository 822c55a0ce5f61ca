//! Which of the two Go libraries a text is read as.

/// A reading of YAML.
///
/// Both scan the same grammar (YAML 1.1 with the habits of libyaml). They differ in what a plain scalar means, in
/// what happens to repeated keys and merge keys, and in the line that an error names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Profile {
    /// go-yaml v2, as `sigs.k8s.io/yaml` uses it: API objects, Helm values, kustomization files.
    ///
    /// `yes`, `no`, `on`, `off`, `y` and `n` are booleans; the last of several equal keys wins; a merge key overrides
    /// the keys before it; timestamps stay strings.
    V2,
    /// go-yaml v3, as kustomize's kyaml uses it: resources, patches.
    ///
    /// Only `true` and `false` are booleans; a repeated key is an error; explicit keys win over merged ones; timestamps
    /// are values of their own.
    V3,
}
