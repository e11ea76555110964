//! The starter configuration, as a marketplace runs it: one story for each thing it promises.

use proofbell_tests::{Case, Delivery, Market, Seller, Server};
use serde_json::{Value, json};

const HANAKO: Seller<'_> = Seller {
    reference_id: "ITEM-JA",
    name: "山田 花子",
    email: "hanako@example.jp",
    phone: "+819012345678",
    locale: "ja",
};

/// Waits until all the given events of the case are planned and nothing of it is under way any more.
async fn settled(server: &Server, case: &Case, events: usize) -> Value {
    server
        .case_when(&case.sr_uuid, &format!("{events} events planned, all messages ended"), |view| {
            let planned = all(view, "events", |event| event["status"] == "planned");
            let addressed = all(view, "drafts", |draft| draft["state"] != "waiting");
            let ended = all(view, "messages", |message| {
                ["sent", "suppressed", "dead"].contains(&message["state"].as_str().unwrap_or_default())
            });
            view["events"].as_array().is_some_and(|list| list.len() == events)
                && planned
                && addressed
                && ended
        })
        .await
}

fn all(view: &Value, list: &str, holds: impl Fn(&Value) -> bool) -> bool {
    view[list].as_array().is_some_and(|list| list.iter().all(holds))
}

/// What decided about a rule for an event of the case.
fn verdict<'v>(view: &'v Value, event: &str, rule: &str) -> &'v Value {
    let decisions = view["decisions"].as_array().unwrap();
    let decision = decisions.iter().find(|decision| decision["decision"]["event"] == event);
    let rules =
        decision.unwrap_or_else(|| panic!("no decision about {event}: {view:#}"))["decision"]["rules"]
            .as_array();
    let found = rules.unwrap().iter().find(|decided| decided["rule"] == rule);
    &found.unwrap_or_else(|| panic!("nothing decided about {rule}: {view:#}"))["verdict"]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_japanese_seller_is_asked_for_exactly_the_rejected_photos_each_time() {
    let market = Market::new(&[HANAKO]).await;
    let server = market.serve().await;
    let case = Case::new("ITEM-JA");
    let first = case.reshoot(&[("Front", "Image is Blurry"), ("Box Label", "照明不足")]);
    Delivery::new(&first).accepted(server.public()).await;
    let mail = market.smtp.wait_for_mails("hanako@example.jp", 1).await.remove(0);

    assert_eq!(mail.subject, "【お写真の撮り直しのお願い】正面・箱のラベル（ITEM-JA）");
    assert!(mail.encrypted && mail.user.as_deref() == Some("mailer"), "{mail:?}");
    assert_eq!(mail.html.matches("<li").count(), 2, "{}", mail.html);
    for wanted in [
        "山田 花子 様",
        "正面",
        "ぼやけている",
        "画面上で写したい部分をタップしてピントを合わせてから",
        "箱のラベル",
        "暗い",
        "日中の明るい窓辺で",
        "https://market.example/sell/ITEM-JA/photos",
    ] {
        assert!(mail.text.contains(wanted), "the text part lacks {wanted}:\n{}", mail.text);
        assert!(mail.html.contains(wanted), "the HTML part lacks {wanted}:\n{}", mail.html);
    }

    let second = case.later(600).reshoot(&[("Bottom", "Not Visible")]);
    Delivery::new(&second).accepted(server.public()).await;
    let mail = market.smtp.wait_for_mails("hanako@example.jp", 2).await.remove(1);
    assert_eq!(mail.subject, "【お写真の撮り直しのお願い】底面（ITEM-JA）");
    assert!(mail.text.contains("もう一度") && !mail.text.contains("正面"), "{}", mail.text);

    let view = settled(&server, &case, 2).await;
    let rounds: Vec<&Value> =
        view["decisions"].as_array().unwrap().iter().map(|decision| &decision["decision"]["round"]).collect();
    assert_eq!(rounds, [1, 2], "{view:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blurred_label_goes_out_as_an_sms_beside_the_mail() {
    let market = Market::new(&[HANAKO]).await;
    let server = market.serve().await;
    let case = Case::new("ITEM-JA");
    let sides = [("Interior Size Tag or Stamp", "画像がぼやけている"), ("Front", "Poor Lighting")];
    Delivery::new(&case.reshoot(&sides)).accepted(server.public()).await;
    let sms = market.twilio.wait_for("ラベルの写真の撮り直し", 1).await.remove(0);
    assert_eq!(sms.payload["To"], "+819012345678");
    assert_eq!(sms.payload["From"], "+815012345678");
    market.smtp.wait_for_mails("hanako@example.jp", 1).await;
    let view = settled(&server, &case, 1).await;
    let sms =
        view["messages"].as_array().unwrap().iter().find(|message| message["channel"] == "sms").unwrap();
    assert!(sms["segments"].as_u64().is_some_and(|count| count >= 1), "{sms:#}");
    assert!(!view.to_string().contains("+819012345678"), "an address is shown unmasked: {view:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_repeated_or_overtaken_makes_no_mail_and_says_why() {
    let market = Market::new(&[HANAKO]).await;
    let server = market.serve().await;
    let case = Case::new("ITEM-JA");
    let rejected = Delivery::new(&case.reshoot(&[("Front", "Image is Blurry")]));
    let first = rejected.accepted(server.public()).await;
    market.smtp.wait_for_mails("hanako@example.jp", 1).await;

    // The sender's retry, and the same content under another id.
    for delivery in [rejected.clone(), rejected.clone().with_id("msg_another")] {
        let answer = delivery.post(server.public()).await;
        assert_eq!((answer.status, answer.json()), (200, json!({ "status": "duplicate", "id": first })));
    }

    // New photos are in; a rejection that happened before them comes late.
    Delivery::new(&case.later(900).state("QC/PENDING")).accepted(server.public()).await;
    settled(&server, &case, 2).await;
    let late = Delivery::new(&case.later(300).reshoot(&[("Back", "Image is Blurry")]))
        .accepted(server.public())
        .await;
    let view = settled(&server, &case, 3).await;
    assert!(verdict(&view, &late, "reshoot")["stale"]["by"].is_string(), "{view:#}");
    assert_eq!(verdict(&view, &first, "reshoot"), &json!({ "matched": { "drafts": 1 } }));
    assert_eq!(market.smtp.mails_to("hanako@example.jp").len(), 1);

    let told = server.run(&["case", &case.sr_uuid]).await.expect(0).stdout;
    assert!(told.contains("stale") || told.contains("overtaken"), "{told}");
    let explained = server.run(&["explain", &late]).await.expect(0).stdout;
    assert!(explained.contains("stale") || explained.contains("overtaken"), "{explained}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_counterfeit_reaches_the_desk_by_slack_and_mail_and_the_seller_not_at_all() {
    let market = Market::new(&[HANAKO]).await;
    let server = market.serve().await;
    let case = Case::new("ITEM-JA");
    Delivery::new(&case.state("COMPLETE/REJECTED")).accepted(server.public()).await;
    market.slack.wait_for("ITEM-JA", 1).await;
    market.smtp.wait_for_mails("authenticity@market.example", 1).await;
    let japanese = market.smtp.wait_for_mails("kantei@market.example", 1).await.remove(0);
    assert!(!japanese.subject.is_ascii(), "{}", japanese.subject);
    settled(&server, &case, 1).await;
    assert!(market.smtp.mails_to("hanako@example.jp").is_empty());
    assert!(market.twilio.messages().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verdict_that_contradicts_an_earlier_one_is_told_as_such() {
    let market = Market::new(&[HANAKO]).await;
    let server = market.serve().await;
    let case = Case::new("ITEM-JA");
    Delivery::new(&case.state("COMPLETE/APPROVED")).accepted(server.public()).await;
    market.smtp.wait_for_mails("hanako@example.jp", 1).await;
    settled(&server, &case, 1).await;
    let second = Delivery::new(&case.later(60).state("COMPLETE/REJECTED")).accepted(server.public()).await;
    market.smtp.wait_for_mails("ops@market.example", 1).await;
    let view = settled(&server, &case, 2).await;
    assert_eq!(verdict(&view, &second, "verdict-changed"), &json!({ "matched": { "drafts": 2 } }));
    assert_eq!(market.smtp.mails_to("hanako@example.jp").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancellation_that_is_told_twice_makes_one_mail() {
    let market = Market::new(&[HANAKO]).await;
    let server = market.serve().await;
    let case = Case::new("ITEM-JA");
    let first = Delivery::new(&case.invalidated()).accepted(server.public()).await;
    settled(&server, &case, 1).await;
    let twin = Delivery::new(&case.later(1).state("CANCELLED")).accepted(server.public()).await;
    let view = settled(&server, &case, 2).await;
    assert_eq!(verdict(&view, &twin, "cancelled"), &json!({ "twin": { "of": first } }));
    market.smtp.wait_for_mails("hanako@example.jp", 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_of_an_unknown_type_is_kept_and_nothing_else() {
    let market = Market::new(&[HANAKO]).await;
    let server = market.serve().await;
    let case = Case::new("ITEM-JA");
    let payload = case.event("certificate_reissued", &json!({ "edition": 3 }));
    let id = Delivery::new(&payload).accepted(server.public()).await;
    let view = settled(&server, &case, 1).await;
    assert_eq!(view["events"][0]["name"], "unknown");
    assert_eq!(view["events"][0]["event_type"], "certificate_reissued");
    assert_eq!(view["drafts"], json!([]));
    let shown = server.run(&["events", "show", &id, "--json"]).await.expect(0).stdout;
    assert!(shown.contains("edition"), "the raw body is not shown: {shown}");
}
