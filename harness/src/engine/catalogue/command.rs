//! Commands of drivers and runners: their placeholders, and where their programs are.

use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

const JS: &str = include_str!("../../../drivers/js.mjs");

/// A word of a command, with what stands for the shipped drivers replaced by where they are.
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

/// The driver for JavaScript engines as a file. It is in the user's own cache folder, where it is written once a version:
/// workers end in ways that leave no time to tidy up, and what lies in a folder for all may be somebody else's.
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
        // What can't be written is reported when the engine does not find it.
        let _ = std::fs::create_dir_all(&folder).and_then(|()| {
            let mut file = tempfile::NamedTempFile::new_in(&folder)?;
            std::io::Write::write_all(&mut file, JS.as_bytes())?;
            Ok(file.persist(&path)?)
        });
        path
    });
    &FILE
}

/// Where a program is: it has a path, or is in one of the folders of `PATH`.
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
