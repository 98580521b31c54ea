//! Commands of drivers and runners: their placeholders, and where their programs are.

use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

const JS: &str = include_str!("../../../drivers/js.mjs");

/// Replaces the placeholders in a word of a command with the paths of the shipped drivers.
pub(super) fn expand(word: &str) -> String {
    let mut word = word.to_owned();
    if word.contains("{js}") {
        word = word.replace("{js}", &js_driver().to_string_lossy());
    }
    if word.contains("{wassay}") {
        let program = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("wassay"));
        word = word.replace("{wassay}", &program.to_string_lossy());
    }
    word
}

/// Path of the driver for JavaScript engines. Each version of it is written once, to the user's cache folder. It is not a
/// temporary file, because a worker may be killed before it could remove it, and other users may write to a shared folder.
fn js_driver() -> &'static Path {
    static FILE: LazyLock<PathBuf> = LazyLock::new(|| {
        let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
        let cache = cache.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")));
        let folder = cache.unwrap_or_else(std::env::temp_dir).join("wassay");
        let hash = Sha256::digest(JS);
        let name = hash[..8].iter().fold("driver-".to_owned(), |name, byte| format!("{name}{byte:02x}")) + ".mjs";
        let path = folder.join(name);
        if std::fs::read(&path).is_ok_and(|there| there == JS.as_bytes()) {
            return path;
        }
        // If the file cannot be written, the engine reports that it does not find it.
        let _ = std::fs::create_dir_all(&folder).and_then(|()| {
            let mut file = tempfile::NamedTempFile::new_in(&folder)?;
            std::io::Write::write_all(&mut file, JS.as_bytes())?;
            Ok(file.persist(&path)?)
        });
        path
    });
    &FILE
}

/// Finds a program: by its path, or in the folders of `PATH`.
pub(super) fn find_program(program: &str) -> Option<PathBuf> {
    if program.contains("{wassay}") {
        return Some(PathBuf::from(expand(program)));
    }
    let is_there = |path: &PathBuf| path.is_file();
    if program.contains('/') {
        return Some(PathBuf::from(program)).filter(is_there);
    }
    let paths = std::env::var_os("PATH")?;
    std::env::split_paths(&paths).map(|dir| dir.join(program)).find(is_there)
}
