//! What `explain` says of rules that keep silent, and what can be played with it.

use std::process::Stdio;

use proofbell_tests::{Case, Delivery, Market, Seller, Workbench};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

const RULES: &str = r#"
[rule.third-round]
on = "reshoot_needed"
where = { round = { at_least = 3 } }
to = "operations"
template = "nobody-found"

[rule.not-tests]
on = "any"
except = { reference_id = { glob = "TEST-*" } }
to = "operations"
template = "nobody-found"

[rule.zipper]
on = "reshoot_needed"
each = "side"
where = { reason = ["glare", "cropped"] }
to = "operations"
template = "nobody-found"

[rule.sided]
on = "any"
each = "side"
to = "operations"
template = "nobody-found"

[rule.of-ios]
on = "any"
where = { payload."/submitted_by/platform" = { regex = '^i.*\d$' } }
to = "operations"
template = "nobody-found"
"#;

fn bench() -> Workbench {
    let mut bench = Workbench::with_starter();
    bench.overlay("rules.toml", RULES);
    bench.overlay("store.toml", "[store]\nurl = \"sqlite:none.db\"\n");
    bench
}

fn row<'e>(explanation: &'e Value, rule: &str) -> &'e Value {
    let rows = explanation["rules"].as_array().unwrap();
    rows.iter().find(|row| row["rule"] == rule).unwrap_or_else(|| panic!("{explanation:#}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn each_rule_says_what_it_wants_and_what_it_saw() {
    let bench = bench();
    let case = Case::new("TEST-7");
    let mut rejected = case.reshoot(&[("Label", "Image is Blurry"), ("Front", "照明不足")]);
    rejected["submitted_by"] = json!({ "platform": "ios" });
    let rejected = bench.write("rejected.json", &rejected.to_string()).display().to_string();
    let verdict = bench.write("verdict.json", &case.state("COMPLETE/APPROVED").to_string());
    let verdict = verdict.display().to_string();
    let of_rejected = bench.program().json(&["explain", &rejected]).await;
    let of_verdict = bench.program().json(&["explain", &verdict]).await;
    for (explanation, rule, because, wants, saw) in [
        (&of_rejected, "third-round", "where.round", "{ at_least = 3 }", json!("1")),
        (&of_rejected, "not-tests", "except.reference_id", "not { glob = \"TEST-*\" }", json!("TEST-7")),
        (
            &of_rejected,
            "zipper",
            "where.reason",
            "[\"glare\", \"cropped\"]",
            json!("Image is Blurry, 照明不足"),
        ),
        (
            &of_rejected,
            "of-ios",
            "where.payload.\"/submitted_by/platform\"",
            "{ regex = '^i.*\\d$' }",
            json!("ios"),
        ),
        (&of_rejected, "cancelled", "on", "cancelled, invalidated", json!("reshoot_needed")),
        (
            &of_verdict,
            "of-ios",
            "where.payload.\"/submitted_by/platform\"",
            "{ regex = '^i.*\\d$' }",
            Value::Null,
        ),
        (&of_verdict, "sided", "each", "a rejected side", Value::Null),
    ] {
        let expected = json!({
            "rule": rule, "matched": false, "drafts": 0, "because": because, "wants": wants, "saw": saw,
        });
        assert_eq!(row(explanation, rule), &expected);
    }
    assert_eq!(row(&of_rejected, "sided")["drafts"], 2);
    let told = bench.run(&["explain", &rejected]).await.expect(0).stdout;
    let line = told.lines().find(|line| line.starts_with("third-round")).unwrap();
    assert!(
        line.contains("no") && line.contains("where.round") && line.contains("{ at_least = 3 }"),
        "{told}"
    );

    let played = bench.program().json(&["explain", &rejected, "--round", "3"]).await;
    assert_eq!(row(&played, "third-round")["matched"], true);
    assert_eq!(played["event"]["round"], 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_and_time_are_played() {
    let bench = Workbench::with_starter();
    let event =
        bench.write("e.json", &Case::new("ITEM-UNHEARD-OF").reshoot(&[("Label", "BLURRY")]).to_string());
    let event = event.display().to_string();
    let explain = async |arguments: &[&str]| {
        let all = [&["explain", &event], arguments].concat();
        bench.program().json(&all).await
    };
    let draft = |explanation: &Value| explanation["drafts"][0].clone();

    let japanese = [
        "--lookup",
        "seller.name=花子",
        "--lookup",
        "seller.email=a@example.jp",
        "--lookup",
        "seller.locale=ja",
    ];
    let played = draft(&explain(&japanese).await);
    let message = &played["messages"][0];
    assert_eq!((&message["to"], &message["template"]), (&json!("a…@example.jp"), &json!("reshoot/email.ja")));
    assert!(message["body"]["email"]["text"].as_str().unwrap().contains("花子 様"), "{message:#}");

    let by_phone = draft(&explain(&["--lookup", "seller.phone=090-1234-5678"]).await);
    assert_eq!(by_phone["messages"][0]["code"], "no_address", "{by_phone:#}");
    assert_eq!(by_phone["messages"][1]["channel"], "sms");
    assert!(by_phone["messages"][1]["segments"].as_u64().unwrap() >= 1);

    let nobody = explain(&["--lookup", "seller=nobody"]).await;
    assert_eq!(
        (&nobody["drafts"][0]["state"], &nobody["drafts"][0]["messages"]),
        (&json!("suppressed"), &json!([]))
    );
    let told = &nobody["drafts"][0]["nobody"][0];
    assert_eq!(
        (&told["audience"], &told["messages"][0]["template"]),
        (&json!("operations"), &json!("nobody-found/email.en"))
    );
    assert_eq!(nobody["drafts"][1]["nobody"], json!([]), "an event tells it once");

    let waiting = draft(&explain(&["--lookup", "seller=unavailable"]).await);
    assert_eq!(waiting["state"], "waiting", "{waiting:#}");

    let at = explain(&["--at", "2026-02-10T22:30:00[Asia/Tokyo]", "--lookup", "seller=nobody"]).await;
    assert_eq!(at["event"]["received_at"], "2026-02-10T13:30:00Z");
    assert_eq!(at["drafts"][0]["expires_at"], "2026-02-12T13:30:00Z");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_is_asked_unless_its_people_are_played() {
    let mut bench = bench();
    // Nobody listens on this port.
    bench.overlay(
        "stranger.toml",
        r#"
        [audience.stranger]
        kind = "http"
        url = "http://127.0.0.1:9/{reference_id}"
        fields = { email = "/email" }
        [rule.reshoot]
        to = "stranger"
        "#,
    );
    let event = bench.write("e.json", &Case::new("ITEM-1").reshoot(&[("Front", "BLURRY")]).to_string());
    let event = event.display().to_string();
    let of_rule = |explanation: &Value| {
        let drafts = explanation["drafts"].as_array().unwrap();
        drafts.iter().find(|draft| draft["rule"] == "reshoot").cloned().unwrap()
    };
    let asked = of_rule(&bench.program().json(&["explain", &event]).await);
    assert_eq!((&asked["state"], &asked["messages"]), (&json!("waiting"), &json!([])), "{asked:#}");
    let lookup = ["explain", &event, "--lookup", "stranger.email=a@b.example"];
    let played = of_rule(&bench.program().json(&lookup).await);
    assert_eq!(played["messages"][0]["to"], "a…@b.example", "{played:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_played_is_refused_with_what_can() {
    let bench = bench();
    let event = bench.write("e.json", &Case::new("ITEM-1001").reshoot(&[("Label", "BLURRY")]).to_string());
    let event = event.display().to_string();
    for (arguments, code, wanted) in [
        (vec!["--lookup", "sellr.email=a@b.example"], 2, "did you mean `seller`?"),
        (vec!["--lookup", "seller.emial=a@b.example"], 2, "did you mean `email`?"),
        (vec!["--lookup", "seller.email=nonsense"], 2, "not an e-mail address"),
        (vec!["--lookup", "seller.tz=Tokyo"], 2, "not an IANA time zone"),
        (vec!["--lookup", "seller=gone"], 2, "`nobody` or `unavailable`"),
        (vec!["--at", "yesterday"], 2, "2026-02-10T22:30:00+09:00"),
        (vec!["--round", "0"], 2, "in round 1 at least"),
        (vec!["--round=-1"], 2, "invalid value '-1'"),
    ] {
        let ran = bench.run(&[&["explain", &event], arguments.as_slice()].concat()).await.expect(code);
        assert!(ran.stderr.contains(wanted), "{arguments:?}: {}", ran.stderr);
        assert!(ran.stdout.is_empty(), "{}", ran.stdout);
    }
    for (what, code, wanted) in [
        ("missing.json", 2, "neither an event id nor a file"),
        ("019e2d4c-0000-7000-8000-000000000000", 1, "no store at"),
    ] {
        let ran = bench.run(&["explain", what]).await.expect(code);
        assert!(ran.stderr.contains(wanted), "{}", ran.stderr);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_would_be_quarantined_and_says_why() {
    let bench = bench();
    for (body, why) in [
        ("{\"event_type\": \"media_rejected\"", "at line 1, column 31"),
        ("[]", "no JSON object"),
        (
            "{\"event_type\": \"media_rejected\", \"sr_uuid\": \"a\", \"timestamp\": \"now\"}",
            "`sides`: it is missing",
        ),
    ] {
        let mut command = bench.program().command(&["explain", "-", "--json"]);
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(body.as_bytes()).await.unwrap();
        let output = child.wait_with_output().await.unwrap();
        assert!(output.status.success());
        let explanation: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert!(explanation["quarantined"].as_str().unwrap().contains(why), "{explanation:#}");
        assert_eq!((&explanation["rules"], &explanation["drafts"]), (&json!([]), &json!([])));
        let file = bench.write("broken.json", body).display().to_string();
        let told = bench.run(&["explain", &file]).await.expect(0).stdout;
        assert!(told.contains("would be quarantined") && told.contains(why), "{told}");
    }
    let large = bench.write("large.json", &" ".repeat(300 * 1024)).display().to_string();
    let ran = bench.run(&["explain", &large]).await.expect(1);
    assert!(ran.stderr.contains("413"), "{}", ran.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_and_a_paused_channel_are_seen() {
    let seller = Seller {
        reference_id: "ITEM-1",
        name: "Jo",
        email: "jo@example.com",
        phone: "+12025550143",
        locale: "en",
    };
    let mut market = Market::new(&[seller]).await;
    let redirect =
        "[redirect]\nemail = \"staging@market.example\"\nphone = \"drop\"\nmark = \"[for {to}] \"\n";
    market.bench.overlay("redirect.toml", redirect);
    let server = market.serve().await;
    server.run(&["channel", "pause", "email", "--reason", "a lunch"]).await.expect(0);
    let case = Case::new("ITEM-1");
    Delivery::new(&case.state("QC/PENDING")).accepted(server.public()).await;
    let event = market.bench.write("e.json", &case.later(5).reshoot(&[("Label", "BLURRY")]).to_string());
    let explanation = server.json(&["explain", &event.display().to_string()]).await;
    let (mail, sms) = (&explanation["drafts"][0]["messages"][0], &explanation["drafts"][1]["messages"][0]);
    assert_eq!(
        (&mail["to"], &mail["redirected_from"]),
        (&json!("s…@market.example"), &json!("j…@example.com"))
    );
    assert!(
        mail["body"]["email"]["subject"].as_str().unwrap().starts_with("[for j…@example.com] "),
        "{mail:#}"
    );
    assert!(mail["held"].as_str().unwrap().contains("a lunch"), "{mail:#}");
    assert_eq!(
        (&sms["state"], &sms["code"], &sms["body"]),
        (&json!("suppressed"), &json!("redirected"), &Value::Null)
    );
    // A photo that was rejected before the others came in.
    let late = market.bench.write("late.json", &case.later(-5).reshoot(&[("Label", "BLURRY")]).to_string());
    server.case_when(&case.sr_uuid, "planned", |view| view["decisions"][0].is_object()).await;
    let stale = server.json(&["explain", &late.display().to_string()]).await;
    let saw = row(&stale, "reshoot")["saw"].as_str().unwrap();
    assert!(
        row(&stale, "reshoot")["because"] == "stale" && saw.starts_with("photos_submitted "),
        "{stale:#}"
    );
}
