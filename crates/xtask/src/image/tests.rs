use std::fs;
use std::io::Read as _;
use std::path::PathBuf;

use flate2::read::GzDecoder;
use rheostat_testing::process::Scratch;

use super::*;

/// An image around a program that is only bytes, in a directory of its own.
pub(super) fn assembled(program: &[u8]) -> (Scratch, Layout) {
    let scratch = Scratch::new("image").unwrap();
    let path = scratch.path().join("program");
    fs::write(&path, program).unwrap();
    let image = Image {
        controller: "source-controller",
        version: "1.2.3",
        revision: "0123456789abcdef",
    };
    let layout = image.assemble(&path, &directory(&scratch)).unwrap();
    (scratch, layout)
}

fn directory(scratch: &Scratch) -> PathBuf {
    scratch.path().join("layout")
}

fn blob(scratch: &Scratch, digest: &Value) -> Vec<u8> {
    let path = digest.as_str().unwrap().replace(':', "/");
    fs::read(directory(scratch).join("blobs").join(path)).unwrap()
}

fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

#[test]
fn an_image_is_the_same_when_built_twice_and_another_for_another_program() {
    let (_first, first) = assembled(b"one");
    let (_second, second) = assembled(b"one");
    let (_other, other) = assembled(b"two");
    assert_eq!(first.manifest().digest, second.manifest().digest);
    assert_ne!(first.manifest().digest, other.manifest().digest);
}

#[test]
fn a_layout_leads_from_its_index_to_every_blob() {
    let (scratch, layout) = assembled(b"program");
    let index = json(&fs::read(directory(&scratch).join("index.json")).unwrap());
    let named = &index["manifests"][0];
    assert_eq!(named["digest"], layout.manifest().digest.as_str());
    assert_eq!(
        named["annotations"]["org.opencontainers.image.ref.name"],
        "1.2.3"
    );
    let manifest = json(&blob(&scratch, &named["digest"]));
    let config = json(&blob(&scratch, &manifest["config"]["digest"]));
    assert_eq!(config["config"]["User"], "65534:65534");
    assert_eq!(
        config["config"]["Entrypoint"],
        json!(["/usr/local/bin/source-controller"])
    );
    let layers = manifest["layers"].as_array().unwrap();
    assert_eq!(
        layers.len(),
        config["rootfs"]["diff_ids"].as_array().unwrap().len()
    );
    for (position, layer) in layers.iter().enumerate() {
        let bytes = blob(&scratch, &layer["digest"]);
        assert_eq!(layer["size"], bytes.len());
        let mut tar = Vec::new();
        GzDecoder::new(bytes.as_slice())
            .read_to_end(&mut tar)
            .unwrap();
        assert_eq!(
            config["rootfs"]["diff_ids"][position],
            layout::digest(&tar).as_str()
        );
    }
}

#[test]
fn the_layers_hold_the_program_and_what_it_looks_for() {
    let (scratch, layout) = assembled(b"program");
    let manifest = json(&blob(
        &scratch,
        &Value::from(layout.manifest().digest.as_str()),
    ));
    let mut found = Vec::new();
    for layer in manifest["layers"].as_array().unwrap() {
        let bytes = blob(&scratch, &layer["digest"]);
        let mut archive = tar::Archive::new(GzDecoder::new(bytes.as_slice()));
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            let header = entry.header();
            assert_eq!((header.uid().unwrap(), header.mtime().unwrap()), (0, 0));
            let mode = header.mode().unwrap();
            let path = entry.path().unwrap().display().to_string();
            let mut text = String::new();
            entry.read_to_string(&mut text).unwrap();
            found.push((path, mode, text));
        }
    }
    let of = |path: &str| {
        found
            .iter()
            .find(|(found, ..)| found == path)
            .map(|(_, mode, text)| (*mode, text.as_str()))
    };
    assert_eq!(
        of("usr/local/bin/source-controller"),
        Some((0o755, "program"))
    );
    assert_eq!(of("tmp/"), Some((0o1777, "")));
    let (_, certificates) = of("etc/ssl/certs/ca-certificates.crt").unwrap();
    assert!(
        certificates.matches("-----BEGIN CERTIFICATE-----").count() > 100,
        "too few authorities"
    );
}
