//! What templates may know of the cluster: `.Capabilities`.

use std::sync::Arc;

use rheostat_gotemplate::{
    Evaluation, Function, Kind, List, ListType, Map, Method, Object, Type, Value,
};
use thiserror::Error;

/// The group versions that Helm 4.2 takes for granted where there is no cluster: those of client-go 0.36,
/// in its order.
const DEFAULT_API_VERSIONS: &[&str] = &[
    "v1",
    "admissionregistration.k8s.io/v1",
    "admissionregistration.k8s.io/v1alpha1",
    "admissionregistration.k8s.io/v1beta1",
    "internal.apiserver.k8s.io/v1alpha1",
    "apps/v1",
    "apps/v1beta1",
    "apps/v1beta2",
    "authentication.k8s.io/v1",
    "authentication.k8s.io/v1alpha1",
    "authentication.k8s.io/v1beta1",
    "authorization.k8s.io/v1",
    "authorization.k8s.io/v1beta1",
    "autoscaling/v1",
    "autoscaling/v2",
    "batch/v1",
    "batch/v1beta1",
    "certificates.k8s.io/v1",
    "certificates.k8s.io/v1beta1",
    "certificates.k8s.io/v1alpha1",
    "coordination.k8s.io/v1alpha2",
    "coordination.k8s.io/v1beta1",
    "coordination.k8s.io/v1",
    "discovery.k8s.io/v1",
    "discovery.k8s.io/v1beta1",
    "events.k8s.io/v1",
    "events.k8s.io/v1beta1",
    "extensions/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1",
    "flowcontrol.apiserver.k8s.io/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1beta2",
    "flowcontrol.apiserver.k8s.io/v1beta3",
    "networking.k8s.io/v1",
    "networking.k8s.io/v1beta1",
    "node.k8s.io/v1",
    "node.k8s.io/v1alpha1",
    "node.k8s.io/v1beta1",
    "policy/v1",
    "policy/v1beta1",
    "rbac.authorization.k8s.io/v1",
    "rbac.authorization.k8s.io/v1beta1",
    "rbac.authorization.k8s.io/v1alpha1",
    "resource.k8s.io/v1",
    "resource.k8s.io/v1beta2",
    "resource.k8s.io/v1beta1",
    "resource.k8s.io/v1alpha3",
    "scheduling.k8s.io/v1alpha2",
    "scheduling.k8s.io/v1beta1",
    "scheduling.k8s.io/v1",
    "storage.k8s.io/v1beta1",
    "storage.k8s.io/v1",
    "storage.k8s.io/v1alpha1",
    "storagemigration.k8s.io/v1beta1",
    "apiextensions.k8s.io/v1beta1",
    "apiextensions.k8s.io/v1",
];

/// The version of Helm whose behaviour this is.
const HELM_VERSION: &str = "v4.2.2";

/// The Kubernetes version that Helm 4.2 takes for granted where there is no cluster.
const DEFAULT_KUBE_VERSION: &str = "v1.36.0";

/// A version of Kubernetes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KubeVersion {
    /// As it was given, with a leading `v`: `v1.33.4-gke.1245000`.
    pub version: String,
    /// For comparisons: `v1.33.4`. A version that was read from a cluster is not normalised.
    pub normalized: String,
    /// The first number.
    pub major: String,
    /// The second number.
    pub minor: String,
}

/// A text is no version of Kubernetes; the texts are Helm's.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct KubeVersionError(String);

impl KubeVersion {
    /// Reads a version: at least two numbers, a leading `v` and any suffix allowed.
    ///
    /// # Errors
    /// [`KubeVersionError`].
    pub fn parse(text: &str) -> Result<Self, KubeVersionError> {
        let quoted = rheostat_gocompat::strconv::quote_str(text);
        let trimmed = text.trim_start();
        let digits = trimmed.strip_prefix('v').unwrap_or(trimmed);
        let mut components: Vec<u64> = Vec::new();
        let mut rest = digits;
        loop {
            let len = rest.bytes().take_while(u8::is_ascii_digit).count();
            let Ok(number) = rest[..len].parse() else {
                break;
            };
            components.push(number);
            match rest[len..].strip_prefix('.') {
                Some(behind) if behind.starts_with(|c: char| c.is_ascii_digit()) => rest = behind,
                _ => break,
            }
        }
        let [major, minor, ..] = components.as_slice() else {
            let problem = if components.is_empty() {
                "could not parse"
            } else {
                "illegal version string"
            };
            let suffix = if components.is_empty() {
                " as version"
            } else {
                ""
            };
            return Err(KubeVersionError(format!("{problem} {quoted}{suffix}")));
        };
        let numbers: Vec<String> = components.iter().map(u64::to_string).collect();
        Ok(Self {
            version: if text.starts_with('v') {
                text.to_owned()
            } else {
                format!("v{text}")
            },
            normalized: format!("v{}", numbers.join(".")),
            major: major.to_string(),
            minor: minor.to_string(),
        })
    }
}

/// What a cluster can do.
#[derive(Debug, Clone)]
pub struct Capabilities {
    /// Its version.
    pub kube_version: KubeVersion,
    /// Its group versions, and `group/version/Kind` where it was asked.
    pub api_versions: Vec<String>,
}

impl Default for Capabilities {
    /// What Helm assumes without a cluster.
    fn default() -> Self {
        Self {
            kube_version: KubeVersion {
                version: DEFAULT_KUBE_VERSION.to_owned(),
                normalized: DEFAULT_KUBE_VERSION.to_owned(),
                major: "1".to_owned(),
                minor: "36".to_owned(),
            },
            api_versions: DEFAULT_API_VERSIONS
                .iter()
                .map(|version| (*version).to_owned())
                .collect(),
        }
    }
}

impl Capabilities {
    /// The object that templates see.
    pub(crate) fn to_value(&self) -> Value {
        Value::Object(Arc::new(CapabilitiesObject(self.clone())))
    }
}

/// `*common.Capabilities`.
#[derive(Debug)]
struct CapabilitiesObject(Capabilities);

impl Object for CapabilitiesObject {
    fn type_name(&self) -> &'static str {
        "*common.Capabilities"
    }

    fn kind(&self) -> Kind {
        Kind::Pointer
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        let versions = self
            .0
            .api_versions
            .iter()
            .map(|version| Value::from(version.as_str()))
            .collect();
        vec![
            (
                "KubeVersion",
                Value::Object(Arc::new(KubeVersionObject(self.0.kube_version.clone()))),
            ),
            (
                "APIVersions",
                Value::List(Arc::new(List::named(&VERSION_SET, versions))),
            ),
            ("HelmVersion", Value::Object(Arc::new(HelmVersionObject))),
        ]
    }

    fn method(&self, name: &str) -> Option<Method> {
        (name == "Copy").then_some(&COPY)
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

const fn method(
    name: &'static str,
    parameters: &'static [Type],
    implementation: rheostat_gotemplate::Implementation,
) -> Function {
    Function {
        name,
        parameters,
        variadic: None,
        implementation,
        evaluation: Evaluation::Eager,
    }
}

static COPY: Function = method("Copy", &[], |_, arguments| {
    Ok(arguments.first().cloned().unwrap_or_default())
});

static HAS: Function = method("Has", &[Type::String], |_, arguments| {
    Ok(Value::Bool(match arguments {
        [Value::List(versions), Value::String(wanted)] => versions
            .iter()
            .any(|version| matches!(version, Value::String(version) if version == wanted)),
        _ => false,
    }))
});

static VERSION_SET: ListType = ListType {
    name: "common.VersionSet",
    element: "string",
    methods: &[("Has", &HAS)],
};

/// `common.KubeVersion`.
#[derive(Debug)]
struct KubeVersionObject(KubeVersion);

impl Object for KubeVersionObject {
    fn type_name(&self) -> &'static str {
        "common.KubeVersion"
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        let KubeVersion {
            version,
            major,
            minor,
            ..
        } = &self.0;
        [("Version", version), ("Major", major), ("Minor", minor)]
            .map(|(name, text)| (name, Value::from(text.as_str())))
            .to_vec()
    }

    fn printed_fields(&self) -> Vec<(&'static str, Value)> {
        let mut fields = self.fields();
        fields.insert(
            1,
            ("normalizedVersion", Value::from(self.0.normalized.as_str())),
        );
        fields
    }

    fn method(&self, name: &str) -> Option<Method> {
        match name {
            "String" => Some(&STRING),
            "GitVersion" => Some(&GIT_VERSION),
            _ => None,
        }
    }

    // The method belongs to the pointer, so that only actions, which take the address, print by it.
    fn printed_text(&self) -> Option<String> {
        Some(self.0.normalized.clone())
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

fn kube_version(arguments: &[Value]) -> Option<&KubeVersion> {
    match arguments.first() {
        Some(Value::Object(object)) => object
            .as_any()
            .downcast_ref::<KubeVersionObject>()
            .map(|object| &object.0),
        _ => None,
    }
}

static STRING: Function = method("String", &[], |_, arguments| {
    Ok(Value::from(
        kube_version(arguments).map_or("", |version| &version.normalized),
    ))
});

static GIT_VERSION: Function = method("GitVersion", &[], |_, arguments| {
    Ok(Value::from(
        kube_version(arguments).map_or("", |version| &version.version),
    ))
});

/// `version.BuildInfo`. Only the version is told: commit and compiler are those of another program.
#[derive(Debug)]
struct HelmVersionObject;

impl Object for HelmVersionObject {
    fn type_name(&self) -> &'static str {
        "version.BuildInfo"
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        let mut fields = vec![("Version", Value::from(HELM_VERSION))];
        fields.extend(
            [
                "GitCommit",
                "GitTreeState",
                "GoVersion",
                "KubeClientVersion",
            ]
            .map(|name| (name, Value::from(""))),
        );
        fields
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

/// `.Release`.
pub(crate) fn release_value(options: &crate::render::RenderOptions) -> Value {
    let map = Map::new();
    map.insert("Name", options.name.as_str());
    map.insert("Namespace", options.namespace.as_str());
    map.insert("IsUpgrade", options.is_upgrade);
    map.insert("IsInstall", !options.is_upgrade);
    map.insert("Revision", Value::Int(options.revision));
    map.insert("Service", "Helm");
    Value::from(map)
}
