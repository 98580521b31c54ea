//! The data compiled into the harness: everything in the folder `data`, which its README describes.

use include_dir::{Dir, include_dir};

/// The folder `data`. It holds links to `spec` and `proposals` at the top of the repository, so that a package of this
/// crate carries their files.
static DATA: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/data");

/// Returns the text of one file by its path in `data`, `/` as separator.
pub(crate) fn text(path: &str) -> Option<&'static str> {
    DATA.get_file(path)?.contents_utf8()
}

/// Returns the names and texts of the files directly in one folder of `data`, sorted by name.
pub(crate) fn texts(folder: &str) -> Vec<(&'static str, &'static str)> {
    let files = DATA.get_dir(folder).into_iter().flat_map(Dir::files);
    let mut texts: Vec<_> =
        files.filter_map(|file| Some((file.path().file_name()?.to_str()?, file.contents_utf8()?))).collect();
    texts.sort_unstable();
    texts
}

/// Returns the names of the folders directly in one folder of `data`, sorted.
pub(crate) fn folders(folder: &str) -> Vec<&'static str> {
    let folders = DATA.get_dir(folder).into_iter().flat_map(Dir::dirs);
    let mut names: Vec<_> = folders.filter_map(|dir| dir.path().file_name()?.to_str()).collect();
    names.sort_unstable();
    names
}
