//! A browser, to look at what people get to see.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

/// How long a page may take; the first start of a browser is slow.
const PATIENCE: Duration = Duration::from_secs(60);

/// Looks at a page in a frame, and at the frames in it.
const MEASURE: &str = r#"<!doctype html><meta charset="utf-8"><body><iframe style="border:0;width:WIDTHpx;height:900px"></iframe><script>
const frame = document.querySelector('iframe');
const beyond = (page) => {
  const edge = page.documentElement.clientWidth;
  const over = [...page.body.querySelectorAll('*')].filter((it) => it.getBoundingClientRect().right > edge + 1).length;
  return [...page.querySelectorAll('iframe')].reduce((sum, inner) => sum + beyond(inner.contentDocument), over);
};
frame.onload = () => {
  const root = frame.contentDocument.documentElement;
  document.body.dataset.width = root.scrollWidth;
  document.body.dataset.height = root.scrollHeight;
  document.body.dataset.links = root.querySelectorAll('a').length;
  document.body.dataset.beyond = beyond(frame.contentDocument);
};
frame.srcdoc = PAGE;</script>"#;

/// How large a page is, in pixels, and what is on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Its width: more than that of the window when it must be scrolled sideways.
    pub width: u32,
    /// Its height.
    pub height: u32,
    /// How many links it has.
    pub links: u32,
    /// How many of its elements reach beyond its right edge, those in frames included.
    pub beyond: u32,
}

/// Chromium without a window.
#[derive(Clone, Debug)]
pub struct Browser {
    program: PathBuf,
}

impl Browser {
    /// The browser of this machine; `None`, which is said aloud, where there is none.
    pub fn find() -> Option<Browser> {
        let names = ["chromium", "chromium-headless-shell", "google-chrome", "chromium-browser"];
        let folders: Vec<PathBuf> =
            std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default();
        let mut programs = names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
        let found = programs.find(|program| program.is_file());
        if found.is_none() {
            // Not `eprintln`, which the test harness keeps to itself while a test passes.
            let _ =
                writeln!(std::io::stderr(), "SKIPPED: mails are not looked at, because there is no Chromium");
        }
        found.map(|program| Browser { program })
    }

    /// Takes a picture of a page, in a window of this size, into a PNG.
    ///
    /// # Panics
    /// When it cannot.
    pub async fn picture(&self, page: &Path, width: u32, height: u32, picture: &Path) {
        let screenshot = format!("--screenshot={}", picture.display());
        self.run(page, width, height, &[&screenshot]).await;
        assert!(picture.is_file(), "{} was not made", picture.display());
    }

    /// Measures a page in a frame as wide as a window would be: browsers make their own windows no narrower than some width. What is
    /// made for it stands in `folder`.
    ///
    /// # Panics
    /// When it cannot.
    pub async fn measure(&self, folder: &Path, page: &str, width: u32) -> Size {
        let page = serde_json::to_string(page).unwrap().replace('<', "\\u003c");
        let measuring = folder.join("measure.html");
        std::fs::write(&measuring, MEASURE.replace("WIDTH", &width.to_string()).replace("PAGE", &page))
            .unwrap();
        let document = self.document(&measuring, 1400, 1000).await;
        let number = |name: &str| {
            let (_, rest) = document.split_once(&format!("data-{name}=\"")).unwrap();
            rest.split('"').next().unwrap().parse().unwrap()
        };
        Size {
            width: number("width"),
            height: number("height"),
            links: number("links"),
            beyond: number("beyond"),
        }
    }

    /// The document as it stands after its scripts have run, in a window of this size.
    ///
    /// # Panics
    /// When there is none.
    pub async fn document(&self, page: &Path, width: u32, height: u32) -> String {
        self.run(page, width, height, &["--dump-dom"]).await
    }

    async fn run(&self, page: &Path, width: u32, height: u32, arguments: &[&str]) -> String {
        let profile = tempfile::TempDir::with_prefix("proofbell-browser-").unwrap();
        let mut command = Command::new(&self.program);
        // Without the sandbox, which root cannot have: pages are the tests' own.
        command.args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--disable-dev-shm-usage",
        ]);
        command.arg(format!("--user-data-dir={}", profile.path().display()));
        command.arg(format!("--window-size={width},{height}"));
        command.args(arguments).arg(format!("file://{}", page.display()));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let output = tokio::time::timeout(PATIENCE, command.output()).await;
        let output = output.unwrap_or_else(|_| panic!("the browser did not end")).unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}
