//! What makes a server reload, what it refuses, and who is told what of it.

use hyper::Method;
use proofbell_tests::http::{self, Answer};
use proofbell_tests::{Case, Delivery, HttpDouble, PATIENCE, SECRET, Server, Workbench, until};

use super::{Counts, DOORS, RULES, bench, come_to, template};

async fn reload(server: &Server) -> Answer {
    let json = [("content-type".to_owned(), "application/json".to_owned())];
    http::send(server.admin(), Method::POST, "/api/v1/reload", &json, b"{}").await.unwrap()
}

/// Posts an event about an item and waits until the desk was told of it in these words.
async fn tells(server: &Server, slack: &HttpDouble, item: &str, words: &str) {
    let event = Case::new(item).reshoot(&[("Front", "Image is Blurry")]);
    Delivery::new(&event).accepted(server.public()).await;
    let heard = slack.wait_for(item, 1).await;
    let said = heard[0].payload.to_string();
    assert!(said.contains(&format!("{words} {item}")), "{words}: {said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn sighup_without_a_change_changes_nothing() {
    let slack = HttpDouble::slack().await;
    let bench = bench(&slack);
    let server = bench.serve().await;
    server.hang_up().await;
    come_to(&server, Counts { unchanged: 1, ..Counts::default() }).await;
    // The same contents in another file are the same.
    bench.replace("config/rules.toml", RULES);
    server.hang_up().await;
    come_to(&server, Counts { unchanged: 2, ..Counts::default() }).await;
    tells(&server, &slack, "ITEM-1", "About").await;
    assert_eq!(server.metric("proofbell_config_last_reload_successful").await, Some(1.0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_file_is_seen_however_it_was_changed() {
    let slack = HttpDouble::slack().await;
    let bench = bench(&slack);
    // As Kubernetes mounts a directory.
    let templates = bench.path().join("templates/reshoot");
    std::fs::remove_dir_all(&templates).unwrap();
    bench.write("templates/reshoot/..one/chat.en.hbs", &template("Linked"));
    std::os::unix::fs::symlink("..one", templates.join("..data")).unwrap();
    std::os::unix::fs::symlink("..data/chat.en.hbs", templates.join("chat.en.hbs")).unwrap();
    let server = bench.serve().await;
    tells(&server, &slack, "ITEM-0", "Linked").await;

    bench.write("templates/reshoot/..two/chat.en.hbs", &template("Swapped"));
    std::os::unix::fs::symlink("..two", templates.join("..data_tmp")).unwrap();
    std::fs::rename(templates.join("..data_tmp"), templates.join("..data")).unwrap();
    come_to(&server, Counts { applied: 1, ..Counts::default() }).await;
    tells(&server, &slack, "ITEM-1", "Swapped").await;

    bench.write("templates/reshoot/..two/chat.en.hbs", &template("Written"));
    come_to(&server, Counts { applied: 2, ..Counts::default() }).await;
    tells(&server, &slack, "ITEM-2", "Written").await;

    std::fs::remove_file(templates.join("chat.en.hbs")).unwrap();
    bench.replace("templates/reshoot/chat.en.hbs", &template("Renamed"));
    let renamed = async || {
        let event = Case::new("ITEM-X").reshoot(&[]);
        Delivery::new(&event).accepted(server.public()).await;
        slack.messages_with("Renamed ITEM-X").first().cloned()
    };
    until("the file that was renamed is used", PATIENCE, renamed).await;

    bench.write("config/more.toml", "[vars]\nword = \"new\"\n");
    let applied = Counts::of(&server).await.applied + 1;
    until("a new file is read", PATIENCE, async || {
        (Counts::of(&server).await.applied >= applied).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_left_alone_when_nobody_watches_them() {
    let slack = HttpDouble::slack().await;
    let bench = bench(&slack);
    let server = Server::start_with(bench.program(), &["--no-watch"]).await;
    bench.replace("templates/reshoot/chat.en.hbs", &template("Other"));
    tells(&server, &slack, "ITEM-1", "About").await;
    let answer = reload(&server).await;
    assert_eq!((answer.status, answer.json()["outcome"].as_str()), (200, Some("applied")), "{answer:?}");
    assert_eq!(answer.json()["changes"]["channels"]["kept"][0], "desk");
    tells(&server, &slack, "ITEM-2", "Other").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_running_server_cannot_change_is_refused_as_a_whole() {
    let slack = HttpDouble::slack().await;
    let bench = bench(&slack);
    let server = Server::start_with(bench.program(), &["--no-watch"]).await;
    bench.replace("templates/reshoot/chat.en.hbs", &template("Other"));
    bench.replace(
        "config/doors.toml",
        &format!(
            "{}[store]\nkeep = \"30d\"\n",
            DOORS.replace("admin = \"127.0.0.1:0\"", "admin = \"127.0.0.1:1\"")
        ),
    );
    let answer = reload(&server).await;
    assert_eq!(answer.status, 422, "{answer:?}");
    let problems = answer.json()["problems"].clone();
    let told: Vec<String> = problems
        .as_array()
        .unwrap()
        .iter()
        .map(|problem| {
            let (place, message) = (&problem["place"], problem["message"].as_str().unwrap());
            let file = place["file"].as_str().unwrap().rsplit('/').next().unwrap();
            format!("{file}:{} {}", place["line"], message.split(',').next().unwrap())
        })
        .collect();
    assert_eq!(
        told,
        [
            "doors.toml:3 restart needed: `server.admin` changed",
            "doors.toml:5 restart needed: `store.keep` changed"
        ]
    );
    tells(&server, &slack, "ITEM-1", "About").await;
    bench.replace("config/doors.toml", DOORS);
    assert_eq!(reload(&server).await.json()["outcome"], "applied");
    tells(&server, &slack, "ITEM-2", "Other").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_must_have_a_redirect_keeps_it() {
    let slack = HttpDouble::slack().await;
    let bench = bench(&slack);
    bench.write("config/redirect.toml", "[redirect]\nfixed = \"drop\"\n");
    let server = Server::start_with(bench.program(), &["--require-redirect", "--no-watch"]).await;
    std::fs::remove_file(bench.path().join("config/redirect.toml")).unwrap();
    let answer = reload(&server).await;
    assert_eq!(answer.status, 422, "{answer:?}");
    assert!(answer.text().contains("--require-redirect"), "{answer:?}");
    let case = Case::new("ITEM-1");
    Delivery::new(&case.reshoot(&[])).accepted(server.public()).await;
    let ended = |view: &serde_json::Value| view["messages"][0]["code"] == "redirected";
    server.case_when(&case.sr_uuid, "it is redirected still", ended).await;
}

/// What `/readyz?verbose` says on one of the doors.
async fn told(server: &Server, door: std::net::SocketAddr) -> String {
    let answer = server.get(door, "/readyz?verbose").await;
    assert_eq!(answer.status, 200, "the configuration of before works: {answer:?}");
    answer.text()
}

/// Breaks a rule, a secret and a template, and waits until all of it is told; what is changed one after the other may count as one change
/// or as several.
async fn break_three(bench: &Workbench, server: &Server) {
    bench.replace("config/rules.toml", &RULES.replace("to =", "too ="));
    bench.replace("webhook-secret", "hunter2-hunter2");
    bench.replace("templates/reshoot/chat.en.hbs", "{{#each sides}}{{name}}\n");
    until("it is refused with all problems", PATIENCE, async || {
        let told = told(server, server.admin()).await;
        ["rules.toml", "source.toml", "chat.en.hbs"].iter().all(|file| told.contains(file)).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_told_to_operators_and_counted_for_the_public() {
    let slack = HttpDouble::slack().await;
    let bench = bench(&slack);
    bench.write("webhook-secret", SECRET);
    bench.write("config/source.toml", "[source.legitmark]\nsecrets = [{ file = \"../webhook-secret\" }]\n");
    let server = bench.serve().await;
    break_three(&bench, &server).await;
    let (public, private) = (told(&server, server.public()).await, told(&server, server.admin()).await);
    assert!(
        public.contains(": refused, ") && public.contains(" errors; the one loaded before stays"),
        "{public}"
    );
    assert!(!public.contains("rules.toml") && !public.contains("reshoot"), "{public}");
    assert!(
        private.contains("config/rules.toml:4:1: ") && private.contains("did you mean `to`?"),
        "{private}"
    );
    assert_eq!(server.metric("proofbell_config_last_reload_successful").await, Some(0.0));
    let log = server.log().join("\n");
    assert!(log.contains("config/rules.toml:4:1") && log.contains("the one of before stays"), "{log}");
    assert!(!log.contains("hunter2") && !private.contains("hunter2"), "{private}");
    tells(&server, &slack, "ITEM-1", "About").await;
    // A server that runs is asked, whatever the files say meanwhile.
    for change in ["pause", "resume"] {
        server.run(&["channel", change, "desk"]).await.expect(0);
    }
    assert!(bench.run(&["channel", "pause", "desk"]).await.expect(2).stderr.contains("did you mean `to`?"));

    bench.replace("config/rules.toml", RULES);
    bench.replace("webhook-secret", SECRET);
    bench.replace("templates/reshoot/chat.en.hbs", &template("Mended"));
    until("it is applied", PATIENCE, async || {
        told(&server, server.public()).await.contains(": applied").then_some(())
    })
    .await;
    assert!(!told(&server, server.admin()).await.contains("error"), "nothing is wrong any more");
    assert_eq!(server.metric("proofbell_config_last_reload_successful").await, Some(1.0));
    tells(&server, &slack, "ITEM-2", "Mended").await;
    let status = http::get(server.admin(), "/api/v1/configuration").await.unwrap().json();
    assert_eq!(status["last_reload"]["outcome"], "applied", "{status}");
    assert_eq!(status["last_reload"]["at"], status["loaded_at"], "{status}");
}
