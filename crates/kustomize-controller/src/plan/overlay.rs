//! What a spec lays over the kustomization file of its source, in the words of the engine.

use rheostat_api::KustomizationSpec;
use rheostat_api::kustomize::overlay as api;
use rheostat_render::CommonMetadata;
use rheostat_render::kustomization::{Image, Overlay, Patch, Selector};

/// The fields of a spec that change how its source is built.
pub(super) fn overlay(spec: &KustomizationSpec) -> Overlay {
    Overlay {
        target_namespace: text(spec.target_namespace.as_ref()),
        name_prefix: text(spec.name_prefix.as_ref()),
        name_suffix: text(spec.name_suffix.as_ref()),
        patches: spec.patches.iter().map(patch).collect(),
        components: spec.components.clone(),
        ignore_missing_components: spec.ignore_missing_components,
        images: spec.images.iter().map(image).collect(),
        build_metadata: spec
            .build_metadata
            .iter()
            .map(|word| word.as_str().to_owned())
            .collect(),
    }
}

/// Labels and annotations for everything that is applied.
pub(super) fn common_metadata(spec: &KustomizationSpec) -> CommonMetadata {
    let common = spec.common_metadata.clone().unwrap_or_default();
    CommonMetadata {
        labels: common.labels,
        annotations: common.annotations,
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
