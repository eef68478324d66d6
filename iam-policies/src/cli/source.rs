//! `--from-table`, `--from-records`, `--from-manifest`.

use std::path::PathBuf;

use clap::Args;
use iam_policies::model::{Inventory, Usage};
use iam_policies::source;

use super::aws::{Aws, Calls};
use super::{CliError, output};

/// What functions declare and were seen to do.
#[derive(Args, Clone, Debug)]
#[group(skip)]
pub(super) struct Source {
    #[command(flatten)]
    from: From,
    /// Only this service; with a manifest, the SERVICE_NAME of its functions
    #[arg(long, value_name = "NAME")]
    pub(super) service: Option<String>,
    /// Only this annotated function, by its path
    #[arg(long, value_name = "PATH")]
    function: Option<String>,
    /// Only this deployed Lambda
    #[arg(long, value_name = "NAME")]
    lambda: Option<String>,
}

#[derive(Args, Clone, Debug)]
#[group(required = true, multiple = false)]
struct From {
    /// The tracking table
    #[arg(long, value_name = "NAME")]
    from_table: Option<String>,
    /// Exported tracking records: `aws dynamodb scan`, an export to S3, or JSON lines; `-` is
    /// standard input
    #[arg(long, value_name = "FILE")]
    from_records: Option<PathBuf>,
    /// What a binary prints with `--required-env-vars-manifest`; `-` is standard input
    #[arg(long, value_name = "FILE")]
    from_manifest: Option<PathBuf>,
}

impl Source {
    /// The tracking table, if that is the source.
    pub(super) fn table(&self) -> Option<&str> {
        self.from.from_table.as_deref()
    }

    /// In words, for people: `tracking table env-vars`.
    pub(super) fn words(&self) -> String {
        match &self.from {
            From { from_table: Some(name), .. } => format!("tracking table {name}"),
            From { from_records: Some(path), .. } => format!("records in {}", path.display()),
            From { from_manifest: Some(path), .. } => format!("manifest {}", path.display()),
            From { .. } => String::new(),
        }
    }

    pub(super) async fn read(&self, aws: &Aws) -> Result<Inventory, CliError> {
        let mut inventory = self.read_all(aws).await?;
        for problem in &inventory.problems {
            eprintln!("not understood: {}: {}", problem.key, problem.what);
        }
        let found = inventory.usages.len();
        inventory.usages.retain(|usage| self.wants(usage));
        if inventory.usages.is_empty() {
            let of = if found == 0 { "" } else { " that fits --service, --function or --lambda" };
            return Err(CliError::Usage(format!(
                "there is no use of a variable{of} in the {}",
                self.words()
            )));
        }
        Ok(inventory)
    }

    async fn read_all(&self, aws: &Aws) -> Result<Inventory, CliError> {
        if let Some(table) = &self.from.from_table {
            let calls = Calls::default();
            let config = aws.config().await;
            let config =
                aws_sdk_dynamodb::config::Builder::from(&config).interceptor(calls.clone());
            let client = aws_sdk_dynamodb::Client::from_conf(config.build());
            let inventory = source::table(&client, table).await?;
            eprintln!(
                "read {} uses of variables with {} calls",
                inventory.usages.len(),
                calls.count()
            );
            return Ok(inventory);
        }
        if let Some(path) = &self.from.from_manifest {
            let text = output::read(path)?;
            return source::manifest(&text, self.service.as_deref())
                .map_err(|source| CliError::Manifest { path: path.clone(), source });
        }
        let path = self.from.from_records.clone().unwrap_or_default();
        let text = output::read(&path)?;
        source::records(&text).map_err(|source| CliError::Records { path, source })
    }

    fn wants(&self, usage: &Usage) -> bool {
        let fits = |wanted: &Option<String>, own: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| own == Some(wanted))
        };
        fits(&self.service, usage.service.as_deref())
            && fits(&self.function, usage.function.as_deref())
            && fits(&self.lambda, usage.lambda.as_deref())
    }
}
