//! `local-aws [PORT]`: an AWS on loopback until Ctrl-C.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;

use local_aws::LocalAws;

const USAGE: &str = "usage: local-aws [PORT]

Serves an emulated AWS on 127.0.0.1, on a free port unless PORT is given, and prints the
environment variables that send an SDK, the aws command line or boto3 to it. Everything is
in memory and gone at the end. Ctrl-C stops it.";

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let port = match arguments.as_slice() {
        [] => Some(0),
        [help] if help == "-h" || help == "--help" => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        [port] => port.parse::<u16>().ok(),
        _ => None,
    };
    let Some(port) = port else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let aws = match LocalAws::start_on(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await {
        Ok(aws) => aws,
        Err(error) => {
            eprintln!("local-aws: {error}");
            return ExitCode::FAILURE;
        }
    };
    for (name, value) in aws.environment() {
        println!("export {name}={value}");
    }
    if let Err(error) = tokio::signal::ctrl_c().await {
        eprintln!("local-aws: cannot wait for Ctrl-C: {error}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
