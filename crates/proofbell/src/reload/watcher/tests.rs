use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use proofbell_config::Files;

use super::super::witness::{Seen, Witness};
use super::*;

/// How long a test waits for a wake.
const DEADLINE: Duration = Duration::from_secs(20);

/// A configuration as it lies on a disk, mounted as Kubernetes does.
struct Mount {
    home: tempfile::TempDir,
}

impl Mount {
    fn new() -> Mount {
        let home = tempfile::tempdir().unwrap();
        let mount = Mount { home };
        mount.version("..one", "one");
        symlink("..one", mount.path("config/..data")).unwrap();
        symlink("..data/all.toml", mount.path("config/all.toml")).unwrap();
        fs::write(mount.path("config/plain.toml"), "plain").unwrap();
        fs::create_dir(mount.path("templates")).unwrap();
        fs::write(mount.path("secret"), "secret").unwrap();
        mount
    }

    fn version(&self, name: &str, text: &str) {
        let directory = self.path("config").join(name);
        fs::create_dir_all(&directory).unwrap();
        fs::write(directory.join("all.toml"), text).unwrap();
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.home.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn rename(&self, from: &str, to: &str) {
        fs::rename(self.path(from), self.path(to)).unwrap();
    }

    /// Reads all of it, as loading does.
    fn seen(&self) -> Seen {
        let witness = Witness::default();
        for directory in ["config", "templates"] {
            for listed in witness.list(&self.path(directory)).unwrap_or_default() {
                drop(witness.read(&self.path(directory).join(&listed.name)));
            }
        }
        drop(witness.read(&self.path("secret")));
        witness.into_seen()
    }
}

/// Watches; the wake that comes of watching other places is used up.
async fn follow(watcher: &mut Watcher, seen: &Seen) {
    watcher.follow(Places::of(seen));
    drop(tokio::time::timeout(Duration::ZERO, watcher.woken.notified()).await);
}

async fn wakes(watcher: &Watcher, what: &str) {
    let woken = tokio::time::timeout(DEADLINE, watcher.woken()).await;
    assert!(woken.is_ok(), "nobody woke at {what}");
}

#[tokio::test]
async fn whatever_replaces_a_file_wakes() {
    let mount = Mount::new();
    type Change<'a> = (&'a str, &'a dyn Fn());
    let table: [Change<'_>; 9] = [
        ("a file that is written", &|| mount.write("config/plain.toml", "other")),
        ("an editor's rename", &|| {
            mount.write("config/plain.toml~", "renamed");
            mount.rename("config/plain.toml~", "config/plain.toml");
        }),
        ("a new file", &|| mount.write("config/new.toml", "new")),
        ("a file that goes", &|| fs::remove_file(mount.path("config/new.toml")).unwrap()),
        ("a link that is turned", &|| {
            mount.version("..two", "two");
            symlink("..two", mount.path("config/..data_tmp")).unwrap();
            mount.rename("config/..data_tmp", "config/..data");
        }),
        ("the file behind the links", &|| mount.write("config/..two/all.toml", "three")),
        ("a secret", &|| mount.write("secret", "rotated")),
        ("a directory that is replaced", &|| {
            mount.rename("templates", "templates.old");
            fs::create_dir(mount.path("templates.new")).unwrap();
            mount.write("templates.new/x.hbs", "x");
            mount.rename("templates.new", "templates");
        }),
        ("a file in the directory that replaced it", &|| mount.write("templates/x.hbs", "y")),
    ];
    let mut watcher = Watcher::new();
    for (what, change) in table {
        let seen = mount.seen();
        follow(&mut watcher, &seen).await;
        assert!(seen.still_holds(), "before {what}");
        change();
        wakes(&watcher, what).await;
        assert!(!seen.still_holds(), "{what}");
    }
}

#[tokio::test]
async fn other_places_wake_because_nobody_saw_what_happened_before() {
    let mount = Mount::new();
    let mut watcher = Watcher::new();
    watcher.follow(Places::of(&mount.seen()));
    wakes(&watcher, "the first places").await;
    watcher.follow(Places::of(&mount.seen()));
    assert!(tokio::time::timeout(Duration::ZERO, watcher.woken.notified()).await.is_err());
}

#[tokio::test]
async fn the_same_contents_are_the_same_and_reading_wakes_nobody() {
    let mount = Mount::new();
    let seen = mount.seen();
    let mut watcher = Watcher::new();
    follow(&mut watcher, &seen).await;
    mount.write("config/plain.toml", "plain");
    wakes(&watcher, "a file that is written").await;
    assert!(seen.still_holds());
    // What is read, and what happens to others, is passed over; a write after that is the next to wake.
    drop(mount.seen());
    mount.write("unconcerned", "x");
    fs::write(Path::new(&mount.path("config/..one/other")), "x").unwrap();
    assert!(tokio::time::timeout(QUIET * 2, watcher.woken()).await.is_err());
    mount.write("secret", "secret");
    wakes(&watcher, "a secret").await;
}

#[tokio::test]
async fn what_is_written_all_the_time_wakes_all_the_same() {
    let mount = Mount::new();
    let mut watcher = Watcher::new();
    follow(&mut watcher, &mount.seen()).await;
    let writing = async {
        loop {
            mount.write("config/plain.toml", "again");
            tokio::time::sleep(QUIET / 6).await;
        }
    };
    let begin = Instant::now();
    tokio::select! {
        () = writing => {}
        () = wakes(&watcher, "writing") => {}
    }
    assert!(begin.elapsed() >= LONGEST && begin.elapsed() < DEADLINE, "{:?}", begin.elapsed());
}

#[tokio::test]
async fn what_cannot_be_watched_leaves_the_rest_watched() {
    let mount = Mount::new();
    fs::create_dir(mount.path("private")).unwrap();
    mount.write("private/key.pem", "key");
    let witness = Witness::default();
    witness.read(&mount.path("secret")).unwrap();
    witness.read(&mount.path("private/key.pem")).unwrap();
    let places = Places::of(&witness.into_seen());
    // As one that may not be listed, which the superuser may always.
    fs::remove_file(mount.path("private/key.pem")).unwrap();
    fs::remove_dir(mount.path("private")).unwrap();
    let mut watcher = Watcher::new();
    watcher.follow(places);
    drop(tokio::time::timeout(Duration::ZERO, watcher.woken.notified()).await);
    assert_eq!(watcher.complained.len(), 1, "{:?}", watcher.complained);
    mount.write("secret", "rotated");
    wakes(&watcher, "a secret beside it").await;
}
