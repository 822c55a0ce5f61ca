//! What every release goes through between its templates and the cluster: the spec's post-renderers and metadata, and the marks
//! by which objects tell whose they are.

use std::collections::BTreeMap;
use std::sync::Arc;

use prometheus_client::metrics::counter::Counter;
use rheostat_api::helm::HelmReleaseSpec;
use rheostat_api::helm::post_render::PostRenderStrategy;
use rheostat_api::kustomize::overlay as api;
use rheostat_api::metadata::helm::{OWNER_NAME, OWNER_NAMESPACE};
use rheostat_gotemplate::{Host, Map};
use rheostat_helm::{Chart, RenderOptions, Rendered, draft};
use rheostat_release::Renderer;
use rheostat_render::CommonMetadata;
use rheostat_render::kustomization::{Image, Patch, Selector};
use rheostat_render::release::post_render::KustomizeStep;
use rheostat_render::release::{PostRender, Strategy, post_render};
use rheostat_runtime::ObjectKey;

/// Renders as Helm does, and then as a HelmRelease asks for.
#[derive(Clone, Debug)]
pub struct PostRenderer {
    /// What it asks for.
    pub request: PostRender,
    /// Counts renders.
    pub renders: Counter,
}

impl PostRenderer {
    /// What a spec asks for. `keeps_hooks` says that hooks stay as they are where it does not.
    pub fn new(spec: &HelmReleaseSpec, key: &ObjectKey, keeps_hooks: bool) -> Self {
        let common = spec.common_metadata.clone().unwrap_or_default();
        let mut labels = common.labels;
        labels.extend(origin(key));
        let steps = spec.post_renderers.iter();
        let steps = steps.filter_map(|renderer| renderer.kustomize.as_ref());
        Self {
            request: PostRender {
                steps: steps
                    .map(|kustomize| KustomizeStep {
                        patches: kustomize.patches.iter().map(patch).collect(),
                        images: kustomize.images.iter().map(image).collect(),
                    })
                    .collect(),
                metadata: CommonMetadata {
                    labels,
                    annotations: common.annotations,
                },
                strategy: strategy(spec, keeps_hooks),
            },
            renders: Counter::default(),
        }
    }
}

impl Renderer for PostRenderer {
    fn render(
        &self,
        chart: &Chart,
        values: &Arc<Map>,
        options: &RenderOptions,
        host: &mut dyn Host,
    ) -> Result<Rendered, Box<dyn std::error::Error + Send + Sync>> {
        self.renders.inc();
        let mut draft = draft(chart, values, options, host)?;
        draft.outputs = post_render(&draft.outputs, &self.request)?;
        Ok(draft.finish()?)
    }
}

/// The labels by which objects tell whose they are.
pub fn origin(key: &ObjectKey) -> BTreeMap<String, String> {
    BTreeMap::from([
        (OWNER_NAME.to_owned(), key.name.clone()),
        (OWNER_NAMESPACE.to_owned(), key.namespace.clone()),
    ])
}

fn strategy(spec: &HelmReleaseSpec, keeps_hooks: bool) -> Strategy {
    match &spec.post_render_strategy {
        Some(PostRenderStrategy::NoHooks) => Strategy::NoHooks,
        Some(PostRenderStrategy::Separate) => Strategy::Separate,
        Some(PostRenderStrategy::Other(_)) | None if keeps_hooks => Strategy::NoHooks,
        Some(PostRenderStrategy::Combined | PostRenderStrategy::Other(_)) | None => {
            Strategy::Combined
        }
    }
}

fn patch(patch: &api::Patch) -> Patch {
    Patch {
        patch: patch.patch.clone(),
        target: patch.target.as_ref().map(selector),
        ..Patch::default()
    }
}

fn selector(selector: &api::Selector) -> Selector {
    Selector {
        group: text(selector.group.as_ref()),
        version: text(selector.version.as_ref()),
        kind: text(selector.kind.as_ref()),
        name: text(selector.name.as_ref()),
        namespace: text(selector.namespace.as_ref()),
        annotation_selector: text(selector.annotation_selector.as_ref()),
        label_selector: text(selector.label_selector.as_ref()),
    }
}

fn image(image: &api::Image) -> Image {
    Image {
        name: image.name.clone(),
        new_name: text(image.new_name.as_ref()),
        new_tag: text(image.new_tag.as_ref()),
        digest: text(image.digest.as_ref()),
        ..Image::default()
    }
}

fn text(field: Option<&String>) -> String {
    field.cloned().unwrap_or_default()
}
