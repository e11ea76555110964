//! `proofbell demo --once`, with nothing set up.

use std::path::Path;
use std::time::{Duration, Instant};

use proofbell_tests::{Workbench, measured};

/// What the demo says about one event: the part that begins with its title.
fn scene<'d>(told: &'d str, title: &str) -> &'d str {
    let mut scenes =
        told.split("▶ ").filter(|scene| scene.lines().next().is_some_and(|line| line.contains(title)));
    let scene = scenes.next().unwrap_or_else(|| panic!("the demo has no scene {title:?}:\n{told}"));
    assert!(scenes.next().is_none(), "the demo has two scenes {title:?}:\n{told}");
    scene
}

fn check(told: &str, title: &str, shown: &[&str], hidden: &[&str]) {
    let scene = scene(told, title);
    for text in shown {
        assert!(scene.contains(text), "{text:?} is missing:\n{scene}");
    }
    for text in hidden {
        assert!(!scene.contains(text), "{text:?} should not be there:\n{scene}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_needs_nothing_and_shows_what_proofbell_does() {
    let mut bench = Workbench::new();
    let temporary = bench.path().join("tmp");
    std::fs::create_dir(&temporary).unwrap();
    bench.env("TMPDIR", temporary.to_str().unwrap());
    let began = Instant::now();
    let ran = bench.run(&["demo", "--once"]).await.expect(0);
    measured("demo --once", began.elapsed());
    // Ten seconds are promised; an unoptimised build beside other tests may have more.
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());

    let told = &ran.stdout;
    let advice = ["ぼやけている", "ピントを合わせて", "日中の明るい窓辺で"];
    let mail = "【お写真の撮り直しのお願い】正面・ラベル（ITEM-1001）";
    check(told, "Two photos fail", &[&[mail, "sent → email"][..], &advice].concat(), &["背面"]);
    check(told, "second round", &["【お写真の撮り直しのお願い】ラベル（ITEM-1001）", "round 2"], &["正面・"]);
    check(told, "a duplicate", &["200 duplicate"], &["sent →"]);
    check(told, "hours late: stale", &["stale: overtaken by"], &["sent →"]);
    check(told, "is authentic", &["sent → email"], &[]);
    check(told, "counterfeit", &["sent → authenticity", "ITEM-1003"], &[]);
    check(told, "A request is cancelled", &["sent → email"], &[]);
    check(told, "its twin", &["twin"], &["sent →"]);
    check(told, "a phone only", &["sent → sms"], &["sent → email"]);
    check(told, "nobody knows", &["nobody", "sent → email"], &[]);
    check(told, "did not exist yesterday", &["200 accepted", "unknown"], &["sent →"]);
    check_files(told);
}

/// The rendered messages are where the demo says.
fn check_files(told: &str) {
    let place = told.lines().find_map(|line| line.strip_prefix("The messages are in ")).unwrap();
    let files: Vec<String> = std::fs::read_dir(Path::new(place))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    for kind in ["-email-", "-sms-", "-authenticity-"] {
        assert!(files.iter().any(|name| name.contains(kind)), "no {kind} in {files:?}");
    }
    for file in told.lines().map(str::trim).filter(|line| line.starts_with(place)) {
        assert!(Path::new(file).exists(), "{file} is not there");
    }
}
