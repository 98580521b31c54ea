//! Search for suites in folders, and the commit that a folder is at.

use super::error::Error;
use super::script_file::{EMBEDDED, OWN};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A folder of scripts that becomes a suite.
#[derive(Debug)]
pub(super) struct ScriptFolder {
    /// Name of the suite.
    pub(super) name: String,
    /// The folder.
    pub(super) path: PathBuf,
    /// Path in the suite with `/` as separator, and path on disk, of each script; sorted by the former.
    pub(super) files: Vec<(String, PathBuf)>,
}

/// Finds the suites in `folders`. A folder that is named twice, or lies in another, is returned once.
pub(super) fn find(folders: &[PathBuf]) -> Result<Vec<ScriptFolder>, Error> {
    let mut found: Vec<ScriptFolder> = Vec::new();
    for folder in folders {
        let path = folder.canonicalize().map_err(|source| Error::Read { path: folder.clone(), source })?;
        if path.is_file() {
            if !is_within(&path, &found) {
                found.push(single(&path)?);
            }
        } else if !descend(&path, &mut found)? {
            return Err(Error::Empty { path: folder.clone() });
        }
    }
    make_names_unique(&mut found);
    Ok(found)
}

/// Makes a suite of one script that was named by its path; the suite has the name of the folder.
fn single(path: &Path) -> Result<ScriptFolder, Error> {
    let name = utf8(path, path.file_name().and_then(|n| n.to_str()))?.to_owned();
    let folder = path.parent().unwrap_or(path);
    let suite = utf8(path, folder.file_name().map_or(Some("root"), |n| n.to_str()))?.to_owned();
    Ok(ScriptFolder { name: suite, path: folder.to_owned(), files: vec![(name, path.to_owned())] })
}

fn is_within(path: &Path, found: &[ScriptFolder]) -> bool {
    found.iter().any(|f| path.starts_with(&f.path))
}

/// Adds the suites at or below `path`. Returns whether there is a script.
fn descend(path: &Path, found: &mut Vec<ScriptFolder>) -> Result<bool, Error> {
    if is_within(path, found) {
        return Ok(true);
    }
    let entries = entries(path)?;
    if entries.iter().any(|e| is_script(e)) {
        let mut files = Vec::new();
        collect(path, "", &mut files)?;
        files.sort();
        let name = utf8(path, path.file_name().map_or(Some("root"), |n| n.to_str()))?.to_owned();
        found.push(ScriptFolder { name, path: path.to_owned(), files });
        return Ok(true);
    }
    let mut any = false;
    for entry in entries.iter().filter(|e| is_folder(e)) {
        any |= descend(entry, found)?;
    }
    Ok(any)
}

/// Collects the scripts at or below `path`; `prefix` is the path in the suite.
fn collect(path: &Path, prefix: &str, files: &mut Vec<(String, PathBuf)>) -> Result<(), Error> {
    for entry in entries(path)? {
        let name = entry.file_name().and_then(|n| n.to_str());
        if is_script(&entry) {
            files.push((format!("{prefix}{}", utf8(&entry, name)?), entry));
        } else if is_folder(&entry) {
            collect(&entry, &format!("{prefix}{}/", utf8(&entry, name)?), files)?;
        }
    }
    Ok(())
}

/// Returns the entries of a folder, sorted.
fn entries(path: &Path) -> Result<Vec<PathBuf>, Error> {
    let read = |source| Error::Read { path: path.to_owned(), source };
    let mut entries =
        fs::read_dir(path).map_err(read)?.map(|e| e.map(|e| e.path())).collect::<Result<Vec<_>, _>>().map_err(read)?;
    entries.sort();
    Ok(entries)
}

fn is_script(path: &Path) -> bool {
    path.extension().is_some_and(|e| e == "wast") && path.is_file()
}

/// Whether `path` is a folder to search. Symbolic links are not followed, since they can form a cycle.
fn is_folder(path: &Path) -> bool {
    let hidden = path.file_name().is_some_and(|n| n.as_encoded_bytes().starts_with(b"."));
    !hidden && path.symlink_metadata().is_ok_and(|m| m.is_dir())
}

fn utf8<'a>(path: &Path, name: Option<&'a str>) -> Result<&'a str, Error> {
    name.ok_or_else(|| Error::Name { path: path.to_owned() })
}

/// Makes names unique, because reports identify suites by name: prefixes the names of parent folders to equal names.
fn make_names_unique(found: &mut [ScriptFolder]) {
    for depth in 1.. {
        let taken = |i: usize| {
            [EMBEDDED, OWN].contains(&found[i].name.as_str())
                || (0..found.len()).any(|j| j != i && found[j].name == found[i].name)
        };
        let clashing: Vec<usize> = (0..found.len()).filter(|&i| taken(i)).collect();
        let mut changed = false;
        for i in clashing {
            if let Some(parent) = found[i].path.ancestors().nth(depth).and_then(Path::file_name) {
                found[i].name = format!("{}-{}", parent.to_string_lossy(), found[i].name);
                changed = true;
            }
        }
        if !changed {
            return;
        }
    }
}

/// Returns the commit checked out in `folder`, if git tracks every file in it and none was changed.
pub(super) fn commit(folder: &Path) -> Option<String> {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").arg("-C").arg(folder).args(arguments).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let commit = git(&["rev-parse", "HEAD"])?;
    git(&["status", "--porcelain", "--ignored", "--", "."])?.is_empty().then_some(commit)
}
