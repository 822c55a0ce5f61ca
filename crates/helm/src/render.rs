//! A chart and values become manifests, in Helm's order of steps.

use std::{collections::BTreeMap, sync::Arc};

use rheostat_gotemplate::{Host, Limits, Map, Text};
use thiserror::Error;

use crate::{
    capabilities::Capabilities,
    chart::Chart,
    dependencies,
    engine::{self, EngineError, TopLevel},
    manifest::{self, Hook, Manifest, ManifestError},
    values::{self, CoalesceError, SchemaError},
};

/// What release a chart is rendered for, and how.
#[derive(Debug, Clone)]
pub struct RenderOptions {
    /// The release's name.
    pub name: String,
    /// The namespace that it is installed to.
    pub namespace: String,
    /// Its revision, from 1.
    pub revision: i64,
    /// Whether it is an upgrade and not an installation.
    pub is_upgrade: bool,
    /// What the cluster can do.
    pub capabilities: Capabilities,
    /// Whether values need not fit the charts' schemas.
    pub skips_schema: bool,
    /// Whether the notes of subcharts are kept too.
    pub has_sub_notes: bool,
    /// Bounds on the execution of templates.
    pub limits: Limits,
}

impl Default for RenderOptions {
    /// What `helm template` assumes.
    fn default() -> Self {
        Self {
            name: "release-name".to_owned(),
            namespace: "default".to_owned(),
            revision: 1,
            is_upgrade: false,
            capabilities: Capabilities::default(),
            skips_schema: false,
            has_sub_notes: false,
            limits: Limits::default(),
        }
    }
}

/// What the templates of a chart put out: where post-renderers take their turn.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The chart as it took part: without subcharts that are off, with imported values.
    pub chart: Chart,
    /// The outputs by the paths of their templates, without the notes.
    pub outputs: BTreeMap<String, Text>,
    /// The text of NOTES.txt.
    pub notes: String,
    /// What Helm would log.
    pub warnings: Vec<String>,
}

/// What a chart was rendered to.
#[derive(Debug, Clone)]
pub struct Rendered {
    /// The chart as it took part: without subcharts that are off, with imported values.
    pub chart: Chart,
    /// The manifests in the order of installation.
    pub manifests: Vec<Manifest>,
    /// The hooks, in the same order.
    pub hooks: Vec<Hook>,
    /// The text of NOTES.txt.
    pub notes: String,
    /// What Helm would log.
    pub warnings: Vec<String>,
}

impl Rendered {
    /// The manifests as a release stores them: one document after another, each with the path of its template. The custom
    /// resource definitions of crds/ come first, if they are asked for.
    pub fn manifest(&self, includes_crds: bool) -> String {
        let crds = if includes_crds {
            self.chart.crds()
        } else {
            Vec::new()
        };
        let bytes = |path: &str, content: &[u8]| DOCUMENT_BYTES + path.len() + content.len();
        let size = crds
            .iter()
            .map(|(path, file)| bytes(path, &file.data))
            .sum::<usize>()
            + self
                .manifests
                .iter()
                .map(|manifest| bytes(&manifest.path, manifest.content.as_bytes()))
                .sum::<usize>();
        let mut output = String::with_capacity(size);
        for (path, file) in crds {
            push_document(&mut output, &path, &file.data.to_str());
        }
        for manifest in &self.manifests {
            push_document(&mut output, &manifest.path, &manifest.content);
        }
        output
    }
}

impl Hook {
    /// The hook as `helm template` prints it: a document with the path of its template.
    pub fn document(&self) -> String {
        let mut output = String::new();
        push_document(&mut output, &self.manifest.path, &self.manifest.content);
        output
    }
}

/// What a document has around its path and its content: `---`, `# Source: ` and the ends of its lines.
const DOCUMENT_BYTES: usize = 16;

fn push_document(output: &mut String, path: &str, content: &str) {
    output.extend(["---\n# Source: ", path, "\n", content, "\n"]);
}

/// A chart cannot be rendered; the texts are Helm's.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RenderError {
    /// Subcharts cannot be chosen.
    #[error("chart dependencies processing failed: {0}")]
    Dependencies(#[source] CoalesceError),
    /// Values cannot be coalesced.
    #[error(transparent)]
    Values(CoalesceError),
    /// Values do not fit a schema.
    #[error(
        "values don't meet the specifications of the schema(s) in the following chart(s):\n{0}"
    )]
    Schema(SchemaError),
    /// The cluster is too old or too new.
    #[error(
        "chart requires kubeVersion: {required} which is incompatible with Kubernetes {actual}"
    )]
    KubeVersion {
        /// What the chart asks for.
        required: String,
        /// What the cluster is.
        actual: String,
    },
    /// A template does not parse or fails.
    #[error(transparent)]
    Engine(EngineError),
    /// A template's output does not read.
    #[error(transparent)]
    Manifest(ManifestError),
}

/// Where the notes of a chart lie.
const NOTES: &str = "NOTES.txt";

/// Renders a chart with the user's values.
///
/// # Errors
/// [`RenderError`].
pub fn render(
    chart: &Chart,
    user: &Arc<Map>,
    options: &RenderOptions,
    host: &mut dyn Host,
) -> Result<Rendered, RenderError> {
    draft(chart, user, options, host)?.finish()
}

/// Renders a chart as far as its templates go.
///
/// # Errors
/// [`RenderError`].
pub fn draft(
    chart: &Chart,
    user: &Arc<Map>,
    options: &RenderOptions,
    host: &mut dyn Host,
) -> Result<Draft, RenderError> {
    let mut warnings = Vec::new();
    let mut chart = chart.clone();
    dependencies::process(&mut chart, user, &mut warnings).map_err(RenderError::Dependencies)?;
    // The same warnings were given while the dependencies were processed.
    let values = values::coalesce(&chart, user, &mut Vec::new()).map_err(RenderError::Values)?;
    if !options.skips_schema {
        values::validate(&chart, &values).map_err(RenderError::Schema)?;
    }
    check_kube_version(&chart, &options.capabilities)?;
    let top = TopLevel::new(options, values);
    let mut outputs =
        engine::execute(&chart, &top, options.limits, host).map_err(RenderError::Engine)?;
    let own_notes = format!("{}/templates/{NOTES}", chart.name());
    let mut notes = String::new();
    outputs.retain(|path, output| {
        if !path.ends_with(NOTES) {
            return true;
        }
        if options.has_sub_notes || *path == own_notes {
            if !notes.is_empty() {
                notes.push('\n');
            }
            notes.push_str(&output.to_str());
        }
        false
    });
    Ok(Draft {
        chart,
        outputs,
        notes,
        warnings,
    })
}

impl Draft {
    /// Tells hooks from manifests and sorts both.
    ///
    /// # Errors
    /// [`RenderError::Manifest`].
    pub fn finish(self) -> Result<Rendered, RenderError> {
        let (hooks, manifests) = manifest::sort_known(self.outputs, &self.chart.known_documents)
            .map_err(RenderError::Manifest)?;
        Ok(Rendered {
            chart: self.chart,
            manifests,
            hooks,
            notes: self.notes,
            warnings: self.warnings,
        })
    }
}

fn check_kube_version(chart: &Chart, capabilities: &Capabilities) -> Result<(), RenderError> {
    let required = &chart.metadata.kube_version;
    let actual = &capabilities.kube_version;
    if required.is_empty() || dependencies::is_compatible(required, &actual.normalized) {
        return Ok(());
    }
    Err(RenderError::KubeVersion {
        required: required.clone(),
        actual: actual.version.clone(),
    })
}
