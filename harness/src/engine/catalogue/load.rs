//! Loads the descriptions: the shipped ones, and those in the folders that `WASSAY_ENGINES` names.

use super::check;
use super::description::Runtime;
use crate::{data, escape};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// Folder of the shipped descriptions in the data that is compiled in.
pub(super) const SHIPPED: &str = "engines";

/// The environment variable that names further folders of descriptions.
pub const FOLDERS: &str = "WASSAY_ENGINES";

/// All descriptions by name, and the faults that were found. A description in a folder of `WASSAY_ENGINES` replaces a
/// shipped one of the same name.
pub(super) static CATALOGUE: LazyLock<(Vec<Runtime>, Vec<String>)> = LazyLock::new(|| {
    let mut faults = Vec::new();
    let mut all: Vec<Runtime> = Vec::new();
    for (path, text) in data::texts(SHIPPED).into_iter().map(|(name, text)| (Path::new(name), text)) {
        if is_description(path) {
            all.extend(parse(path, text, &mut faults));
        }
    }
    let folders = std::env::var_os(FOLDERS).unwrap_or_default();
    let mut own: Vec<Runtime> = Vec::new();
    for folder in std::env::split_paths(&folders).filter(|folder| !folder.as_os_str().is_empty()) {
        for (path, text) in read(&folder, &mut faults) {
            let Some(runtime) = parse(&path, &text, &mut faults) else { continue };
            if own.iter().any(|known| known.name == runtime.name) {
                faults.push(format!(
                    "{}: there is another engine `{}`",
                    escape::path(&path),
                    escape::text(&runtime.name)
                ));
            }
            own.push(runtime);
        }
    }
    all.retain(|shipped| own.iter().all(|own| own.name != shipped.name));
    all.extend(own);
    all.sort_by(|a, b| a.name.cmp(&b.name));
    (all, faults)
});

pub(super) fn is_description(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "toml")
}

pub(super) fn parse(path: &Path, text: &str, faults: &mut Vec<String>) -> Option<Runtime> {
    let runtime = toml::from_str::<Runtime>(text).map_err(|error| error.to_string().trim_end().to_owned());
    match runtime.and_then(|runtime| check::check(&runtime).map(|()| runtime)) {
        Ok(runtime) => Some(runtime),
        Err(fault) => {
            faults.push(format!("{}: {fault}", escape::path(path)));
            None
        }
    }
}

/// Reads the descriptions in a folder, in the order of their file names.
fn read(folder: &Path, faults: &mut Vec<String>) -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    let entries = std::fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match entries {
        Ok(entries) => files.extend(entries.into_iter().map(|entry| entry.path()).filter(|path| is_description(path))),
        Err(error) => faults.push(format!("{}: {error}", escape::path(folder))),
    }
    files.sort();
    let text = |path: PathBuf| match crate::regular_file::text(&path) {
        Ok(text) => Some((path, text)),
        Err(error) => {
            faults.push(format!("{}: {error}", escape::path(&path)));
            None
        }
    };
    files.into_iter().filter_map(text).collect()
}
