//! What a mail made of MJML looks like, on a phone and on a desk.

use std::fs;
use std::path::Path;

use proofbell_tests::{Browser, Case, Delivery, Market, Seller, root};

const HANAKO: Seller<'_> = Seller {
    reference_id: "ITEM-MJML-0000000000000000000000000000000001",
    name: "Hanako Yamada-Schwarzenegger <b>",
    email: "hanako@example.jp",
    phone: "",
    locale: "en",
};

/// The starter templates, with the reshoot mail in MJML.
fn templates(market: &mut Market) {
    let (from, to) = (root().join("templates"), market.bench.path().join("templates"));
    copy(&from, &to);
    fs::remove_file(to.join("reshoot/email.en.hbs")).unwrap();
    let mjml = root().join("crates/proofbell-engine/fixtures/mjml/reshoot/email.en.mjml.hbs");
    fs::copy(mjml, to.join("reshoot/email.en.mjml.hbs")).unwrap();
    market.bench.overlay("templates.toml", "[template]\ndir = \"templates\"\n");
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(fs::copy(entry.path(), target).unwrap()),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_in_mjml_fits_a_phone_and_a_desk() {
    let mut market = Market::new(&[HANAKO]).await;
    templates(&mut market);
    let server = market.serve().await;
    let long = "a-reason-of-one-word-".repeat(8);
    let sides = [("Front", "Image is Blurry"), ("Box Label", long.as_str())];
    Delivery::new(&Case::new(HANAKO.reference_id).reshoot(&sides)).accepted(server.public()).await;
    let mail = market.smtp.wait_for_mails("hanako@example.jp", 1).await.remove(0);
    assert!(mail.html.contains("Hanako Yamada-Schwarzenegger &lt;b&gt;"), "{}", mail.html);
    assert!(mail.text.contains("(https://market.example/sell/ITEM-MJML"), "{}", mail.text);

    let Some(browser) = Browser::find() else { return };
    let folder = root().join("target/test-logs/appearance");
    fs::create_dir_all(&folder).unwrap();
    let page = folder.join("mail.html");
    fs::write(&page, &mail.html).unwrap();
    let wide = browser.measure(&folder, "<table width=\"700\"><td>x</td></table>", 390).await;
    assert!(wide.width > 390 && wide.beyond > 0, "what is too wide is not seen: {wide:?}");
    for width in [390, 1200] {
        let size = browser.measure(&folder, &mail.html, width).await;
        assert!(
            size.width == width && (400..4000).contains(&size.height) && size.links == 1 && size.beyond == 0,
            "{width}: {size:?}"
        );
        browser.picture(&page, width, 1400, &folder.join(format!("mail-{width}.png"))).await;
    }
}
