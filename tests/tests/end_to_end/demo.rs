//! `proofbell demo --once`, with nothing set up.

use std::time::{Duration, Instant};

use proofbell_tests::{Workbench, measured};

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_needs_nothing_and_shows_what_proofbell_does() {
    let bench = Workbench::new();
    let began = Instant::now();
    let ran = bench.run(&["demo", "--once"]).await.expect(0);
    measured("demo --once", began.elapsed());
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
    for shown in ["お写真の撮り直しのお願い", "duplicate", "stale", "counterfeit"] {
        assert!(ran.stdout.contains(shown), "the demo does not show {shown}:\n{}", ran.stdout);
    }
}
