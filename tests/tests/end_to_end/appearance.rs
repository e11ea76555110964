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

/// How large a mail is in a window, in pixels, and how many links it has.
#[derive(Debug, PartialEq)]
struct Size {
    width: u32,
    height: u32,
    links: u32,
}

/// Measures a mail in a frame as wide as a window would be: browsers make their own windows no narrower than some width.
async fn measure(browser: &Browser, folder: &Path, mail: &str, width: u32) -> Size {
    let mail = serde_json::to_string(mail).unwrap().replace('<', "\\u003c");
    let page = folder.join("measure.html");
    fs::write(
        &page,
        format!(
            "<!doctype html><meta charset=\"utf-8\"><body><iframe style=\"border:0;width:{width}px;height:900px\"></iframe><script>\
             const frame = document.querySelector('iframe');\
             frame.onload = () => {{\
             const root = frame.contentDocument.documentElement;\
             document.body.dataset.width = root.scrollWidth;\
             document.body.dataset.height = root.scrollHeight;\
             document.body.dataset.links = root.querySelectorAll('a').length;\
             }};\
             frame.srcdoc = {mail};</script>"
        ),
    )
    .unwrap();
    let document = browser.document(&page, 1400, 1000).await;
    let number = |name: &str| {
        let (_, rest) = document.split_once(&format!("data-{name}=\"")).unwrap();
        rest.split('"').next().unwrap().parse().unwrap()
    };
    Size { width: number("width"), height: number("height"), links: number("links") }
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
    let wide = measure(&browser, &folder, "<table width=\"700\"><td>x</td></table>", 390).await;
    assert!(wide.width > 390, "what is too wide is not seen: {wide:?}");
    for width in [390, 1200] {
        let size = measure(&browser, &folder, &mail.html, width).await;
        assert!(
            size.width == width && (400..4000).contains(&size.height) && size.links == 1,
            "{width}: {size:?}"
        );
        browser.picture(&page, width, 1400, &folder.join(format!("mail-{width}.png"))).await;
    }
}
