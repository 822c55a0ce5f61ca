//! Chart.yaml.

mod fields;

use rheostat_gocompat::{path, semver::Version, strconv};
use rheostat_gotemplate::{Map, Value};
use serde_json::Value as Json;
use thiserror::Error;

use self::fields::{Fields, mismatch};

/// What Chart.yaml says about a chart.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "the fields are those of Chart.yaml")]
pub struct Metadata {
    pub name: String,
    pub home: String,
    pub sources: Vec<String>,
    pub version: String,
    pub description: String,
    pub keywords: Vec<String>,
    pub maintainers: Vec<Maintainer>,
    pub icon: String,
    pub api_version: String,
    pub condition: String,
    pub tags: String,
    pub app_version: String,
    pub deprecated: bool,
    pub annotations: Vec<(String, String)>,
    pub kube_version: String,
    pub dependencies: Vec<Dependency>,
    /// `application`, `library` or empty.
    pub kind: String,
}

/// Someone who looks after a chart.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "the fields are those of Chart.yaml")]
pub struct Maintainer {
    pub name: String,
    pub email: String,
    pub url: String,
}

/// A chart that another one asks for.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "the fields are those of Chart.yaml")]
pub struct Dependency {
    pub name: String,
    pub version: String,
    pub repository: String,
    pub condition: String,
    pub tags: Vec<String>,
    /// Whether it takes part; decided by condition and tags.
    pub enabled: bool,
    pub import_values: Vec<ImportValues>,
    pub alias: String,
}

/// Values that a chart takes from a dependency.
#[derive(Debug, Clone)]
pub enum ImportValues {
    /// The table `exports.NAME`, into the root.
    Export(String),
    /// A table of the child, to a place of the parent.
    Table {
        /// The path in the child's values.
        child: String,
        /// The path in the parent's values; `.` is the root.
        parent: String,
    },
}

/// Chart.yaml breaks a rule; the texts are Helm's.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("validation: {0}")]
pub struct MetadataError(String);

fn invalid<T>(problem: impl Into<String>) -> Result<T, MetadataError> {
    Err(MetadataError(problem.into()))
}

impl Metadata {
    /// Takes over the fields of a file, as Go's decoder does: names in any case, numbers and booleans as text.
    pub(crate) fn merge(&mut self, json: &Json) -> Result<(), String> {
        let fields = match json {
            Json::Null => return Ok(()),
            Json::Object(_) => Fields {
                json,
                owner: "Metadata",
            },
            other => return Err(mismatch(other, "Go value of type v2.Metadata")),
        };
        for (name, target) in [
            ("name", &mut self.name),
            ("home", &mut self.home),
            ("version", &mut self.version),
            ("description", &mut self.description),
            ("icon", &mut self.icon),
            ("apiVersion", &mut self.api_version),
            ("condition", &mut self.condition),
            ("tags", &mut self.tags),
            ("appVersion", &mut self.app_version),
            ("kubeVersion", &mut self.kube_version),
            ("type", &mut self.kind),
        ] {
            fields.text(name, target)?;
        }
        fields.texts("sources", &mut self.sources)?;
        fields.texts("keywords", &mut self.keywords)?;
        fields.bool("deprecated", &mut self.deprecated)?;
        if let Some(json) = fields.get("annotations") {
            self.annotations = annotations(json)?;
        }
        if let Some(items) = fields.items("maintainers")? {
            self.maintainers = items
                .iter()
                .map(Maintainer::read)
                .collect::<Result<_, _>>()?;
        }
        if let Some(items) = fields.items("dependencies")? {
            self.dependencies = items
                .iter()
                .map(Dependency::read)
                .collect::<Result<_, _>>()?;
        }
        Ok(())
    }

    /// Checks Helm's rules and cleans the texts.
    pub(crate) fn validate(&mut self) -> Result<(), MetadataError> {
        for text in [
            &mut self.name,
            &mut self.description,
            &mut self.home,
            &mut self.icon,
            &mut self.condition,
            &mut self.tags,
            &mut self.app_version,
            &mut self.kube_version,
        ] {
            *text = sanitized(text);
        }
        let people = self.maintainers.iter_mut();
        let people =
            people.flat_map(|person| [&mut person.name, &mut person.email, &mut person.url]);
        let lists = self.sources.iter_mut().chain(&mut self.keywords);
        for text in lists.chain(people) {
            *text = sanitized(text);
        }
        let name = strconv::quote_str(&self.name);
        if self.name.is_empty() {
            return invalid("chart.metadata.name is required");
        }
        if matches!(self.name.as_str(), "." | "..") {
            return invalid(format!("chart.metadata.name {name} is not allowed"));
        }
        if path::base(&self.name) != self.name {
            return invalid(format!("chart.metadata.name {name} is invalid"));
        }
        if self.version.is_empty() {
            return invalid("chart.metadata.version is required");
        }
        if Version::parse(&self.version).is_err() {
            return invalid(format!(
                "chart.metadata.version {} is invalid",
                strconv::quote_str(&self.version)
            ));
        }
        if !matches!(self.kind.as_str(), "" | "application" | "library") {
            return invalid("chart.metadata.type must be application or library");
        }
        let mut names: Vec<&str> = Vec::new();
        for dependency in &mut self.dependencies {
            dependency.validate()?;
            let name = if dependency.alias.is_empty() {
                &dependency.name
            } else {
                &dependency.alias
            };
            if names.contains(&name.as_str()) {
                let name = strconv::quote_str(name);
                return invalid(format!(
                    "more than one dependency with name or alias {name}"
                ));
            }
            names.push(name);
        }
        Ok(())
    }

    /// The map that templates see as `.Chart`, with Go's names of the fields.
    pub(crate) fn to_map(&self) -> Map {
        let texts = |texts: &[String]| {
            Value::list(
                texts
                    .iter()
                    .map(|text| Value::from(text.as_str()))
                    .collect(),
            )
        };
        let map = Map::new();
        for (name, text) in [
            ("Name", &self.name),
            ("Home", &self.home),
            ("Version", &self.version),
            ("Description", &self.description),
            ("Icon", &self.icon),
            ("APIVersion", &self.api_version),
            ("Condition", &self.condition),
            ("Tags", &self.tags),
            ("AppVersion", &self.app_version),
            ("KubeVersion", &self.kube_version),
            ("Type", &self.kind),
        ] {
            map.insert(name, text.as_str());
        }
        map.insert("Sources", texts(&self.sources));
        map.insert("Keywords", texts(&self.keywords));
        map.insert("Deprecated", self.deprecated);
        let annotations = Map::of_strings();
        for (key, value) in &self.annotations {
            annotations.insert(key.as_str(), value.as_str());
        }
        let is_absent = self.annotations.is_empty();
        map.insert(
            "Annotations",
            if is_absent {
                annotations.into_nil()
            } else {
                annotations
            },
        );
        map.insert(
            "Maintainers",
            Value::list(self.maintainers.iter().map(Maintainer::to_value).collect()),
        );
        map.insert(
            "Dependencies",
            Value::list(self.dependencies.iter().map(Dependency::to_value).collect()),
        );
        map
    }
}

impl Maintainer {
    fn read(json: &Json) -> Result<Self, String> {
        let fields = Fields {
            json,
            owner: "Maintainer",
        };
        let mut maintainer = Self::default();
        fields.text("name", &mut maintainer.name)?;
        fields.text("email", &mut maintainer.email)?;
        fields.text("url", &mut maintainer.url)?;
        Ok(maintainer)
    }

    fn to_value(&self) -> Value {
        let fields = [
            ("Name", &self.name),
            ("Email", &self.email),
            ("URL", &self.url),
        ];
        Value::from(
            fields
                .into_iter()
                .map(|(name, text)| (name, text.as_str()))
                .collect::<Map>(),
        )
    }
}

impl Dependency {
    /// Those that a Chart.lock names.
    ///
    /// # Errors
    /// The text of Go's decoder, where a field has the wrong type.
    pub fn locked(lock: &Json) -> Result<Vec<Self>, String> {
        let fields = Fields {
            json: lock,
            owner: "Lock",
        };
        let items = fields.items("dependencies")?.unwrap_or_default();
        items.iter().map(Self::read).collect()
    }

    fn read(json: &Json) -> Result<Self, String> {
        let fields = Fields {
            json,
            owner: "Dependency",
        };
        let mut dependency = Self::default();
        fields.text("name", &mut dependency.name)?;
        fields.text("version", &mut dependency.version)?;
        fields.text("repository", &mut dependency.repository)?;
        fields.text("condition", &mut dependency.condition)?;
        fields.texts("tags", &mut dependency.tags)?;
        fields.text("alias", &mut dependency.alias)?;
        if let Some(items) = fields.items("import-values")? {
            dependency.import_values = items.iter().filter_map(ImportValues::read).collect();
        }
        Ok(dependency)
    }

    fn validate(&mut self) -> Result<(), MetadataError> {
        for text in [
            &mut self.name,
            &mut self.version,
            &mut self.repository,
            &mut self.condition,
        ]
        .into_iter()
        .chain(&mut self.tags)
        {
            *text = sanitized(text);
        }
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        if !self.alias.bytes().all(is_allowed) {
            return invalid(format!(
                "dependency {} has disallowed characters in the alias",
                strconv::quote_str(&self.name)
            ));
        }
        Ok(())
    }

    fn to_value(&self) -> Value {
        let map = Map::new();
        for (name, text) in [
            ("Name", &self.name),
            ("Version", &self.version),
            ("Repository", &self.repository),
            ("Condition", &self.condition),
            ("Alias", &self.alias),
        ] {
            map.insert(name, text.as_str());
        }
        map.insert(
            "Tags",
            Value::list(
                self.tags
                    .iter()
                    .map(|tag| Value::from(tag.as_str()))
                    .collect(),
            ),
        );
        map.insert("Enabled", self.enabled);
        map.insert(
            "ImportValues",
            Value::list(
                self.import_values
                    .iter()
                    .map(ImportValues::to_value)
                    .collect(),
            ),
        );
        Value::from(map)
    }
}

impl ImportValues {
    fn read(json: &Json) -> Option<Self> {
        match json {
            Json::String(name) => Some(Self::Export(name.clone())),
            Json::Object(fields) => {
                let text = |name: &str| match fields.get(name) {
                    Some(Json::String(text)) => text.clone(),
                    Some(other) => other.to_string(),
                    None => "<nil>".to_owned(),
                };
                Some(Self::Table {
                    child: text("child"),
                    parent: text("parent"),
                })
            }
            _ => None,
        }
    }

    /// What Helm has made of it by the time that templates see it.
    fn to_value(&self) -> Value {
        let (child, parent) = match self {
            Self::Export(name) => (format!("exports.{name}"), "."),
            Self::Table { child, parent } => (child.clone(), parent.as_str()),
        };
        let map = Map::of_strings();
        map.insert("child", child);
        map.insert("parent", parent);
        Value::from(map)
    }
}

fn annotations(json: &Json) -> Result<Vec<(String, String)>, String> {
    match json {
        Json::Null => Ok(Vec::new()),
        Json::Object(fields) => {
            let read = |(key, value): (&String, &Json)| {
                let mut text = String::new();
                Fields {
                    json,
                    owner: "Metadata",
                }
                .read_text(value, "annotations", &mut text)?;
                Ok((key.clone(), text))
            };
            fields.iter().map(read).collect()
        }
        other => Err(mismatch(
            other,
            "Go struct field Metadata.annotations of type map[string]string",
        )),
    }
}

/// White space as spaces, without what does not print.
fn sanitized(text: &str) -> String {
    let mapped = text.chars().filter_map(|character| match character {
        c if c.is_whitespace() => Some(' '),
        c => strconv::is_printable(c).then_some(c),
    });
    mapped.collect()
}
