//! `populate-parameter-store` publishes what a project says, once, and tells what it does not say.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod support;

use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use local_aws::{Effect, Fault, LocalAws};
use serde_json::Value;
use support::{Folder, Run, command, finish, parameters, run};

const POPULATE: [&str; 5] = ["populate-parameter-store", "--dep-name", "uni", "--stage", "dev"];

fn populate(aws: &LocalAws, folder: &Folder, more: &[&str]) -> Run {
    run(Some(aws), folder.path(), &[&POPULATE, more].concat())
}

/// What the sample project publishes.
const PUBLISHED: [(&str, &str); 33] = [
    ("ADMINS", "karin.holm@library.example"),
    ("API_VERSION", "2025-02-15"),
    ("APP_ARN_NAME", "dev-amplify-app-vars"),
    ("CHANGE_SET_BOOLEAN", "false"),
    ("CUSTOM_API_DOMAIN", "api.library.example"),
    ("DEP_NAME", "uni"),
    ("DEP_REGION", "eu-west-1"),
    ("IDP_PREFIX", "Library"),
    ("LLM_ENDPOINTS_SECRETS_NAME", "dev-openai-endpoints"),
    ("LOG_LEVEL", "INFO"),
    ("MAX_ACU", "16.0"),
    ("MIN_ACU", "0.5"),
    ("OAUTH_ENCRYPTION_PARAMETER", "/amplify-uni-assistants-api/dev/oauth/integrations/encryption"),
    ("RAG_POSTGRES_DB_PORT", "05432"),
    ("SECRETS_ARN_NAME", "dev-amplify-app-secrets"),
    ("amplify-uni-admin/ADMIN_LOGS_TABLE", "amplify-uni-admin-dev-admin-logs"),
    ("amplify-uni-admin/ADMIN_TABLE", "amplify-uni-admin-dev-admin-configs"),
    ("amplify-uni-chat/CHAT_TABLE", "amplify-uni-chat-dev-chat"),
    ("amplify-uni-chat/COST_TABLE", "amplify-uni-core-dev-costs"),
    ("amplify-uni-core/CORE_POLICY_NAME", "amplify-uni-core-dev-policy"),
    ("amplify-uni-core/GREETING", "Welcome to the library: please be quiet"),
    ("amplify-uni-core/HELP_PAGE", "https://library.example/help#loans"),
    ("amplify-uni-core/LOANS_TABLE", "amplify-uni-core-dev-loans"),
    ("amplify-uni-core/MAX_LOANS", "012"),
    ("amplify-uni-core/OPENING_HOURS", "Mo–Fr 9–18 Uhr, Eingang #2"),
    ("amplify-uni-core/RENEWABLE", "true"),
    ("amplify-uni-core/RETENTION_DAYS", "30"),
    ("amplify-uni-core/SCIENTIFIC", "1e3"),
    ("amplify-uni-core/SHELF_BUCKET_NAME", "amplify-uni-core-dev-shelf"),
    ("amplify-uni-mail/LETTERS_QUEUE", "amplify-uni-mail-dev-letters"),
    ("amplify-uni-mail/SENDER_KEY", "not-for-everybody"),
    ("amplify-uni-search/CLUSTER_NAME", "dev-amplify-uni-search-cluster"),
    ("amplify-uni-search/INDEX_TABLE", "amplify-uni-search-dev-index"),
];

fn published() -> BTreeMap<String, (String, &'static str)> {
    let path = |name: &str| format!("/amplify/dev/{name}");
    PUBLISHED.iter().map(|(name, value)| (path(name), ((*value).to_owned(), "String"))).collect()
}

fn actions(run: &Run) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let document = run.json();
    let parameters = document["parameters"].as_array().unwrap();
    parameters.iter().map(|one| (text(&one["path"]), text(&one["action"]))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sample_is_published_as_it_says_and_once() {
    let (aws, folder) = (LocalAws::start().await.unwrap(), Folder::sample());
    let first = populate(&aws, &folder, &[]);
    assert_eq!(first.code, 0, "{}", first.text());
    assert_eq!(parameters(&aws), published());
    assert_eq!(aws.count("ssm", "PutParameter"), 33);
    for line in ["✓ amplify-uni-core: 10/10 parameters", "✓ shared variables: 15/15 parameters"]
    {
        assert!(first.out.contains(line), "{}", first.out);
    }
    aws.clear_calls();
    let second = populate(&aws, &folder, &[]);
    assert_eq!(second.code, 0, "{}", second.text());
    assert_eq!(aws.count("ssm", "PutParameter"), 0);
    assert_eq!(parameters(&aws), published());
}

#[tokio::test(flavor = "multi_thread")]
async fn descriptions_are_those_of_the_original() {
    let (aws, folder) = (LocalAws::start().await.unwrap(), Folder::sample());
    let bodies = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = std::sync::Arc::clone(&bodies);
    let record = move |body: &[u8]| {
        seen.lock().unwrap().push(String::from_utf8(body.to_vec()).unwrap());
        false
    };
    aws.faults().add(Fault::on("ssm", "PutParameter").matching(record).with(Effect::Throttle));
    assert_eq!(populate(&aws, &folder, &[]).code, 0);
    let bodies = bodies.lock().unwrap().clone();
    let of = |name: &str| -> Value {
        let body = bodies.iter().find(|body| body.contains(name)).unwrap();
        serde_json::from_str(body).unwrap()
    };
    let shared = of("/amplify/dev/LOG_LEVEL");
    assert_eq!(shared["Description"], "Shared variable used across all services");
    assert_eq!((&shared["Type"], &shared["Tier"]), (&Value::from("String"), &Value::Null));
    let local = of("amplify-uni-core/LOANS_TABLE");
    assert_eq!(local["Description"], "Locally defined variable from amplify-uni-core service");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_says_what_the_real_run_does_and_writes_nothing() {
    let (aws, folder) = (LocalAws::start().await.unwrap(), Folder::sample());
    let ssm = aws.ssm();
    ssm.put("/amplify/dev/LOG_LEVEL", "DEBUG");
    ssm.put("/amplify/dev/MAX_ACU", "16.0");
    ssm.put("/amplify/dev/amplify-uni-core/OLD_TABLE", "x");
    ssm.put("/amplify/dev/amplify-uni-admin/ALERT_TOPIC_ARN", "!Ref AlertTopic");
    ssm.put("/amplify/dev/COGNITO_USER_POOL_ID", "from before");
    ssm.put("/amplify/dev/amplify-other-core/THEIRS", "x");
    ssm.put("/amplify/dev2/amplify-uni-core/THEIRS", "x");
    let before = parameters(&aws);
    let dry = populate(&aws, &folder, &["--dry-run", "--format", "json"]);
    assert_eq!((dry.code, parameters(&aws)), (0, before));
    assert_eq!(aws.count("ssm", "PutParameter"), 0);
    let stale = dry.json()["stale"].clone();
    let expected = [
        "/amplify/dev/COGNITO_USER_POOL_ID",
        "/amplify/dev/amplify-uni-admin/ALERT_TOPIC_ARN",
        "/amplify/dev/amplify-uni-core/OLD_TABLE",
    ];
    assert_eq!(stale, Value::from(expected.to_vec()));
    let real = populate(&aws, &folder, &["--format", "json"]);
    assert_eq!(actions(&dry), actions(&real));
    let count = |word: &str| actions(&real).values().filter(|action| *action == word).count();
    assert_eq!((count("create"), count("update"), count("same")), (31, 1, 1));
    assert_eq!(real.json()["stale"], stale, "stale parameters are told, never removed");
}

/// As many services and variables as the largest project known.
fn large() -> Folder {
    let folder = Folder::new();
    let mut shared: Vec<String> = migration_tools::parameter_store::SHARED
        .iter()
        .map(|name| format!("{name}: v-{name}"))
        .collect();
    shared.retain(|line| !line.starts_with("LOG_LEVEL") && !line.starts_with("DEP_REGION"));
    shared.extend(["LOG_LEVEL: INFO", "DEP_REGION: eu-west-1"].map(str::to_owned));
    folder.write("var/dev-var.yml", shared.join("\n"));
    for service in 0..16 {
        let count = if service < 13 { 6 } else { 5 };
        let variables: String = (0..count)
            .map(|n| format!("    TABLE_{n}: ${{self:service}}-${{sls:stage}}-t{n}\n"))
            .collect();
        let text = format!(
            "service: amplify-${{self:custom.depName}}-s{service}\nprovider:\n  environment:\n    # Locally Defined Variables\n{variables}"
        );
        folder.write(&format!("s{service}/serverless.yml"), text);
    }
    folder
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_project_takes_a_write_for_each_parameter_and_later_thirteen_reads() {
    let (aws, folder) = (LocalAws::start().await.unwrap(), large());
    assert_eq!(populate(&aws, &folder, &[]).code, 0);
    assert_eq!(aws.count("ssm", "PutParameter"), 124);
    assert_eq!(parameters(&aws).len(), 124);
    aws.clear_calls();
    assert_eq!(populate(&aws, &folder, &[]).code, 0);
    assert_eq!(aws.count("ssm", "GetParametersByPath"), 13);
    assert_eq!(aws.total(), 13);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_killed_at_any_call_is_finished_by_the_next() {
    let folder = Folder::sample();
    let calls = {
        let aws = LocalAws::start().await.unwrap();
        assert_eq!(populate(&aws, &folder, &[]).code, 0);
        aws.total()
    };
    for number in 1..=calls {
        let aws = LocalAws::start().await.unwrap();
        let armed = aws.faults().add(Fault::on_any().nth(number).with(Effect::Timeout));
        let mut child = command(Some(&aws), folder.path(), &POPULATE);
        let mut child = child.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        while armed.triggered() == 0 {
            sleep(Duration::from_millis(2));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        aws.faults().clear();
        let written = aws.count("ssm", "PutParameter") - usize::from(number > 1);
        let next = populate(&aws, &folder, &[]);
        assert_eq!((next.code, parameters(&aws)), (0, published()), "killed at call {number}");
        let all = aws.count("ssm", "PutParameter") - usize::from(number > 1);
        assert_eq!(all - written, 33 - written, "nothing is written twice");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn throttles_and_lost_answers_change_nothing_in_the_end() {
    for effect in [Effect::Throttle, Effect::DropAfter, Effect::DropBefore] {
        let (aws, folder) = (LocalAws::start().await.unwrap(), Folder::sample());
        aws.ssm().put("/amplify/dev/IDP_PREFIX", "Before");
        aws.faults().add(Fault::on("ssm", "PutParameter").after(5).times(4).with(effect.clone()));
        aws.faults().add(Fault::on("ssm", "GetParametersByPath").times(2).with(effect.clone()));
        let run = populate(&aws, &folder, &[]);
        assert_eq!((run.code, parameters(&aws)), (0, published()), "{effect:?}: {}", run.text());
        assert!(!run.text().contains("another writer"), "{}", run.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_finishes_what_is_in_flight_and_the_next_run_goes_on() {
    let (aws, folder) = (LocalAws::start().await.unwrap(), Folder::sample());
    let slow = Effect::Delay(Duration::from_millis(300));
    let armed = aws.faults().add(Fault::on("ssm", "PutParameter").with(slow));
    let mut child = command(Some(&aws), folder.path(), &POPULATE);
    let child = child.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while armed.triggered() < 2 {
        sleep(Duration::from_millis(5));
    }
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let run = finish(child);
    assert_eq!(run.code, 130, "{}", run.text());
    assert!(run.text().contains("not tried; run it again"), "{}", run.text());
    let written = parameters(&aws).len();
    assert!((1..33).contains(&written), "{written}");
    assert_eq!(aws.count("ssm", "PutParameter"), written, "what was in flight arrived");
    aws.faults().clear();
    assert_eq!(populate(&aws, &folder, &[]).code, 0);
    assert_eq!(parameters(&aws), published());
}

#[tokio::test(flavor = "multi_thread")]
async fn secure_parameters_are_compared_and_never_overwritten() {
    let (aws, folder) = (LocalAws::start().await.unwrap(), Folder::sample());
    let ssm = aws.ssm();
    ssm.put_secure("/amplify/dev/IDP_PREFIX", "Library");
    ssm.put_secure("/amplify/dev/amplify-uni-mail/SENDER_KEY", "another");
    ssm.put_secure("/amplify/dev/amplify-uni-mail/LETTERS_QUEUE", "amplify-uni-mail-dev-letters");
    ssm.make_undecryptable("/amplify/dev/amplify-uni-mail/LETTERS_QUEUE");
    let before = parameters(&aws);
    let run = populate(&aws, &folder, &["--format", "json"]);
    assert_eq!(run.code, 1, "{}", run.text());
    let found = actions(&run);
    assert_eq!(found["/amplify/dev/IDP_PREFIX"], "same");
    assert_eq!(found["/amplify/dev/amplify-uni-mail/SENDER_KEY"], "refused");
    assert_eq!(found["/amplify/dev/amplify-uni-mail/LETTERS_QUEUE"], "refused");
    let after = parameters(&aws);
    assert_eq!(after.len(), 33, "the others were written");
    assert!(before.iter().all(|(name, stored)| after[name] == *stored));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_the_standard_tier_is_told_or_paid_for() {
    let (aws, folder) = (LocalAws::start().await.unwrap(), Folder::sample());
    let long = "x".repeat(5000);
    folder.edit("mail/serverless.yml", "not-for-everybody", &long);
    let run = populate(&aws, &folder, &[]);
    assert_eq!((run.code, parameters(&aws).len()), (1, 32));
    let told = "mail/serverless.yml:14: SENDER_KEY is not published: it has 5000 bytes, more than the 4096";
    assert!(run.err.contains(told), "{}", run.err);
    assert!(run.out.contains("✗ amplify-uni-mail: 1/2 parameters"), "{}", run.out);
    assert_eq!(populate(&aws, &folder, &["--advanced-tier"]).code, 0);
    assert_eq!(aws.ssm().value("/amplify/dev/amplify-uni-mail/SENDER_KEY"), Some(long));
    assert_eq!(populate(&aws, &folder, &["--advanced-tier"]).code, 0);
    assert_eq!(aws.count("ssm", "PutParameter"), 33);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_account_is_told_once_and_not_asked_again_and_again() {
    let (aws, folder) = (LocalAws::start().await.unwrap(), Folder::sample());
    aws.ssm().put("/amplify/dev/amplify-uni-search/INDEX_TABLE", "before");
    let full = Effect::Error {
        status: 400,
        code: "ParameterLimitExceeded".to_owned(),
        message: "You have exceeded the number of parameters for this AWS account.".to_owned(),
    };
    let creates = |body: &[u8]| !String::from_utf8_lossy(body).contains("\"Overwrite\":true");
    aws.faults().add(Fault::on("ssm", "PutParameter").after(3).matching(creates).with(full));
    let run = populate(&aws, &folder, &[]);
    assert_eq!((run.code, parameters(&aws).len()), (1, 4), "{}", run.text());
    assert_eq!(aws.count("ssm", "PutParameter"), 5, "three, the refused one, and the update");
    assert_eq!(run.err.matches("as many parameters as the standard tier allows").count(), 29);
}

#[tokio::test(flavor = "multi_thread")]
async fn references_that_lead_nowhere_are_told_with_their_places() {
    let (aws, folder) = (LocalAws::start().await.unwrap(), Folder::sample());
    folder.edit("core/serverless.yml", "-search/INDEX_TABLE", "-search/INDEKS_TABLE");
    folder.edit("mail/serverless.yml", "/CUSTOM_API_DOMAIN", "/COGNITO_USER_POOL_ID");
    folder.edit("admin/serverless.yml", "/ADMINS}", "/ADMINS_${env:X}}");
    folder.edit("chat/serverless.yml", "${cf:accounts-dev.PoolId}", "${ssm:/other/pool}");
    for more in [["--dry-run", "--verbose"].as_slice(), &[]] {
        let run = populate(&aws, &folder, more);
        assert_eq!(run.code, 1, "{}", run.text());
        for told in [
            "there is no /amplify/dev/amplify-uni-search/INDEKS_TABLE, which is read by core/serverless.yml:36",
            "there is no /amplify/dev/COGNITO_USER_POOL_ID (COGNITO_USER_POOL_ID at var/dev-var.yml:6 has no value), which is read by mail/serverless.yml:10",
            "there is no /other/pool, which is read by chat/serverless.yml:18",
        ] {
            assert!(run.err.contains(told), "{told}: {}", run.err);
        }
        let unknown = "admin/serverless.yml:12: `${ssm:/amplify/${sls:stage}/ADMINS_${env:X}}` cannot be checked";
        assert!(run.out.contains(unknown), "{}", run.out);
        assert!(
            run.out.contains("2 with their defaults, 1 not to be checked, 3 leading nowhere"),
            "{}",
            run.out
        );
    }
    aws.ssm().put("/other/pool", "x");
    let run = populate(&aws, &folder, &[]);
    assert!(!run.err.contains("/other/pool"), "{}", run.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_and_addresses_are_shown_to_nobody_who_does_not_ask() {
    let (aws, folder) = (LocalAws::start().await.unwrap(), Folder::sample());
    for format in ["human", "json"] {
        let run = populate(&aws, &folder, &["-v", "--format", format, "--log", "run.log"]);
        for hidden in ["not-for-everybody", "karin.holm"] {
            assert!(!run.text().contains(hidden), "{format}");
            assert!(!folder.read("run.log").contains(hidden));
        }
    }
    let log = folder.read("run.log");
    assert!(
        log.lines().all(|line| line.starts_with("[20") && line.as_bytes()[27] == b']'),
        "{log}"
    );
    assert!(log.contains("create /amplify/dev/LOG_LEVEL = INFO"), "{log}");
    let run = populate(&aws, &folder, &["-v", "--show-values"]);
    assert!(run.out.contains("SENDER_KEY = not-for-everybody"), "{}", run.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_for_services_is_left_out_unless_asked_for() {
    let (aws, folder) = (LocalAws::start().await.unwrap(), Folder::sample());
    let run = populate(&aws, &folder, &["--include-template"]);
    assert_eq!(run.code, 1, "its imports lead nowhere: {}", run.text());
    let value = aws.ssm().value("/amplify/dev/example-service/EXAMPLE_TABLE");
    assert_eq!(value.as_deref(), Some("example-service-dev-example"));
    assert!(run.err.contains("there is no /amplify/dev/shared/IDP_PREFIX"), "{}", run.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_block_of_imports_can_be_pasted() {
    let folder = Folder::sample();
    let region = ["--region", "eu-west-1"];
    let print = |service: &str| {
        let more = ["--print-environment", service];
        run(None, folder.path(), &[&POPULATE[..], &region, &more].concat())
    };
    for name in ["chat", "amplify-uni-chat"] {
        let printed = print(name);
        assert_eq!(printed.code, 0, "{}", printed.text());
        assert_eq!(
            printed.out,
            "  environment:
    # Imported Variables from Parameter Store
    LOANS_TABLE: ${ssm:/amplify/${sls:stage}/amplify-${self:custom.stageVars.DEP_NAME}-core/LOANS_TABLE}
    ADMIN_LOGS_TABLE: ${ssm:/amplify/${sls:stage}/amplify-${self:custom.stageVars.DEP_NAME}-admin/ADMIN_LOGS_TABLE}
    # POOL_ID: no service publishes it; add it to the local variables of the one that owns it
"
        );
    }
    let core = print("core").out;
    assert!(core.contains(
        "    SEATS_TABLE: ${ssm:${self:custom.ssmBasePath}-reading-room/SEATS_TABLE, \"\"}\n"
    ));
    let yaml = documents::Node::read("x.yml", core.as_bytes()).unwrap();
    assert_eq!(yaml.get("environment").unwrap().entries().unwrap().len(), 4);
    let json = ["--format", "json", "--print-environment", "core"];
    let json = run(None, folder.path(), &[&POPULATE[..], &region, &json].concat());
    assert_eq!(json.json()["environment"], core);
    folder.edit("chat/serverless.yml", "    POOL_ID:", "    ALERT_TOPIC_ARN:");
    let wrong = print("chat").out;
    assert!(
        wrong.contains("    # ALERT_TOPIC_ARN: amplify-uni-admin has it but does not publish it"),
        "{wrong}"
    );
    let unknown = print("chess");
    assert_eq!(unknown.code, 2);
    assert!(
        unknown.err.contains("there is no service `chess`; the services are"),
        "{}",
        unknown.err
    );
}
