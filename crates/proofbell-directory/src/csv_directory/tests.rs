use std::fs::{self, File};
use std::path::Path;
use std::time::SystemTime;

use super::*;

/// A directory over `sellers.csv` in a folder of its own.
struct Fixture {
    folder: tempfile::TempDir,
    directory: CsvDirectory,
}

const HEADER: &str = "reference_id,name\n";

impl Fixture {
    fn new() -> Fixture {
        Fixture::with_key("reference_id")
    }

    fn with_key(key: &str) -> Fixture {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sellers.csv");
        let directory = CsvDirectory::new(path, key.to_owned(), FieldReader::default());
        Fixture { folder, directory }
    }

    fn path(&self) -> &Path {
        &self.directory.path
    }

    /// Writes the file in place, last modified `age` ago.
    fn write(&self, content: impl AsRef<[u8]>, age: Duration) {
        write(self.path(), content, age);
    }

    /// The names behind item A, seen by somebody who asks a second later.
    async fn ask(&self) -> Result<String, LookupError> {
        tokio::time::advance(LOOK_EVERY).await;
        self.ask_at_once().await
    }

    async fn ask_at_once(&self) -> Result<String, LookupError> {
        let query = Lookup { reference_id: Some("A".to_owned()), sr_uuid: Some("U".to_owned()) };
        let people = self.directory.lookup(&query).await?;
        let names: Vec<String> = people.into_iter().filter_map(|person| person.name).collect();
        Ok(names.join("+"))
    }

    async fn error(&self) -> String {
        format!("{:?}", self.ask().await.unwrap_err()).replace(&self.path().display().to_string(), "FILE")
    }
}

fn write(path: &Path, content: impl AsRef<[u8]>, age: Duration) {
    fs::write(path, content).unwrap();
    File::options().write(true).open(path).unwrap().set_modified(SystemTime::now() - age).unwrap();
}

const OLD: Duration = Duration::from_secs(3600);
const OLDER: Duration = Duration::from_secs(7200);
const JUST_NOW: Duration = Duration::ZERO;

#[tokio::test(start_paused = true)]
async fn a_changed_file_is_read_again() {
    let fixture = Fixture::new();
    fixture.write(format!("{HEADER}A,Ann\n"), JUST_NOW);
    assert_eq!(fixture.ask().await.unwrap(), "Ann");
    fixture.write(format!("{HEADER}A,Abe\nA,Amy\n"), JUST_NOW);
    assert_eq!(fixture.ask_at_once().await.unwrap(), "Ann", "it looks once a second at most");
    assert_eq!(fixture.ask().await.unwrap(), "Abe+Amy");
}

#[tokio::test(start_paused = true)]
async fn a_change_that_leaves_size_and_time_is_seen_while_the_file_is_young() {
    let fixture = Fixture::new();
    fixture.write(format!("{HEADER}A,Ann\n"), JUST_NOW);
    assert_eq!(fixture.ask().await.unwrap(), "Ann");
    let modified = fs::metadata(fixture.path()).unwrap().modified().unwrap();
    fs::write(fixture.path(), format!("{HEADER}A,Abe\n")).unwrap();
    File::options().write(true).open(fixture.path()).unwrap().set_modified(modified).unwrap();
    assert_eq!(fixture.ask().await.unwrap(), "Abe");
}

#[tokio::test(start_paused = true)]
async fn an_unchanged_old_file_is_not_read_again() {
    let fixture = Fixture::new();
    fixture.write(format!("{HEADER}A,Ann\n"), OLD);
    fixture.ask().await.unwrap();
    let before = fixture.directory.state.lock().await.table.clone().unwrap();
    fixture.ask().await.unwrap();
    let after = fixture.directory.state.lock().await.table.clone().unwrap();
    assert!(Arc::ptr_eq(&before, &after));
    let stamp = fixture.directory.state.lock().await.stamp.clone();
    assert!(matches!(look(fixture.path(), "reference_id", stamp.as_ref(), None), Look::Same { .. }));
}

#[cfg(unix)]
#[tokio::test(start_paused = true)]
async fn renames_and_swapped_links_are_seen() {
    let fixture = Fixture::new();
    let release = |name: &str, seller: &str| {
        let path = fixture.folder.path().join(name);
        // The same size and the same age: only the inode tells them apart.
        write(&path, format!("{HEADER}A,{seller}\n"), OLD);
        let modified = fs::metadata(fixture.folder.path().join("1.csv")).unwrap().modified().unwrap();
        File::options().write(true).open(&path).unwrap().set_modified(modified).unwrap();
        path
    };
    let link = |target: &Path| {
        let fresh = fixture.folder.path().join("fresh");
        std::os::unix::fs::symlink(target, &fresh).unwrap();
        fs::rename(&fresh, fixture.path()).unwrap();
    };
    link(&release("1.csv", "Ann"));
    assert_eq!(fixture.ask().await.unwrap(), "Ann");
    link(&release("2.csv", "Abe"));
    assert_eq!(fixture.ask().await.unwrap(), "Abe");
    fs::rename(release("3.csv", "Amy"), fixture.path()).unwrap();
    assert_eq!(fixture.ask().await.unwrap(), "Amy");
}

#[tokio::test(start_paused = true)]
async fn a_file_that_goes_away_keeps_its_last_contents() {
    let fixture = Fixture::new();
    assert_eq!(fixture.error().await, r#"Unavailable { reason: "read FILE: no such file", after: None }"#);
    fixture.write(format!("{HEADER}A,Ann\n"), OLD);
    assert_eq!(fixture.ask().await.unwrap(), "Ann");
    fs::remove_file(fixture.path()).unwrap();
    assert_eq!(fixture.ask().await.unwrap(), "Ann");
    assert!(fixture.directory.probe().await.is_err());
    let other = Lookup { reference_id: Some("B".to_owned()), sr_uuid: None };
    let missing = fixture.directory.lookup(&other).await;
    assert!(
        matches!(missing, Err(LookupError::Unavailable { .. })),
        "a new seller may stand in the file that is gone"
    );
    fixture.write(format!("{HEADER}A,Abe\n"), OLD);
    assert_eq!(fixture.ask().await.unwrap(), "Abe");
    assert_eq!(fixture.directory.probe().await.unwrap(), "sellers.csv: 1 row");
}

#[tokio::test(start_paused = true)]
async fn a_file_that_is_being_written_is_not_believed() {
    let fixture = Fixture::new();
    for torn in ["", "reference_id,name\nA"] {
        fixture.write(torn, JUST_NOW);
        assert_eq!(
            fixture.error().await,
            r#"Unavailable { reason: "read FILE: being written", after: None }"#
        );
    }
    fixture.write(format!("{HEADER}A,Ann"), JUST_NOW);
    assert_eq!(fixture.ask().await.unwrap(), "Ann", "no line break at the end is no fault in a first file");
    for torn in ["", "reference_id,name\nB,B", "reference_id,name\nA,Ab"] {
        fixture.write(torn, JUST_NOW);
        assert_eq!(fixture.ask().await.unwrap(), "Ann", "{torn:?}");
    }
    fixture.write(format!("{HEADER}A,Ab"), OLD);
    assert_eq!(fixture.ask().await.unwrap(), "Ab", "left alone since, so it is meant so");
}

#[tokio::test(start_paused = true)]
async fn a_file_that_cannot_be_used_keeps_the_last_contents_until_it_is_mended() {
    let fixture = Fixture::new();
    fixture.write(format!("{HEADER}A,Ann\n"), OLD);
    assert_eq!(fixture.ask().await.unwrap(), "Ann");
    fixture.write(b"reference_id,name\nA,\x89\xd4\n", OLDER);
    for _ in 0..2 {
        assert_eq!(fixture.ask().await.unwrap(), "Ann");
        let problem = fixture.directory.probe().await.unwrap_err();
        assert!(matches!(&problem, LookupError::Misconfigured(text) if text.contains("line 2 is not UTF-8")));
        let other = Lookup { reference_id: Some("B".to_owned()), sr_uuid: None };
        let missing = fixture.directory.lookup(&other).await;
        assert!(matches!(missing, Err(LookupError::Unavailable { .. })), "the others are still found");
    }
    fixture.write(format!("{HEADER}A,Ann\n"), OLD);
    assert_eq!(fixture.ask().await.unwrap(), "Ann");
    assert!(fixture.directory.probe().await.is_ok(), "the old contents came back");
}

#[tokio::test(start_paused = true)]
async fn what_is_no_file_needs_somebody() {
    let fixture = Fixture::new();
    fs::create_dir(fixture.path()).unwrap();
    assert_eq!(fixture.error().await, r#"Misconfigured("read FILE: not a file")"#);
    fs::remove_dir(fixture.path()).unwrap();
    fixture.write("name,email\n", OLD);
    assert_eq!(
        fixture.error().await,
        r#"Misconfigured("read FILE: the first line has no column `reference_id` among its 2 columns; it must name the columns, separated by commas")"#
    );
}

#[tokio::test(start_paused = true)]
async fn the_key_decides_which_id_is_compared() {
    let table = [("reference_id", "Ann"), ("sr_uuid", "Uma"), ("item", "Ian")];
    for (key, expected) in table {
        let fixture = Fixture::with_key(key);
        fixture.write("reference_id,sr_uuid,item,name\nA,-,-,Ann\n-,U,-,Uma\n-,-,A,Ian\n", OLD);
        assert_eq!(fixture.ask().await.unwrap(), expected, "{key}");
        assert_eq!(fixture.directory.lookup(&Lookup::default()).await.unwrap(), []);
    }
}

#[test]
fn a_case_without_the_key_has_nobody_before_the_file_is_read() {
    let asked = |key: &str, reference_id: Option<&str>| {
        let fixture = Fixture::with_key(key);
        let query = Lookup { reference_id: reference_id.map(str::to_owned), sr_uuid: None };
        fixture.directory.foregone(&query)
    };
    assert_eq!(asked("reference_id", None), Some(Ok(Vec::new())));
    assert_eq!(asked("reference_id", Some("A")), None);
    assert_eq!(asked("sr_uuid", Some("A")), Some(Ok(Vec::new())));
}
