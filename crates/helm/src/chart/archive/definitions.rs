//! Custom resource definitions that stay in their archive until one of them is read: then all of them are unpacked.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use rheostat_gotemplate::{Deferred, Text};

use super::{ArchiveLimits, some_files};

/// The definitions of an archive, in its order.
pub(super) struct Definitions {
    archive: Box<[u8]>,
    limits: ArchiveLimits,
    unpacked: OnceLock<Box<[Text]>>,
}

/// Whether a file is a custom resource definition, of the chart or of a folder below charts/.
pub(super) fn is_definition(name: &str) -> bool {
    let mut name = name;
    while let Some((_, inner)) = name
        .strip_prefix("charts/")
        .and_then(|rest| rest.split_once('/'))
    {
        name = inner;
    }
    name.starts_with("crds/")
}

impl Definitions {
    /// The definitions of an archive that was read from one end to the other within these limits.
    pub(super) fn of(archive: &[u8], limits: ArchiveLimits) -> Arc<Self> {
        Arc::new(Self {
            archive: archive.into(),
            limits,
            unpacked: OnceLock::new(),
        })
    }

    /// The content of one of them, from 0.
    pub(super) fn text(self: &Arc<Self>, index: usize) -> Text {
        Text::deferred(Arc::new(Definition {
            of: Arc::clone(self),
            index,
        }))
    }

    fn unpacked(&self) -> &[Text] {
        self.unpacked.get_or_init(|| {
            let files = some_files(&self.archive, self.limits, &is_definition)
                .expect("the same bytes were unpacked within the same limits before");
            files.into_iter().map(|file| file.data).collect()
        })
    }
}

impl fmt::Debug for Definitions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Definitions")
            .field("is_unpacked", &self.unpacked.get().is_some())
            .finish_non_exhaustive()
    }
}

/// One of them.
struct Definition {
    of: Arc<Definitions>,
    index: usize,
}

impl Deferred for Definition {
    fn bytes(&self) -> &[u8] {
        &self.of.unpacked()[self.index]
    }
}

#[cfg(test)]
mod tests {
    use super::is_definition;

    fn check(name: &str, expected: bool) {
        assert_eq!(is_definition(name), expected, "{name}");
    }

    #[test]
    fn definitions_lie_in_crds() {
        check("crds/widgets.yaml", true);
        check("crds/nested/widgets.yaml", true);
        check("charts/widgets/crds/widgets.yaml", true);
        check("charts/a/charts/b/crds/widgets.yaml", true);
        check("charts/crds/Chart.yaml", false);
        check("charts/crds/templates/_names.tpl", false);
        check("charts/crds-1.0.0.tgz", false);
        check("templates/crds/widgets.yaml", false);
        check("crds", false);
    }
}
