//! What happens when a person cannot be reached the first way, or at all.

use proofbell_tests::{Case, Delivery, Market, PATIENCE, Reply, Seller, Server, until};
use serde_json::Value;

const BOUNCES: Seller<'_> = Seller {
    reference_id: "ITEM-B",
    name: "佐藤 健一",
    email: "refuse-550@example.jp",
    phone: "+819012345679",
    locale: "ja",
};

async fn reject_photos(server: &Server, reference_id: &str) -> Case {
    let case = Case::new(reference_id);
    Delivery::new(&case.reshoot(&[("Front", "Image is Blurry")])).accepted(server.public()).await;
    case
}

/// The case's message on a channel, once it is in the state.
async fn message_when(server: &Server, case: &Case, channel: &str, state: &str) -> Value {
    let find = |view: &Value| {
        let messages = view["messages"].as_array()?;
        messages.iter().find(|message| message["channel"] == channel && message["state"] == state).cloned()
    };
    let what = format!("a message on {channel} is {state}");
    let view = server.case_when(&case.sr_uuid, &what, |view| find(view).is_some()).await;
    find(&view).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_that_does_not_exist_is_followed_by_an_sms_and_not_tried_again() {
    let market = Market::new(&[BOUNCES]).await;
    let server = market.serve().await;
    let case = reject_photos(&server, "ITEM-B").await;
    let sms = market.twilio.wait_for("ITEM-B", 1).await.remove(0);
    assert_eq!(sms.payload["To"], "+819012345679");
    let mail = message_when(&server, &case, "email", "suppressed").await;
    assert_eq!(mail["code"], "bad_address", "{mail:#}");
    assert_eq!(mail["attempts"][0]["outcome"], "bad_address", "{mail:#}");
    message_when(&server, &case, "sms", "sent").await;

    // The next time the address is known to be bad: straight to the SMS.
    let next = reject_photos(&server, "ITEM-B").await;
    market.twilio.wait_for("ITEM-B", 2).await;
    let mail = message_when(&server, &next, "email", "suppressed").await;
    assert_eq!(mail["code"], "bad_address", "{mail:#}");
    assert_eq!(market.smtp.asked_about("refuse-550@example.jp"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seller_who_cannot_be_reached_at_all_is_told_to_operations() {
    let market = Market::new(&[BOUNCES]).await;
    market.twilio.script(|_| Some(Reply::twilio_error(400, 21610)));
    let server = market.serve().await;
    let case = reject_photos(&server, "ITEM-B").await;
    let mail = market.smtp.wait_for_mails("ops@market.example", 1).await.remove(0);
    assert!(mail.subject.contains("ITEM-B"), "{}", mail.subject);
    let sms = message_when(&server, &case, "sms", "suppressed").await;
    assert_eq!(sms["code"], "opted_out", "{sms:#}");

    // Who said stop is not texted again.
    let next = reject_photos(&server, "ITEM-B").await;
    market.smtp.wait_for_mails("ops@market.example", 2).await;
    message_when(&server, &next, "sms", "suppressed").await;
    assert_eq!(market.twilio.messages().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seller_without_an_address_is_reached_by_the_next_channel() {
    let only_phone = Seller { email: "", ..BOUNCES };
    let market = Market::new(&[only_phone]).await;
    let server = market.serve().await;
    let case = reject_photos(&server, "ITEM-B").await;
    market.twilio.wait_for("ITEM-B", 1).await;
    let mail = message_when(&server, &case, "email", "suppressed").await;
    assert_eq!(mail["code"], "no_address", "{mail:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_without_a_seller_is_told_to_operations() {
    let market = Market::new(&[BOUNCES]).await;
    let server = market.serve().await;
    let case = reject_photos(&server, "ITEM-NOBODY").await;
    let mail = market.smtp.wait_for_mails("ops@market.example", 1).await.remove(0);
    assert!(mail.subject.contains("ITEM-NOBODY"), "{}", mail.subject);
    let view = server.case_when(&case.sr_uuid, "no draft waits", |view| {
        let drafts = view["drafts"].as_array();
        drafts
            .is_some_and(|drafts| drafts.len() == 2 && drafts.iter().all(|draft| draft["state"] != "waiting"))
    });
    let view = view.await;
    let draft =
        view["drafts"].as_array().unwrap().iter().find(|draft| draft["audience"] == "seller").unwrap();
    assert!(draft["reason"].is_string(), "{view:#}");
}

/// What `channel list` says about a channel's pause.
async fn pause(server: &Server, channel: &str) -> Value {
    let channels = server.json(&["channel", "list"]).await;
    channels.as_array().unwrap().iter().find(|status| status["name"] == channel).unwrap()["paused"].clone()
}

async fn paused(server: &Server, channel: &str) -> Value {
    until(&format!("{channel} is paused"), PATIENCE, async || {
        Some(pause(server, channel).await).filter(|pause| !pause.is_null())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_the_provider_closes_waits_until_it_is_resumed() {
    let market = Market::new(&[BOUNCES]).await;
    let server = market.serve().await;
    market.slack.script(|_| Some(Reply::new(404, "no_service")));
    market.twilio.script(|_| Some(Reply::twilio_error(401, 20003)));

    let case = reject_photos(&server, "ITEM-B").await;
    let counterfeit = Case::new("ITEM-C");
    Delivery::new(&counterfeit.state("COMPLETE/REJECTED")).accepted(server.public()).await;
    for channel in ["sms", "authenticity"] {
        let pause = paused(&server, channel).await;
        assert_eq!(pause["by"], "provider", "{pause:#}");
        assert!(!pause["reason"].as_str().unwrap_or_default().is_empty(), "{pause:#}");
    }
    let (texted, posted) = (market.twilio.messages().len(), market.slack.messages().len());
    message_when(&server, &case, "sms", "queued").await;
    message_when(&server, &counterfeit, "authenticity", "queued").await;
    // A closed channel delays no other one.
    market.smtp.wait_for_mails("authenticity@market.example", 1).await;

    market.slack.script(|_| None);
    market.twilio.script(|_| None);
    for channel in ["sms", "authenticity"] {
        server.run(&["channel", "resume", channel]).await.expect(0);
        assert_eq!(pause(&server, channel).await, Value::Null);
    }
    let sms = message_when(&server, &case, "sms", "sent").await;
    let outcomes: Vec<&str> = sms["attempts"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|attempt| attempt["outcome"].as_str())
        .collect();
    assert_eq!(outcomes, ["channel_down", "sent"], "{sms:#}");
    message_when(&server, &counterfeit, "authenticity", "sent").await;
    assert_eq!(market.twilio.messages().len(), texted + 1);
    assert_eq!(market.slack.messages().len(), posted + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_paused_by_a_person_stays_so_over_a_restart() {
    let market = Market::new(&[BOUNCES]).await;
    let server = market.serve().await;
    server.run(&["channel", "pause", "sms", "--reason", "bill unpaid"]).await.expect(0);
    let case = reject_photos(&server, "ITEM-B").await;
    message_when(&server, &case, "sms", "queued").await;
    server.kill().await;

    let server = market.serve().await;
    let pause = paused(&server, "sms").await;
    assert_eq!((&pause["by"], &pause["reason"]), (&"operator".into(), &"bill unpaid".into()));
    assert!(market.twilio.messages().is_empty());
    server.run(&["channel", "resume", "sms"]).await.expect(0);
    market.twilio.wait_for("ITEM-B", 1).await;
    message_when(&server, &case, "sms", "sent").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_refused_for_the_moment_comes_through_later() {
    let market = Market::new(&[Seller { email: "temp-451@example.jp", ..BOUNCES }]).await;
    let server = market.serve().await;
    let case = reject_photos(&server, "ITEM-B").await;
    // The second attempt is due after ten seconds, give or take a fifth.
    market.smtp.wait_for_mails("temp-451@example.jp", 1).await;
    let mail = message_when(&server, &case, "email", "sent").await;
    let outcomes: Vec<&str> = mail["attempts"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|attempt| attempt["outcome"].as_str())
        .collect();
    assert_eq!(outcomes, ["retry_later", "sent"], "{mail:#}");
    assert!(market.twilio.messages().is_empty());
}
