//! `--open`: shows a page in the browser of whoever asks.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::command::Stop;
use crate::output;

/// Opens what it is given with whatever the desktop has for it: on Linux and on macOS.
const OPENERS: [&str; 2] = ["xdg-open", "open"];

/// A page that is only looked at: a file that stays until the system clears its folder of such, because a browser reads it later.
pub(super) fn page_of_its_own() -> Result<PathBuf, Stop> {
    let file = tempfile::Builder::new().prefix("proofbell-preview-").suffix(".html").tempfile();
    let kept = file
        .map_err(|error| error.to_string())
        .and_then(|file| file.keep().map_err(|error| error.to_string()));
    let (_, path) =
        kept.map_err(|error| Stop::Failed(format!("failed to make a file for the page: {error}")))?;
    Ok(path)
}

/// Opens a page.
///
/// # Errors
/// There is no browser, or it refuses.
pub(super) fn open(page: &Path) -> Result<(), Stop> {
    let page = page.canonicalize().unwrap_or_else(|_| page.to_owned());
    let path = std::env::var_os("PATH").unwrap_or_default();
    let Some(program) = opener(std::env::var_os("BROWSER").as_deref(), &path) else {
        return Err(Stop::Failed(format!(
            "no browser to open it with: neither xdg-open nor open is on PATH, and BROWSER names no program; the page is {}",
            page.display()
        )));
    };
    let shown = Path::new(&program).display().to_string();
    let silent = || (Stdio::null(), Stdio::null(), Stdio::null());
    let (input, printed, complaints) = silent();
    Command::new(&program).arg(&page).stdin(input).stdout(printed).stderr(complaints).spawn().map_err(
        |error| Stop::Failed(format!("failed to start {shown}: {error}; the page is {}", page.display())),
    )?;
    output::note(&format!("opened with {shown}"));
    Ok(())
}

/// What opens pages: the first of `BROWSER` that is there, else what the desktop has.
fn opener(browser: Option<&OsStr>, path: &OsStr) -> Option<OsString> {
    let browsers: Vec<PathBuf> =
        browser.map(|list| std::env::split_paths(list).collect()).unwrap_or_default();
    let names = browsers.into_iter().filter(|name| !name.as_os_str().is_empty());
    names.chain(OPENERS.map(PathBuf::from)).find_map(|name| program(&name, path)).map(PathBuf::into_os_string)
}

fn program(name: &Path, path: &OsStr) -> Option<PathBuf> {
    match name.components().count() {
        1 => std::env::split_paths(path).map(|folder| folder.join(name)).find(|program| program.is_file()),
        _ => name.is_file().then(|| name.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browser_of_the_environment_comes_before_the_desktops() {
        let folder = tempfile::tempdir().unwrap();
        let own = folder.path().join("own");
        std::fs::create_dir(&own).unwrap();
        for name in ["xdg-open", "lynx"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        std::fs::write(own.join("browser"), "").unwrap();
        let path = folder.path().as_os_str();
        let with = |browser: Option<&OsStr>| opener(browser, path).map(PathBuf::from);
        let here = |name: &str| Some(folder.path().join(name));
        assert_eq!(with(None), here("xdg-open"));
        assert_eq!(with(Some(OsStr::new("missing:lynx"))), here("lynx"));
        assert_eq!(with(Some(OsStr::new("missing"))), here("xdg-open"));
        assert_eq!(with(Some(own.join("browser").as_os_str())), Some(own.join("browser")));
        assert_eq!(opener(None, own.as_os_str()), None);
    }
}
