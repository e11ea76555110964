//! The gallery: everything is on it, it fits a phone and a desk, and nothing that it shows becomes part of it.

use std::collections::BTreeSet;
use std::fs;

use proofbell_tests::{Browser, Case, Delivery, Market, PATIENCE, Seller, Workbench, root, until};
use serde_json::Value;

/// Every template of the starter set: `reshoot/email.ja`.
fn all() -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for folder in fs::read_dir(root().join("templates")).unwrap() {
        let folder = folder.unwrap().path();
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        if name == "partials" {
            continue;
        }
        for file in fs::read_dir(&folder).unwrap() {
            let file = file.unwrap().file_name().to_string_lossy().into_owned();
            all.extend(file.strip_suffix(".hbs").map(|file| format!("{name}/{file}")));
        }
    }
    assert!(all.len() > 20, "{all:?}");
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gallery_has_everything_and_fits_a_phone_and_a_desk() {
    let bench = Workbench::with_starter();
    let ran = bench.run(&["preview", "--all"]).await.expect(0);
    let templates = all();
    assert_eq!(ran.stderr, format!("{} previews in gallery.html\n", templates.len()));
    let page = fs::read_to_string(bench.path().join("gallery.html")).unwrap();
    for template in &templates {
        assert!(page.contains(&format!("<p class=\"file\">{template}</p>")), "{template} is not there");
    }
    for wanted in [
        "<title>Maison Seconde: messages, ",
        "no-reply@market.example",
        "山田 花子",
        "Emily Carter",
        "Please retake 3 photos: label, front, serial number (ITEM-48213)",
        "Which photos to take again, and what helps.",
        "<li>2 segments</li>",
        "<li>UCS-2</li>",
        "<li>GSM-7</li>",
        "style=\"border-color:#a4262c\"",
        "Rule counterfeit-alert: on counterfeit, to authenticators, via authenticity and email.",
    ] {
        assert!(page.contains(wanted), "{wanted} is not there");
    }
    let mails = templates.iter().filter(|name| name.contains("/email.")).count();
    assert_eq!(page.matches("<iframe title=").count(), 2 * mails);

    let Some(browser) = Browser::find() else { return };
    let folder = root().join("target/test-logs/gallery");
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("gallery.html");
    fs::write(&file, &page).unwrap();
    let links = u32::try_from(page.matches("<a ").count()).unwrap();
    for width in [390, 1200] {
        let size = browser.measure(&folder, &page, width).await;
        assert!(size.width == width && size.beyond == 0 && size.links == links, "{width}: {size:?}");
        // As high as all mails are, one behind the other, so none is cut.
        assert!(size.height > 10_000, "{width}: {size:?}");
        browser.picture(&file, width, 2400, &folder.join(format!("gallery-{width}.png"))).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_from_outside_stays_text() {
    let bench = Workbench::with_starter();
    let evil = "<b>x</b><script>document.title = 'gone'</script>\"'";
    let case = Case::new("<i>\"ITEM\"");
    let event = bench.write("evil.json", &case.reshoot(&[(evil, evil)]).to_string());
    bench
        .run(&["preview", "--all", "--event", &event.display().to_string(), "--out", "evil.html"])
        .await
        .expect(0);
    let page = fs::read_to_string(bench.path().join("evil.html")).unwrap();
    assert!(page.contains("&lt;b&gt;x&lt;/b&gt;") && page.contains("the data of one event"));
    assert!(!page.contains("<b>x") && !page.contains("<i>") && page.matches("<script>").count() == 1);
    let Some(browser) = Browser::find() else { return };
    let document = browser.document(&bench.path().join("evil.html"), 1200, 1000).await;
    assert!(document.contains("<title>Maison Seconde: messages"), "{document}");
    let folder = bench.path().to_owned();
    let size = browser.measure(&folder, &page, 390).await;
    assert_eq!((size.width, size.beyond), (390, 0), "long words break");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_template_is_shown_on_the_terminal_in_any_form_and_language() {
    let bench = Workbench::with_starter();
    let shown =
        bench.run(&["preview", "reshoot", "--form", "email", "--locale", "ja"]).await.expect(0).stdout;
    for wanted in [
        "reshoot/email.ja",
        "From: Maison Seconde <no-reply@market.example>",
        "Subject: 【お写真の撮り直しのお願い】ラベル・正面・シリアルナンバー（ITEM-48213）",
        "山田 花子 様",
        "ぼやけている",
    ] {
        assert!(shown.contains(wanted), "{wanted}: {shown}");
    }
    let shown = bench.run(&["preview", "reshoot-label", "--form", "text"]).await.expect(0).stdout;
    assert!(shown.contains("Billed as: 2 segments GSM-7") && shown.contains("UCS-2"), "{shown}");

    let event = bench.write("e.json", &Case::new("MINE-1").reshoot(&[("Back", "Not Visible")]).to_string());
    let arguments =
        ["preview", "reshoot", "--form", "chat", "--locale", "fr", "--event", &event.display().to_string()];
    let json: Value = bench.program().json(&arguments).await;
    assert_eq!(json.as_array().unwrap().len(), 1);
    let chat = &json[0]["shown"];
    assert_eq!((chat["file"].as_str(), json[0]["locale"].as_str()), (Some("reshoot/chat.en"), Some("fr")));
    assert!(chat["body"]["chat"].to_string().contains("MINE-1"), "{chat:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stored_event_is_shown_with_what_its_case_knows() {
    let reference_id = "ITEM-9";
    let seller = Seller { reference_id, name: "Emma", email: "emma@example.com", phone: "", locale: "en" };
    let market = Market::new(&[seller]).await;
    let server = market.serve().await;
    let case = Case::new(reference_id);
    Delivery::new(&case.reshoot(&[("Front", "Blur\u{1b}[2Jry")])).accepted(server.public()).await;
    market.smtp.wait_for_mails("emma@example.com", 1).await;
    let mut later = case.later(60).state("COMPLETE/APPROVED");
    later.as_object_mut().unwrap().remove("reference_id");
    let verdict = Delivery::new(&later).accepted(server.public()).await;
    market.smtp.wait_for_mails("emma@example.com", 2).await;

    let arguments = ["preview", "authentic", "--form", "email", "--locale", "en", "--event", &verdict];
    let shown = server.json(&arguments).await[0]["shown"]["body"]["email"].clone();
    let messages = server.json(&["messages", "list", "--sr", &case.sr_uuid]).await;
    let sent = messages.as_array().unwrap().iter().find(|message| message["rule"] == "authentic").unwrap();
    assert!(shown["subject"].as_str().unwrap().contains(reference_id), "{shown:#}");
    assert_eq!(shown["subject"], sent["title"], "{sent:#}");
    // What somebody else wrote does not drive the terminal of whoever looks at it.
    let asked = messages.as_array().unwrap().iter().find(|message| message["rule"] == "reshoot").unwrap();
    let told = server.run(&["messages", "show", asked["id"].as_str().unwrap()]).await.expect(0).stdout;
    assert!(told.contains("[2Jry") && !told.contains('\u{1b}'), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_said_with_what_is() {
    let bench = Workbench::with_starter();
    for (arguments, wanted) in [
        (vec!["preview", "rehsoot"], "did you mean `reshoot`?"),
        (vec!["preview", "authentic", "--form", "chat"], "it has: email"),
        (vec!["preview", "authentic", "--locale", "japanese!"], "not a BCP 47 language tag"),
        (vec!["preview", "authentic", "--event", "missing.json"], "neither an event id nor a file"),
        (vec!["preview"], "required"),
        (vec!["preview", "authentic", "--all"], "cannot be used with"),
    ] {
        let ran = bench.run(&arguments).await.expect(2);
        assert!(ran.stderr.contains(wanted), "{arguments:?}: {}", ran.stderr);
    }
    bench.run(&["preview", "authentic", "--out", "no/such/folder.html"]).await.expect(1);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn the_page_is_opened_in_the_browser_of_whoever_asks() {
    use std::os::unix::fs::PermissionsExt;

    let mut bench = Workbench::with_starter();
    let opened = bench.path().join("opened");
    let script = format!("#!/bin/sh\necho \"$1\" > '{0}.part'\nmv '{0}.part' '{0}'\n", opened.display());
    let browser = bench.write("browser", &script);
    fs::set_permissions(&browser, fs::Permissions::from_mode(0o755)).unwrap();
    bench.env("BROWSER", &browser.display().to_string());
    bench.run(&["preview", "reshoot", "--out", "page.html", "--open"]).await.expect(0);
    let page = until("the browser is told", PATIENCE, async || fs::read_to_string(&opened).ok()).await;
    assert_eq!(
        fs::canonicalize(page.trim()).unwrap(),
        fs::canonicalize(bench.path().join("page.html")).unwrap()
    );

    bench.env("PATH", "/nowhere");
    bench.env("BROWSER", "");
    let ran = bench.run(&["preview", "reshoot", "--out", "page.html", "--open"]).await.expect(1);
    assert!(ran.stderr.contains("no browser") && ran.stderr.contains("page.html"), "{}", ran.stderr);
}
