//! A hundred reloads in a row, thirty of them broken, while events come in: nobody notices.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use proofbell_tests::http::Connection;
use proofbell_tests::{Case, Delivery, HttpDouble, Server, Workbench, measured, until};
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use super::{Counts, DESK, GLOSSARY, RULES, SOURCE, bench, template};

const RELOADS: usize = 100;
/// Between two events: 200 a second.
const EVERY: Duration = Duration::from_millis(5);
/// How long something may take on a machine that does much else: what is slow is no defect here, what is lost or doubled is.
const LONG_PATIENCE: Duration = Duration::from_secs(120);
/// As many wait for one fsync where the disk is slow.
const CONNECTIONS: usize = 64;

/// One change of the files.
struct Step {
    file: &'static str,
    text: String,
    good: bool,
}

/// Each broken file is mended by the next step, which changes something as well.
fn step(number: usize) -> Step {
    let step = |file, good, text| Step { file, text, good };
    let (reshoot, round) = ("templates/reshoot/chat.en.hbs", number / 10);
    let other = if round % 2 == 0 { ", { file = \"../other-secret\" }" } else { "" };
    match number % 10 {
        0 => step(reshoot, true, template(&format!("Round {round} of"))),
        1 => step(
            "config/desk.toml",
            true,
            DESK.replace("concurrency = 4", &format!("concurrency = {}", 5 + round % 2)),
        ),
        2 => step(reshoot, false, "{{#each sides}}{{name}}".to_owned()),
        3 => step(reshoot, true, template(&format!("Mended {round}:"))),
        4 => step("config/source.toml", true, SOURCE.replace("\" }]", &format!("\" }}{other}]"))),
        5 => step("config/rules.toml", false, format!("{RULES}[rule.reshoot\n")),
        6 => step(
            "config/rules.toml",
            true,
            RULES.replace("to =", &format!("expire = \"{}h\"\nto =", 12 + round)),
        ),
        7 => step("config/glossary.toml", false, GLOSSARY.replacen("match", "matches", 1)),
        8 => step(
            "config/glossary.toml",
            true,
            GLOSSARY.replace("name = \"front\"", &format!("name = \"front {round}\"")),
        ),
        _ => step("config/desk.toml", true, DESK.replace("\"Desk\"", &format!("\"Desk {round}\""))),
    }
}

/// What feeding and reloading tell each other.
#[derive(Default)]
struct Feed {
    stop: AtomicBool,
    accepted: AtomicUsize,
}

/// Posts events until it is told to stop; the items that were accepted.
async fn post_all(door: SocketAddr, feed: Arc<Feed>) -> Vec<String> {
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        connections.push(Arc::new(Mutex::new(Connection::open(door).await.unwrap())));
    }
    let (mut ticks, mut posts, mut items) = (interval(EVERY), JoinSet::new(), Vec::new());
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    while !feed.stop.load(Ordering::Relaxed) {
        ticks.tick().await;
        let item = format!("ITEM-{:06}", items.len());
        let connection = connections[items.len() % CONNECTIONS].clone();
        items.push(item.clone());
        let feed = feed.clone();
        posts.spawn(async move {
            let event = Case::new(&item).reshoot(&[("Front", "Image is Blurry")]);
            let answer = Delivery::new(&event).post_over(&mut *connection.lock().await).await.unwrap();
            assert_eq!(answer.status, 200, "{item}: {}", answer.text());
            assert_eq!(answer.json()["status"], "accepted", "{item}");
            feed.accepted.fetch_add(1, Ordering::Relaxed);
        });
        while let Some(posted) = posts.try_join_next() {
            posted.unwrap();
        }
    }
    while let Some(posted) = posts.join_next().await {
        posted.unwrap();
    }
    items
}

/// Makes all reloads, each one after the one before has come to its end, and with events between them. Most of them are asked for, and every
/// fourth is seen by itself. What is asked for may have been seen before; then it counts once more, as unchanged or as refused.
async fn reload(server: &Server, bench: &Workbench, feed: &Feed) {
    let (mut applied, mut refused) = (0, 0);
    for number in 0..RELOADS {
        let Step { file, text, good } = step(number);
        let (before, fed) = (Counts::of(server).await, feed.accepted.load(Ordering::Relaxed));
        bench.replace(file, &text);
        if number % 4 != 3 {
            server.hang_up().await;
        }
        match good {
            true => applied += 1,
            false => refused += 1,
        }
        until(&format!("step {number} has come to its end"), LONG_PATIENCE, async || {
            let now = Counts::of(server).await;
            let ended = if good { now.applied == applied } else { now.refused > before.refused };
            assert!(now.applied <= applied, "step {number}: {now:?}");
            (ended && feed.accepted.load(Ordering::Relaxed) > fed).then_some(())
        })
        .await;
    }
    assert_eq!((applied, refused), (70, 30));
}

/// Waits until all messages have left, however slowly they do.
async fn all_have_left(server: &Server, slack: &HttpDouble, all: usize) {
    let mut left = 0;
    while left < all {
        let what = format!("more than {left} of {all} messages have left");
        left = until(&what, LONG_PATIENCE, async || Some(slack.count()).filter(|now| *now > left)).await;
    }
    // One that leaves twice does so while its first end is not known.
    until("nothing waits any more", LONG_PATIENCE, async || {
        let depth = server.metric("proofbell_queue_depth{channel=\"desk\"}").await?;
        (depth == 0.0).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_reloads_lose_and_double_nothing() {
    let slack = HttpDouble::slack().await;
    let bench = bench(&slack);
    bench.write("other-secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    let server = bench.serve().await;
    let feed = Arc::new(Feed::default());
    let begin = Instant::now();
    let feeding = tokio::spawn(post_all(server.public(), feed.clone()));
    reload(&server, &bench, &feed).await;
    feed.stop.store(true, Ordering::Relaxed);
    let items = feeding.await.unwrap();
    measured("a hundred reloads", begin.elapsed());
    eprintln!("{} events were accepted", items.len());

    all_have_left(&server, &slack, items.len()).await;
    let mut told: BTreeMap<String, usize> = BTreeMap::new();
    for heard in slack.messages() {
        let text = heard.payload.to_string();
        let at = text.find("ITEM-").unwrap();
        *told.entry(text[at..at + "ITEM-000000".len()].to_owned()).or_default() += 1;
    }
    let lost: Vec<_> = items.iter().filter(|item| !told.contains_key(*item)).collect();
    let doubled: Vec<_> = told.iter().filter(|(_, times)| **times != 1).collect();
    assert!(lost.is_empty() && doubled.is_empty(), "lost: {lost:?}, doubled: {doubled:?}");
    assert_eq!(told.len(), items.len());
}
