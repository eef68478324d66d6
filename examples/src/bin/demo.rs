//! The whole story on the embedded AWS: declare, resolve, track, and make policies of it.
//!
//! `cargo run --bin demo`

use std::env;
use std::process::ExitCode;
use std::time::Instant;

use base64::prelude::{BASE64_STANDARD, Engine};
use examples::command::{COMMAND, migration_tools};
use examples::others;
use examples::policies::{Requirements, SLOPPY};
use examples::populate::populate;
use examples::university;
use examples::university_files::{Opened, openable};
use examples::{Error, Lambda, SERVICE, TRACKING, show, start};
use local_aws::{LambdaFunction, LocalAws};
use serde_json::{Value, json};

const SOURCE: &str = include_str!("files-api.rs");
const UNDECLARED: &str =
    include_str!("../../../tests/compile-fail/tests/ui/fail/undeclared_call.rs");
const COMPILER: &str =
    include_str!("../../../tests/compile-fail/tests/ui/fail/undeclared_call.stderr");

#[tokio::main]
async fn main() -> ExitCode {
    // The commands of the story are this program too, so that nothing else has to be built.
    let mut arguments = env::args_os().skip(1).peekable();
    if arguments.peek().is_some_and(|first| first == COMMAND) {
        return migration_tools::cli::main(arguments).await;
    }
    match demo().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the demo failed: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn demo() -> Result<(), Error> {
    title("An AWS inside this process");
    let aws = start().await?;
    println!(
        "{} serves DynamoDB, S3, SSM, SQS, Secrets Manager, Cognito and STS.",
        aws.endpoint_url()
    );
    println!("The tracking table `{TRACKING}` is there, and these parameters:");
    for name in aws.ssm().names() {
        println!("    {name}");
    }

    title("A Lambda says what it needs (examples/src/bin/files-api.rs)");
    let declaration = SOURCE.lines().skip_while(|line| !line.starts_with("#[required_env_vars"));
    for line in declaration.take_while(|line| !line.starts_with(") ->")) {
        println!("    {line}");
    }
    println!("    ) -> Result<ApiGatewayV2httpResponse, Error> {{ ... }}");

    let lambda = Lambda::named("files-api")?;
    let events = lambda.events()?;
    let (put, get) = (events.first().cloned(), events.last().cloned().unwrap_or_default());
    let (function, _process) = lambda.start(&aws).await?;
    let answer = Answer { aws: &aws, function: &function };
    answer.show("cold: the first invocation of a container", put.unwrap_or_default()).await?;
    println!("each variable was found in:\n{}", show::sources(&records(&aws).await?));
    answer.show("warm: operations that never ran before are noted", get.clone()).await?;
    answer.show("warm, nothing new: only the handler's own calls", get.clone()).await?;

    let (function, _process) = lambda.start(&aws).await?;
    let answer = Answer { aws: &aws, function: &function };
    answer.show("cold again, in a second container: one read, no write", get.clone()).await?;

    title("What the security team reads in the tracking table");
    for record in records(&aws).await? {
        println!("{}", show::record(&record));
    }

    title("The policy that this function needs, and nothing more");
    let requirements = Requirements::of(&records(&aws).await?)?;
    print!("{}", requirements.policy("files-api"));

    title("An audit of the policy that somebody wrote in a hurry");
    print!("{SLOPPY}\n{}", requirements.audit("sloppy.json", SLOPPY)?);

    title("The same Lambda in a stage where somebody forgot a parameter");
    aws.ssm().remove(&format!("/amplify/dev/{SERVICE}/FILES_DYNAMO_TABLE"));
    let (function, process) = lambda.start(&aws).await?;
    match function.invoke(get).await {
        Ok(answer) => println!("it answered nevertheless: {answer}"),
        Err(_) => println!("{}", process.stderr().trim_end()),
    }

    title("A serverless project's variables go to Parameter Store (examples/serverless)");
    aws.clear_calls();
    let said = populate(&aws)?;
    print!("{said}");
    println!("-> {} writes", aws.count("ssm", "PutParameter"));
    aws.clear_calls();
    println!("\nand once more, when nothing has changed:");
    let said = populate(&aws)?;
    println!(
        "{}",
        said.lines().filter(|line| line.contains(" parameters of ")).collect::<String>()
    );
    println!("-> {} reads, {} writes", aws.total(), aws.count("ssm", "PutParameter"));

    migration(&aws).await?;

    title("A call that was not declared, at compile time");
    println!("{}\n", UNDECLARED.trim_end());
    let error = COMPILER.lines().take_while(|line| !line.is_empty());
    for line in error.take(6) {
        println!("{line}");
    }
    Ok(())
}

/// A university's people get new ids, and their old ones back.
async fn migration(aws: &LocalAws) -> Result<(), Error> {
    title("A small university (examples/src/university.rs) gives its people new ids: the plan");
    university::found(aws).await?;
    let folder = env::temp_dir().join(format!("migration-tools-demo-{}", std::process::id()));
    let system = |source| Error::System { what: folder.display().to_string(), source };
    std::fs::create_dir_all(&folder).map_err(system)?;
    std::fs::write(folder.join("migration_users.csv"), university::PEOPLE).map_err(system)?;
    let before = university::everything(aws).await?;
    let could = openable(
        aws,
        ["ada.lovelace@uni.example", "alan.turing@uni.example", "grace.hopper@uni.example"],
    )
    .await?;
    print!("{}", migration_tools(aws, &folder, &["id-migration", "--dry-run"])?);

    title("Backups of every table and versions in every bucket, without which nothing begins");
    let said = migration_tools(aws, &folder, &["backup-prereq"])?;
    println!("{}", said.lines().last().unwrap_or_default());

    title("The run: one transaction for each record, all of it in a journal");
    let said = migration_tools(aws, &folder, &["id-migration", "--no-confirmation"])?;
    println!("{}", after_the_plan(&said));
    changes(&before, &university::everything(aws).await?);

    title("What people could open before, each of them can open now");
    let can = openable(aws, ["lovelaa1", "turinga1", "hopperg1"]).await?;
    opened(&could, &can)?;

    title("Every record and every object looked at again");
    print!("{}", migration_tools(aws, &folder, &["verify", "--strict"])?);

    title("And all of it taken back");
    print!("{}", migration_tools(aws, &folder, &["rollback", "--no-confirmation"])?);
    let restored = university::everything(aws).await? == before;
    println!(
        "-> tables and buckets are {} as before",
        if restored { "to the byte" } else { "NOT" }
    );
    title("Two more migrations on the same engine: CoreTable, and profiles with versions");
    for said in others::migrate(aws, &folder).await? {
        println!("{}", said.trim_end());
    }
    let _ = std::fs::remove_dir_all(&folder);
    if restored { Ok(()) } else { Err(Error::Command("rollback lost something".to_owned())) }
}

/// Shows where everything was and is, and that it is the same.
fn opened(before: &[Opened], after: &[Opened]) -> Result<(), Error> {
    for one in before {
        let same = |other: &&Opened| {
            (other.person, &other.what, &other.content) == (one.person, &one.what, &one.content)
        };
        let Some(now) = after.iter().find(same) else {
            return Err(Error::Command(format!(
                "{} cannot open {} any more",
                one.person, one.what
            )));
        };
        println!("{}: {}\n    was {}\n    is  {}", one.person, one.what, one.place, now.place);
    }
    Ok(())
}

/// What a run says after it has shown its plan.
fn after_the_plan(said: &str) -> String {
    let lines: Vec<&str> =
        said.lines().skip_while(|line| !line.contains("calls were made for this plan")).collect();
    lines.get(1..).unwrap_or_default().join("\n")
}

/// Records that went and came, as lines of a patch.
fn changes(before: &[String], after: &[String]) {
    println!();
    for (mark, all, other) in [('-', before, after), ('+', after, before)] {
        for line in all.iter().filter(|line| !other.contains(line)) {
            let short: String = line.chars().take(150).collect();
            println!("{mark} {short}");
        }
    }
}

/// Invocations of one function, told.
struct Answer<'d> {
    aws: &'d LocalAws,
    function: &'d LambdaFunction,
}

impl Answer<'_> {
    async fn show(&self, what: &str, event: Value) -> Result<(), Error> {
        title(what);
        let begin = Instant::now();
        let answer = self.function.invoke(event.clone()).await?;
        let took = begin.elapsed().as_millis();
        let body = answer["body"].as_str().unwrap_or_default();
        let body = BASE64_STANDARD.decode(body).unwrap_or_default();
        let (body, status) = (String::from_utf8_lossy(&body), &answer["statusCode"]);
        println!("{} answered {status} ({body}) after {took} ms", event["routeKey"]);
        println!("{}", show::calls(&self.aws.calls(), TRACKING));
        self.aws.clear_calls();
        Ok(())
    }
}

async fn records(aws: &LocalAws) -> Result<Vec<Value>, Error> {
    let scan = aws.dynamodb("Scan", json!({"TableName": TRACKING})).await?;
    let mut records = scan["Items"].as_array().cloned().unwrap_or_default();
    records.sort_by_key(|record| record["service_var_key"]["S"].to_string());
    Ok(records)
}

fn title(text: &str) {
    println!("\n== {text}\n");
}
