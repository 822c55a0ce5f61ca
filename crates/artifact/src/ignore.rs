//! Which paths of a source stay out of its archive.
//!
//! The rules come from `.sourceignore` files, each scoped to its folder, and
//! from the text in the source's spec. The dialect is the one that the
//! contract inherits, and it is not git's: see [`Rules::excludes`].

mod pattern;

use rheostat_tree::TreePath;

use pattern::Pattern;

/// The name of a file with rules for its folder.
pub const IGNORE_FILE: &str = ".sourceignore";

/// Most rules of one source. Matching costs rules times paths; the largest
/// files seen in public repositories hold some hundred.
const MAX_RULES: usize = 10_000;

/// Files of version control. They are excluded at the lowest priority, so
/// that a rule may bring them back.
const VERSION_CONTROL: &[&str] = &[".git/", ".gitignore", ".gitmodules", ".gitattributes"];

/// What is excluded besides as long as nobody states a rule.
const DEFAULTS: &[&str] = &[
    // Media and archives.
    "*.jpg",
    "*.jpeg",
    "*.gif",
    "*.png",
    "*.wmv",
    "*.flv",
    "*.tar.gz",
    "*.zip",
    // Continuous integration.
    ".github/",
    ".circleci/",
    ".travis.yml",
    ".gitlab-ci.yml",
    "appveyor.yml",
    ".drone.yml",
    "cloudbuild.yaml",
    "codeship-services.yml",
    "codeship-steps.yml",
    // Tools.
    "**/.goreleaser.yml",
    "**/.sops.yaml",
    "**/.flux.yaml",
];

/// A `.sourceignore` file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IgnoreFile {
    /// The folder that holds the file and bounds its rules.
    pub folder: TreePath,
    /// Its content.
    pub text: String,
}

/// The rules of one source.
#[derive(Debug, Clone)]
pub struct Rules {
    /// In rising priority.
    patterns: Vec<Pattern>,
}

/// The rules cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{found} ignore rules are more than the limit of {MAX_RULES}")]
pub struct TooManyRules {
    /// How many there are.
    pub found: usize,
}

impl Rules {
    /// Reads the rules of a source: those of its `files`, whose order does
    /// not matter, and with the last word those of its spec.
    ///
    /// The default exclusions hold only while not a single rule is stated
    /// anywhere; those of version control hold always, at the lowest
    /// priority. A text of comments alone states no rule.
    ///
    /// # Errors
    /// When there are too many rules.
    pub fn new(mut files: Vec<IgnoreFile>, spec: Option<&str>) -> Result<Self, TooManyRules> {
        files.sort_by(|a, b| a.folder.segments().cmp(b.folder.segments()));
        let root = TreePath::root();
        let texts = files.iter().map(|file| (&file.folder, file.text.as_str()));
        let stated: Vec<Pattern> = texts
            .chain(spec.map(|text| (&root, text)))
            .flat_map(|(folder, text)| read_rules(folder, text))
            .collect();
        if stated.len() > MAX_RULES {
            return Err(TooManyRules {
                found: stated.len(),
            });
        }
        let builtin = if stated.is_empty() { DEFAULTS } else { &[] };
        let patterns = VERSION_CONTROL
            .iter()
            .chain(builtin)
            .map(|rule| Pattern::new(rule, &root))
            .chain(stated)
            .collect();
        Ok(Self { patterns })
    }

    /// Whether a path stays out. The last rule that matches decides.
    ///
    /// A rule without a slash inside matches any component of the path, and
    /// so everything below a folder of that name. A rule with a slash is
    /// anchored at the folder of its file and matches everything below what
    /// it names. `**` stands for any number of folders where it is a whole
    /// component. Each component matches as in Go's `filepath.Match`. A
    /// path below an excluded folder is judged on its own: `!` can bring
    /// back a file whose folder stays out.
    pub fn excludes(&self, path: &TreePath, is_directory: bool) -> bool {
        let components: Vec<&str> = path.segments().collect();
        self.patterns
            .iter()
            .rev()
            .find(|pattern| pattern.matches(&components, is_directory))
            .is_some_and(|pattern| !pattern.is_inclusion())
    }
}

fn read_rules<'a>(folder: &'a TreePath, text: &'a str) -> impl Iterator<Item = Pattern> + 'a {
    text.lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
        .map(|line| Pattern::new(line, folder))
}

#[cfg(test)]
mod tests;
