//! Bad input of any kind: file, line and remedy, the exit code of the contract, and nothing half-done.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod support;

use local_aws::{ACCESS_KEY_ID, Effect, Fault, LocalAws};
use support::{Folder, Run, command, finish, parameters, run};

fn populate(aws: &LocalAws, folder: &Folder) -> Run {
    run(
        Some(aws),
        folder.path(),
        &["populate-parameter-store", "--dep-name", "uni", "--stage", "dev"],
    )
}

/// A service file that breaks, and what is said of it.
type Broken = (&'static str, fn(&Folder), &'static str);

const BROKEN_SERVICES: [Broken; 11] = [
    (
        "no YAML",
        |f| f.write("mail/serverless.yml", "service: [\n"),
        "mail/serverless.yml:2:1: this is no YAML",
    ),
    (
        "binary",
        |f| f.write("mail/serverless.yml", b"service: x\0\x01".as_slice()),
        "mail/serverless.yml:1:11: the file is binary",
    ),
    (
        "not UTF-8",
        |f| f.write("mail/serverless.yml", b"service: caf\xe9".as_slice()),
        "mail/serverless.yml:1:13: the bytes here are no UTF-8",
    ),
    (
        "empty",
        |f| f.write("mail/serverless.yml", ""),
        "mail/serverless.yml:1:1: the file holds no value",
    ),
    (
        "a bomb",
        |f| {
            let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
            for n in 1..30 {
                let p = n - 1;
                text += &format!("a{n}: &a{n} [*a{p}, *a{p}, *a{p}, *a{p}, *a{p}, *a{p}, *a{p}]\n");
            }
            f.write("mail/serverless.yml", text);
        },
        "the file unfolds to more than",
    ),
    (
        "too large",
        |f| f.write("mail/serverless.yml", "#".repeat(9 << 20)),
        "mail/serverless.yml:1:1: the file has 8388609 bytes",
    ),
    (
        "a folder",
        |f| {
            f.remove("mail/serverless.yml");
            f.write("mail/serverless.yml/x", "");
        },
        "mail/serverless.yml: cannot be read: it is no regular file",
    ),
    (
        "a link to itself",
        |f| {
            f.remove("mail/serverless.yml");
            let link = f.path().join("mail/serverless.yml");
            std::os::unix::fs::symlink(&link, &link).unwrap();
        },
        "mail/serverless.yml: cannot be read: Too many levels of symbolic links",
    ),
    (
        "one variable twice",
        |f| f.edit("mail/serverless.yml", "SENDER_KEY", "LETTERS_QUEUE"),
        "mail/serverless.yml:14:5: the key `LETTERS_QUEUE` stands twice in one map, first at 13:5",
    ),
    (
        "no name",
        |f| f.edit("mail/serverless.yml", "service:", "servis:"),
        "mail/serverless.yml: the file has no `service: NAME`",
    ),
    (
        "a name nobody knows",
        |f| f.edit("mail/serverless.yml", "-mail\n", "-${opt:colour}\n"),
        "mail/serverless.yml:1:10: the name of the service cannot be filled in: `${opt:colour}`",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_service_is_told_and_the_others_are_published() {
    for (what, break_it, told) in BROKEN_SERVICES {
        let (aws, folder) = (LocalAws::start().await.unwrap(), Folder::sample());
        break_it(&folder);
        let run = populate(&aws, &folder);
        assert_eq!(run.code, 1, "{what}: {}", run.text());
        assert!(run.err.contains(told), "{what}: {}", run.err);
        let names = parameters(&aws);
        assert_eq!(names.len(), 31, "{what}: {}", run.text());
        assert!(!names.keys().any(|name| name.contains("mail")), "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_services_of_one_name_are_both_refused() {
    let (aws, folder) = (LocalAws::start().await.unwrap(), Folder::sample());
    folder.write("post/serverless.yml", folder.read("mail/serverless.yml"));
    let run = populate(&aws, &folder);
    assert_eq!((run.code, parameters(&aws).len()), (1, 31));
    let told = "mail/serverless.yml:1:10: the service is named `amplify-uni-mail`, and so is post/serverless.yml:1:10";
    assert!(run.err.contains(told), "{}", run.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn variables_that_cannot_be_published_are_told_and_fail_the_run() {
    let (aws, folder) = (LocalAws::start().await.unwrap(), Folder::sample());
    folder.edit("mail/serverless.yml", "not-for-everybody", "${env:KEY, 'x'}");
    folder.edit("var/dev-var.yml", "LOG_LEVEL: \"INFO\"", "LOG_LEVEL: Info");
    folder.edit("var/dev-var.yml", "IDP_PREFIX: \"Library\"", "IDP_PREFIX: ${self:service}");
    let run = populate(&aws, &folder);
    assert_eq!((run.code, parameters(&aws).len()), (1, 30));
    for told in [
        "IDP_PREFIX is not published: it cannot be filled in: `${self:service}` is the name of a service",
        "mail/serverless.yml:14: SENDER_KEY is not published: it cannot be filled in: `${env:KEY, ...}` is in the environment",
        "var/dev-var.yml:11: LOG_LEVEL is not published: it is not one of DEBUG, INFO, WARNING, ERROR, CRITICAL",
    ] {
        assert!(run.err.contains(told), "{}", run.err);
    }
}

const BROKEN_VARIABLES: [Broken; 7] = [
    (
        "missing",
        |f| f.remove("var/dev-var.yml"),
        "cannot read the variable file `var/dev-var.yml`: No such file",
    ),
    ("empty", |f| f.write("var/dev-var.yml", ""), "var/dev-var.yml:1:1: the file holds no value"),
    (
        "comments only",
        |f| f.write("var/dev-var.yml", "# nothing yet\n"),
        "var/dev-var.yml:1:1: the file holds no value",
    ),
    (
        "no map",
        |f| f.write("var/dev-var.yml", "- A\n"),
        "var/dev-var.yml:1:1: the variable file is a list",
    ),
    (
        "no YAML",
        |f| f.edit("var/dev-var.yml", "LOG_LEVEL: \"INFO\"", "LOG_LEVEL: \"INFO"),
        "this is no YAML",
    ),
    (
        "of another deployment",
        |f| f.edit("var/dev-var.yml", "\"uni\"", "\"v7\""),
        "var/dev-var.yml:8:11: DEP_NAME is `v7`, but the command was given `uni`; give --dep-name v7",
    ),
    (
        "of another region",
        |f| f.edit("var/dev-var.yml", "\"eu-west-1\"", "\"us-east-1\""),
        "var/dev-var.yml:9:13: DEP_REGION is `us-east-1`, but the command was given `eu-west-1`; give --region us-east-1",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn without_a_right_variable_file_nothing_is_published() {
    for (what, break_it, told) in BROKEN_VARIABLES {
        let (aws, folder) = (LocalAws::start().await.unwrap(), Folder::sample());
        break_it(&folder);
        let run = populate(&aws, &folder);
        assert_eq!(run.code, 2, "{what}: {}", run.text());
        assert!(run.err.contains(told), "{what}: {}", run.err);
        assert_eq!(aws.total(), 0, "{what}: no call was made");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_usage_is_exit_code_2_and_a_missing_prerequisite_3() {
    let (aws, folder) = (LocalAws::start().await.unwrap(), Folder::sample());
    let populate = "populate-parameter-store";
    for (arguments, told) in [
        (&[populate, "--stage", "dev"][..], "no deployment name was given; give --dep-name"),
        (&[populate, "--dep-name", "uni"], "no stage was given"),
        (&[populate, "--dep-name", "Uni", "--stage", "dev"], "has the character `U`"),
        (
            &[populate, "--dep-name", "uni", "--stage", "dev", "--region", "Ireland"],
            "`Ireland` is no region",
        ),
        (
            &[populate, "--dep-name", "uni", "--stage", "dev", "--root", "core"],
            "no folder in `core` has a serverless.yml",
        ),
        (
            &[populate, "--dep-name", "uni", "--stage", "dev", "--root", "nowhere"],
            "cannot list `nowhere`",
        ),
        (
            &[populate, "--dep-name", "uni", "--stage", "dev", "--config", "x.toml"],
            "the settings file `x.toml` cannot be read",
        ),
        (
            &[populate, "--dep-name", "uni", "--stage", "dev", "--log", "no/where.log"],
            "the log file `no/where.log` cannot be opened",
        ),
        (&[populate, "--no-such-flag"], "unexpected argument"),
    ] {
        let run = run(Some(&aws), folder.path(), arguments);
        assert_eq!(run.code, 2, "{arguments:?}: {}", run.text());
        assert!(run.err.contains(told), "{arguments:?}: {}", run.err);
    }
    assert_eq!(aws.total(), 0);

    let arguments = [populate, "--dep-name", "uni", "--stage", "dev", "--region", "eu-west-1"];
    let nobody = run(None, folder.path(), &arguments);
    assert_eq!(nobody.code, 3, "{}", nobody.text());
    assert!(
        nobody.err.contains("no valid credentials") && nobody.err.contains("aws sso login"),
        "{}",
        nobody.err
    );

    let unknown = Effect::Error {
        status: 400,
        code: "UnrecognizedClientException".to_owned(),
        message: "The security token included in the request is invalid.".to_owned(),
    };
    aws.faults().add(Fault::on("ssm", "GetParametersByPath").with(unknown));
    let stranger = run(Some(&aws), folder.path(), &arguments);
    assert_eq!(stranger.code, 3, "{}", stranger.text());
    assert!(!stranger.text().contains(ACCESS_KEY_ID));
    aws.faults().clear();

    aws.ssm().deny("/amplify/dev");
    let denied = run(Some(&aws), folder.path(), &arguments);
    assert_eq!(denied.code, 3, "{}", denied.text());
    assert!(
        denied.err.contains("access denied") && denied.err.contains("nothing was written"),
        "{}",
        denied.err
    );
    assert_eq!(parameters(&aws).len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_that_expire_in_the_middle_end_the_run_and_the_next_goes_on() {
    let (aws, folder) = (LocalAws::start().await.unwrap(), Folder::sample());
    let expired = Effect::Error {
        status: 400,
        code: "ExpiredTokenException".to_owned(),
        message: "The security token included in the request is expired".to_owned(),
    };
    aws.faults().add(Fault::on("ssm", "PutParameter").after(10).with(expired));
    let run = populate(&aws, &folder);
    assert_eq!((run.code, parameters(&aws).len()), (3, 10), "{}", run.text());
    assert!(
        run.out.contains("10 created, 0 updated, 0 the same, 1 failed, 22 not tried"),
        "{}",
        run.out
    );
    aws.faults().clear();
    assert_eq!((populate(&aws, &folder).code, parameters(&aws).len()), (0, 33));
}

#[tokio::test(flavor = "multi_thread")]
async fn flags_beat_the_environment_which_beats_the_settings_file() {
    let (aws, folder) = (LocalAws::start().await.unwrap(), Folder::sample());
    folder.write("migration-tools.toml", "dep-name = \"file\"\nstage = \"file\"\n");
    let said = |variables: &[(&str, &str)], arguments: &[&str]| {
        let arguments = [&["config", "--derived-names"], arguments].concat();
        let mut command = command(Some(&aws), folder.path(), &arguments);
        command.envs(variables.iter().copied());
        let command =
            command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
        finish(command.spawn().unwrap()).out.lines().next().unwrap_or_default().to_owned()
    };
    assert_eq!(said(&[], &[]), "Deployment file, stage file, region eu-west-1:");
    let environment = [("DEP_NAME", "env"), ("STAGE", "env")];
    assert_eq!(said(&environment, &[]), "Deployment env, stage env, region eu-west-1:");
    let flags = ["--dep-name", "flag", "--stage", "flag", "--region", "eu-north-1"];
    assert_eq!(said(&environment, &flags), "Deployment flag, stage flag, region eu-north-1:");
    assert_eq!(said(&[("DEP_NAME", " ")], &[]), "Deployment file, stage file, region eu-west-1:");
    folder.write("migration-tools.toml", "dep-name = \"x\"\nstagge = \"dev\"\n");
    let wrong = run(Some(&aws), folder.path(), &["config"]);
    assert_eq!(wrong.code, 2);
    assert!(
        wrong.err.contains("line 2, column 1") && wrong.err.contains("stagge"),
        "{}",
        wrong.err
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_in_for_a_secret_is_not_told() {
    let (aws, folder) = (LocalAws::start().await.unwrap(), Folder::sample());
    folder.edit("mail/serverless.yml", "not-for-everybody", "${env:KEY, 'hunter2'}");
    let run = populate(&aws, &folder);
    assert!(run.code == 1 && !run.text().contains("hunter2"), "{}", run.text());
    folder.edit("mail/serverless.yml", "${env:KEY, 'hunter2'}", "a${hunter2}b");
    let run = populate(&aws, &folder);
    assert!(run.code == 1 && !run.text().contains("hunter2"), "{}", run.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_parameter_whose_variable_is_wrong_is_not_to_be_removed() {
    let (aws, folder) = (LocalAws::start().await.unwrap(), Folder::sample());
    assert_eq!(populate(&aws, &folder).code, 0);
    folder.edit("var/dev-var.yml", "LOG_LEVEL: \"INFO\"", "LOG_LEVEL: Info");
    folder.edit("var/dev-var.yml", "IDP_PREFIX: \"Library\"", "IDP_PREFIX: [Library]");
    folder.edit("mail/serverless.yml", "not-for-everybody", "${env:KEY}");
    let run = populate(&aws, &folder);
    assert_eq!(run.code, 1, "{}", run.text());
    assert!(!run.text().contains("delete-parameter"), "{}", run.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_in_the_variable_file_fails_the_run() {
    let (aws, folder) = (LocalAws::start().await.unwrap(), Folder::sample());
    folder.edit("var/dev-var.yml", "IDP_PREFIX: \"Library\"", "IDP_PREFIX: [Library]");
    let run = populate(&aws, &folder);
    assert_eq!((run.code, parameters(&aws).len()), (1, 32), "{}", run.text());
    assert!(run.out.contains("✗ shared variables: 14/15 parameters"), "{}", run.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_cannot_be_entered_is_told() {
    let (aws, folder) = (LocalAws::start().await.unwrap(), Folder::sample());
    folder.remove("mail/serverless.yml");
    let link = folder.path().join("mail");
    std::fs::remove_dir(&link).unwrap();
    std::os::unix::fs::symlink(&link, &link).unwrap();
    let run = populate(&aws, &folder);
    assert_eq!((run.code, parameters(&aws).len()), (1, 31), "{}", run.text());
    assert!(run.err.contains("mail/serverless.yml: cannot be read: Too many"), "{}", run.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_block_of_a_broken_service_is_not_printed_and_the_reason_is() {
    let folder = Folder::sample();
    folder.write("mail/serverless.yml", "service: [\n");
    let arguments = ["populate-parameter-store", "--dep-name", "uni", "--stage", "dev"];
    let more = ["--region", "eu-west-1", "--print-environment", "mail"];
    let run = run(None, folder.path(), &[&arguments[..], &more].concat());
    assert_eq!(run.code, 2);
    assert!(run.err.contains("mail/serverless.yml:2:1: this is no YAML"), "{}", run.err);
}
