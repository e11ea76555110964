//! Every broken configuration says exactly what its `expected.txt` holds.
//!
//! `PROOFBELL_UPDATE=1 cargo test -p proofbell-config` writes those files anew; read the difference before committing it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use proofbell_config::{
    Color, Diagnostic, Disk, Files, Listed, Loaded, Request, Secrets, Severity, load, render,
};
use proofbell_notify::Toolkit;

use crate::fakes;

pub(crate) const ROOT: &str = "fixtures";

/// The disk, but that a checkout leaves every file readable by all: here that is only one whose name says so.
struct Checkout;

impl Files for Checkout {
    fn read(&self, path: &Path) -> io::Result<String> {
        Disk.read(path)
    }

    fn list(&self, directory: &Path) -> io::Result<Vec<Listed>> {
        Disk.list(directory)
    }

    fn exists(&self, path: &Path) -> bool {
        Disk.exists(path)
    }

    fn is_readable_by_all(&self, path: &Path) -> bool {
        path.ends_with("readable-by-all")
    }
}

pub(crate) fn load_layers(layers: &[PathBuf]) -> Loaded {
    load(&Request {
        layers,
        files: &Checkout,
        environment: &|_| None,
        secrets: Secrets::Require,
        registry: &fakes::registry(),
        toolkit: &Toolkit::default(),
    })
}

/// As fixtures/README.md says: `config/` in the place of the good configuration, `overlay/` on top of it.
fn layers(fixture: &Path) -> Vec<PathBuf> {
    let own = fixture.join("config");
    let base = if own.exists() { own } else { Path::new(ROOT).join("good/config") };
    let overlay = fixture.join("overlay");
    [Some(base), overlay.exists().then_some(overlay)].into_iter().flatten().collect()
}

#[expect(clippy::unwrap_used, reason = "a helper of tests, which the lint does not see as one")]
pub(crate) fn fixtures(kind: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(Path::new(ROOT).join(kind)).unwrap();
    let mut fixtures: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    fixtures.sort();
    fixtures
}

/// Compares what is said of each fixture of a kind, and asks `verify` about the rest.
#[expect(clippy::unwrap_used, reason = "a helper of tests, which the lint does not see as one")]
fn check(kind: &str, least: usize, verify: impl Fn(&Path, &Loaded)) {
    let update = std::env::var_os("PROOFBELL_UPDATE").is_some();
    let fixtures = fixtures(kind);
    assert!(fixtures.len() >= least, "{kind}: {} fixtures", fixtures.len());
    let mut failures = Vec::new();
    for fixture in fixtures {
        let loaded = load_layers(&layers(&fixture));
        let said = render(&loaded.diagnostics, Color::Never);
        let expected = fixture.join("expected.txt");
        if update {
            fs::write(&expected, &said).unwrap();
        }
        let wanted = fs::read_to_string(&expected).unwrap_or_default();
        if said != wanted {
            failures.push(format!("{}\n--- expected\n{wanted}--- said\n{said}", fixture.display()));
        }
        verify(&fixture, &loaded);
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn fixtures_are_numbered_one_after_the_other() {
    for kind in ["broken", "several", "warned"] {
        for (number, fixture) in (1_usize..).zip(fixtures(kind)) {
            let name = fixture.file_name().unwrap().to_str().unwrap();
            let written = name.split('-').next().unwrap().parse();
            assert_eq!(written, Ok(number), "{}", fixture.display());
        }
    }
}

fn is_error(diagnostic: &Diagnostic) -> bool {
    diagnostic.severity == Severity::Error
}

#[test]
fn the_good_configuration_is_silent() {
    let loaded = load_layers(&layers(&Path::new(ROOT).join("good")));
    assert_eq!(render(&loaded.diagnostics, Color::Never), "");
    assert!(loaded.configuration.is_some());
}

#[test]
fn each_mistake_is_told_with_its_place_and_its_cure() {
    check("broken", 120, |fixture, loaded| {
        let name = fixture.display();
        assert!(loaded.has_errors() && loaded.configuration.is_none(), "{name}");
        assert_eq!(loaded.diagnostics.len(), 1, "{name} is to hold one mistake");
        for diagnostic in
            loaded.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error)
        {
            let missing = matches!(diagnostic.code, "missing-section" | "unreadable");
            assert!(diagnostic.location.is_some() || missing, "{name}: {diagnostic} has no place");
            // The engine and the plugins may say the cure in the message itself.
            let elsewhere = matches!(diagnostic.code, "template" | "channel-setting");
            assert!(diagnostic.hint.is_some() || elsewhere, "{name}: {diagnostic} has no cure");
        }
    });
}

#[test]
fn several_mistakes_are_told_at_once() {
    check("several", 6, |fixture, loaded| {
        let name = fixture.display().to_string();
        assert!(loaded.diagnostics.len() >= 3 && loaded.configuration.is_none(), "{name}");
        let ten = loaded.diagnostics.len() == 10 && loaded.diagnostics.iter().all(is_error);
        assert!(ten || !name.contains("-ten-"), "{name}");
    });
}

#[test]
fn warnings_do_not_refuse() {
    check("warned", 14, |fixture, loaded| {
        assert!(!loaded.diagnostics.is_empty(), "{}", fixture.display());
        assert!(loaded.configuration.is_some(), "{}", fixture.display());
    });
}

#[test]
fn no_secret_is_shown() {
    let secrets = [
        "hunter2",
        "whsec_",
        "this is no base64",
        "not-a-real-password",
        "fedcba98765432100123456789abcdef",
        "ICEgICEgICEgICEgICEg",
    ];
    for kind in ["broken", "several", "warned"] {
        for fixture in fixtures(kind) {
            let loaded = load_layers(&layers(&fixture));
            let said =
                render(&loaded.diagnostics, Color::Never) + &format!("{:?} {:?}", loaded, loaded.show(""));
            // `whsec_` is what the hint asks for.
            let said = said.replace("`whsec_`", "").replace("whsec_…", "");
            for secret in secrets {
                assert!(!said.contains(secret), "{} tells {secret}", fixture.display());
            }
        }
    }
}
