//! `images`.

use rheostat_gocompat::regexp::Regexp;
use rheostat_yaml::Node;

use super::{Target, TransformError, Transformer};
use crate::field_setter::{WrongNodeKind, require_scalar, set_untagged};
use crate::field_spec::{Creation, FieldSpec, WalkError};
use crate::kustfile::Image;
use crate::openapi::OpenApi;
use crate::resmap::ResMap;

/// Changes references to an image.
///
/// Two passes look for them: one in every list called `containers` or
/// `initContainers`, one by field specs. A tag suffix is therefore added
/// twice to ordinary containers, as in kustomize.
#[derive(Debug)]
pub(crate) struct ImageTagTransformer {
    image: Image,
    pattern: Result<Regexp, String>,
    targets: Vec<Target>,
}

/// What may follow the name in a reference that matches.
const TAG_AND_DIGEST: &str = "(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?$";

impl ImageTagTransformer {
    pub(crate) fn new(image: &Image, specs: &[FieldSpec]) -> Self {
        let pattern = Regexp::compile(&format!("^{}{TAG_AND_DIGEST}", image.name));
        Self {
            image: image.clone(),
            pattern: pattern.map_err(|error| error.to_string()),
            targets: Target::all(specs),
        }
    }

    fn set(&self, field: &mut Node) -> Result<(), WalkError> {
        require_scalar(field)?;
        let reference = field.text().unwrap_or_default();
        match &self.pattern {
            Ok(pattern) if !pattern.is_match(reference) => Ok(()),
            Ok(_) => {
                let changed = self.changed(reference);
                set_untagged(field, &changed);
                Ok(())
            }
            // Kustomize itself ends here with a runtime error.
            Err(problem) => Err(WalkError::Setter(format!(
                "runtime error: image name {:?} is no pattern: {problem}",
                self.image.name
            ))),
        }
    }

    fn changed(&self, reference: &str) -> String {
        let (name, tag, digest) = split(reference);
        let image = &self.image;
        let suffixed = format!("{tag}{}", image.tag_suffix);
        let (tag, digest) = if !image.new_tag.is_empty() {
            (image.new_tag.as_str(), image.digest.as_str())
        } else if !image.digest.is_empty() {
            ("", image.digest.as_str())
        } else if !image.tag_suffix.is_empty() {
            (suffixed.as_str(), "")
        } else {
            (tag, digest)
        };
        let is_renamed = !image.new_name.is_empty();
        let mut changed = String::from(if is_renamed { &image.new_name } else { name });
        for (mark, part) in [(':', tag), ('@', digest)] {
            if !part.is_empty() {
                changed.push(mark);
                changed.push_str(part);
            }
        }
        changed
    }

    /// The first pass. Recurses as deep as the object, which its reader has
    /// bounded.
    fn visit_containers(&self, node: &mut Node) -> Result<(), WalkError> {
        match node {
            Node::Mapping(mapping) => {
                for (key, value) in mapping.iter_mut() {
                    self.visit_containers(value)?;
                    if matches!(key, "containers" | "initContainers") {
                        self.set_in_containers(value)?;
                    }
                }
                Ok(())
            }
            Node::Sequence(sequence) => {
                let mut items = sequence.items.iter_mut();
                items.try_for_each(|item| self.visit_containers(item))
            }
            Node::Scalar(_) => Ok(()),
        }
    }

    fn set_in_containers(&self, node: &mut Node) -> Result<(), WalkError> {
        for container in node.as_sequence_mut().into_iter().flatten() {
            match container {
                Node::Mapping(container) => {
                    if let Some(image) = container.get_mut("image") {
                        self.set(image)?;
                    }
                }
                other if other.is_null() => {}
                other => return Err(WrongNodeKind::new("MappingNode", other).into()),
            }
        }
        Ok(())
    }
}

/// Name, tag and digest of a reference.
fn split(reference: &str) -> (&str, &str, &str) {
    let start = reference.find('/').unwrap_or(0);
    let at = reference[start..].find('@').map(|index| index + start);
    let colon = reference[start..].find(':').map(|index| index + start);
    match (at, colon) {
        (None, None) => (reference, "", ""),
        (Some(at), Some(colon)) if colon < at => (
            &reference[..colon],
            &reference[colon + 1..at],
            &reference[at + 1..],
        ),
        (Some(at), _) => (&reference[..at], "", &reference[at + 1..]),
        (None, Some(colon)) => (&reference[..colon], &reference[colon + 1..], ""),
    }
}

impl Transformer for ImageTagTransformer {
    fn transform(&self, map: &mut ResMap, _: &OpenApi) -> Result<(), TransformError> {
        for index in 0..map.resources().len() {
            let resource = map.resource_with_same_id_mut(index);
            if resource.kind() == "CustomResourceDefinition" {
                continue;
            }
            let result = self.visit_containers(resource.node_mut());
            result.map_err(|error| TransformError::Field {
                path: "containers/image".to_owned(),
                object: resource.id().to_string(),
                problem: error.to_string(),
            })?;
            for target in &self.targets {
                target.visit(resource, Creation::Nothing, &mut |field| self.set(field))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(image: &Image, reference: &str, expected: &str) {
        let mut node = Node::string(reference);
        let transformer = ImageTagTransformer::new(image, &[]);
        transformer.set(&mut node).expect("a scalar");
        assert_eq!(node.text(), Some(expected));
    }

    fn nginx() -> Image {
        Image {
            name: "nginx".to_owned(),
            ..Image::default()
        }
    }

    #[test]
    fn the_whole_name_must_match() {
        let image = Image {
            new_tag: "2".to_owned(),
            ..nginx()
        };
        check(&image, "nginx", "nginx:2");
        check(&image, "nginx:1@sha256:ab", "nginx:2");
        check(&image, "my/nginx:1", "my/nginx:1");
        check(&image, "nginx-other:1", "nginx-other:1");
    }

    #[test]
    fn tag_and_digest_drop_each_other() {
        let mut image = Image {
            digest: "sha256:cd".to_owned(),
            ..nginx()
        };
        check(&image, "nginx:1", "nginx@sha256:cd");
        "2".clone_into(&mut image.new_tag);
        check(&image, "nginx:1", "nginx:2@sha256:cd");
        let image = Image {
            tag_suffix: "-x".to_owned(),
            ..nginx()
        };
        check(&image, "nginx:1", "nginx:1-x");
        let image = Image {
            new_name: "h:5000/n".to_owned(),
            ..nginx()
        };
        check(&image, "nginx:1@sha256:ab", "h:5000/n:1@sha256:ab");
    }
}
