//! What is in the way, and which secrets a choice needs.

use super::*;

#[test]
fn what_is_there_already_is_in_the_way() {
    let files = starter::files(&Choice::everything());
    let check = |there: &[&str], expected: &[&str]| {
        let home = tempfile::tempdir().unwrap();
        for path in there {
            std::fs::create_dir_all(home.path().join(path).parent().unwrap()).unwrap();
            std::fs::write(home.path().join(path), "mine").unwrap();
        }
        let expected: Vec<PathBuf> = expected.iter().map(|path| home.path().join(path)).collect();
        assert_eq!(in_the_way(home.path(), &files), expected, "{there:?}");
    };
    check(&[], &[]);
    check(&["config/readme.txt", "config/tests/event.json", "templates/notes.txt", "README.md"], &[]);
    let foreign = ["config/tests/mine.toml", "templates/mine/email.en.hbs", "templates/partials/foot.hbs"];
    check(&foreign, &foreign);
    check(
        &["templates/reshoot/email.en.hbs", "config/rules.toml"],
        &["config/rules.toml", "templates/reshoot/email.en.hbs"],
    );
    check(&["config/mine.toml"], &["config/mine.toml"]);
    check(&["config"], &["config"]);
}

#[test]
fn the_secrets_are_those_of_the_channels() {
    let check = |channels: &[&str], expected: &[&str]| {
        let channels: Vec<String> = channels.iter().map(|channel| (*channel).to_owned()).collect();
        let files = starter::files(&Choice::parse(&channels, &[]).unwrap());
        assert_eq!(secrets(&files), expected, "{channels:?}");
    };
    check(&["email"], &["SMTP_PASSWORD", "LEGITMARK_WEBHOOK_SECRET"]);
    check(&["slack"], &["SLACK_AUTHENTICITY_URL", "LEGITMARK_WEBHOOK_SECRET"]);
    check(&["sms"], &["TWILIO_SID", "TWILIO_TOKEN", "LEGITMARK_WEBHOOK_SECRET"]);
}
