//! Runs one of the example Lambdas on the embedded AWS, with events as AWS sends them.
//!
//! `cargo run --bin on-local-aws -- order-queue`

use std::process::ExitCode;

use examples::{Error, LAMBDAS, Lambda, TRACKING, show, start};

#[tokio::main]
async fn main() -> ExitCode {
    let Some(name) = std::env::args().nth(1) else {
        eprintln!("Which example? `cargo run --bin on-local-aws -- NAME`, where NAME is one of:");
        for lambda in LAMBDAS {
            eprintln!("  {:<16} {}", lambda.name, lambda.about);
        }
        return ExitCode::from(2);
    };
    match run(&name).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error @ Error::NoExample(..)) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(name: &str) -> Result<(), Error> {
    let lambda = Lambda::named(name)?;
    let aws = start().await?;
    let (function, process) = lambda.start(&aws).await?;
    for event in lambda.events()? {
        aws.clear_calls();
        println!("event  {event}");
        let answer = function.invoke(event).await;
        println!("answer {}", answer?);
        println!("{}\n", show::calls(&aws.calls(), TRACKING));
    }
    print!("{}", process.output());
    Ok(())
}
