//! The example Lambdas, and events for them in the form in which AWS sends them.

use local_aws::{LambdaFunction, LocalAws, Process};
use serde_json::Value;

use crate::{Error, SERVICE, TRACKING, build};

/// One example.
#[derive(Clone, Copy, Debug)]
pub struct Lambda {
    /// Name of its program.
    pub name: &'static str,
    /// What it shows.
    pub about: &'static str,
    events: &'static [(&'static str, &'static str)],
}

macro_rules! event {
    ($file:literal) => {
        ($file, include_str!(concat!("../events/", $file)))
    };
}

/// All examples.
pub const LAMBDAS: &[Lambda] = &[
    Lambda {
        name: "files-api",
        about: "an HTTP API over a table and a bucket",
        events: &[event!("put-file.json"), event!("get-file.json")],
    },
    Lambda {
        name: "order-queue",
        about: "a queue consumer with a secret",
        events: &[event!("orders.json")],
    },
    Lambda {
        name: "nightly-report",
        about: "plain configuration",
        events: &[event!("nightly.json")],
    },
];

impl Lambda {
    /// The example of that name.
    ///
    /// # Errors
    ///
    /// If there is none; the error names those that there are.
    pub fn named(name: &str) -> Result<&'static Self, Error> {
        LAMBDAS.iter().find(|lambda| lambda.name == name).ok_or_else(|| {
            let names: Vec<&str> = LAMBDAS.iter().map(|lambda| lambda.name).collect();
            Error::NoExample(name.to_owned(), names.join(", "))
        })
    }

    /// Its events, in the order in which they make sense.
    ///
    /// # Errors
    ///
    /// If a file under `events` is not JSON.
    pub fn events(&self) -> Result<Vec<Value>, Error> {
        let parse = |(file, text): &(&'static str, &str)| {
            serde_json::from_str(text).map_err(|source| Error::Event { file, source })
        };
        self.events.iter().map(parse).collect()
    }

    /// Builds it and starts it in a container of its own, with tracking on and the organization's
    /// domain in its environment.
    ///
    /// # Errors
    ///
    /// If it cannot be built or started.
    pub async fn start(&self, aws: &LocalAws) -> Result<(LambdaFunction, Process), Error> {
        let program = build(self.name)?;
        let function = aws.lambda().await?.named(&format!("{SERVICE}-dev-{}", self.name));
        let environment = [
            ("SERVICE_NAME", SERVICE),
            ("STAGE", "dev"),
            ("ENV_VARS_TRACKING_TABLE", TRACKING),
            // So that a busy machine shows the same as an idle one.
            ("ENV_VARS_TRACKING_TIMEOUT_MS", "10000"),
            ("VERSION", env!("CARGO_PKG_VERSION")),
            ("ORGANIZATION_EMAIL_DOMAIN", "holm-seating.example"),
        ];
        let process = function.spawn(program, environment)?;
        Ok((function, process))
    }
}
