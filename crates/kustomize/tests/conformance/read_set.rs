//! A build may be kept while its read set holds: whatever is edited, the kept answer is the one that a build would give.

use libtest_mimic::Failed;
use rheostat_tree::TreePath;

use super::case::{Bodies, Case, tree};

/// Names that a build may look for beside its files, and one that none looks for.
const NEW_NAMES: [&str; 4] = ["kustomization.yml", "Kustomization", "new.yaml", "README"];

/// Edits one path at a time.
pub(crate) fn check(case: &Case) -> Result<(), Failed> {
    let (text, read_set) = case.build()?;
    if case.build()? != (text.clone(), read_set.clone()) {
        return Err("a build from cold differs".into());
    }
    let (mut kept, mut outdated) = (0, 0);
    for (path, edited_bodies) in edits(case)? {
        // A file where a folder is needed makes no tree.
        let Ok(edited) = tree(&edited_bodies) else {
            continue;
        };
        let holds = read_set.holds_in(&edited);
        if !read_set.depends_on(&path) && !holds {
            return Err(format!("{path} is not in the read set, and is").into());
        }
        let presence = |bodies: &Bodies| bodies.contains_key(&path);
        let came_or_went = presence(&case.bodies) != presence(&edited_bodies);
        if read_set.depends_on(&path) && came_or_went && holds {
            return Err(format!("{path} is in the read set, and is not").into());
        }
        if !holds {
            outdated += 1;
            continue;
        }
        kept += 1;
        match case.build_from(&edited) {
            Ok((now, reads)) if now == text && reads == read_set => {}
            Ok((now, _)) => return Err(format!("{path}: got\n{now}\nkept\n{text}").into()),
            Err(error) => return Err(format!("{path}: got {error}\nkept\n{text}").into()),
        }
    }
    if kept == 0 || outdated == 0 {
        return Err(format!("{kept} edits were kept and {outdated} were not").into());
    }
    Ok(())
}

/// Each file changed, broken and removed, and new files in each folder and in one of their own.
fn edits(case: &Case) -> Result<Vec<(TreePath, Bodies)>, Failed> {
    let mut edits = Vec::new();
    let mut edit = |path: &TreePath, body: Option<Vec<u8>>| {
        let mut bodies = case.bodies.clone();
        match body {
            Some(body) => bodies.insert(path.clone(), body),
            None => bodies.remove(path),
        };
        edits.push((path.clone(), bodies));
    };
    let mut folders = vec![TreePath::new("of-its-own")?];
    for (path, body) in &case.bodies {
        edit(path, Some([body.as_slice(), b"\n# edited\n"].concat()));
        edit(path, Some(b"kind: [".to_vec()));
        edit(path, None);
        folders.extend(path.parent());
    }
    folders.sort();
    folders.dedup();
    for folder in folders {
        for name in NEW_NAMES {
            let path = folder.join(name)?;
            if !case.bodies.contains_key(&path) {
                edit(&path, Some(b"new: true\n".to_vec()));
            }
        }
    }
    Ok(edits)
}
