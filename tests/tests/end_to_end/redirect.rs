//! Staging's belt: everything goes to one address, whatever the rules say.

use proofbell_tests::{Case, Delivery, Market, PATIENCE, Seller, Server};
use serde_json::Value;

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
    let mut server = Server::start_with(market.bench.program(), &["--require-redirect"]).await;
    // A mail to the seller, an SMS to her, and what the desk gets by Slack and mail.
    let (rejected, counterfeit) = (Case::new("ITEM-S"), Case::new("ITEM-S"));
    Delivery::new(&rejected.reshoot(&[("Label", "Image is Blurry")])).accepted(server.public()).await;
    Delivery::new(&counterfeit.state("COMPLETE/REJECTED")).accepted(server.public()).await;

    let mails = market.smtp.wait_for_mails("staging@market.example", 3).await;
    for mail in &mails {
        assert!(mail.subject.starts_with("[staging, for "), "{}", mail.subject);
    }
    assert!(
        mails.iter().any(|mail| mail.subject.starts_with("[staging, for e…@example.com] ")),
        "{mails:#?}"
    );
    for (case, channel) in [(&rejected, "sms"), (&counterfeit, "authenticity")] {
        let message = |view: &Value| {
            view["messages"].as_array()?.iter().find(|message| message["channel"] == channel).cloned()
        };
        let ended = |view: &Value| message(view).is_some_and(|message| message["state"] == "suppressed");
        let view = server.case_when(&case.sr_uuid, "what has no other address is suppressed", ended).await;
        assert_eq!(message(&view).unwrap()["code"], "redirected", "{view:#}");
    }
    assert_eq!(market.smtp.mails().len(), 3);
    assert!(market.twilio.messages().is_empty() && market.slack.messages().is_empty());

    // A test message goes the same way.
    server.run(&["send", "--via", "email", "--to", "someone@example.com"]).await.expect(0);
    market.smtp.wait_for_mails("staging@market.example", 4).await;
    server.terminate().await;
    server.ended(PATIENCE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_must_have_a_redirect_does_not_start_without() {
    let market = Market::new(&[SELLER]).await;
    let ran = market.bench.run(&["serve", "--require-redirect"]).await.expect(2);
    assert!(ran.stderr.contains("[redirect]"), "{}", ran.stderr);
    assert!(!market.bench.path().join("proofbell.db").exists(), "it touched the store before it refused");
}
