//! Rules on Chart.yaml.

use rheostat_gocompat::{path, semver::Version, strconv};
use rheostat_tree::Kind;
use serde_json::Value as Json;

use super::{Findings, Folder, Severity, address, strict};
use crate::{chart::Metadata, values};

const FILE: &str = "Chart.yaml";

type Check = Result<(), String>;

pub(super) fn lint(folder: Folder<'_>, findings: &mut Findings) {
    let is_folder = folder.kind(FILE) == Some(Kind::Directory);
    let problem = if is_folder {
        Err("should be a file, not a directory")
    } else {
        Ok(())
    };
    findings.check(Severity::Error, FILE, problem);
    let read = read(folder).map_err(|problem| format!("unable to parse YAML\n\t{problem}"));
    let Some((json, metadata)) = findings.check(Severity::Error, FILE, read) else {
        return;
    };
    let strict = strict::check(&json)
        .map_err(|problem| format!("failed to strictly parse chart metadata file\n\t{problem}"));
    findings.check(Severity::Warning, FILE, strict);
    for (severity, check) in [
        (Severity::Error, name(&metadata)),
        (Severity::Error, api_version(&metadata)),
        (Severity::Error, is_text(&json, "version")),
        (Severity::Error, version(&metadata)),
        (Severity::Error, is_text(&json, "appVersion")),
        (Severity::Error, maintainers(&json, &metadata)),
        (Severity::Error, sources(&metadata)),
        (Severity::Info, icon_presence(&metadata)),
        (Severity::Error, icon(&metadata)),
        (Severity::Error, kind(&metadata)),
        (Severity::Error, dependencies(&metadata)),
        (Severity::Warning, strict_version(&metadata)),
    ] {
        findings.check(severity, FILE, check);
    }
}

fn read(folder: Folder<'_>) -> Result<(Json, Metadata), String> {
    let json = values::read_json(&folder.read(FILE)?)?;
    let mut metadata = Metadata::default();
    metadata.merge(&json)?;
    Ok((json, metadata))
}

fn refuse(is_wrong: bool, problem: impl FnOnce() -> String) -> Check {
    if is_wrong { Err(problem()) } else { Ok(()) }
}

fn name(metadata: &Metadata) -> Check {
    let name = &metadata.name;
    refuse(name.is_empty(), || "name is required".to_owned())?;
    refuse(path::base(name) != *name, || {
        format!("chart name {} is invalid", strconv::quote_str(name))
    })
}

fn api_version(metadata: &Metadata) -> Check {
    let version = &metadata.api_version;
    refuse(version.is_empty(), || {
        "apiVersion is required. The value must be either \"v1\" or \"v2\"".to_owned()
    })?;
    refuse(!matches!(version.as_str(), "v1" | "v2"), || {
        format!("apiVersion '{version}' is not valid. The value must be either \"v1\" or \"v2\"")
    })
}

/// Whether a field is a string, as the name in its own case says; Go's decoder would take others too.
fn is_text(json: &Json, field: &str) -> Check {
    let kind = match json.get(field) {
        None | Some(Json::String(_)) => return Ok(()),
        Some(Json::Null) => "<nil>",
        Some(Json::Bool(_)) => "bool",
        Some(Json::Number(_)) => "float64",
        Some(Json::Array(_)) => "[]interface {}",
        Some(Json::Object(_)) => "map[string]interface {}",
    };
    Err(format!(
        "{field} should be of type string but it's of type {kind}"
    ))
}

fn version(metadata: &Metadata) -> Check {
    let text = &metadata.version;
    refuse(text.is_empty(), || "version is required".to_owned())?;
    let version =
        Version::parse(text).map_err(|_| format!("version '{text}' is not a valid SemVer"))?;
    let is_least = (version.major(), version.minor(), version.patch()) == (0, 0, 0)
        && version.prerelease() == "0";
    refuse(is_least, || {
        format!("version \"{text}\" is less than or equal to \"0.0.0-0\"")
    })
}

fn strict_version(metadata: &Metadata) -> Check {
    let text = &metadata.version;
    refuse(Version::parse_strict(text).is_err(), || {
        format!("version '{text}' is not a valid SemVerV2")
    })
}

fn maintainers(json: &Json, metadata: &Metadata) -> Check {
    let entries = json.get("maintainers").and_then(Json::as_array);
    for (index, maintainer) in metadata.maintainers.iter().enumerate() {
        let entry = entries.and_then(|entries| entries.get(index));
        refuse(entry.is_some_and(Json::is_null), || {
            "a maintainer entry is empty".to_owned()
        })?;
        let (name, email, url) = (&maintainer.name, &maintainer.email, &maintainer.url);
        refuse(name.is_empty(), || {
            "each maintainer requires a name".to_owned()
        })?;
        refuse(!email.is_empty() && !address::is_email(email), || {
            format!("invalid email '{email}' for maintainer '{name}'")
        })?;
        refuse(!url.is_empty() && !address::is_url(url), || {
            format!("invalid url '{url}' for maintainer '{name}'")
        })?;
    }
    Ok(())
}

fn sources(metadata: &Metadata) -> Check {
    for source in &metadata.sources {
        refuse(!address::is_request_url(source), || {
            format!("invalid source URL '{source}'")
        })?;
    }
    Ok(())
}

fn icon_presence(metadata: &Metadata) -> Check {
    refuse(metadata.icon.is_empty(), || {
        "icon is recommended".to_owned()
    })
}

fn icon(metadata: &Metadata) -> Check {
    let icon = &metadata.icon;
    refuse(!icon.is_empty() && !address::is_request_url(icon), || {
        format!("invalid icon URL '{icon}'")
    })
}

fn kind(metadata: &Metadata) -> Check {
    let version = &metadata.api_version;
    refuse(!metadata.kind.is_empty() && version != "v2", || {
        format!("chart type is not valid in apiVersion '{version}'. It is valid in apiVersion 'v2'")
    })
}

fn dependencies(metadata: &Metadata) -> Check {
    let version = &metadata.api_version;
    refuse(!metadata.dependencies.is_empty() && version != "v2", || {
        format!(
            "dependencies are not valid in the Chart file with apiVersion '{version}'. They are valid in apiVersion 'v2'"
        )
    })
}
