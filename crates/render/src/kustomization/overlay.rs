//! What a Kustomization lays over the kustomization file of its source, in the order of the reference.

use rheostat_tree::{Files, TreePath};

pub use rheostat_kustomize::kustfile::{Image, Patch, Selector};

use super::root_file::RootFile;

/// The fields of a Kustomization that change how its source is built. An empty field changes nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overlay {
    /// The namespace of all objects.
    pub target_namespace: String,
    /// What stands before the name of every object.
    pub name_prefix: String,
    /// What stands behind the name of every object.
    pub name_suffix: String,
    /// Patches, after those of the file.
    pub patches: Vec<Patch>,
    /// Directories of components, after those of the file.
    pub components: Vec<String>,
    /// Whether components that do not exist are left out.
    pub ignore_missing_components: bool,
    /// Images, merged into those of the file by name.
    pub images: Vec<Image>,
    /// What kustomize notes on objects, instead of what the file asks for.
    pub build_metadata: Vec<String>,
}

/// Why an overlay cannot be laid over a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OverlayError {
    /// A component is outside of the source.
    #[error("component path '{0}' must be local and relative")]
    RemoteComponent(String),
}

impl Overlay {
    /// Changes the file as the overlay says.
    pub(super) fn lay_over(
        &self,
        root: &mut RootFile,
        files: &dyn Files,
        directory: &TreePath,
    ) -> Result<(), OverlayError> {
        let kustomization = &mut root.kustomization;
        for (field, value) in [
            (&mut kustomization.namespace, &self.target_namespace),
            (&mut kustomization.name_prefix, &self.name_prefix),
            (&mut kustomization.name_suffix, &self.name_suffix),
        ] {
            if !value.is_empty() {
                field.clone_from(value);
            }
        }
        kustomization.patches.extend(self.patches.iter().cloned());
        for component in &self.components {
            if !is_local(component) {
                return Err(OverlayError::RemoteComponent(component.clone()));
            }
            if !self.ignore_missing_components || exists(files, directory, component) {
                kustomization.components.push(component.clone());
            }
        }
        for image in &self.images {
            merge_image(&mut kustomization.images, image);
        }
        if !self.build_metadata.is_empty() {
            kustomization
                .build_metadata
                .clone_from(&self.build_metadata);
        }
        Ok(())
    }
}

/// Beginnings of what kustomize takes for something remote.
const REMOTE: [&str; 8] = [
    "git::",
    "gh:",
    "ssh://",
    "https://",
    "http://",
    "git@",
    "github.com:",
    "github.com/",
];

/// Whether the path of a component stays in the source. A beginning of something remote with nothing behind it does.
fn is_local(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let is_remote = REMOTE
        .iter()
        .any(|start| lower.len() > start.len() && lower.starts_with(start));
    let without_scheme = lower.strip_prefix("file://").unwrap_or(&lower);
    !is_remote && !path.starts_with('/') && !without_scheme.starts_with('/')
}

fn exists(files: &dyn Files, directory: &TreePath, component: &str) -> bool {
    let path = directory.join(component);
    path.is_ok_and(|path| matches!(files.resolve(&path), Ok(Some(_))))
}

/// Changes the first image of the same name, or adds one. A tag and a digest name a version together: where one of them
/// is given, it takes the place of both.
fn merge_image(images: &mut Vec<Image>, image: &Image) {
    let Some(existing) = images
        .iter_mut()
        .find(|existing| existing.name == image.name)
    else {
        images.push(image.clone());
        return;
    };
    if !image.new_name.is_empty() {
        existing.new_name.clone_from(&image.new_name);
    }
    if !image.new_tag.is_empty() || !image.digest.is_empty() {
        existing.new_tag.clone_from(&image.new_tag);
        existing.digest.clone_from(&image.digest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(name: &str, new_name: &str, new_tag: &str, digest: &str) -> Image {
        Image {
            name: name.to_owned(),
            new_name: new_name.to_owned(),
            new_tag: new_tag.to_owned(),
            digest: digest.to_owned(),
            ..Image::default()
        }
    }

    fn check(overlay: &Image, expected: &[Image]) {
        let mut images = vec![image("web", "old.example.com/web", "v1", "")];
        merge_image(&mut images, overlay);
        assert_eq!(images, expected, "{overlay:?}");
    }

    #[test]
    fn images_of_the_same_name_are_merged() {
        let old = "old.example.com/web";
        check(&image("web", "", "v2", ""), &[image("web", old, "v2", "")]);
        check(
            &image("web", "", "", "sha256:a"),
            &[image("web", old, "", "sha256:a")],
        );
        check(
            &image("web", "new", "", ""),
            &[image("web", "new", "v1", "")],
        );
        check(
            &image("api", "", "v2", ""),
            &[image("web", old, "v1", ""), image("api", "", "v2", "")],
        );
    }

    #[test]
    fn components_are_in_the_source() {
        for (path, expected) in [
            ("../part", true),
            ("part", true),
            ("file://part", true),
            ("https://", true),
            ("github.com", true),
            ("/part", false),
            ("file:///part", false),
            ("FILE:///part", false),
            ("https://example.com/part", false),
            ("HTTPS://example.com/part", false),
            ("git@example.com:part", false),
            ("git::part", false),
            ("gh:org/part", false),
            ("github.com/org/part", false),
        ] {
            assert_eq!(is_local(path), expected, "{path}");
        }
    }
}
