use super::*;

fn path(text: &str) -> TreePath {
    TreePath::new(text).expect("a path of the table")
}

fn tree(files: &[(&str, &str)]) -> Tree {
    Tree::from_files(
        files
            .iter()
            .map(|(name, body)| (path(name), body.as_bytes())),
    )
    .expect("files that do not collide")
}

#[derive(Debug)]
struct Upper;

impl BodyStore for Upper {
    fn read(&self, path: &TreePath) -> io::Result<Arc<[u8]>> {
        Ok(path.as_str().to_uppercase().into_bytes().into())
    }
}

#[test]
fn folders_are_made_and_listed_in_order() {
    let tree = tree(&[("b/x", "1"), ("a", "2"), ("b/c/d", "3")]);
    let listed = |at: &str| -> Vec<(String, Kind)> {
        let names = tree.list(&path(at)).expect("a folder");
        names
            .into_iter()
            .map(|(name, kind)| (name.to_string(), kind))
            .collect()
    };
    assert_eq!(
        listed(""),
        [
            ("a".to_owned(), Kind::File),
            ("b".to_owned(), Kind::Directory)
        ]
    );
    assert_eq!(
        listed("b"),
        [
            ("c".to_owned(), Kind::Directory),
            ("x".to_owned(), Kind::File)
        ]
    );
}

#[test]
fn reading_says_what_stands_in_the_way() {
    let tree = tree(&[("a/b", "1")]);
    assert_eq!(&*tree.read(&path("a/b")).expect("a file"), b"1");
    assert_eq!(
        tree.read(&path("a")),
        Err(ReadError::IsDirectory { path: path("a") })
    );
    assert_eq!(
        tree.read(&path("a/b/c")),
        Err(ReadError::NotFound {
            path: path("a/b/c")
        })
    );
    assert_eq!(
        tree.list(&path("a/b")),
        Err(ReadError::NotDirectory { path: path("a/b") })
    );
    assert_eq!(
        tree.list(&path("x")),
        Err(ReadError::NotFound { path: path("x") })
    );
}

#[test]
fn clones_do_not_see_later_changes() {
    let original = tree(&[("a/b", "1"), ("c/d", "2")]);
    let before = original.digest(&TreePath::root()).expect("a digest");
    let mut copy = original.clone();
    copy.insert(&path("a/b"), File::in_memory(0o644, *b"changed"))
        .expect("a file for a file");
    assert_eq!(&*original.read(&path("a/b")).expect("a file"), b"1");
    assert_eq!(&*copy.read(&path("a/b")).expect("a file"), b"changed");
    assert_eq!(original.digest(&TreePath::root()), Ok(before));
    assert_ne!(copy.digest(&TreePath::root()), Ok(before));
    assert_eq!(copy.digest(&path("c")), original.digest(&path("c")));
}

#[test]
fn collisions_are_refused() {
    let mut tree = tree(&[("a/b", "1")]);
    let file = || File::in_memory(0o644, *b"x");
    assert_eq!(
        tree.insert(&path("a/b/c"), file()),
        Err(InsertError::FileInTheWay { path: path("a/b") })
    );
    assert_eq!(
        tree.insert(&path("a"), file()),
        Err(InsertError::DirectoryInTheWay { path: path("a") })
    );
    assert_eq!(
        tree.insert(&TreePath::root(), file()),
        Err(InsertError::DirectoryInTheWay {
            path: TreePath::root()
        })
    );
}

#[test]
fn stored_bodies_come_from_the_store() {
    let mut tree = Tree::with_store(Arc::new(Upper));
    tree.insert(&path("a/b"), File::stored(0o600, 3))
        .expect("an empty place");
    assert_eq!(&*tree.read(&path("a/b")).expect("a file"), b"A/B");
    assert_eq!(tree.digest(&path("a/b")), Ok(Digest::of(b"A/B")));
    tree.insert(&path("a/b"), File::in_memory(0o600, *b"here"))
        .expect("a file for a file");
    assert_eq!(&*tree.read(&path("a/b")).expect("a file"), b"here");
}

#[test]
fn modes_and_names_count_in_the_digest_of_a_folder() {
    let one = tree(&[("a/b", "1")]);
    let mut two = Tree::new();
    two.insert(&path("a/b"), File::in_memory(0o755, *b"1"))
        .expect("an empty place");
    let three = tree(&[("a/c", "1")]);
    let digest = |tree: &Tree| tree.digest(&path("a")).expect("a folder");
    assert_ne!(digest(&one), digest(&two));
    assert_ne!(digest(&one), digest(&three));
    assert_eq!(digest(&one), digest(&one.clone()));
}
