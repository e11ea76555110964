//! Staging's belt: everything goes to one address, whatever the rules say.

use proofbell_tests::{Case, Delivery, Market, Seller};

const SELLER: Seller<'_> = Seller {
    reference_id: "ITEM-S",
    name: "Emily",
    email: "emily@example.com",
    phone: "+12025550143",
    locale: "en",
};

const REDIRECT: &str = r#"
[redirect]
email = "staging@market.example"
phone = "drop"
mark = "[staging, for {to}] "
"#;

#[tokio::test(flavor = "multi_thread")]
async fn everything_goes_to_one_address_with_a_mark() {
    let mut market = Market::new(&[SELLER]).await;
    market.bench.overlay("redirect.toml", REDIRECT);
    let mut server =
        proofbell_tests::Server::start_with(market.bench.program(), &["--require-redirect"]).await;
    let case = Case::new("ITEM-S");
    // A mail to the seller, an SMS to her, and what the desk gets by Slack and mail.
    Delivery::new(&case.reshoot(&[("Label", "Image is Blurry")])).accepted(server.public()).await;
    Delivery::new(&case.later(60).state("COMPLETE/REJECTED")).accepted(server.public()).await;

    let mails = market.smtp.wait_for_mails("staging@market.example", 3).await;
    for mail in &mails {
        assert!(mail.subject.starts_with("[staging, for "), "{}", mail.subject);
    }
    assert!(
        mails.iter().any(|mail| mail.subject.starts_with("[staging, for e…@example.com] ")),
        "{mails:#?}"
    );
    let view = server.case_when(&case.sr_uuid, "all messages have ended", |view| {
        let ended =
            |message: &serde_json::Value| message["state"] != "queued" && message["state"] != "claimed";
        view["messages"].as_array().is_some_and(|messages| messages.len() == 5 && messages.iter().all(ended))
    });
    let view = view.await;
    for channel in ["sms", "authenticity"] {
        let message =
            view["messages"].as_array().unwrap().iter().find(|message| message["channel"] == channel);
        assert_eq!(message.unwrap()["code"], "redirected", "{view:#}");
    }
    assert_eq!(market.smtp.mails().len(), 3);
    assert!(market.twilio.messages().is_empty() && market.slack.messages().is_empty());

    // A test message goes the same way.
    server.run(&["send", "--via", "email", "--to", "someone@example.com"]).await.expect(0);
    market.smtp.wait_for_mails("staging@market.example", 4).await;
    server.terminate().await;
    server.ended(proofbell_tests::PATIENCE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_must_have_a_redirect_does_not_start_without() {
    let market = Market::new(&[SELLER]).await;
    let ran = market.bench.run(&["serve", "--require-redirect"]).await.expect(2);
    assert!(ran.stderr.contains("[redirect]"), "{}", ran.stderr);
    assert!(!market.bench.path().join("proofbell.db").exists(), "it touched the store before it refused");
}
